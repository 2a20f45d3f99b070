import type { Document } from 'mongodb';
import { IcfDouble, NAME, UID, type Attribute, type Filter, type IcfValue } from '../../../../protocol/model/index.js';
import type { DatabaseSession } from '../connection/mongo-session.js';
import { textCandidates, withUid } from '../values/document-id.js';
import type { Fields } from './fields.js';

/**
 * A filter as a query that finds all documents it may mean, and perhaps some more, which the facade sorts out: fields hold any type,
 * several of which read as text, and MongoDB's order of texts and lists is not ICF's. Undefined: every document may be meant.
 */

type TextFilter = 'startsWith' | 'endsWith' | 'contains';
type OrderFilter = 'greaterThan' | 'greaterThanOrEqual' | 'lessThan' | 'lessThanOrEqual';

const ORDER: Readonly<Record<OrderFilter, string>> = { greaterThan: '$gt', greaterThanOrEqual: '$gte', lessThan: '$lt', lessThanOrEqual: '$lte' };
/** Types other than text that are read as text. Not symbols: to the server they are text. */
const READ_AS_TEXT = ['objectId', 'date', 'binData', 'timestamp', 'regex', 'javascript', 'javascriptWithScope', 'minKey', 'maxKey', 'dbPointer', 'decimal', 'object'];
/** Of uid and name, numbers as well. */
const READ_AS_IDENTIFIER = [...READ_AS_TEXT, 'int', 'long', 'double', 'bool', 'array', 'null'];
/** Texts that compare otherwise by UTF-16 units, as ICF does it, than by code points. */
const BEYOND_BASIC = /[\ud800-\uffff]/;
const META = /[\\^$.*+?()[\]{}|]/g;

interface FieldTest { readonly field: string; readonly isIdentifier: boolean }

const readTypes = ({ isIdentifier }: FieldTest): readonly string[] => (isIdentifier ? READ_AS_IDENTIFIER : READ_AS_TEXT);

function either(...queries: Document[]): Document {
  return queries.length === 1 && queries[0] !== undefined ? queries[0] : { $or: queries };
}

export class FilterQuery {
  readonly #session: DatabaseSession;
  readonly #fields: Fields;

  constructor(session: DatabaseSession, fields: Fields) {
    this.#session = session;
    this.#fields = fields;
  }

  of(filter: Filter): Document | undefined {
    switch (filter.kind) {
      case 'and': {
        const parts = filter.operands.map((operand) => this.of(operand)).filter((part) => part !== undefined);
        return parts.length > 1 ? { $and: parts } : parts[0];
      }
      case 'or': {
        const parts = filter.operands.map((operand) => this.of(operand));
        return parts.some((part) => part === undefined) ? undefined : { $or: parts };
      }
      case 'presence':
        return this.#onField(filter.name, ({ field }) => ({ [field]: { $exists: true } }));
      case 'not':
      case 'extendedMatch':
        return undefined;
      default:
        return this.#attribute(filter);
    }
  }

  #onField(name: string, make: (test: FieldTest) => Document | undefined): Document | undefined {
    const field = this.#fields.fieldOfFilter(name);
    const query = field === undefined ? undefined : make({ field, isIdentifier: name === UID || name === NAME });
    // A document without a name is called by its uid.
    return field === undefined || query === undefined || name !== NAME ? query : { $or: [query, { [field]: { $eq: null } }] };
  }

  #attribute({ kind, attribute }: Extract<Filter, { readonly attribute: Attribute }>): Document | undefined {
    return this.#onField(attribute.name, (test) => {
      if (kind === 'equals' || kind === 'containsAllValues') return this.#equals(test, attribute);
      const value = attribute.values?.length === 1 ? attribute.values[0] ?? null : null;
      return kind in ORDER ? this.#order(test, kind as OrderFilter, value) : this.#textPart(test, kind as TextFilter, value);
    });
  }

  /** Every value has to be there, alone or in a list. */
  #equals(test: FieldTest, { name, values }: Attribute): Document | undefined {
    if (name === UID && values?.length === 1 && typeof values[0] === 'string') return withUid(this.#session.driver, values[0]);
    const parts = (values ?? []).map((value) => this.#value(test, value)).filter((part) => part !== undefined);
    return parts.length > 1 ? { $and: parts } : parts[0];
  }

  #value(test: FieldTest, value: IcfValue): Document | undefined {
    const { field } = test;
    if (typeof value === 'boolean') return { [field]: { $eq: value } };
    const number = wholeNumber(value);
    if (number !== undefined) return { [field]: { $eq: number } };
    return typeof value === 'string' ? this.#text(test, value) : undefined;
  }

  #text({ field, isIdentifier }: FieldTest, text: string): Document | undefined {
    if (BEYOND_BASIC.test(text) && /\p{Surrogate}/u.test(text)) return undefined;
    const { driver, dates } = this.#session;
    const types: string[] = [];
    if (dates.parse(text) !== undefined) types.push('date');
    if (text.startsWith('{')) types.push('timestamp', 'regex', 'javascript', 'javascriptWithScope', 'minKey', 'maxKey', 'dbPointer', 'object');
    if (/E[+-]?\d{4}/.test(text)) types.push('decimal');
    if (isIdentifier) types.push(...READ_AS_IDENTIFIER);
    const equal = { [field]: { $in: textCandidates(driver, text) } };
    return types.length === 0 ? equal : either(equal, this.#ofTypes(field, types));
  }

  #order(test: FieldTest, kind: OrderFilter, value: IcfValue): Document | undefined {
    const { field } = test;
    const number = wholeNumber(value);
    if (number !== undefined) return { [field]: { [ORDER[kind]]: number } };
    if (typeof value !== 'string' || BEYOND_BASIC.test(value)) return undefined;
    return either({ [field]: { [ORDER[kind]]: value } }, this.#ofTypes(field, readTypes(test)));
  }

  #textPart(test: FieldTest, kind: TextFilter, value: IcfValue): Document | undefined {
    if (typeof value !== 'string' || value.includes('\0') || /\p{Surrogate}/u.test(value)) return undefined;
    const { field } = test;
    const pattern = value.replace(META, '\\$&');
    const $regex = kind === 'startsWith' ? `^${pattern}` : kind === 'endsWith' ? `${pattern}$` : pattern;
    return either({ [field]: { $regex } }, this.#ofTypes(field, readTypes(test)));
  }

  #ofTypes(field: string, types: readonly string[]): Document {
    return { [field]: { $type: this.#session.types.known(types) } };
  }
}

/** Whole numbers compare alike whatever their type; fractions of doubles and decimals do not. */
function wholeNumber(value: IcfValue): number | undefined {
  const number = typeof value === 'bigint' ? Number(value) : value instanceof IcfDouble ? value.value : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}
