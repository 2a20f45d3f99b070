import {
  ConnectorError, chunksOf, mapChunks, taskOperationId, type BatchEnd, type BatchItem, type CallContext, type Chunks, type ConnectorFacade, type StreamOperation,
} from '../../protocol/model/index.js';
import { wasNotMade } from './failed-change.js';
import type { IsRepeat } from './policed-facade.js';
import type { AdmittedWrite, Guard } from './guard.js';

type Batch = Extract<StreamOperation, { kind: 'batch' }>;
export type BatchChunks = Chunks<BatchItem, BatchEnd>;

const NOTHING_RUN: BatchEnd = { tokens: [], queryRequired: false, asynchronousResults: false, returnsResults: true };
/** Results that are handed on together. */
const CHUNK = 100;

const REPEATED: AdmittedWrite = { takeBack: () => undefined };

/** What a batch is checked with, and where it goes on to. */
export interface BatchPlace {
  readonly guard: Guard;
  readonly facade: ConnectorFacade;
  readonly isRepeat: IsRepeat;
}

interface Sorted {
  /** Index of each admitted task in the request, in order. */
  readonly indexes: number[];
  readonly admitted: AdmittedWrite[];
  readonly refused: BatchItem[];
}

/**
 * A batch whose tasks are each admitted or refused. The admitted ones go on as a batch of their own; the refused ones are
 * results with the refusal as error. With FAIL_ON_ERROR nothing behind the first refusal is run.
 */
export async function* policedBatch(place: BatchPlace, batch: Batch, call: CallContext): BatchChunks {
  const { facade } = place;
  const sorted = await admitTasks(place, batch, call);
  const { indexes, admitted, refused } = sorted;
  const isLast = (item: BatchItem): BatchItem => (item.task === batch.tasks.length - 1 ? { ...item, last: true } : withoutMark(item));
  const unreported = new Set(admitted.keys());
  let end = NOTHING_RUN;
  let began = false;
  try {
    if (refused.length === 0 && indexes.length === 0) return yield* chunksOf(facade.stream(batch, call));
    for (let at = 0; at < refused.length; at += CHUNK) yield refused.slice(at, at + CHUNK).map(isLast);
    if (indexes.length > 0) {
      began = true;
      const tasks = indexes.flatMap((index) => batch.tasks[index] ?? []);
      end = yield* mapChunks(chunksOf(refused.length === 0 ? facade.stream(batch, call) : facade.stream({ ...batch, tasks }, { ...call, taskNumbers: indexes })), (item) => {
        unreported.delete(item.task);
        if (wasNotMade(item.error)) admitted[item.task]?.takeBack();
        return isLast({ ...item, task: indexes[item.task] ?? item.task });
      });
    }
    return end;
  } finally {
    if (!began) for (const task of unreported) admitted[task]?.takeBack();
  }
}

function withoutMark({ task, uid, error, message }: BatchItem): BatchItem {
  return { task, uid, error, message };
}

async function admitTasks({ guard, facade, isRepeat }: BatchPlace, { tasks, options }: Batch, call: CallContext): Promise<Sorted> {
  const sorted: Sorted = { indexes: [], admitted: [], refused: [] };
  let failed: number | undefined;
  try {
    for (const [index, task] of tasks.entries()) {
      call.signal.throwIfAborted();
      if (failed !== undefined && options.failOnError) {
        sorted.refused.push({ task: index, error: new ConnectorError('connector', `Task ${index} was not run, because task ${failed} was refused and FAIL_ON_ERROR is set.`, { outcome: 'notApplied' }) });
        continue;
      }
      try {
        const hasBeenHere = call.once === true && call.operationId !== undefined && await isRepeat(taskOperationId(call.operationId, index));
        sorted.admitted.push(hasBeenHere ? REPEATED : await guard.admitWrite(task, facade, call));
        sorted.indexes.push(index);
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        failed ??= index;
        sorted.refused.push({ task: index, error });
      }
    }
    return sorted;
  } catch (error) {
    for (const { takeBack } of sorted.admitted) takeBack();
    throw error;
  }
}
