import type { QueryFilter } from '../crest/query-filter.js';
import type { ObjectSet, SetObject } from './object-set.js';

/** Objects of a read that are kept by name, to see later whether they can still be seen. */
const WITNESSES = 3;

/**
 * Says that a read of an object set has shown all there was. Nothing but {@link WholeRead.of} makes one, and only deletions that have
 * one for each side are carried out: a read that failed, was cut off, or ended with more to come leaves none.
 */
export class WholeRead {
  readonly #count: number;
  readonly #witnesses: readonly string[];

  private constructor(count: number, witnesses: readonly string[]) {
    this.#count = count;
    this.#witnesses = witnesses;
  }

  get count(): number {
    return this.#count;
  }

  /** Ids of the first, the last, and some object in between. */
  get witnesses(): readonly string[] {
    return this.#witnesses;
  }

  /** To be noted in the database beside what was read, for a run that goes on after a restart. */
  toJson(): { readonly count: number; readonly witnesses: readonly string[] } {
    return { count: this.#count, witnesses: this.#witnesses };
  }

  /** A proof that was noted before; undefined when nothing was. */
  static noted(proof: unknown): WholeRead | undefined {
    return isProof(proof) ? new WholeRead(proof.count, proof.witnesses) : undefined;
  }

  /** What was read whole and followed, change by change, to the end of them. */
  followed(count: number, witnesses: readonly string[]): WholeRead {
    return new WholeRead(count, witnesses.slice(0, WITNESSES));
  }

  /** Reads everything and hands it on. Rejects with whatever ended the read before its end. */
  static async of(set: ObjectSet, query: WholeQuery, each: (object: SetObject) => Promise<void> | void, signal: AbortSignal): Promise<WholeRead> {
    let count = 0;
    let between: string | undefined;
    let first: string | undefined;
    let last: string | undefined;
    const rows = set.query(query.filter, query.names, signal, query.pageSize);
    try {
      for (;;) {
        const step = await rows.next();
        if (step.done === true) break;
        count++;
        last = step.value._id;
        first ??= last;
        // The n-th object with a chance of 1 in n, so that each is as likely as any other.
        if (Math.random() * count < 1) between = last;
        await each(step.value);
      }
    } finally {
      await rows.return();
    }
    signal.throwIfAborted();
    const witnesses = [...new Set([first, between, last].filter((id) => id !== undefined))].slice(0, WITNESSES);
    return new WholeRead(count, witnesses);
  }
}

/** As {@link WholeRead.toJson} has it. */
function isProof(value: unknown): value is { readonly count: number; readonly witnesses: readonly string[] } {
  if (typeof value !== 'object' || value === null || !('count' in value) || !('witnesses' in value)) return false;
  return typeof value.count === 'number' && Array.isArray(value.witnesses) && value.witnesses.every((id) => typeof id === 'string');
}

export interface WholeQuery {
  readonly filter: QueryFilter | undefined;
  readonly names: readonly string[] | undefined;
  /** Objects asked for at a time; 0: all at once. */
  readonly pageSize?: number | undefined;
}
