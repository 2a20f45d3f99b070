import { parseJson, type JsonValue } from '../../crest/json.js';

type ColumnValue = JsonValue | Date | Uint8Array;

/** By the OID of the type (pg_type.dat). What is not here is text. */
export const COLUMN_VALUES: ReadonlyMap<number, (text: string) => ColumnValue> = new Map<number, (text: string) => ColumnValue>([
  [16, (text) => text === 't'],
  [17, bytes],
  [20, wholeNumber],
  [21, Number], [23, Number], [26, Number],
  [700, Number], [701, Number],
  [114, parseJson], [3802, parseJson],
  [1114, (text) => new Date(`${text.replace(' ', 'T')}Z`)],
  [1184, instant],
  // As they are written: a date has no time zone, and a numeric more digits than a number.
  [1082, asText], [1700, asText], [25, asText], [1043, asText], [2950, asText],
]);

/** Arrays and the type of their elements. */
export const ARRAY_ELEMENTS: ReadonlyMap<number, number> = new Map([
  [1000, 16], [1001, 17], [1005, 21], [1007, 23], [1009, 25], [1015, 1043], [1016, 20], [1021, 700], [1022, 701], [1028, 26],
  [1182, 1082], [1185, 1184], [1115, 1114], [1231, 1700], [199, 114], [3807, 3802], [2951, 2950],
]);

function asText(text: string): string {
  return text;
}

function wholeNumber(text: string): number | bigint {
  const exact = Number(text);
  return Number.isSafeInteger(exact) ? exact : BigInt(text);
}

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.slice(2), 'hex'));
}

/** `2026-11-23 10:00:00.123+00`; sessions are in UTC. */
function instant(text: string): Date {
  return new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));
}
