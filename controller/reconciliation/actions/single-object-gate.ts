import { ResourceError } from '../../crest/resource-error.js';
import { correlationFilter } from '../../mappings/correlation.js';
import type { Action } from '../../mappings/situations.js';
import type { RunEngine } from '../run-engine.js';
import type { ObjectSet, SetObject } from '../object-set.js';
import { DeletionCheck, isReadImpossible, isStillSeen, isValidSource, type TargetLinks } from './deletion-gate.js';
import type { Subject } from './perform-action.js';

export interface SingleGateParts {
  readonly engine: RunEngine;
  readonly source: ObjectSet;
  readonly target: ObjectSet;
  readonly links: SingleLinks;
  /** The source itself said that the object changed or went; otherwise it was found out by reading it. */
  readonly wasTold: boolean;
}

/** Links as they are at the moment, with what there is besides one object. */
export interface SingleLinks extends TargetLinks {
  readonly keys: { source(id: string): string; target(id: string): string };
  /** Up to `limit` source objects that have a link, other than this one. */
  otherSources(sourceId: string, limit: number): Promise<readonly string[]>;
}

/** One of the rows of an object, and what is to be done about it; undefined when that could not be found out. */
export interface Decided {
  readonly subject: Subject;
  readonly action: Action | undefined;
}

const WITNESSES = 3;

function withheld(what: string | undefined, why: string): ResourceError {
  return new ResourceError(409, `${what ?? 'The object'} is not deleted: ${why}`);
}

/**
 * The way by which liveSync, `/sync` and `reconById` delete and unlink. They have not read both sides as a run has, so that what the
 * whole reads would have shown is asked for: whether the source still shows anything, and whether the target is somebody else's.
 */
export class SingleObjectGate {
  readonly #parts: SingleGateParts;
  readonly #source: ObjectSet;

  constructor(parts: SingleGateParts) {
    this.#parts = parts;
    this.#source = parts.source;
  }

  /** Throws when what was decided may not be done. `all`: every row of the object, this one with them. */
  async confirm({ subject, action }: Decided, all: readonly Decided[], signal: AbortSignal): Promise<void> {
    if (action !== 'DELETE' && action !== 'UNLINK') return;
    if (subject.source === undefined) await this.#confirmSeeing(subject, signal);
    if (action === 'UNLINK') return;
    this.#confirmSole(subject, all);
    const { engine, target, links } = this.#parts;
    const source = { read: (id: string) => this.#lookAgain(subject, id, signal), query: this.#source.query.bind(this.#source) };
    await new DeletionCheck({ engine, source, target, links }).confirm(subject, signal);
    if (subject.source !== undefined && subject.linkedId === undefined) await this.#confirmUnclaimed(subject, subject.source, signal);
  }

  /** A source that can only tell changes has no more to say about an object than its change did. */
  async #lookAgain({ sourceId, source }: Subject, id: string, signal: AbortSignal): Promise<SetObject | undefined> {
    try {
      return await this.#source.read(id, signal);
    } catch (error) {
      if (this.#parts.wasTold && id === sourceId && isReadImpossible(error)) return source;
      throw error;
    }
  }

  /** An object that is not shown is gone only in a source that shows others: its connection may have lost its rights. */
  async #confirmSeeing({ sourceId = '', targetId, linkedId }: Subject, signal: AbortSignal): Promise<void> {
    const { links, wasTold, engine: { mapping } } = this.#parts;
    if (this.#source.isOwn === true) return;
    const others = await links.otherSources(sourceId, WITNESSES);
    if (wasTold && others.length === 0) return;
    try {
      if (await isStillSeen(this.#source, others, signal)) return;
    } catch (error) {
      if (wasTold && isReadImpossible(error)) return;
      throw error;
    }
    if (mapping.settings.allowEmptySourceSet) return;
    if (await this.#showsAnother(sourceId, signal)) return;
    throw withheld(targetId ?? linkedId, `the source ${mapping.source} shows neither ${sourceId} nor any other object. Perhaps its connection has lost its rights; set allowEmptySourceSet if it is really empty`);
  }

  async #showsAnother(sourceId: string, signal: AbortSignal): Promise<boolean> {
    const { keys } = this.#parts.links;
    for await (const shown of this.#source.query(undefined, [], signal)) if (keys.source(shown._id) !== keys.source(sourceId)) return true;
    return false;
  }

  /** Two link qualifiers may lead to one target, and the source be valid for one of them. */
  #confirmSole(subject: Subject, all: readonly Decided[]): void {
    const { targetId } = subject;
    if (targetId === undefined) return;
    const { keys } = this.#parts.links;
    const keeper = all.find((other) => other.subject !== subject && other.subject.targetId !== undefined && keys.target(other.subject.targetId) === keys.target(targetId)
      && other.action !== 'DELETE' && (KEEPING.has(other.subject.situation) || other.action === 'UPDATE' || other.action === 'LINK'));
    if (keeper !== undefined) throw withheld(targetId, `the source object has it under the link qualifier ${keeper.subject.qualifier} too`);
  }

  /** A target that only correlates may be that of another source object, which a run would have seen. */
  async #confirmUnclaimed({ targetId, qualifier }: Subject, own: SetObject, signal: AbortSignal): Promise<void> {
    const { engine, target, links } = this.#parts;
    const object = targetId === undefined ? undefined : await target.read(targetId, signal);
    if (object === undefined) return;
    const filter = correlationFilter(engine.mapping.correlation, 'target', object);
    if (filter === undefined) throw withheld(targetId, 'it has no link, and whether another source object correlates with it shows only in a reconciliation of everything. Run that');
    for await (const found of this.#source.query(filter, undefined, signal)) {
      if (links.keys.source(found._id) === links.keys.source(own._id)) continue;
      if (await isValidSource(engine, found, qualifier, signal)) throw withheld(targetId, `the source has ${found._id} for it`);
    }
  }
}

const KEEPING: ReadonlySet<string> = new Set(['CONFIRMED', 'FOUND']);
