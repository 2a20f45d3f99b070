import type { SqlValue } from './database.js';

/** A parameter as PostgreSQL reads it as text; null is NULL. Both drivers are given nothing else, so that they cannot differ. */
export function parameterText(value: SqlValue): string | null {
  if (value === null) return null;
  switch (typeof value) {
    case 'string': return requireNoNul(value);
    case 'boolean': return value ? 't' : 'f';
    case 'number': case 'bigint': return String(value);
    default: return value instanceof Uint8Array ? byteaText(value) : arrayText(value);
  }
}

/** https://www.postgresql.org/docs/current/datatype-binary.html#DATATYPE-BINARY-BYTEA-HEX-FORMAT */
function byteaText(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;
}

/** https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
function arrayText(values: readonly SqlValue[]): string {
  return `{${values.map((value) => {
    if (Array.isArray(value)) return arrayText(value as readonly SqlValue[]);
    const text = parameterText(value);
    return text === null ? 'NULL' : `"${text.replace(/["\\]/g, '\\$&')}"`;
  }).join(',')}}`;
}

function requireNoNul(text: string): string {
  if (text.includes('\0')) throw new TypeError('A text with the character NUL cannot be stored in the database.');
  return text;
}
