import type { Document } from 'bson';
import { CommandError } from './command-error.js';
import { compareValues, equalValues, numberOf, rankOf, textOf, typeName } from './bson-values.js';

/** What is at a path: of lists on the way, what is in their items. */
export function valuesAt(document: unknown, path: readonly string[]): unknown[] {
  const [first, ...rest] = path;
  if (first === undefined) return [document];
  if (Array.isArray(document)) return document.flatMap((item) => (typeName(item) === 'object' ? valuesAt(item, path) : []));
  if (typeName(document) !== 'object' || !Object.hasOwn(document as object, first)) return [];
  return valuesAt((document as Document)[first], rest);
}

/** A list counts by itself and by its items. */
const spread = (values: readonly unknown[]): unknown[] => values.flatMap((value): unknown[] => (Array.isArray(value) ? [value, ...value as unknown[]] : [value]));

/** Texts and symbols. */
const TEXT = rankOf('');

type Test = (values: readonly unknown[], asked: unknown, condition: Document) => boolean;

function ordered(decide: (order: number) => boolean): Test {
  // Only values of the same type have an order in a query.
  return (values, asked) => spread(values).some((value) => rankOf(value) === rankOf(asked) && decide(compareValues(value, asked)));
}

const equals: Test = (values, asked) => spread(values).some((value) => equalValues(value, asked)) || (asked === null && values.length === 0);

function pattern(asked: unknown, options: unknown): RegExp {
  const { pattern: own, options: flags } = asked as { pattern?: string; options?: string };
  return new RegExp(own ?? textOf(asked), `u${flags ?? (typeof options === 'string' ? options : '')}`.replace(/[^imsu]/g, ''));
}

const TESTS: Readonly<Record<string, Test>> = {
  $eq: equals,
  $ne: (values, asked) => !equals(values, asked, {}),
  $gt: ordered((order) => order > 0),
  $gte: ordered((order) => order >= 0),
  $lt: ordered((order) => order < 0),
  $lte: ordered((order) => order <= 0),
  $in: (values, asked) => (asked as unknown[]).some((one) => isOneOf(values, one)),
  $nin: (values, asked) => !(asked as unknown[]).some((one) => isOneOf(values, one)),
  $all: (values, asked) => (asked as unknown[]).every((one) => equals(values, one, {})),
  $exists: (values, asked) => (values.length > 0) === (asked === true || (asked !== false && numberOf(asked) !== 0)),
  $size: (values, asked) => values.some((value) => Array.isArray(value) && value.length === numberOf(asked)),
  $type: (values, asked) => {
    const names = (Array.isArray(asked) ? asked : [asked]).map(String);
    const known = (name: string) => names.includes(name) || (names.includes('number') && ['int', 'long', 'double', 'decimal'].includes(name));
    return spread(values).some((value) => known(typeName(value)));
  },
  $regex: (values, asked, { $options }) => spread(values).some((value) => rankOf(value) === TEXT && pattern(asked, $options).test(textOf(value))),
  $options: () => true,
  $not: (values, asked) => !condition(values, asked),
};

/** In a list, a regular expression is a pattern still, and an operator is refused. */
function isOneOf(values: readonly unknown[], one: unknown): boolean {
  if (isOperators(one)) throw new CommandError(2, 'BadValue', 'cannot nest $ under $in');
  return condition(values, one);
}

function isOperators(asked: unknown): asked is Document {
  return typeName(asked) === 'object' && Object.keys(asked as object).some((key) => key.startsWith('$'));
}

function condition(values: readonly unknown[], asked: unknown): boolean {
  if (typeName(asked) === 'regex') return TESTS['$regex']!(values, asked, {});
  if (!isOperators(asked)) return equals(values, asked, {});
  return Object.entries(asked).every(([operator, operand]) => {
    const test = TESTS[operator];
    if (test === undefined) throw new CommandError(2, 'BadValue', `unknown operator: ${operator}`);
    return test(values, operand, asked);
  });
}

/** Whether the document is one the query means. */
export function matches(document: Document, query: Document): boolean {
  return Object.entries(query).every(([field, asked]) => {
    if (field === '$and') return (asked as Document[]).every((part) => matches(document, part));
    if (field === '$or') return (asked as Document[]).some((part) => matches(document, part));
    if (field === '$nor') return !(asked as Document[]).some((part) => matches(document, part));
    if (field === '$comment') return true;
    if (field.startsWith('$')) throw new CommandError(2, 'BadValue', `unknown top level operator: ${field}`);
    return condition(valuesAt(document, field.split('.')), asked);
  });
}

export function sorted(documents: readonly Document[], order: Document): Document[] {
  const keys = Object.entries(order).map(([field, direction]) => ({ path: field.split('.'), sign: numberOf(direction) }));
  return [...documents].sort((a, b) => {
    for (const { path, sign } of keys) {
      const found = compareValues(valuesAt(a, path)[0] ?? null, valuesAt(b, path)[0] ?? null);
      if (found !== 0) return found * sign;
    }
    return 0;
  });
}

/** Fields to give, or to leave out; `_id` is given unless it is left out. */
export function projected(document: Document, projection: Document | undefined): Document {
  const asked = Object.entries(projection ?? {}).map(([field, flag]) => [field, flag === true || (flag !== false && numberOf(flag) !== 0)] as const);
  if (asked.length === 0) return document;
  const includes = asked.some(([field, given]) => given && field !== '_id') || asked.every(([, given]) => given);
  const named = new Map(asked);
  return Object.fromEntries(Object.entries(document).filter(([field]) => named.get(field) ?? (field === '_id' ? true : !includes)));
}
