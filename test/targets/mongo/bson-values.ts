import { EJSON } from 'bson';

const RANKS: Readonly<Record<string, number>> = {
  minKey: 0, null: 1, int: 2, long: 2, double: 2, decimal: 2, string: 3, symbol: 3, object: 4, array: 5, binData: 6, objectId: 7, bool: 8, date: 9, timestamp: 10, regex: 11, javascript: 12, maxKey: 13,
};
const TYPES: Readonly<Record<string, string>> = {
  MinKey: 'minKey', MaxKey: 'maxKey', Int32: 'int', Long: 'long', Double: 'double', Decimal128: 'decimal', BSONSymbol: 'symbol', Binary: 'binData', ObjectId: 'objectId',
  Timestamp: 'timestamp', BSONRegExp: 'regex', Code: 'javascript',
};

/** The server's name of a value's type. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? 'int' : 'double';
  if (value instanceof Date) return 'date';
  if (Array.isArray(value)) return 'array';
  return TYPES[(value as { _bsontype?: string })._bsontype ?? ''] ?? 'object';
}

export const rankOf = (value: unknown): number => RANKS[typeName(value)] ?? 4;
export const isNumber = (value: unknown): boolean => rankOf(value) === 2;

function integerOf(value: unknown): bigint | undefined {
  if (typeName(value) === 'long') return (value as { toBigInt(): bigint }).toBigInt();
  const number = numberOf(value);
  return Number.isInteger(number) ? BigInt(number) : undefined;
}

/** What a value of the library prints. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (value as { toString(): string }).toString();
}

/** A number of whatever type, for counts and limits. */
export function numberOf(value: unknown, otherwise = 0): number {
  return value === undefined || value === null ? otherwise : Number(textOf(value));
}

function compareNumbers(a: unknown, b: unknown): number {
  const [left, right] = [integerOf(a), integerOf(b)];
  if (left !== undefined && right !== undefined) return left < right ? -1 : left > right ? 1 : 0;
  const [x, y] = [numberOf(a), numberOf(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) ? Number.isNaN(y) ? 0 : -1 : 1;
  return x < y ? -1 : x > y ? 1 : 0;
}

function compareLists(a: readonly unknown[], b: readonly unknown[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const order = compareValues(a[index], b[index]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

const utf8 = (value: unknown): Buffer => Buffer.from(textOf(value), 'utf8');
const bytes = (value: unknown): Buffer => Buffer.from((value as { value(): Uint8Array }).value());

type Order = (a: unknown, b: unknown) => number;

const byText: Order = (a, b) => (textOf(a) < textOf(b) ? -1 : textOf(a) > textOf(b) ? 1 : 0);
const bySize: Order = (a, b) => bytes(a).length - bytes(b).length || Buffer.compare(bytes(a), bytes(b));
const byExtendedJson: Order = (a, b) => byText(EJSON.stringify(a), EJSON.stringify(b));

/** Within one rank. */
const ORDERS: Readonly<Record<number, Order>> = {
  2: compareNumbers,
  3: (a, b) => Buffer.compare(utf8(a), utf8(b)),
  4: (a, b) => compareLists(Object.entries(a as object), Object.entries(b as object)),
  5: (a, b) => compareLists(a as unknown[], b as unknown[]),
  6: bySize,
  7: byText,
  8: (a, b) => Number(a) - Number(b),
  9: (a, b) => (a as Date).getTime() - (b as Date).getTime(),
  10: (a, b) => Number((a as { toBigInt(): bigint }).toBigInt() - (b as { toBigInt(): bigint }).toBigInt()),
};

/** The server's order of all values: www.mongodb.com/docs/manual/reference/bson-type-comparison-order/. */
export function compareValues(a: unknown, b: unknown): number {
  const rank = rankOf(a);
  return rank === rankOf(b) ? (ORDERS[rank] ?? byExtendedJson)(a, b) : rank - rankOf(b);
}

export const equalValues = (a: unknown, b: unknown): boolean => compareValues(a, b) === 0;
