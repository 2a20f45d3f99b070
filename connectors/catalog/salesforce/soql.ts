import type { AttributeFilterKind } from '../../../protocol/model/index.js';
import type { FilterLanguage } from '../../engines/rest/filters/expressions.js';

const ESCAPES: ReadonlyMap<string, string> = new Map([['\\', '\\\\'], ['\'', '\\\''], ['"', '\\"'], ['\n', '\\n'], ['\r', '\\r'], ['\t', '\\t'], ['\b', '\\b'], ['\f', '\\f']]);

function escaped(character: string): string {
  return ESCAPES.get(character) ?? (/\p{Cc}/u.test(character) ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : character);
}

/** A text in quotes (https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm). */
export function soqlText(text: string): string {
  return `'${Array.from(text, escaped).join('')}'`;
}

const OPERATORS: Readonly<Partial<Record<AttributeFilterKind, string>>> = { equals: '=', greaterThan: '>', greaterThanOrEqual: '>=', lessThan: '<', lessThanOrEqual: '<=' };
const PATTERNS: Readonly<Partial<Record<AttributeFilterKind, (text: string) => string>>> = { startsWith: (text) => `${text}%`, endsWith: (text) => `%${text}`, contains: (text) => `%${text}%` };
const RECORD_ID = /^[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?$/;
/** No characters at all: half of a surrogate pair, and U+0000. */
const UNSENDABLE = /[\p{Cs}\0]/u;

/** `%` and `_` stand for themselves behind a backslash. */
function pattern(kind: AttributeFilterKind, text: string): string | undefined {
  const made = PATTERNS[kind];
  // What a backslash of the text itself means in a pattern is not documented.
  if (made === undefined || text === '' || text.includes('\\')) return undefined;
  return `'${made(Array.from(text, (character) => (character === '%' || character === '_' ? `\\${character}` : escaped(character))).join(''))}'`;
}

/** Conditions of SOQL. `ids`: fields that hold ids of records; anything else compared with one is an error there. */
export function soqlLanguage(ids: ReadonlySet<string>): FilterLanguage {
  return {
    compare(kind, path, literal) {
      const operator = OPERATORS[kind];
      if (typeof literal !== 'string') return operator === undefined ? undefined : `${path} ${operator} ${String(literal)}`;
      if (UNSENDABLE.test(literal) || (ids.has(path) && !RECORD_ID.test(literal))) return undefined;
      if (operator !== undefined) return kind === 'equals' ? `${path} = ${soqlText(literal)}` : undefined;
      const like = pattern(kind, literal);
      return like === undefined ? undefined : `${path} LIKE ${like}`;
    },
    and: (conditions) => conditions.map((condition) => `(${condition})`).join(' AND '),
    or: (conditions) => conditions.map((condition) => `(${condition})`).join(' OR '),
    not: (condition) => `(NOT (${condition}))`,
  };
}
