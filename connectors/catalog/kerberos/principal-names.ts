import { ConnectorError } from '../../../protocol/model/index.js';

/**
 * A principal's whole name: without a realm it is of the default realm, as with the Java connector's scripts. An `@` behind a
 * backslash belongs to the name (krb5_parse_name). Throws `invalidAttributeValue`.
 */
export function withRealm(name: string, realm: string): string {
  if (/[\u0000-\u001f\u007f]/.test(name)) throw new ConnectorError('invalidAttributeValue', `The name of a principal may hold no control characters: ${JSON.stringify(name)}.`, { outcome: 'notApplied' });
  return realmAt(name) < 0 ? `${name}@${realm}` : name;
}

/** Whether two names are of one principal. */
export function sameName(one: string, other: string, realm: string): boolean {
  return withRealm(one, realm) === withRealm(other, realm);
}

function realmAt(name: string): number {
  for (let at = 0; at < name.length; at++) {
    if (name[at] === '\\') at++;
    else if (name[at] === '@') return at;
  }
  return -1;
}
