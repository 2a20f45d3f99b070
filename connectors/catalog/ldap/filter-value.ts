import { ConnectorError } from '../../../protocol/model/index.js';

/** RFC 4515 section 3: what may not stand for itself in a value. Bytes beyond ASCII are escaped too when they are no text. */
export function escapeFilterValue(value: string | Uint8Array): string {
  if (typeof value !== 'string') return Array.from(value, (byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
  return value.replace(/[\\*()\0]/g, (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** An attribute description of RFC 4512 section 2.5. */
const DESCRIPTION = /^(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*)(?:;[A-Za-z0-9-]+)*$/;

/** Throws `illegalArgument` for what is no attribute name: callers name some of them, and the text would become structure. */
export function equalsFilter(attribute: string, value: string | Uint8Array): string {
  if (!DESCRIPTION.test(attribute)) throw new ConnectorError('illegalArgument', `${JSON.stringify(attribute.slice(0, 100))} is no LDAP attribute name.`);
  return `(${attribute}=${escapeFilterValue(value)})`;
}

/** Joins filters; the parentheses a configured filter may lack are added. No filter at all matches everything. */
export function andFilter(...filters: readonly (string | null | undefined)[]): string {
  const operands = filters.map((filter) => filter?.trim() ?? '').filter((filter) => filter !== '').map((filter) => (filter.startsWith('(') ? filter : `(${filter})`));
  return operands.length === 1 ? operands[0] ?? '' : operands.length === 0 ? '(objectClass=*)' : `(&${operands.join('')})`;
}

export function orFilter(filters: readonly string[]): string {
  return filters.length === 1 ? filters[0] ?? '' : `(|${filters.join('')})`;
}
