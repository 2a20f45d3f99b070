import {
  ConnectorError, GuardedByteArray, GuardedString, IcfBigDecimal, IcfBigInteger, IcfByte, IcfDouble, IcfFloat, Uid, type IcfValue,
} from '../../../../protocol/model/index.js';

const NOT_FINITE: ReadonlySet<string> = new Set(['NaN', 'Infinity', '-Infinity']);

/** A script's value as JSON. Secrets become what they are, whole numbers and decimals keep all their digits, bytes become base64. */
export function jsonText(value: IcfValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return listText(value);
  if (value instanceof Set) return listText([...value]);
  if (value instanceof Map) return `{${[...value].map(([key, item]) => `${JSON.stringify(plainText(key))}:${jsonText(item)}`).join(',')}}`;
  if (value instanceof Uint8Array) return JSON.stringify(base64(value));
  const number = numberText(value);
  // JSON has neither infinity nor "not a number".
  if (number !== undefined) return NOT_FINITE.has(number) ? 'null' : number;
  return typeof value === 'boolean' ? String(value) : JSON.stringify(plainText(value));
}

function listText(items: readonly IcfValue[]): string {
  return `[${items.map(jsonText).join(',')}]`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** A text, number or secret as text; a list of them one after the other, e.g. `['Bearer ', secret]`. */
export function plainText(value: IcfValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map((item) => plainText(item)).join('');
  const text = numberText(value) ?? wrappedText(value);
  if (text !== undefined) return text;
  throw new ConnectorError('illegalArgument', 'A request takes texts, numbers, secrets and lists of them here.', { outcome: 'notApplied' });
}

function wrappedText(value: IcfValue): string | undefined {
  if (value instanceof GuardedString) return value.reveal();
  if (value instanceof GuardedByteArray) return base64(value.reveal());
  return value instanceof Uid ? value.value : undefined;
}

function numberText(value: IcfValue): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value instanceof IcfBigInteger) return String(value.value);
  if (value instanceof IcfBigDecimal) return value.toString();
  return value instanceof IcfDouble || value instanceof IcfFloat || value instanceof IcfByte ? String(value.value) : undefined;
}
