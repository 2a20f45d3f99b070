import { ConnectorError, type Attribute, type IcfValue } from '../../../protocol/model/index.js';

function toLdapValue(attribute: string, value: IcfValue): string | Uint8Array {
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  const type = value === null ? 'null' : typeof value === 'object' ? value.constructor.name : typeof value;
  throw new ConnectorError('invalidAttributeValue', `Attribute ${attribute} has a malformed value: LDAP takes strings and byte arrays, got ${type}.`);
}

/**
 * The values of an attribute as LDAP takes them. Null and empty values are dropped: nearly no LDAP syntax has an empty value
 * (RFC 4517), and callers mean "none" by it. Throws invalidAttributeValue for any other type (the Java connector's malformed
 * attribute error).
 */
export function toLdapValues(attribute: Attribute): (string | Uint8Array)[] {
  return (attribute.values ?? []).filter((value) => value !== null && value !== '').map((value) => toLdapValue(attribute.name, value));
}

/** Values that have to be text, such as DNs of groups. */
export function toTextValues(attribute: Attribute): string[] {
  return toLdapValues(attribute).map((value) => (typeof value === 'string' ? value : Buffer.from(value).toString('utf8')));
}
