import { Attribute, NAME, OPERATIONAL_ATTRIBUTES, type IcfValue, type UpdateType } from '../../protocol/model/index.js';
import { getKey, jsonEquals, type JsonObject, type JsonValue } from '../crest/json.js';
import { applyPatch, type PatchOperation } from '../crest/patch.js';
import { pointerText, valueAt } from '../crest/json-pointer.js';
import { badRequest } from '../crest/resource-error.js';
import type { ObjectType, PropertyType } from './object-type.js';
import { attributeValues, toAttribute } from './write-object.js';

/** One call of the facade. */
export interface PatchCall {
  readonly updateType: UpdateType;
  readonly attributes: readonly Attribute[];
}

/**
 * What a patch asks of the target. Operations are applied in order to `current`; then each changed attribute goes out once:
 * as added values when the patch only added values to a list, as removed ones when it only removed, else as its new value.
 */
export function patchCalls(type: ObjectType, current: JsonObject, operations: readonly PatchOperation[]): PatchCall[] {
  const known = operations.flatMap((operation) => onProperty(type, operation) ?? []);
  const patched = known.reduce(applyOne, current);
  const calls = new Map<UpdateType, Attribute[]>();
  for (const property of new Set(known.flatMap((item) => item.properties))) {
    const own = known.filter((item) => item.properties.includes(property)).map((item) => item.operation);
    const change = changeOf(property, own, getKey(current, property.name), getKey(patched, property.name));
    if (change !== undefined) calls.set(change.updateType, [...(calls.get(change.updateType) ?? []), change.attribute]);
  }
  return (['REMOVE', 'ADD', 'REPLACE'] as const).flatMap((updateType) => {
    const attributes = calls.get(updateType);
    return attributes === undefined ? [] : [{ updateType, attributes }];
  });
}

interface KnownOperation {
  readonly operation: PatchOperation;
  /** What it changes: the field's property and, for a move, that of `from`. */
  readonly properties: readonly PropertyType[];
}

/** Undefined for a field that is ignored: unknown and beginning with an underscore. */
function onProperty(type: ObjectType, operation: PatchOperation): KnownOperation | undefined {
  const property = propertyAt(type, operation.field[0]);
  if (property === undefined) return undefined;
  const source = operation.from === undefined ? undefined : propertyAt(type, operation.from[0]);
  if (operation.from !== undefined && source === undefined) throw badRequest(`Target does not support attribute ${operation.from[0] ?? ''}`);
  const properties = operation.operation === 'move' && source !== undefined ? [property, source] : [property];
  for (const changed of properties) {
    if (!changed.isUpdateable) throw badRequest(`Attribute ${changed.name} cannot be updated`);
  }
  return { operation: normalised(property, operation), properties };
}

function propertyAt(type: ObjectType, token: string | undefined): PropertyType | undefined {
  if (token === undefined) throw badRequest('A patch operation must name a field');
  const property = type.properties.get(token);
  if (property === undefined && !token.startsWith('_')) throw badRequest(`Target does not support attribute ${token}`);
  return property;
}

/** Adding to a list adds values, whether `/-` is written or not; a list of values adds each of them. */
function normalised(property: PropertyType, operation: PatchOperation): PatchOperation {
  const { field } = operation;
  const onWhole = field.length === 1 || (field.length === 2 && field[1] === '-');
  if (field.length > 1 && /^\d+$/.test(field[1] ?? '') && property.isMultivalued) throw badRequest('Position-based operation is not allowed');
  return operation.operation === 'add' && property.isMultivalued && onWhole ? { ...operation, field: [property.name] } : operation;
}

function changeOf(
  property: PropertyType, operations: readonly PatchOperation[], before: JsonValue | undefined, replaced: JsonValue | undefined,
): { updateType: UpdateType; attribute: Attribute } | undefined {
  if (property.isMultivalued && !OPERATIONAL_ATTRIBUTES.has(property.nativeName) && property.nativeName !== NAME) {
    const added = valuesOf(operations, 'add');
    if (added !== undefined) return { updateType: 'ADD', attribute: listAttribute(property, added) };
    const removed = valuesOf(operations, 'remove');
    if (removed !== undefined) return { updateType: 'REMOVE', attribute: listAttribute(property, removed) };
  }
  const after = replaced ?? null;
  // A value that cannot be read back, such as a password, is always sent.
  if (jsonEquals(before ?? null, after) && property.isReadable && property.isReturnedByDefault) return undefined;
  const attribute = toAttribute(property, after);
  return attribute === undefined ? undefined : { updateType: 'REPLACE', attribute };
}

/** The values, when every operation is of that kind, on the whole attribute, with a value; else undefined. */
function valuesOf(operations: readonly PatchOperation[], kind: 'add' | 'remove'): JsonValue[] | undefined {
  const values: JsonValue[] = [];
  for (const { operation, field, value } of operations) {
    if (operation !== kind || value === undefined || field.length !== 1) return undefined;
    for (const item of listOf(value)) if (!values.some((known) => jsonEquals(known, item))) values.push(item);
  }
  return values;
}

function listAttribute(property: PropertyType, values: JsonValue[]): Attribute {
  const converted: IcfValue[] = attributeValues(property, values);
  return new Attribute(property.nativeName, converted);
}

/** One operation on the whole object. On a list, add and remove work on its values; the rest is as on any JSON. */
function applyOne(document: JsonObject, { operation, properties }: KnownOperation): JsonObject {
  const [property] = properties;
  if (operation.from !== undefined) return transfer(document, operation, operation.from, properties);
  const isOnList = property?.isMultivalued === true && operation.field.length === 1 && operation.value !== undefined;
  if (!isOnList || (operation.operation !== 'add' && operation.operation !== 'remove')) return applyPatch(document, [operation]);
  const items = listOf(getKey(document, property.name) ?? null);
  const given = listOf(operation.value ?? null);
  return {
    ...document,
    [property.name]: operation.operation === 'add'
      ? [...items, ...given.filter((item) => !isIn(items, item))]
      : items.filter((item) => !isIn(given, item)),
  };
}

function isIn(list: readonly JsonValue[], item: JsonValue): boolean {
  return list.some((known) => jsonEquals(known, item));
}

function transfer(document: JsonObject, { operation, field }: PatchOperation, from: readonly string[], properties: readonly PropertyType[]): JsonObject {
  const value = valueAt(document, from);
  if (value === undefined || value === null) throw badRequest(`Nothing to ${operation} at ${pointerText(from)}`);
  const rest = operation === 'move' ? applyPatch(document, [{ operation: 'remove', field: from }]) : document;
  return applyOne(rest, { operation: { operation: 'add', field, value }, properties });
}

function listOf(value: JsonValue): JsonValue[] {
  return Array.isArray(value) ? value : value === null ? [] : [value];
}
