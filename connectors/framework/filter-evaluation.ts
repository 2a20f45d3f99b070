import type { Attribute, AttributeFilterKind, ConnectorObject, Filter, IcfValue } from '../../protocol/model/index.js';
import { ConnectorError, NAME, UID, attributeKey } from '../../protocol/model/index.js';
import { canonicalValue } from './canonical.js';
import { compareValues, equalValues, type Comparison } from './value-comparison.js';

/**
 * Undefined is an answer of its own (protocol section 6): the object lacks the attribute, or holds another type. It
 * counts as no match and stays undefined under `not`. `and` and `or` follow Kleene's logic, which the Java framework
 * means but misses: there `and(true, undefined)` matches.
 */
export type Truth = boolean | undefined;

const EXACT: Comparison = { ignoreCase: false };

function and(operands: readonly Filter[], evaluate: (filter: Filter) => Truth): Truth {
  let result: Truth = true;
  for (const operand of operands) {
    const truth = evaluate(operand);
    if (truth === false) return false;
    if (truth === undefined) result = undefined;
  }
  return result;
}

function or(operands: readonly Filter[], evaluate: (filter: Filter) => Truth): Truth {
  let result: Truth = false;
  for (const operand of operands) {
    const truth = evaluate(operand);
    if (truth === true) return true;
    if (truth === undefined) result = undefined;
  }
  return result;
}

/** The value where the attribute has exactly one. */
function onlyValue(attribute: Attribute): IcfValue {
  return attribute.values?.length === 1 ? (attribute.values[0] ?? null) : null;
}

function equalLists(a: readonly IcfValue[] | null, b: readonly IcfValue[] | null, comparison: Comparison): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((value, index) => equalValues(value, b[index] ?? null, comparison));
}

function containsAll(held: readonly IcfValue[] | null, asked: readonly IcfValue[] | null, comparison: Comparison): Truth {
  if (held === null) return undefined;
  const wanted = asked ?? [];
  const known = wanted.length * held.length > FEW_COMPARISONS ? new Set(held.map((value) => lookupKey(value, comparison))) : undefined;
  // What is not found by its key may still equal a value of another type.
  return wanted.every((value) => known?.has(lookupKey(value, comparison)) === true || held.some((candidate) => equalValues(candidate, value, comparison)));
}

/** More of them, for a group's members say, are saved by looking values up. */
const FEW_COMPARISONS = 10_000;

/** Equal values of one type have equal keys. */
function lookupKey(value: IcfValue, { ignoreCase }: Comparison): string {
  if (typeof value === 'string') return `"${ignoreCase ? value.toLowerCase() : value}`;
  return JSON.stringify(canonicalValue(value));
}

const textTests = {
  startsWith: (text: string, part: string) => text.startsWith(part),
  endsWith: (text: string, part: string) => text.endsWith(part),
  contains: (text: string, part: string) => text.includes(part),
} as const;

const orderTests = {
  greaterThan: (order: number) => order > 0,
  greaterThanOrEqual: (order: number) => order >= 0,
  lessThan: (order: number) => order < 0,
  lessThanOrEqual: (order: number) => order <= 0,
} as const;

function evaluateText(kind: keyof typeof textTests, held: IcfValue, asked: IcfValue, { ignoreCase }: Comparison): Truth {
  if (typeof held !== 'string' || typeof asked !== 'string') return undefined;
  return ignoreCase ? textTests[kind](held.toLowerCase(), asked.toLowerCase()) : textTests[kind](held, asked);
}

function evaluateOrder(kind: keyof typeof orderTests, held: IcfValue, asked: IcfValue, comparison: Comparison): Truth {
  const order = held === null || asked === null ? undefined : compareValues(held, asked, comparison);
  return order === undefined ? undefined : orderTests[kind](order);
}

type AttributeFilter = Extract<Filter, { readonly kind: AttributeFilterKind }>;

function evaluateAttribute({ kind, attribute }: AttributeFilter, object: ConnectorObject, comparison: Comparison): Truth {
  const held = object.get(attribute.name);
  if (held === undefined) return undefined;
  switch (kind) {
    case 'equals':
      return equalLists(held.values, attribute.values, comparison);
    case 'containsAllValues':
      return containsAll(held.values, attribute.values, comparison);
    case 'startsWith':
    case 'endsWith':
    case 'contains':
      return evaluateText(kind, onlyValue(held), onlyValue(attribute), comparison);
    default:
      return evaluateOrder(kind, onlyValue(held), onlyValue(attribute), comparison);
  }
}

/**
 * Evaluates a filter on one object. `equals` compares the whole value list; the string filters and the comparisons need
 * one value on either side. Throws `unsupportedOperation` for an extended match: its operator means something to the
 * target only.
 */
export function evaluateFilter(filter: Filter, object: ConnectorObject, comparison: Comparison = EXACT): Truth {
  switch (filter.kind) {
    case 'and':
      return and(filter.operands, (operand) => evaluateFilter(operand, object, comparison));
    case 'or':
      return or(filter.operands, (operand) => evaluateFilter(operand, object, comparison));
    case 'not': {
      const truth = evaluateFilter(filter.operand, object, comparison);
      return truth === undefined ? undefined : !truth;
    }
    case 'presence': {
      // Some connectors give out what was asked for and is not there as an attribute without values.
      const held = object.get(filter.name);
      return held !== undefined && held.values?.length !== 0;
    }
    case 'extendedMatch':
      throw new ConnectorError('unsupportedOperation', `The filter operator '${filter.operator}' on ${filter.attribute.name} is not supported by this connector.`);
    default:
      return evaluateAttribute(filter, object, comparison);
  }
}

/** Names of the attributes the filter looks at, as it spells them, without `__UID__` and `__NAME__`, which every object has. */
export function attributesOfFilter(filter: Filter): Set<string> {
  const names = new Map<string, string>();
  const visit = (part: Filter): void => {
    if (part.kind === 'and' || part.kind === 'or') part.operands.forEach(visit);
    else if (part.kind === 'not') visit(part.operand);
    else {
      const name = part.kind === 'presence' ? part.name : part.attribute.name;
      if (name !== UID && name !== NAME) names.set(attributeKey(name), name);
    }
  };
  visit(filter);
  return new Set(names.values());
}

/** The filter without its values, for logs: `and(equals mail, not(presence manager))`. */
export function filterShape(filter: Filter | undefined): string {
  if (filter === undefined) return 'none';
  if (filter.kind === 'and' || filter.kind === 'or') return `${filter.kind}(${filter.operands.map(filterShape).join(', ')})`;
  if (filter.kind === 'not') return `not(${filterShape(filter.operand)})`;
  if (filter.kind === 'presence') return `presence ${filter.name}`;
  return `${filter.kind === 'extendedMatch' ? filter.operator : filter.kind} ${filter.attribute.name}`;
}
