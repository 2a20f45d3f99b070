/** RFC 4515 section 3: what may not stand for itself in a value. Bytes beyond ASCII are escaped too when they are no text. */
export function escapeFilterValue(value: string | Uint8Array): string {
  if (typeof value !== 'string') return Array.from(value, (byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
  return value.replace(/[\\*()\0]/g, (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

export function equalsFilter(attribute: string, value: string | Uint8Array): string {
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
