import type { TraceSpan } from '../../../protocol/model/index.js';
import type { Log } from '../../log.js';
import { ownerOf, type MappingBook } from '../../mappings/mapping-book.js';
import type { Mapping } from '../../mappings/mapping.js';
import type { ThresholdSource } from '../../mappings/mapping-source.js';
import type { Database } from '../../store/database/database.js';
import { mappingLinks, type MappingLinks } from '../links.js';
import type { RunEngine } from '../run-engine.js';
import { messageOf } from '../message-of.js';
import type { ObjectSet } from '../object-set.js';
import type { Progress } from '../progress.js';
import { storeLinks, synchroniseObject } from '../synchronise-object.js';
import { SituationException } from '../actions/perform-action.js';
import type { RunExecutor } from './own-runs.js';
import type { PatienceSettings } from './patience.js';
import type { RunRecord, RunStore } from './run-store.js';
import { RunHold } from './run-hold.js';
import { SetRun } from './set-run.js';

/** Who asks object sets, and on whose behalf. */
export interface SetIdentity {
  readonly caller: string;
  readonly transactionId: string;
  readonly span?: TraceSpan | undefined;
}

export interface ExecutorParts {
  readonly database: Database;
  readonly store: RunStore;
  readonly book: MappingBook;
  readonly engineOf: (mapping: Mapping) => RunEngine;
  readonly setOf: (name: string, identity: SetIdentity) => ObjectSet;
  readonly defaultDeleteThreshold: ThresholdSource | undefined;
  readonly patience: PatienceSettings;
}

/** Runs of whole sets, and of single objects. */
export function runExecutor(parts: ExecutorParts): RunExecutor {
  const { store, book, patience, defaultDeleteThreshold } = parts;
  return async ({ record, mapping, progress, log, span, underWay }, signal) => {
    const hold = new RunHold(parts.database, record);
    const database = hold.database();
    const identity = { caller: record.caller, transactionId: record.id, span };
    const sides = { source: parts.setOf(mapping.source, identity), target: hold.target(parts.setOf(mapping.target, identity)) };
    const engine = parts.engineOf(mapping);
    const links = await mappingLinks(database, mapping, await ownerOf(book, mapping));
    if (record.request.onlyId !== undefined) {
      await reconcileOne({ ...sides, database, engine, links, record, progress, log }, record.request.onlyId, underWay);
      return 'done';
    }
    return new SetRun({ ...sides, database, store, record, engine, links, engineNow: () => engineNow(parts, record.mapping), progress, defaultDeleteThreshold, patience, log, underWay }).execute(signal);
  };
}

async function engineNow({ book, engineOf }: ExecutorParts, name: string): Promise<RunEngine | undefined> {
  const entry = await book.get(name);
  return entry !== undefined && 'mapping' in entry ? engineOf(entry.mapping) : undefined;
}

interface OneParts {
  readonly database: Database; readonly engine: RunEngine; readonly source: ObjectSet; readonly target: ObjectSet;
  readonly links: MappingLinks; readonly record: RunRecord; readonly progress: Progress; readonly log: Log;
}

/** `reconById`: one source object, and no target phase. */
async function reconcileOne({ database, engine, source, target, links, record, progress, log }: OneParts, id: string, signal: AbortSignal): Promise<void> {
  progress.enter('ACTIVE_RECONCILING_SOURCE');
  progress.source.total = 1;
  const object = await source.read(id, signal);
  const done = await synchroniseObject({ engine, source, target, links, reconId: record.id, wasTold: false, isDryRun: record.request.dryRun, isRepeated: record.carrier > 1 }, id, object, signal);
  await database.transaction((tx) => storeLinks(tx, links, done));
  for (const { subject, action, result, error } of done) {
    const status = error === undefined || error instanceof SituationException ? 'SUCCESS' : 'FAILURE';
    progress.situation(subject.situation);
    if (record.request.dryRun === true && status === 'SUCCESS') continue;
    progress.done('source', status, result);
    if (status === 'FAILURE') log.warn({ situation: subject.situation, action, sourceId: id, reason: messageOf(error) }, 'an object failed');
  }
  progress.source.processed = 1;
}
