import { getKey, isObject, jsonEquals, setKey, type JsonObject, type JsonValue } from './json.js';
import { parsePointer, pointerText, valueAt, type JsonPointer } from './json-pointer.js';
import { badRequest } from './resource-error.js';

export const PATCH_OPERATIONS = ['add', 'remove', 'replace', 'increment', 'move', 'copy', 'transform'] as const;
export type PatchKind = (typeof PATCH_OPERATIONS)[number];

export interface PatchOperation {
  readonly operation: PatchKind;
  readonly field: JsonPointer;
  readonly value?: JsonValue | undefined;
  readonly from?: JsonPointer | undefined;
}

const needsValue: ReadonlySet<PatchKind> = new Set(['add', 'replace', 'increment', 'transform']);

/**
 * Reads a patch: the array of operations, one operation as an object, or an object of new values (newer clients), which
 * replaces each of its keys; a null value there removes the field.
 */
export function parsePatch(body: JsonValue): PatchOperation[] {
  if (Array.isArray(body)) return body.map(parseOperation);
  if (!isObject(body)) throw badRequest('The request could not be processed because the provided content is not a JSON array of patch operations');
  if (lookup(body, 'operation') !== undefined && lookup(body, 'field') !== undefined) return [parseOperation(body)];
  return Object.entries(body).map(([key, value]) =>
    value === null ? { operation: 'remove', field: [key] } : { operation: 'replace', field: [key], value });
}

/** Keys of a lone operation are matched in any case: published samples write `Field`. */
function lookup(object: JsonObject, name: string): JsonValue | undefined {
  const key = Object.keys(object).find((candidate) => candidate.toLowerCase() === name);
  return key === undefined ? undefined : object[key];
}

function parseOperation(entry: JsonValue): PatchOperation {
  if (!isObject(entry)) throw badRequest('A patch operation must be a JSON object with operation and field');
  const operation = lookup(entry, 'operation');
  const kind = PATCH_OPERATIONS.find((candidate) => typeof operation === 'string' && candidate === operation.toLowerCase());
  if (kind === undefined) throw badRequest(`Unknown patch operation ${JSON.stringify(operation ?? null)}; known are ${PATCH_OPERATIONS.join(', ')}`);
  const field = lookup(entry, 'field');
  if (typeof field !== 'string') throw badRequest(`No field provided for '${kind}' operation`);
  const value = lookup(entry, 'value') ?? undefined;
  if (value === undefined && needsValue.has(kind)) throw badRequest(`No value field provided for '${kind}' operation`);
  if (kind === 'move' || kind === 'copy') return { operation: kind, field: pointer(field), from: readFrom(entry, kind) };
  return { operation: kind, field: pointer(field), ...(value === undefined ? {} : { value }) };
}

function readFrom(entry: JsonObject, kind: PatchKind): JsonPointer {
  const from = lookup(entry, 'from');
  if (typeof from !== 'string') throw badRequest(`No from field provided for '${kind}' operation`);
  if ((lookup(entry, 'value') ?? null) !== null) throw badRequest(`A '${kind}' operation takes no value`);
  return pointer(from);
}

function pointer(text: string): JsonPointer {
  try {
    return parsePointer(text);
  } catch (error) {
    throw badRequest(`Invalid patch field: ${error instanceof Error ? error.message : text}`);
  }
}

/** Applies operations in order to a copy of `document`. Lists are changed by value or `-`, never by index. */
export function applyPatch(document: JsonObject, operations: readonly PatchOperation[]): JsonObject {
  const result = structuredClone(document);
  for (const operation of operations) applyOperation(result, operation);
  return result;
}

function applyOperation(root: JsonObject, operation: PatchOperation): void {
  const { field, value = null } = operation;
  switch (operation.operation) {
    case 'add': return add(root, field, value);
    case 'replace': return put(root, field, value);
    case 'remove': return remove(root, field, operation.value);
    case 'increment': return increment(root, field, value);
    case 'copy': case 'move': return transfer(root, operation);
    case 'transform': throw badRequest('The patch operation transform is not supported; send the new value with replace');
  }
}

function transfer(root: JsonObject, { operation, field, from = [] }: PatchOperation): void {
  const moved = valueAt(root, from);
  if (moved === undefined) throw badRequest(`Nothing to ${operation} at ${pointerText(from)}`);
  const copy = structuredClone(moved);
  if (operation === 'move') remove(root, from, undefined);
  add(root, field, copy);
}

/** The object that holds the last token, creating parents on the way. */
function parentOf(root: JsonObject, field: JsonPointer): [JsonObject, string] {
  const last = field.at(-1);
  if (last === undefined) throw badRequest('A patch operation must name a field');
  let parent = root;
  for (const token of field.slice(0, -1)) {
    const next = getKey(parent, token) ?? null;
    if (Array.isArray(next)) throw badRequest('Position-based operation is not allowed');
    if (next !== null && !isObject(next)) throw badRequest(`${pointerText(field)} leads through a value that is not an object`);
    const child = next ?? {};
    if (next === null) setKey(parent, token, child);
    parent = child;
  }
  return [parent, last];
}

function put(root: JsonObject, field: JsonPointer, value: JsonValue): void {
  const [parent, key] = parentOf(root, field);
  setKey(parent, key, value);
}

function add(root: JsonObject, field: JsonPointer, value: JsonValue): void {
  if (field.at(-1) !== '-') return put(root, field, value);
  const list = field.slice(0, -1);
  const current = valueAt(root, list) ?? null;
  if (current !== null && !Array.isArray(current)) throw badRequest(`${pointerText(list)} is not a list, - cannot append to it`);
  put(root, list, [...(current ?? []), value]);
}

function remove(root: JsonObject, field: JsonPointer, value: JsonValue | undefined): void {
  const current = valueAt(root, field);
  if (current === undefined) return;
  const [parent, key] = parentOf(root, field);
  if (value === undefined) Reflect.deleteProperty(parent, key);
  else if (Array.isArray(current)) setKey(parent, key, current.filter((item) => !jsonEquals(item, value)));
  else if (jsonEquals(current, value)) Reflect.deleteProperty(parent, key);
}

function increment(root: JsonObject, field: JsonPointer, by: JsonValue): void {
  const current = valueAt(root, field);
  if (current === undefined || current === null) throw badRequest(`${pointerText(field)} is not there and cannot be incremented`);
  put(root, field, Array.isArray(current) ? current.map((item) => sum(item, by, field)) : sum(current, by, field));
}

function sum(value: JsonValue, by: JsonValue, field: JsonPointer): JsonValue {
  if (typeof value === 'number' && typeof by === 'number') return value + by;
  const bothWhole = [value, by].every((item) => typeof item === 'bigint' || Number.isInteger(item));
  if (!bothWhole) throw badRequest(`increment needs numbers at ${pointerText(field)} and as value`);
  return BigInt(value as number | bigint) + BigInt(by as number | bigint);
}
