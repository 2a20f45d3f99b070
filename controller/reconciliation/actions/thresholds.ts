import type { LimitedAction, Mapping } from '../../mappings/mapping.js';
import type { ThresholdSource } from '../../mappings/mapping-source.js';

/** Deletions a run without a threshold of its own may always do, however few targets there are. */
const ALWAYS_ALLOWED = 10;

export const LIMITED_ACTIONS: readonly LimitedAction[] = ['CREATE', 'UPDATE', 'DELETE'];

/** How many objects of `total` a threshold lets through; Infinity without one. */
export function allowed(threshold: ThresholdSource | undefined, total: number): number {
  if (threshold === undefined) return Infinity;
  return typeof threshold === 'number' ? threshold : Math.floor((Number(threshold.slice(0, -1)) * total) / 100);
}

/** How many of each action a run may do of its own accord. */
export class Thresholds {
  readonly #mapping: Mapping;
  readonly #defaultDelete: ThresholdSource | undefined;
  readonly #targets: number;

  constructor(mapping: Mapping, defaultDelete: ThresholdSource | undefined, targets: number) {
    this.#mapping = mapping;
    this.#defaultDelete = defaultDelete;
    this.#targets = targets;
  }

  limit(action: LimitedAction): number {
    const own = this.#mapping.thresholds[action];
    if (action !== 'DELETE' || own !== undefined) return allowed(own, this.#targets);
    return Math.max(ALWAYS_ALLOWED, allowed(this.#defaultDelete, this.#targets));
  }

  /** Why a run that wants so many has to stop; undefined when it need not. */
  reached(wanted: Readonly<Record<LimitedAction, number>>): string | undefined {
    const reasons = LIMITED_ACTIONS.flatMap((action) => {
      const limit = this.limit(action);
      return wanted[action] <= limit ? [] : [`to ${action.toLowerCase()} ${wanted[action]} of ${this.#targets} target objects and may ${limit}`];
    });
    if (reasons.length === 0) return undefined;
    return `Threshold reached: mapping ${this.#mapping.name} wants ${reasons.join(', ')}. Look at the source first; then approve or reject the run, or raise the mapping's thresholds`;
  }
}

/** The run has to stop and ask; it is not one object's failure. */
export class ThresholdReached extends Error {
  override readonly name = 'ThresholdReached';
}
