import { NAME, attributeKey, type CallContext } from '../../protocol/model/index.js';
import type { JsonObject } from '../crest/json.js';
import type { QueryFilter } from '../crest/query-filter.js';
import type { CallerContext, Resource } from '../crest/request.js';
import { ResourceError, notFound } from '../crest/resource-error.js';
import { representation } from '../crest/write-answer.js';
import { defaultAttributes, withAttributes } from '../systems/object-type.js';
import { callContext, facadeFor, objectCall, translated, uidOf, type ObjectCall } from '../systems/requests/object-call.js';
import { readObject } from '../systems/requests/object-operations.js';
import { queryObjects } from '../systems/requests/query-objects.js';
import type { SystemRegistry } from '../systems/system-registry.js';
import { createAttributes, updateAttributes } from '../systems/write-object.js';
import { systemChanges, type SetChanges } from './object-changes.js';

/** An object with `_id` and `_rev`, as mappings and filters see it. */
export type SetObject = JsonObject & { readonly _id: string };

/** One side of a mapping: the objects of a system's type. */
export interface ObjectSet {
  /** `system/s/t` */
  readonly name: string;
  /** Changes whenever the name may stand for other objects: with the configuration of its system. */
  readonly definition?: string | undefined;
  /** In the controller's own database: what it does not show is not there, for nobody can take away the right to see it. */
  readonly isOwn?: boolean | undefined;
  /** Rows as they come. `names`: properties wanted, undefined for all. `pageSize`: objects asked of a system at a time, 0 for all at once. Ends normally only after a complete answer. */
  query(filter: QueryFilter | undefined, names: readonly string[] | undefined, signal: AbortSignal, pageSize?: number): AsyncGenerator<SetObject, void, void>;
  /** Undefined when there is no such object; rejects with 404 when there is no such set. */
  read(id: string, signal: AbortSignal): Promise<SetObject | undefined>;
  /** The id of the one object that has the name which `content` gives; undefined when there is none, or nothing to tell it by. */
  named(content: JsonObject, signal: AbortSignal): Promise<string | undefined>;
  /** Undefined: the set tells of no changes. */
  readonly changes?: SetChanges | undefined;
  /** Answers the new id. */
  create(content: JsonObject, signal: AbortSignal): Promise<string>;
  /** Sends the given properties; answers the id, which a rename may change. */
  update(id: string, content: JsonObject, revision: string | undefined, signal: AbortSignal): Promise<string>;
  /** False when it was gone already. */
  delete(id: string, signal: AbortSignal): Promise<boolean>;
}

/** The object set of `system/s/t`. Throws 404 when there is no such system or type. */
export function systemObjectSet(name: string, registry: SystemRegistry, identity: Pick<CallerContext, 'caller' | 'transactionId' | 'span'>): ObjectSet {
  const call = (signal: AbortSignal): ObjectCall => {
    const [, systemName = '', typeName = ''] = name.split('/');
    const system = registry.get(systemName);
    if (system?.isEnabled !== true) throw notFound(`Resource 'system/${systemName}' not found`);
    return objectCall(system, typeName, { ...identity, signal });
  };
  return {
    name,
    get definition() { return registry.get(name.split('/')[1] ?? '')?.digest; },
    query: (filter, names, signal, pageSize) => rows(call(signal), filter, names, pageSize),
    // Looked up outside: a system or type that is not there is no missing object.
    async read(id, signal) {
      const asked = call(signal);
      return unlessMissing(async () => toObject(await readObject(asked, id, [])));
    },
    changes: systemChanges(call),
    named: (content, signal) => named(call(signal), content),
    create: (content, signal) => create(call(signal), content),
    update: (id, content, revision, signal) => update(call(signal), id, content, revision),
    async delete(id, signal) {
      const asked = call(signal);
      return await unlessMissing(() => remove(asked, id)) ?? false;
    },
  };
}

function toObject(resource: Resource): SetObject {
  return representation(resource, []) as SetObject;
}

async function unlessMissing<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ResourceError && error.code === 404) return undefined;
    throw error;
  }
}

async function* rows(call: ObjectCall, filter: QueryFilter | undefined, names: readonly string[] | undefined, pageSize = 0): AsyncGenerator<SetObject, void, void> {
  for (let cookie: string | undefined; ;) {
    const next: string | undefined = yield* page(call, filter, names, { pageSize, cookie });
    if (next === undefined) return;
    // A connector that pages of its own accord has not shown everything.
    if (pageSize === 0) throw new ResourceError(500, `The connector of ${call.container} ended its answer with a cookie for more; the read is not complete`);
    if (next === cookie) throw new ResourceError(500, `The connector of ${call.container} gave the same cookie for two pages; the read is not complete`);
    cookie = next;
  }
}

/** Answers the cookie of the next page; undefined when this was the last one. */
async function* page(call: ObjectCall, filter: QueryFilter | undefined, names: readonly string[] | undefined, { pageSize, cookie }: { readonly pageSize: number; readonly cookie: string | undefined }): AsyncGenerator<SetObject, string | undefined, void> {
  const answer = await queryObjects(call, {
    kind: 'query', path: [], parameters: new Map(), fields: names === undefined ? [] : [['_id'], ...names.map((name) => [name])],
    by: { kind: 'filter', filter: filter ?? { kind: 'literal', value: true } },
    sortKeys: [], pageSize, pagedResultsCookie: cookie, pagedResultsOffset: 0, totalPagedResultsPolicy: 'NONE',
  });
  if (answer.kind !== 'query') return undefined;
  try {
    for (;;) {
      const step = await answer.rows.next();
      if (step.done === true) return step.value.pagedResultsCookie ?? undefined;
      yield toObject(step.value);
    }
  } finally {
    await answer.rows.return(undefined as never);
  }
}

/** ICF names are unique within an object class. */
async function named(call: ObjectCall, content: JsonObject): Promise<string | undefined> {
  const property = call.type.byNativeName.get(attributeKey(NAME));
  const value = property === undefined ? undefined : content[property.name];
  if (property === undefined || typeof value !== 'string' || value === '') return undefined;
  const ids: string[] = [];
  for await (const object of rows(call, { kind: 'compare', operator: 'eq', pointer: [property.name], value }, [])) {
    ids.push(object._id);
    if (ids.length > 1) break;
  }
  return ids.length === 1 ? ids[0] : undefined;
}

/**
 * Nobody waits for the answer of a write as a person would: the agent gets the time to prove what became of it, so that it is not left
 * as a failure to the next run. Longer than targets take to come to a request that was under way (`readBack.settles`), for nearly all.
 */
const OUTCOME_PATIENCE = 150_000;

function writeContext({ context }: ObjectCall): CallContext {
  return { ...callContext(context), outcomePatience: OUTCOME_PATIENCE };
}

function create(call: ObjectCall, content: JsonObject): Promise<string> {
  const facade = facadeFor(call, 'CreateApiOp', 'CREATE');
  const attributes = createAttributes(call.type, content, undefined);
  return translated(call, 'CREATE', null, async () => {
    const options = withAttributes(defaultAttributes(call.type));
    const uid = await facade.perform({ kind: 'create', objectClass: call.type.objectClass, attributes, options }, writeContext(call));
    if (uid === null) throw new ResourceError(500, 'The connector created the object but gave no id');
    return uid.value;
  });
}

function update(call: ObjectCall, id: string, content: JsonObject, revision: string | undefined): Promise<string> {
  const facade = facadeFor(call, 'UpdateApiOp', 'UPDATE');
  const attributes = updateAttributes(call.type, content);
  if (attributes.length === 0) return Promise.resolve(id);
  return translated(call, 'UPDATE', id, async () => {
    const options = withAttributes(defaultAttributes(call.type));
    const uid = await facade.perform({
      kind: 'update', objectClass: call.type.objectClass, uid: uidOf(id, revision), updateType: 'REPLACE', attributes, options,
    }, writeContext(call));
    return uid?.value ?? id;
  });
}

async function remove(call: ObjectCall, id: string): Promise<boolean> {
  const facade = facadeFor(call, 'DeleteApiOp', 'DELETE');
  await translated(call, 'DELETE', id, () => {
    const options = withAttributes(defaultAttributes(call.type));
    return facade.perform({ kind: 'delete', objectClass: call.type.objectClass, uid: uidOf(id), options }, writeContext(call));
  });
  return true;
}
