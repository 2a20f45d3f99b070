import {
  ConnectorError, IcfArray, IcfBigDecimal, IcfBigInteger, IcfByte, IcfCharacter, IcfDouble, IcfFile, IcfFloat, IcfUri, attributeKey,
  type Attribute, type IcfValue,
} from '../../../../protocol/model/index.js';
import type { Driver } from '../connection/driver.js';
import type { DateFormat } from './date-format.js';

const LONG_MAX = 2n ** 63n - 1n;
const LONG_MIN = -(2n ** 63n);
/** Digits of a Decimal128. */
const DECIMAL_DIGITS = 34;

/** What becomes of an attribute in a document. */
export type FieldValue = { readonly kept: true; readonly value: unknown } | { readonly kept: false };

export interface FieldRules {
  readonly dateAttributes: readonly string[];
  readonly arrayAttributes: readonly string[];
  readonly includeNullValue: boolean;
  readonly includeEmptyList: boolean;
}

const LEFT_OUT: FieldValue = { kept: false };

function keysOf(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map(attributeKey));
}

/** Attributes as values of a document, by `dateAttributes`, `arrayAttributes`, `includeNullValue` and `includeEmptyList`. */
export class ValueWriter {
  readonly #driver: Driver;
  readonly #dates: DateFormat;
  readonly #rules: FieldRules;
  readonly #dateKeys: ReadonlySet<string>;
  readonly #arrayKeys: ReadonlySet<string>;

  constructor(driver: Driver, dates: DateFormat, rules: FieldRules) {
    this.#driver = driver;
    this.#dates = dates;
    this.#rules = rules;
    this.#dateKeys = keysOf(rules.dateAttributes);
    this.#arrayKeys = keysOf(rules.arrayAttributes);
  }

  isArray(name: string): boolean {
    return this.#arrayKeys.has(attributeKey(name));
  }

  /** Several values, and those of `arrayAttributes`, make an array; one value stands by itself. */
  field({ name, values }: Attribute): FieldValue {
    if (values === null || (values.length === 1 && values[0] === null)) {
      return this.#rules.includeNullValue ? { kept: true, value: null } : LEFT_OUT;
    }
    if (values.length === 0) return this.#rules.includeEmptyList ? { kept: true, value: [] } : LEFT_OUT;
    const written = values.map((value) => this.value(name, value));
    return { kept: true, value: written.length === 1 && !this.isArray(name) ? written[0] : written };
  }

  /** Throws `invalidAttributeValue` for what cannot be stored. */
  value(name: string, value: IcfValue): unknown {
    return this.#dateKeys.has(attributeKey(name)) ? this.#date(name, value) : this.#plain(name, value);
  }

  #date(name: string, value: IcfValue): unknown {
    if (value === null) return null;
    if (typeof value === 'bigint') return new Date(Number(value));
    const date = typeof value === 'string' ? this.#dates.parse(value) : undefined;
    if (date === undefined || Number.isNaN(date.getTime())) {
      throw new ConnectorError('invalidAttributeValue', `${name} is one of dateAttributes, and ${typeof value === 'string' ? JSON.stringify(value.slice(0, 64)) : 'its value'} is no date of the form ${this.#dates.pattern} (dateFormat).`, { outcome: 'notApplied' });
    }
    return date;
  }

  #plain(name: string, value: IcfValue): unknown {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number') return new this.#driver.Int32(value);
    if (typeof value === 'bigint') return this.#driver.Long.fromBigInt(value);
    if (value instanceof Uint8Array) return new this.#driver.Binary(value);
    return this.#number(value) ?? this.#nested(name, value);
  }

  #number(value: IcfValue): unknown {
    if (value instanceof IcfDouble || value instanceof IcfFloat) return new this.#driver.Double(value.value);
    if (value instanceof IcfByte) return new this.#driver.Int32(value.value);
    if (value instanceof IcfBigInteger) {
      return value.value <= LONG_MAX && value.value >= LONG_MIN ? this.#driver.Long.fromBigInt(value.value) : this.#decimal(value.value.toString());
    }
    return value instanceof IcfBigDecimal ? this.#decimal(value.toString()) : undefined;
  }

  #decimal(text: string): unknown {
    if (text.replace(/[-.]/g, '').replace(/^0+/, '').length > DECIMAL_DIGITS) {
      throw new ConnectorError('invalidAttributeValue', `MongoDB holds decimals of ${DECIMAL_DIGITS} digits; this one has more.`, { outcome: 'notApplied' });
    }
    return this.#driver.Decimal128.fromString(text);
  }

  #nested(name: string, value: IcfValue): unknown {
    if (Array.isArray(value) || value instanceof Set) return [...value].map((item) => this.#plain(name, item));
    if (value instanceof IcfArray) return value.items.map((item) => this.#plain(name, item));
    if (value instanceof Map) return this.#document(name, value);
    if (value instanceof IcfUri || value instanceof IcfCharacter) return value.value;
    if (value instanceof IcfFile) return value.path;
    const type = typeof value === 'object' && value !== null ? value.constructor.name : typeof value;
    throw new ConnectorError('invalidAttributeValue', `A ${type} of ${name} cannot be stored in a document.`, { outcome: 'notApplied' });
  }

  #document(name: string, value: ReadonlyMap<IcfValue, IcfValue>): unknown {
    const entries = [...value].map(([key, item]): [string, unknown] => {
      if (typeof key !== 'string') throw new ConnectorError('invalidAttributeValue', `A map of ${name} has a key that is no text; fields of documents are named by text.`, { outcome: 'notApplied' });
      return [key, this.#plain(name, item)];
    });
    return Object.fromEntries(entries);
  }
}
