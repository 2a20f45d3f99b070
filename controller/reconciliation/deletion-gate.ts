import { ResourceError } from '../crest/resource-error.js';
import { isValidSource, type Assessment } from './assess.js';
import { correlationFilter } from './correlation.js';
import type { Mapping } from './mapping.js';
import type { ObjectSet, SetObject } from './object-set.js';
import type { Brake } from './thresholds.js';
import type { WholeRead } from './whole-read.js';

export interface GateParts {
  readonly mapping: Mapping;
  readonly source: ObjectSet;
  readonly target: ObjectSet;
  readonly brake: Brake;
}

function refused(why: string): ResourceError {
  return new ResourceError(409, `Nothing was deleted: ${why}. Run the reconciliation again`);
}

/**
 * The one way by which a run may delete. It opens when both sides were read whole, what the source showed can still be seen in it,
 * and there are not too many deletions; each object is asked for once more before it goes.
 */
export class DeletionGate {
  readonly #parts: GateParts;

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  /** Throws, before anything is deleted, when deletions may not be. */
  async open(deletions: readonly Assessment[], reads: { readonly source: WholeRead | undefined; readonly target: WholeRead | undefined }, signal: AbortSignal): Promise<void> {
    if (deletions.length === 0) return;
    const { mapping, source, brake } = this.#parts;
    if (reads.source === undefined) throw refused(`the source ${mapping.source} has not been read to its end`);
    if (reads.target === undefined) throw refused(`the target ${mapping.target} has not been read to its end`);
    brake.checkDeletions(deletions.filter(({ target }) => target !== undefined).length, reads.target.count);
    if (reads.source.count > 0 && !await isStillSeen(source, reads.source.witnesses, signal)) {
      throw refused(`the source ${mapping.source} showed ${reads.source.count} objects and shows none of those asked for again. Perhaps its connection has lost its rights`);
    }
  }

  /** Throws when the source does not bear out, at this moment, that the object has to go. */
  async confirm({ situation, sourceId, source: assessed, target }: Assessment, signal: AbortSignal): Promise<void> {
    const { mapping, source } = this.#parts;
    if (situation === 'UNASSIGNED') return this.#confirmUnassigned(target?.id, signal);
    if (sourceId === undefined) return;
    const now = await source.read(sourceId, signal);
    const isBack = assessed === undefined ? now !== undefined : now !== undefined && !isValidSource(mapping, assessed) && isValidSource(mapping, now);
    if (isBack) throw new ResourceError(409, `${target?.id ?? sourceId} is not deleted: the source has ${sourceId} for it, which it had not when it was looked at`);
  }

  /** That no source belongs to a target is asked once more, of the source itself. */
  async #confirmUnassigned(targetId: string | undefined, signal: AbortSignal): Promise<void> {
    const { mapping, source, target } = this.#parts;
    if (targetId === undefined || mapping.correlation.length === 0) return;
    const object = await target.read(targetId, signal);
    const filter = object === undefined ? undefined : correlationFilter(mapping.correlation, 'target', object);
    if (filter === undefined) return;
    for await (const found of source.query(filter, [], signal)) {
      throw new ResourceError(409, `${targetId} is not deleted: the source has ${found._id} for it, which its first answer did not show`);
    }
  }
}

async function isStillSeen(set: ObjectSet, ids: readonly string[], signal: AbortSignal): Promise<boolean> {
  for (const id of ids) if (await set.read(id, signal) !== undefined) return true;
  return false;
}

/** A source object that liveSync says is gone: undefined when it is. The say-so may come of a read that did not show everything. */
export async function confirmedGone(source: ObjectSet, id: string, signal: AbortSignal): Promise<SetObject | undefined> {
  try {
    return await source.read(id, signal);
  } catch (error) {
    // A system that cannot be read by id has nothing but its changes.
    if (error instanceof ResourceError && (error.code === 501 || error.code === 403)) return undefined;
    throw error;
  }
}
