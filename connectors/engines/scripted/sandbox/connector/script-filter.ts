import { Attribute, ConnectorError, Name, UID, Uid, NAME, attributeKey, type AttributeFilterKind, type Filter, type IcfValue } from '../../../../../protocol/model/index.js';

const DEEPEST_FILTER = 32;
const COMPARISONS: ReadonlySet<string> = new Set<AttributeFilterKind>([
  'equals', 'containsAllValues', 'startsWith', 'endsWith', 'contains', 'greaterThan', 'greaterThanOrEqual', 'lessThan', 'lessThanOrEqual',
]);

function refuse(what: string): never {
  throw new ConnectorError('illegalArgument', `The filter ${what}; make it with icf.filter, e.g. icf.filter.equals("mail", "a@example.com").`);
}

/** The filter a script gave: `{and: […]}`, `{or: […]}`, `{not: …}`, `{presence: name}`, `{equals: [name, value]}` and the like. */
export function scriptFilter(given: IcfValue | undefined): Filter | undefined {
  return given === null || given === undefined ? undefined : filterOf(given, 0);
}

function filterOf(given: IcfValue, depth: number): Filter {
  if (depth > DEEPEST_FILTER) refuse(`is nested deeper than ${DEEPEST_FILTER} levels`);
  const entries = given instanceof Map ? [...given] : [];
  const [kind, operand] = entries[0] ?? [];
  if (entries.length !== 1 || typeof kind !== 'string' || operand === undefined) refuse('is none');
  if (kind === 'and' || kind === 'or') return combined(kind, operand, depth);
  if (kind === 'not') return { kind, operand: filterOf(operand, depth + 1) };
  if (kind === 'presence') return { kind, name: nameOf(operand) };
  return COMPARISONS.has(kind) ? { kind: kind as AttributeFilterKind, attribute: comparedAttribute(kind, operand) } : refuse('is of a kind there is none of');
}

function combined(kind: 'and' | 'or', given: IcfValue, depth: number): Filter {
  const operands = Array.isArray(given) ? given.map((operand) => filterOf(operand, depth + 1)) : refuse(`has an "${kind}" without a list`);
  const [only] = operands;
  if (only === undefined) refuse(`has an empty "${kind}"`);
  return operands.length === 1 ? only : { kind, operands };
}

function comparedAttribute(kind: string, given: IcfValue): Attribute {
  const [name, value] = Array.isArray(given) ? given : [];
  const own = nameOf(name);
  if (value === undefined || value === null) refuse(`compares ${own} with nothing`);
  if (kind === 'equals' && typeof value === 'string' && value.trim() !== '') {
    if (attributeKey(own) === attributeKey(UID)) return new Uid(value);
    if (attributeKey(own) === attributeKey(NAME)) return new Name(value);
  }
  return new Attribute(own, kind === 'containsAllValues' && Array.isArray(value) ? value : [value]);
}

function nameOf(given: IcfValue | undefined): string {
  return typeof given === 'string' && given.trim() !== '' ? given : refuse('has an attribute without a name');
}
