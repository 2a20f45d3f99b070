import { ConnectorError } from '../../../protocol/model/index.js';
import { ResourceError } from '../../crest/resource-error.js';
import { correlationFilter } from '../../mappings/correlation.js';
import type { RunEngine } from '../run-engine.js';
import type { ObjectSet, SetObject } from '../object-set.js';
import type { WholeRead } from '../whole-read.js';
import type { Subject } from './perform-action.js';

export interface GateParts {
  readonly engine: RunEngine;
  /** Of it no more than its objects, by their ids and by a filter. */
  readonly source: Pick<ObjectSet, 'read' | 'query'>;
  readonly target: ObjectSet;
  readonly links: TargetLinks;
}

export interface RunGateParts extends GateParts {
  /** Throws when the mapping or one of its systems is not what it was when both sides were read. */
  readonly requireUnchanged: () => Promise<void>;
}

export interface TargetLink { readonly sourceId: string; readonly qualifier: string }

/** Links as they are at the moment. */
export interface TargetLinks {
  /** Null: the mapping keeps none. */
  readonly type: string | null;
  readonly keys: { source(id: string): string };
  linksOf(targetId: string): Promise<readonly TargetLink[]>;
}

function refused(why: string): ResourceError {
  return new ResourceError(409, `Nothing was deleted: ${why}. Run the reconciliation again`);
}

/** What is asked once more about each object before it goes, by whatever way it came to be deleted. */
export class DeletionCheck {
  readonly #parts: GateParts;

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  /** Throws when the source does not bear out, at this moment, that the object has to go. */
  async confirm(subject: Subject, signal: AbortSignal): Promise<void> {
    const { situation, sourceId, source: assessed, targetId, qualifier } = subject;
    const { engine, source } = this.#parts;
    await this.confirmLinks(subject, signal);
    if (situation === 'UNASSIGNED') return this.#confirmUnassigned(targetId, signal);
    if (sourceId === undefined) return;
    const now = await source.read(sourceId, signal);
    const isBack = now !== undefined && (situation === 'UNQUALIFIED' ? await isValidSource(engine, now, qualifier, signal) : assessed === undefined);
    if (isBack) throw new ResourceError(409, `${targetId ?? sourceId} is not deleted: the source has ${sourceId} for it, which it had not when it was looked at`);
  }

  /** Throws when somebody else has the target: since the decision liveSync, another run or a person may have linked it anew. Approvals take days. */
  async confirmLinks({ sourceId, linkedId, targetId, qualifier }: Subject, signal: AbortSignal): Promise<void> {
    const { links, source } = this.#parts;
    if (targetId === undefined || links.type === null) return;
    const now = await links.linksOf(targetId);
    const isOwn = (link: TargetLink): boolean => sourceId !== undefined && links.keys.source(link.sourceId) === links.keys.source(sourceId);
    if (linkedId !== undefined && !now.some((link) => isOwn(link) && link.qualifier === qualifier)) {
      throw new ResourceError(409, `${targetId} is not deleted: its link with ${sourceId ?? 'its source'} is gone since it was looked at`);
    }
    for (const link of now) {
      if (isOwn(link) || await source.read(link.sourceId, signal) === undefined) continue;
      throw new ResourceError(409, `${targetId} is not deleted: it is linked with ${link.sourceId}, which the source has`);
    }
  }

  /** That no source belongs to a target is asked once more, of the source itself. */
  async #confirmUnassigned(targetId: string | undefined, signal: AbortSignal): Promise<void> {
    const { engine: { mapping }, source, target } = this.#parts;
    if (targetId === undefined || mapping.correlation.length === 0) return;
    const object = await target.read(targetId, signal);
    const filter = object === undefined ? undefined : correlationFilter(mapping.correlation, 'target', object);
    if (filter === undefined) return;
    for await (const found of source.query(filter, [], signal)) {
      throw new ResourceError(409, `${targetId} is not deleted: the source has ${found._id} for it, which its first answer did not show`);
    }
  }
}

/**
 * The one way by which a run may delete. It opens when both sides were read whole and what the source showed can still be seen in it;
 * each object is asked for once more before it goes.
 */
export class DeletionGate extends DeletionCheck {
  readonly #parts: RunGateParts;

  constructor(parts: RunGateParts) {
    super(parts);
    this.#parts = parts;
  }

  /** Throws, before anything more is deleted, when deletions may not be. */
  async open(reads: { readonly source: WholeRead | undefined; readonly target: WholeRead | undefined }, signal: AbortSignal): Promise<void> {
    const { engine: { mapping }, source, requireUnchanged } = this.#parts;
    await requireUnchanged();
    if (reads.source === undefined) throw refused(`the source ${mapping.source} has not been read to its end`);
    if (reads.target === undefined) throw refused(`the target ${mapping.target} has not been read to its end`);
    if (reads.source.count > 0 && !await isStillSeen(source, reads.source.witnesses, signal)) {
      throw refused(`the source ${mapping.source} showed ${reads.source.count} objects and shows none of those asked for again. Perhaps its connection has lost its rights`);
    }
  }
}

/** A failure of the mapping is no proof that the object may go: it counts as valid. */
export async function isValidSource(engine: RunEngine, object: SetObject, qualifier: string, signal: AbortSignal): Promise<boolean> {
  const [assessed] = await engine.sources([object], false, signal);
  return assessed === undefined || assessed instanceof Error || assessed.some((row) => row.qualifier === qualifier && row.isValid);
}

export async function isStillSeen(set: Pick<ObjectSet, 'read'>, ids: readonly string[], signal: AbortSignal): Promise<boolean> {
  for (const id of ids) if (await set.read(id, signal) !== undefined) return true;
  return false;
}

/** A source object that liveSync says is gone: undefined when it is. The say-so may come of a read that did not show everything. */
export async function confirmedGone(source: ObjectSet, id: string, signal: AbortSignal): Promise<SetObject | undefined> {
  try {
    return await source.read(id, signal);
  } catch (error) {
    // A system that cannot be read by id has nothing but its changes.
    if (isReadImpossible(error)) return undefined;
    throw error;
  }
}

/** That nothing is ever read by its id there: the connector cannot, or the configuration denies it. A target that refuses a read says nothing of the kind. */
export function isReadImpossible(error: unknown): boolean {
  return error instanceof ResourceError && (error.code === 501 || error.code === 403) && !(error.cause instanceof ConnectorError);
}
