import { IcfBigDecimal } from '../../../protocol/model/index.js';
import { SqlTemporal, type SqlValue } from './values.js';

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,5}))?$/;

/** `-12.50` keeps its scale of 2; undefined for what is no decimal number, such as NaN. */
export function decimal(text: string): IcfBigDecimal | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const unscaled = BigInt(whole + fraction);
  const scale = fraction.length - Number(exponent);
  return scale < 0 ? new IcfBigDecimal((sign === '-' ? -unscaled : unscaled) * 10n ** BigInt(-scale), 0) : new IcfBigDecimal(sign === '-' ? -unscaled : unscaled, scale);
}

/** What a library gives of a type it has no better form for. */
export function libraryText(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}

/** What is no decimal number after all, such as NaN, stays text. */
export function decimalOrText(value: unknown): IcfBigDecimal | string {
  const text = libraryText(value);
  return decimal(text) ?? text;
}

/** What needs no conversion, and text of everything that is unknown. */
export function asItIs(value: unknown): SqlValue {
  return typeof value === 'number' || typeof value === 'boolean' || value instanceof Uint8Array ? value : libraryText(value);
}

/**
 * One form whatever the precision of the column: `12:00:00.500+02` is `12:00:00.5+02`, `1015488.00` is `1015488`. No expression for the
 * zeros: it would try each of them.
 */
export function withoutEmptyFraction(text: string): string {
  const [found, whole = '', digits = '', rest = ''] = /^([^.]*)\.(\d*)(.*)$/s.exec(text) ?? [];
  if (found === undefined) return text;
  const fraction = withoutTrailingZeros(digits);
  return `${whole}${fraction === '' ? '' : '.'}${fraction}${rest}`;
}

function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  return digits.slice(0, end);
}

/** With `+02` written as `+02:00`, so that zones of one text form compare. */
export function temporalOf(kind: SqlTemporal['kind'], text: string): SqlTemporal {
  return new SqlTemporal(kind, kind === 'timestampWithZone' ? text.replace(/([+-]\d\d)$/, '$1:00').replace(/ (?=[+-]\d\d:\d\d$)/, '') : text);
}

/** A Date's UTC fields as a timestamp; `digits` behind the second come from the driver where it knows more than milliseconds. */
export function timestampText(date: Date, fraction?: string): string {
  const text = date.toISOString();
  const digits = withoutTrailingZeros(fraction ?? text.slice(20, 23));
  return `${text.slice(0, 10)} ${text.slice(11, 19)}${digits === '' ? '' : `.${digits}`}`;
}
