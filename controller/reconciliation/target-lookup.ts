import { matchesFilter } from '../crest/evaluate-query-filter.js';
import { ResourceError } from '../crest/resource-error.js';
import { correlationFilter, correlationKey } from './correlation.js';
import { fingerprint } from './fingerprint.js';
import type { Mapping } from './mapping.js';
import type { ObjectSet, SetObject } from './object-set.js';

/** What a run knows of a target object. */
export interface TargetView {
  readonly id: string;
  /** Of the mapped properties. */
  readonly fingerprint: string;
  readonly isValid: boolean;
}

/** How targets are found: in what a full run has read, or one by one. */
export interface TargetLookup {
  byId(id: string, signal: AbortSignal): Promise<TargetView | undefined>;
  correlated(source: SetObject, signal: AbortSignal): Promise<readonly TargetView[]>;
}

export function mappedKeys(mapping: Mapping): readonly string[] {
  return [...new Set(mapping.properties.map((property) => property.target[0] ?? ''))].sort();
}

export function viewOf(mapping: Mapping, keys: readonly string[], object: SetObject): TargetView {
  const isValid = mapping.validTarget === undefined || matchesFilter(mapping.validTarget, { target: object });
  return { id: object._id, fingerprint: fingerprint(object, keys), isValid };
}

/**
 * All targets of a full run: per object its id, a fingerprint and its correlation key, never its values. Bounded: beyond
 * `maxEntries` the run fails before anything is written.
 */
export class TargetIndex implements TargetLookup {
  readonly #mapping: Mapping;
  readonly #keys: readonly string[];
  readonly #target: ObjectSet;
  readonly #entries = new Map<string, TargetView>();
  readonly #byKey = new Map<string, TargetView | TargetView[]>();
  readonly #met = new Set<string>();

  constructor(mapping: Mapping, target: ObjectSet) {
    this.#mapping = mapping;
    this.#target = target;
    this.#keys = mappedKeys(mapping);
  }

  get size(): number {
    return this.#entries.size;
  }

  add(object: SetObject, maxEntries: number): void {
    if (this.#entries.size >= maxEntries) {
      throw new ResourceError(500, `${this.#mapping.target} has more than ${maxEntries} objects; raise reconciliation.maxEntries if the controller has the memory, or narrow targetQuery`);
    }
    const view = viewOf(this.#mapping, this.#keys, object);
    if (this.#entries.has(view.id)) throw new ResourceError(500, `${this.#mapping.target} gave the object ${view.id} twice in one read, so that something else may be missing; nothing was changed`);
    this.#entries.set(view.id, view);
    const key = correlationKey(this.#mapping.correlation, 'target', object);
    if (key === undefined) return;
    const known = this.#byKey.get(key);
    if (known === undefined) this.#byKey.set(key, view);
    else if (Array.isArray(known)) known.push(view);
    else this.#byKey.set(key, [known, view]);
  }

  /** What the read did not show is asked for by its id: a missing object is never concluded from a list alone. */
  async byId(id: string, signal: AbortSignal): Promise<TargetView | undefined> {
    const known = this.#entries.get(id);
    if (known !== undefined) return known;
    const object = await this.#target.read(id, signal);
    return object === undefined ? undefined : viewOf(this.#mapping, this.#keys, object);
  }

  correlated(source: SetObject): Promise<readonly TargetView[]> {
    const key = correlationKey(this.#mapping.correlation, 'source', source);
    const found = key === undefined ? undefined : this.#byKey.get(key);
    return Promise.resolve(found === undefined ? [] : Array.isArray(found) ? found : [found]);
  }

  /** The target was dealt with in the source phase. */
  meet(id: string): void {
    this.#met.add(id);
  }

  *unmet(): Generator<TargetView> {
    for (const [id, view] of this.#entries) if (!this.#met.has(id)) yield view;
  }
}

/** Finds targets by asking for them, for single objects. */
export class TargetQueries implements TargetLookup {
  readonly #mapping: Mapping;
  readonly #keys: readonly string[];
  readonly #target: ObjectSet;

  constructor(mapping: Mapping, target: ObjectSet) {
    this.#mapping = mapping;
    this.#target = target;
    this.#keys = mappedKeys(mapping);
  }

  async byId(id: string, signal: AbortSignal): Promise<TargetView | undefined> {
    const object = await this.#target.read(id, signal);
    return object === undefined ? undefined : viewOf(this.#mapping, this.#keys, object);
  }

  async correlated(source: SetObject, signal: AbortSignal): Promise<readonly TargetView[]> {
    const filter = correlationFilter(this.#mapping.correlation, 'source', source);
    if (filter === undefined) return [];
    const found: TargetView[] = [];
    for await (const object of this.#target.query(filter, undefined, signal)) {
      found.push(viewOf(this.#mapping, this.#keys, object));
      // Two are ambiguous; more would tell nothing new.
      if (found.length > 1) break;
    }
    return found;
  }
}
