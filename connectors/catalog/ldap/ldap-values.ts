import { ConnectorError, type Attribute, type IcfValue } from '../../../protocol/model/index.js';
import { guidBytes, isGuidAttribute } from './active-directory/guid.js';
import type { LdapConfig } from './config.js';
import { nativeTime, timeForm } from './time-conversion.js';

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

/** The same, with what reading converts (times, GUIDs) turned back into the directory's own form. */
export function toDirectoryValues(attribute: Attribute, config: LdapConfig): (string | Uint8Array)[] {
  const values = toLdapValues(attribute);
  const form = timeForm(attribute.name, config);
  if (form !== undefined) return values.map((value) => (typeof value === 'string' ? nativeTime(value, form) : value));
  if (!isGuidAttribute(attribute.name, config)) return values;
  return values.map((value) => (typeof value === 'string' ? guidBytes(value) ?? value : value));
}

/** Values that have to be text, such as DNs of groups. */
export function toTextValues(attribute: Attribute): string[] {
  return toLdapValues(attribute).map((value) => (typeof value === 'string' ? value : Buffer.from(value).toString('utf8')));
}
