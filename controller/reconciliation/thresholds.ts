import { ResourceError } from '../crest/resource-error.js';
import type { LimitedAction, Mapping } from './mapping.js';
import type { ThresholdSource } from './mapping-source.js';

/** Deletions a run without a threshold of its own may always do, however few targets there are. */
const ALWAYS_ALLOWED = 10;

/** How many objects of `total` a threshold lets through; Infinity without one. */
export function allowed(threshold: ThresholdSource | undefined, total: number): number {
  if (threshold === undefined) return Infinity;
  return typeof threshold === 'number' ? threshold : Math.floor((Number(threshold.slice(0, -1)) * total) / 100);
}

/** The brake of one run: counts creations and updates as they come, deletions all at once before the first. */
export class Brake {
  readonly #mapping: Mapping;
  readonly #defaultDelete: ThresholdSource | undefined;
  readonly #used = { CREATE: 0, UPDATE: 0 };

  constructor(mapping: Mapping, defaultDelete: ThresholdSource | undefined) {
    this.#mapping = mapping;
    this.#defaultDelete = defaultDelete;
  }

  /** Throws when one more would be too many. */
  take(action: 'CREATE' | 'UPDATE', targets: number): void {
    const limit = allowed(this.#mapping.thresholds[action], targets);
    if (this.#used[action] >= limit) throw this.#stopped(action, limit, `more than ${limit}`, targets);
    this.#used[action] += 1;
  }

  /** Throws, before anything is deleted, when `count` deletions are too many. */
  checkDeletions(count: number, targets: number): void {
    const own = this.#mapping.thresholds.DELETE;
    const limit = own === undefined ? Math.max(ALWAYS_ALLOWED, allowed(this.#defaultDelete, targets)) : allowed(own, targets);
    if (count > limit) throw this.#stopped('DELETE', limit, String(count), targets);
  }

  #stopped(action: LimitedAction, limit: number, wanted: string, targets: number): ThresholdError {
    return new ThresholdError(409, `Threshold reached: mapping ${this.#mapping.name} wants to ${action.toLowerCase()} ${wanted} of ${targets} target objects and may ${limit}. Look at the source first; then raise thresholds.${action} of the mapping for this run`);
  }
}

/** The run has to stop; it is not one object's failure. */
export class ThresholdError extends ResourceError {}
