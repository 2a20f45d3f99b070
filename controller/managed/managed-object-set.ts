import { representation } from '../crest/write-answer.js';
import type { JsonObject } from '../crest/json.js';
import type { QueryFilter } from '../crest/query-filter.js';
import type { CallerContext } from '../crest/request.js';
import { ResourceError } from '../crest/resource-error.js';
import type { ObjectSet, SetObject } from '../reconciliation/object-set.js';
import type { ManagedObjects } from './objects/managed-objects.js';
import type { ManagedCaller } from './objects/managed-caller.js';
import { EVERYTHING, queryObjects } from './objects/query-objects.js';
import type { StoredObject } from './store/managed-store.js';

export type MappingIdentity = Pick<CallerContext, 'caller' | 'transactionId' | 'span'>;

/** The object set of `managed/user`: mappings see what is private, with protected values as they are stored. */
export function managedObjectSet(name: string, objects: ManagedObjects, identity: MappingIdentity): ObjectSet {
  const [, typeName = ''] = name.split('/');
  const inside = (signal: AbortSignal): ManagedCaller => ({ ...identity, signal, isInside: true });
  return {
    name, isOwn: true,
    query: (filter, names, signal) => rows(objects, typeName, { filter, names, signal }),
    async read(id, signal) {
      const type = await objects.book.get(typeName);
      return unlessMissing(async () => toObject(await objects.read(type, id, inside(signal))));
    },
    named: (content, signal) => named(objects, typeName, content, signal),
    create: async (content, signal) => (await objects.create(await objects.book.get(typeName), { id: undefined, content }, inside(signal))).id,
    async update(id, content, revision, signal) {
      await objects.change(await objects.book.get(typeName), { id, revision, make: (before) => ({ object: { ...before, ...content } }) }, inside(signal));
      return id;
    },
    async delete(id, signal) {
      const type = await objects.book.get(typeName);
      return await unlessMissing(() => objects.delete(type, id, undefined, inside(signal))) !== undefined;
    },
  };
}

function toObject({ id, revision, content }: StoredObject): SetObject {
  return representation({ id, revision, content }, []) as SetObject;
}

/** A type that is not there is a mistake, and no missing object. */
async function unlessMissing<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ResourceError && error.code === 404) return undefined;
    throw error;
  }
}

interface RowQuery {
  readonly filter: QueryFilter | undefined;
  readonly names: readonly string[] | undefined;
  readonly signal: AbortSignal;
}

async function* rows(objects: ManagedObjects, typeName: string, { filter, names, signal }: RowQuery): AsyncGenerator<SetObject, void, void> {
  const type = await objects.book.get(typeName);
  for await (const { id, revision, content } of queryObjects(objects.store, type, { ...EVERYTHING, filter }, signal)) {
    const chosen = names === undefined ? content : Object.fromEntries(names.flatMap((name) => (Object.hasOwn(content, name) ? [[name, content[name] ?? null]] : [])));
    yield toObject({ id, revision, content: chosen });
  }
}

/** By the `_id`, else by the `userName`. */
async function named(objects: ManagedObjects, typeName: string, content: JsonObject, signal: AbortSignal): Promise<string | undefined> {
  const type = await objects.book.get(typeName);
  if (typeof content['_id'] === 'string') return (await objects.store.read(type.name, content['_id']))?.id;
  const userName = content['userName'];
  if (typeof userName !== 'string' || userName === '') return undefined;
  const ids: string[] = [];
  for await (const { id } of queryObjects(objects.store, type, { ...EVERYTHING, filter: { kind: 'compare', operator: 'eq', pointer: ['userName'], value: userName }, pageSize: 2 }, signal)) ids.push(id);
  return ids.length === 1 ? ids[0] : undefined;
}
