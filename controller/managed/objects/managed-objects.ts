import { randomUUID } from 'node:crypto';
import { getKey, jsonEquals, type JsonObject } from '../../crest/json.js';
import { ResourceError, badRequest, notFound, preconditionFailed } from '../../crest/resource-error.js';
import type { Log } from '../../log.js';
import type { ManagedBook } from '../configuration/managed-book.js';
import { uniqueNames, type ManagedType } from '../configuration/managed-type.js';
import type { ManagedHooks } from '../managed-hooks.js';
import { requireValid, uniqueFailure, validateObject } from '../policies/validate-object.js';
import { clearObject, protectObject, withKnownHashes } from '../protection/protect-object.js';
import { UniqueTaken, type ManagedStore, type StoredObject } from '../store/managed-store.js';
import { requireStorable } from '../store/storable-text.js';
import { uniqueValues } from '../store/unique-values.js';
import type { ImplicitSync } from './implicit-sync.js';
import type { ManagedCaller } from './managed-caller.js';
import { idOf, requireId, whole, withoutIdentity } from './object-identity.js';
import { TypeHooks } from './type-hooks.js';

export interface ManagedObjectsParts {
  readonly book: ManagedBook;
  readonly store: ManagedStore;
  readonly sync: ImplicitSync;
  readonly log: Log;
  /** Undefined: scripts cannot be run. */
  readonly hooks?: ManagedHooks | undefined;
}

/** What a change makes of an object, both clear and without `_id` and `_rev`. */
export interface Made {
  readonly object: JsonObject;
  /** The properties whose policies count; undefined for all. */
  readonly only?: ReadonlySet<string> | undefined;
}

export interface ObjectChange {
  readonly id: string;
  /** The caller's `If-Match`; undefined: whatever is there, and the change is made again when somebody else was faster. */
  readonly revision: string | undefined;
  readonly make: (before: JsonObject) => Made;
}

/** How often a change without a revision is made again. */
const ATTEMPTS = 20;

/** Managed objects with all that their types ask for: policies, protected values, scripts, implicit sync. */
export class ManagedObjects {
  readonly #parts: ManagedObjectsParts;

  constructor(parts: ManagedObjectsParts) {
    this.#parts = parts;
  }

  get book(): ManagedBook {
    return this.#parts.book;
  }

  get store(): ManagedStore {
    return this.#parts.store;
  }

  hooksFor(type: ManagedType, id: string, { signal }: ManagedCaller): TypeHooks {
    return new TypeHooks(type, this.#parts.hooks, { id, signal });
  }

  /** Throws 404. */
  async read(type: ManagedType, id: string, caller: ManagedCaller): Promise<StoredObject> {
    const stored = await this.#stored(type, id);
    const retrieved = await this.retrieved(type, stored, caller);
    return { ...stored, content: withoutIdentity(await this.hooksFor(type, id, caller).object('onRead', whole(retrieved))) };
  }

  /** What `onRetrieve` makes of a stored object, virtual properties with it. */
  async retrieved(type: ManagedType, stored: StoredObject, caller: ManagedCaller): Promise<StoredObject> {
    const hooks = this.hooksFor(type, stored.id, caller);
    const object = await hooks.object('onRetrieve', whole(stored));
    return { ...stored, content: withoutIdentity(await hooks.properties('onRetrieve', object)) };
  }

  /** The content's own `_id` counts more than the `id` asked for, as in IDM. Throws 412 when it is taken, 403 with what does not meet its policies. */
  async create(type: ManagedType, { id: asked, content }: { readonly id: string | undefined; readonly content: JsonObject }, caller: ManagedCaller): Promise<StoredObject> {
    requireStorable(content);
    let id = requireId(idOf(content) ?? asked ?? randomUUID());
    const sent = clearObject(type, withoutIdentity(content));
    if (caller.isInside !== true) requireValid(await validateObject(type, { id, object: { ...sent, _id: id }, store: this.store }));
    const hooks = this.hooksFor(type, id, caller);
    const object = await hooks.object('onCreate', { ...sent, _id: id }, { newObject: sent });
    id = requireId(idOf(object) ?? id);
    const prepared = await this.#prepared(type, { id, object: withoutIdentity(object), changed: undefined }, caller);
    return this.#parts.sync.following(type, id, caller, async (noted) => {
      const stored = await this.#written(() => this.store.insert(type.name, { id, content: prepared }, uniqueValues(uniqueNames(type), prepared), caller.signal, noted.store));
      await this.#afterwards(async () => { await hooks.answer('postCreate', { object: whole(stored), oldObject: null, newObject: whole(stored) }); },
        () => this.#parts.sync.run(type, { kind: 'create', id, newValue: whole(stored) }, caller, hooks, noted));
      return stored;
    });
  }

  /** Throws 404, 412 when the revision is another, 403 with what does not meet its policies. */
  async change(type: ManagedType, change: ObjectChange, caller: ManagedCaller): Promise<StoredObject> {
    const { id, revision } = change;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      caller.signal.throwIfAborted();
      const before = await this.#stored(type, id);
      if (revision !== undefined && before.revision !== revision) throw conflict(before, revision);
      const after = await this.#changed(type, before, change, caller);
      if (after !== undefined) return after;
      // The next read shows what the other one made of it, or another conflict.
    }
    throw new ResourceError(409, `managed/${type.name}/${id} is being changed all the time; try again`);
  }

  /** Answers the object as it was. Throws 404, 412. */
  async delete(type: ManagedType, id: string, revision: string | undefined, caller: ManagedCaller): Promise<StoredObject> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      caller.signal.throwIfAborted();
      const before = await this.#stored(type, id);
      if (revision !== undefined && before.revision !== revision) throw conflict(before, revision);
      const hooks = this.hooksFor(type, id, caller);
      await hooks.answer('onDelete', { object: { ...clearObject(type, before.content), _id: id, _rev: before.revision } });
      const isDeleted = await this.#parts.sync.following(type, id, caller, async (noted) => {
        if (!await this.store.remove(type.name, id, before.revision, caller.signal, noted.store)) return false;
        await this.#afterwards(async () => { await hooks.answer('postDelete', { object: null, oldObject: whole(before), newObject: null }); },
          () => this.#parts.sync.run(type, { kind: 'delete', id, oldValue: whole(before) }, caller, hooks, noted));
        return true;
      });
      if (isDeleted) return before;
    }
    throw new ResourceError(409, `managed/${type.name}/${id} is being changed all the time; try again`);
  }

  /** As an update that changes nothing, but is told to the mappings. */
  async triggerSync(type: ManagedType, id: string, caller: ManagedCaller): Promise<StoredObject> {
    const stored = await this.#stored(type, id);
    await this.#parts.sync.run(type, { kind: 'update', id, oldValue: whole(stored), newValue: whole(stored) }, caller, this.hooksFor(type, id, caller));
    return stored;
  }

  /** Undefined when somebody else was faster. */
  async #changed(type: ManagedType, stored: StoredObject, { id, revision, make }: ObjectChange, caller: ManagedCaller): Promise<StoredObject | undefined> {
    const before = clearObject(type, stored.content);
    const { object: wanted, only } = make(before);
    requireStorable(wanted);
    if (idOf(wanted) !== undefined && idOf(wanted) !== id) throw badRequest(`The _id of managed/${type.name}/${id} cannot be changed`);
    const made = await withKnownHashes(type, clearObject(type, withoutIdentity(wanted)), before);
    if (jsonEquals(made, before)) return stored;
    if (caller.isInside !== true) requireValid(await validateObject(type, { id, object: { ...made, _id: id }, store: this.store }, { only }), only === undefined ? undefined : 'Failed policy validation');
    const hooks = this.hooksFor(type, id, caller);
    const identity = { _id: id, _rev: stored.revision };
    const oldObject = { ...before, ...identity };
    const updated = withoutIdentity(await hooks.object('onUpdate', { ...made, ...identity }, { oldObject, newObject: { ...made, ...identity } }));
    const content = await this.#prepared(type, { id, object: updated, changed: changedNames(before, updated) }, caller, stored.content);
    return this.#parts.sync.following(type, id, caller, async (noted) => {
      const after = await this.#written(() => this.store.replace(type.name, { id, revision: stored.revision, content }, uniqueValues(uniqueNames(type), content), caller.signal, noted.store));
      if (after === undefined) {
        if (revision !== undefined) throw conflict(await this.#stored(type, id), revision);
        return undefined;
      }
      await this.#afterwards(async () => { await hooks.answer('postUpdate', { object: whole(after), oldObject, newObject: whole(after) }); },
        () => this.#parts.sync.run(type, { kind: 'update', id, oldValue: whole(stored), newValue: whole(after) }, caller, hooks, noted));
      return after;
    });
  }

  /** As it is to be stored. `changed`: the properties to look at; undefined for all. `before`: as it is stored now. */
  async #prepared(type: ManagedType, { id, object, changed }: { readonly id: string; readonly object: JsonObject; readonly changed: ReadonlySet<string> | undefined }, caller: ManagedCaller, before: JsonObject = {}): Promise<JsonObject> {
    const hooks = this.hooksFor(type, id, caller);
    const computed = await hooks.properties('onRetrieve', { ...object, _id: id }, { onlyVirtual: true });
    await hooks.properties('onValidate', computed);
    const validated = await hooks.object('onValidate', computed, { value: computed });
    requireStorable(validated);
    requireValid(await validateObject(type, { id, object: validated, store: this.store }, { only: changed, schemaOnly: true }));
    const sealed = await protectObject(type, keepSealed(type, withoutIdentity(await hooks.properties('onStore', validated)), before));
    const stored = withoutIdentity(await hooks.object('onStore', { ...sealed, _id: id }, { value: sealed }));
    requireStorable(stored);
    return stored;
  }

  async #stored(type: ManagedType, id: string): Promise<StoredObject> {
    const stored = await this.store.read(type.name, requireId(id));
    if (stored === undefined) throw notFound(`Object ${id} not found in managed/${type.name}`);
    return stored;
  }

  async #written<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof UniqueTaken)) throw error;
      requireValid(error.properties.map(uniqueFailure));
      throw error;
    }
  }

  /** What follows a change that is stored: a failing script does not keep it from the mappings. */
  async #afterwards(post: () => Promise<void>, sync: () => Promise<void>): Promise<void> {
    let failure: { readonly error: unknown } | undefined;
    try {
      await post();
    } catch (error) {
      failure = { error };
    }
    await sync();
    if (failure !== undefined) throw failure.error;
  }
}

/** An encrypted value that did not change stays as it is stored: encrypted anew, it would look changed. */
function keepSealed(type: ManagedType, object: JsonObject, before: JsonObject): JsonObject {
  const clearBefore = clearObject(type, before);
  const kept = [...type.properties.values()].filter(({ name, protection }) => protection?.kind === 'encryption' && Object.hasOwn(before, name) && jsonEquals(getKey(object, name), getKey(clearBefore, name)));
  return { ...object, ...Object.fromEntries(kept.map(({ name }) => [name, getKey(before, name) ?? null])) };
}

function changedNames(before: JsonObject, after: JsonObject): ReadonlySet<string> {
  return new Set([...Object.keys(before), ...Object.keys(after)].filter((name) => !jsonEquals(getKey(before, name), getKey(after, name))));
}

function conflict({ revision }: StoredObject, expected: string): ResourceError {
  return preconditionFailed(`The object has the revision ${revision}, and not ${expected} as expected`);
}
