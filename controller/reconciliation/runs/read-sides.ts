import { anySignal } from '../../../protocol/model/index.js';
import { ResourceError } from '../../crest/resource-error.js';
import type { JsonObject } from '../../crest/json.js';
import type { Log } from '../../log.js';
import type { Database } from '../../store/database/database.js';
import type { RunEngine } from '../run-engine.js';
import type { SetChanges } from '../object-changes.js';
import type { ObjectSet } from '../object-set.js';
import { messageOf } from '../message-of.js';
import type { Progress } from '../progress.js';
import { followChanges, type SetStaging } from '../staging/follow-changes.js';
import { keptSet, noteToken } from '../staging/kept-sets.js';
import { createSet, dropSet, indexSet, proveSet, type Side, type StagingSet } from '../staging/staging-set.js';
import { stageSource } from '../staging/stage-source.js';
import { stageTarget } from '../staging/stage-target.js';
import type { WholeRead } from '../whole-read.js';
import { isUnreachable } from './patience.js';

/** How ids compare in the links of a mapping. */
export interface IdKeys {
  source(id: string): string;
  target(id: string): string;
}

export interface ReadParts {
  readonly database: Database;
  readonly run: number;
  readonly engine: RunEngine;
  readonly source: ObjectSet;
  readonly target: ObjectSet;
  readonly keys: IdKeys;
  readonly progress: Progress;
  readonly log: Log;
  /** Only what changed since the last whole run is read, where that can be told. */
  readonly delta: boolean;
  /** Repeats a read whose system could not be reached, until the signal fires. */
  readonly patiently: <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>;
}

export interface ReadSide {
  readonly set: StagingSet;
  readonly read: WholeRead;
}

/** Reads both sides at once, each into a set of its own. One that fails ends the other. */
export async function readSides(parts: ReadParts, signal: AbortSignal): Promise<{ readonly source: ReadSide; readonly target: ReadSide }> {
  const failed = new AbortController();
  const either = anySignal(signal, failed.signal);
  const orEndBoth = async (side: Side): Promise<ReadSide> => {
    try {
      return await parts.progress.durations.measure(`${side}Query`, () => readSide(parts, side, either));
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  };
  // Where the sources say by which keys they look for targets, they come first.
  const first = parts.engine.learnsKeys ? orEndBoth('source') : undefined;
  const [target, source] = await Promise.allSettled([(first ?? Promise.resolve()).then(() => orEndBoth('target')), first ?? orEndBoth('source')]);
  signal.throwIfAborted();
  if (failed.signal.aborted) throw failed.signal.reason;
  if (source.status === 'rejected') throw source.reason;
  if (target.status === 'rejected') throw target.reason;
  return { source: source.value, target: target.value };
}

/** Reads what changed since the last run, where that can be told, or else everything. */
async function readSide(parts: ReadParts, side: Side, signal: AbortSignal): Promise<ReadSide> {
  const { progress, engine: { mapping } } = parts;
  const followed = parts.delta ? await parts.patiently(() => followSide(parts, side, signal), signal) : undefined;
  if (parts.delta) progress.delta = { ...progress.delta, [side]: followed === undefined ? 'full' : 'delta' };
  const done = followed ?? await parts.patiently(() => readWhole(parts, side, signal), signal);
  (side === 'source' ? progress.source : progress.target).total = done.read.count;
  if (side === 'source' && done.read.count === 0 && !mapping.settings.allowEmptySourceSet) {
    throw new ResourceError(409, `The source ${mapping.source} is empty; nothing was done about the targets. Set allowEmptySourceSet if that is right`);
  }
  return done;
}

/** The changes of a side, if they say all there is to know about it: nothing filters its read, and they carry what the mapping wants. */
function changesOf({ engine, source, target }: ReadParts, side: Side): SetChanges | undefined {
  const { mapping } = engine;
  const isFiltered = (side === 'source' ? mapping.sourceQuery : mapping.targetQuery) !== undefined;
  const changes = side === 'source' ? source.changes : target.changes;
  if (!mapping.settings.deltaReconciliation || isFiltered || engine.learnsKeys) return undefined;
  return changes?.carry(side === 'source' ? engine.sourceNames : engine.targetNames) === true ? changes : undefined;
}

async function followSide(parts: ReadParts, side: Side, signal: AbortSignal): Promise<ReadSide | undefined> {
  const { database, engine } = parts;
  const changes = changesOf(parts, side);
  const kept = changes === undefined ? undefined : await keptSet(database, engine.mapping.name, side, definitionOf(engine, changes));
  if (changes === undefined || kept === undefined) return undefined;
  return { set: kept.set, read: await followChanges(database, stagingOf(parts, side, kept.set), kept, changes, signal) };
}

/** A read that broke off because its system went away is begun again from nothing. */
async function readWhole(parts: ReadParts, side: Side, signal: AbortSignal): Promise<ReadSide> {
  const { database, engine, progress, run } = parts;
  const changes = changesOf(parts, side);
  // Asked for before the read: what changes meanwhile comes once more with the changes, and is not lost.
  const token = await latestToken(parts, side, changes, signal);
  const set = await createSet(database, { mapping: engine.mapping.name, side, run, definition: definitionOf(engine, changes) });
  (side === 'source' ? progress.source : progress.target).read = 0;
  try {
    const staging = stagingOf(parts, side, set);
    const { read, rows } = staging.side === 'source' ? await stageSource(staging.staging, parts.source, signal) : await stageTarget(staging.staging, parts.target, signal);
    if (!await indexSet(database, set)) {
      throw new ResourceError(500, `${side === 'source' ? engine.mapping.source : engine.mapping.target} gave an object twice in one read, so that something else may be missing; nothing was changed`);
    }
    await proveSet(database, set, read, rows);
    if (token !== undefined) await noteToken(database, set, token);
    return { set, read };
  } catch (error) {
    await dropSet(database, set).catch(() => undefined);
    throw error;
  }
}

/** Undefined, and told in the log, where the system cannot say: this run does not need it, the next delta reads everything. */
async function latestToken({ log, engine: { mapping } }: ReadParts, side: Side, changes: SetChanges | undefined, signal: AbortSignal): Promise<JsonObject | undefined> {
  try {
    return await changes?.latest(signal);
  } catch (error) {
    signal.throwIfAborted();
    if (isUnreachable(error)) throw error;
    log.warn({ mapping: mapping.name, side, reason: messageOf(error) }, 'a system cannot say where its changes stand: the next delta reconciliation reads all of it');
    return undefined;
  }
}

function stagingOf({ database, engine, keys, progress }: ReadParts, side: Side, set: StagingSet): SetStaging {
  const count = side === 'source' ? progress.source : progress.target;
  return { side, staging: { database, set, engine, keyOf: keys[side], onRow: (rows) => { count.read += rows; } } };
}

function definitionOf(engine: RunEngine, changes: SetChanges | undefined): string {
  return `${engine.definition} ${changes?.definition ?? ''}`;
}
