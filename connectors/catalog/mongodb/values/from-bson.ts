import { IcfBigDecimal, IcfDouble, type IcfValue } from '../../../../protocol/model/index.js';
import { bsonType, isUuid } from './document-id.js';
import type { DateFormat } from './date-format.js';

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/;
/** Decimal128 goes to 10^6144; what is larger than this is handed on as text. */
const LARGEST_EXPONENT = 1_000;

/** Exact; NaN and infinities, which no BigDecimal holds, as doubles. */
function decimal(text: string): IcfValue {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  if (whole === '') return new IcfDouble(Number(text));
  if (Math.abs(Number(exponent)) > LARGEST_EXPONENT) return text;
  return new IcfBigDecimal(BigInt(`${sign}${whole}${fraction}`), fraction.length - Number(exponent));
}

interface Printed { toString(): string }
interface Valued<T> { readonly value: T }
type Reader = (value: unknown) => IcfValue;

const NUMBERS: Readonly<Record<string, Reader>> = {
  Int32: (value) => (value as Valued<number>).value,
  Long: (value) => (value as { toBigInt(): bigint }).toBigInt(),
  Double: (value) => new IcfDouble((value as Valued<number>).value),
  Decimal128: (value) => decimal(String(value)),
};

function binary(value: unknown): IcfValue {
  return isUuid(value) ? value.toUUID().toString() : Uint8Array.from((value as { value(): Uint8Array }).value());
}

/** Values of a document as ICF knows them. A document within is a map, ObjectId and UUID are text, dates as `dateFormat` prints them. */
export class ValueReader {
  readonly #dates: DateFormat;
  readonly #asText: (value: unknown) => string;

  /** `asText`: for types ICF has nothing for, such as regular expressions. */
  constructor(dates: DateFormat, asText: (value: unknown) => string) {
    this.#dates = dates;
    this.#asText = asText;
  }

  read(value: unknown): IcfValue {
    if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint') return value ?? null;
    if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? value : new IcfDouble(value);
    if (value instanceof Date) return this.#dates.format(value);
    if (Array.isArray(value)) return value.map((item) => this.read(item));
    return this.#object(value);
  }

  #object(value: object): IcfValue {
    const type = bsonType(value);
    if (type === undefined) {
      return value instanceof RegExp ? this.#asText(value) : new Map(Object.entries(value).map(([key, item]): [IcfValue, IcfValue] => [key, this.read(item)]));
    }
    if (type === 'Binary') return binary(value);
    if (type === 'ObjectId' || type === 'BSONSymbol') return (value as Printed).toString();
    return NUMBERS[type]?.(value) ?? this.#asText(value);
  }
}
