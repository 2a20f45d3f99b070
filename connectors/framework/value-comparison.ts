import {
  IcfBigDecimal, IcfBigInteger, IcfByte, IcfCharacter, IcfDouble, IcfFloat, type IcfValue,
} from '../../protocol/model/index.js';
import { canonicalValue } from './canonical.js';

export interface Comparison {
  /** Strings and characters compare without regard to case. */
  readonly ignoreCase: boolean;
}

/** A number of any of Java's types, as a decimal fraction: unscaled × 10^-scale; NaN and infinities stay as they are. */
type Numeric = { readonly unscaled: bigint; readonly scale: number } | number;

function textOf(value: IcfValue, { ignoreCase }: Comparison): string | undefined {
  const text = typeof value === 'string' ? value : value instanceof IcfCharacter ? value.value : undefined;
  return ignoreCase ? text?.toLowerCase() : text;
}

/** Enough for every double (5e-324) and for honest decimals; above it the power of ten alone would take the memory. */
const LARGEST_SCALE = 2_000;

function fraction(value: number): Numeric {
  if (!Number.isFinite(value)) return value;
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e');
  const [whole = '0', decimals = ''] = mantissa.split('.');
  return { unscaled: BigInt(whole + decimals), scale: decimals.length - Number(exponent) };
}

function numericOf(value: IcfValue): Numeric | undefined {
  if (typeof value === 'number' || value instanceof IcfByte) return fraction(typeof value === 'number' ? value : value.value);
  if (typeof value === 'bigint') return { unscaled: value, scale: 0 };
  if (value instanceof IcfDouble || value instanceof IcfFloat) return fraction(value.value);
  if (value instanceof IcfBigInteger) return { unscaled: value.value, scale: 0 };
  if (value instanceof IcfBigDecimal) return Math.abs(value.scale) > LARGEST_SCALE ? undefined : { unscaled: value.unscaled, scale: value.scale };
  return undefined;
}

function compareNumeric(a: Numeric, b: Numeric): number | undefined {
  if (typeof a === 'number' || typeof b === 'number') return compareUnbounded(a, b);
  const scale = Math.max(a.scale, b.scale, 0);
  const left = a.unscaled * 10n ** BigInt(scale - a.scale);
  const right = b.unscaled * 10n ** BigInt(scale - b.scale);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** One of the two is NaN or infinite; NaN has no order. */
function compareUnbounded(a: Numeric, b: Numeric): number | undefined {
  const left = typeof a === 'number' ? a : 0;
  const right = typeof b === 'number' ? b : 0;
  if (Number.isNaN(left) || Number.isNaN(right)) return undefined;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Less than 0, 0, or more than 0; undefined when the two have no common order (other type, not comparable, NaN). */
export function compareValues(a: IcfValue, b: IcfValue, comparison: Comparison): number | undefined {
  const text = textOf(a, comparison);
  const other = textOf(b, comparison);
  if (text !== undefined && other !== undefined) return text < other ? -1 : text > other ? 1 : 0;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const left = numericOf(a);
  const right = numericOf(b);
  if (left !== undefined && right !== undefined) return compareNumeric(left, right);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  return undefined;
}

/** Numbers of different types are equal when their values are; everything else needs the same type. */
export function equalValues(a: IcfValue, b: IcfValue, comparison: Comparison): boolean {
  if (typeof a === 'string' && typeof b === 'string' && !comparison.ignoreCase) return a === b;
  const order = compareValues(a, b, comparison);
  if (order !== undefined) return order === 0;
  return JSON.stringify(canonicalValue(a)) === JSON.stringify(canonicalValue(b));
}
