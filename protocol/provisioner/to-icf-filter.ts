import { Attribute, NAME, Name, UID, Uid, attributeKey, type AttributeFilterKind, type Filter } from '../model/index.js';
import { pointerText, type JsonPointer } from '../crest/json-pointer.js';
import type { Comparison, FilterLiteral, QueryFilter } from '../crest/query-filter.js';
import { badRequest } from '../crest/resource-error.js';
import { CoercionError, toIcfValue } from './coerce.js';
import type { ObjectType, PropertyType } from './object-type.js';

/** A filter for the connector, or the answer when it does not depend on the object. */
export type IcfFilter = Filter | boolean;

const COMPARISON_KINDS: Readonly<Record<Comparison, AttributeFilterKind>> = {
  eq: 'equals', co: 'contains', sw: 'startsWith', gt: 'greaterThan', ge: 'greaterThanOrEqual', lt: 'lessThan', le: 'lessThanOrEqual',
};
const TEXT_KINDS: ReadonlySet<AttributeFilterKind> = new Set(['contains', 'startsWith', 'endsWith']);
const ORDER_KINDS: ReadonlySet<AttributeFilterKind> = new Set(['greaterThan', 'greaterThanOrEqual', 'lessThan', 'lessThanOrEqual']);
const WITHOUT_ORDER: ReadonlySet<string> = new Set(['Boolean', 'ByteArray', 'Map', 'GuardedString', 'GuardedByteArray', 'Script']);

/**
 * CREST filter → ICF filter, property names as native names and literals in the property's type. `true`, `false` and the
 * presence of something that cannot be there are worked out by ordinary logic. Throws 400 for what has no counterpart.
 */
export function toIcfFilter(type: ObjectType, filter: QueryFilter): IcfFilter {
  switch (filter.kind) {
    case 'literal': return filter.value;
    case 'not': return negated(toIcfFilter(type, filter.operand));
    case 'and': case 'or': return combined(filter.kind, filter.operands.map((operand) => toIcfFilter(type, operand)));
    case 'present': return presence(type, filter.pointer);
    case 'compare': return comparison(type, COMPARISON_KINDS[filter.operator], filter.pointer, filter.value);
    case 'extended': return comparison(type, extendedKind(filter.operator), filter.pointer, filter.value);
  }
}

function negated(filter: IcfFilter): IcfFilter {
  return typeof filter === 'boolean' ? !filter : { kind: 'not', operand: filter };
}

function combined(kind: 'and' | 'or', operands: readonly IcfFilter[]): IcfFilter {
  const decisive = kind === 'or';
  if (operands.includes(decisive)) return decisive;
  const open = operands.filter((operand) => typeof operand !== 'boolean');
  const [first] = open;
  if (first === undefined) return !decisive;
  return open.length === 1 ? first : { kind, operands: open };
}

function extendedKind(operator: string): AttributeFilterKind {
  if (operator === 'ew') return 'endsWith';
  if (operator === 'ca') return 'containsAllValues';
  throw badRequest(`ExtendedMatchFilter is not supported: unknown operator ${operator}`);
}

function tokenOf(pointer: JsonPointer): string {
  const [token] = pointer;
  if (token === undefined || pointer.length > 1) throw badRequest(`Only one level JsonPointer supported: ${pointerText(pointer)}`);
  return token;
}

function presence(type: ObjectType, pointer: JsonPointer): IcfFilter {
  const token = tokenOf(pointer);
  const property = type.properties.get(token);
  if (token === '_id' || property?.nativeName === UID) return true;
  return property === undefined ? false : { kind: 'presence', name: property.nativeName };
}

function comparison(type: ObjectType, kind: AttributeFilterKind, pointer: JsonPointer, literal: FilterLiteral): IcfFilter {
  const token = tokenOf(pointer);
  const property = type.properties.get(token);
  if (token === '_id' || property?.nativeName === UID) return byUid(kind, literal);
  if (property === undefined) throw badRequest(`Attribute ${token} does not exist as part of ObjectClass: ${type.objectClass}`);
  if (TEXT_KINDS.has(kind) && typeof literal !== 'string') throw badRequest('Value must be a string!');
  if (ORDER_KINDS.has(kind) && WITHOUT_ORDER.has(property.nativeType)) throw badRequest(`Attribute ${token} has no order, ${kind} cannot be used on it`);
  return { kind, attribute: filterAttribute(property, kind, literal) };
}

function byUid(kind: AttributeFilterKind, literal: FilterLiteral): IcfFilter {
  if (kind !== 'equals' && kind !== 'containsAllValues') throw badRequest('Uid can only be used for equals comparison.');
  const text = String(literal);
  // No object has a blank uid, and none can be asked for.
  return text.trim() === '' ? false : { kind: 'equals', attribute: new Uid(text) };
}

function filterAttribute(property: PropertyType, kind: AttributeFilterKind, literal: FilterLiteral): Attribute {
  const isName = attributeKey(property.nativeName) === attributeKey(NAME);
  if (isName || TEXT_KINDS.has(kind)) return isName ? new Name(String(literal)) : Attribute.of(property.nativeName, String(literal));
  try {
    return Attribute.of(property.nativeName, toIcfValue(property.nativeType, literal));
  } catch (error) {
    if (!(error instanceof CoercionError)) throw error;
    throw badRequest(`Attribute ${property.name}: ${error.message}`);
  }
}

/** Native names a filter looks at. A Java agent drops what was not asked for before it filters, so they have to be. */
export function filterAttributes(filter: IcfFilter): string[] {
  if (typeof filter === 'boolean') return [];
  switch (filter.kind) {
    case 'and': case 'or': return filter.operands.flatMap(filterAttributes);
    case 'not': return filterAttributes(filter.operand);
    case 'presence': return [filter.name];
    default: return [filter.attribute.name];
  }
}
