import { ConnectorError, Uid, taskOperationId, type BatchItem, type BatchTask } from '../../protocol/model/index.js';
import { encodeOperation } from '../../protocol/codec/index.js';
import type { NotedWrite, WriteAnswer, WriteEnd } from '../../protocol/session/noted-write.js';
import { outcomeOfAnswer, saying } from '../journal/failed-write.js';
import type { Ended } from '../journal/journal-record.js';
import { intentOf } from '../journal/write-identity.js';
import type { Begun, OpenWrite } from '../journal/write-journal.js';
import { answerOf, knownOutcome } from './journaled-single.js';
import type { WritePlace } from './journaled-relay.js';

/** Tasks noted at a time. */
const AT_ONCE = 256;

/** Notes every task of a batch, each under an id of its own, before any is passed on. Throws a ConnectorError when the batch must not be done. */
export async function beginBatch(place: WritePlace, tasks: readonly BatchTask[], signal: AbortSignal): Promise<NotedWrite> {
  const open = new Map<number, OpenWrite>();
  const known = new Map<number, Ended>();
  try {
    for (let from = 0; from < tasks.length; from += AT_ONCE) {
      signal.throwIfAborted();
      await begin(place, tasks.slice(from, from + AT_ONCE), from, open, known);
    }
  } catch (error) {
    await endAll(open, () => ({ state: 'notApplied' }));
    throw error;
  }
  if (known.size === 0) return new OpenBatch(place, open);
  await endAll(open, () => ({ state: 'notApplied' }));
  const items: BatchItem[] = [];
  for (const [number, task] of tasks.entries()) items.push(await itemAgain(place, number, task, known.get(number) ?? { state: 'notApplied' }, signal));
  return { operationId: place.operationId, known: { items }, reported: () => Promise.resolve(), ended: ({ answer }) => Promise.resolve(answer) };
}

async function begin(place: WritePlace, tasks: readonly BatchTask[], from: number, open: Map<number, OpenWrite>, known: Map<number, Ended>): Promise<void> {
  const { journal, principal, connector, systemId, passedTo, isFresh } = place;
  const all = await Promise.allSettled(tasks.map((task, index): Promise<Begun> => {
    const operationId = taskOperationId(place.operationId, from + index);
    return journal.begin(intentOf(journal.identity, ownTask(task), { operationId, principal, connector, systemId, passedTo, at: journal.now() }), isFresh);
  }));
  for (const [index, begun] of all.entries()) {
    if (begun.status === 'rejected') continue;
    if (begun.value.kind === 'new') open.set(from + index, begun.value.write);
    else known.set(from + index, begun.value.outcome);
  }
  const failed = all.find((begun) => begun.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** As it is asked about later, and as own tasks are journaled: Java peers write revision "0" for none (protocol section 7.15). */
function ownTask(task: BatchTask): BatchTask {
  return 'uid' in task && task.uid.revision === '0' ? { ...task, uid: new Uid(task.uid.value) } : task;
}

async function itemAgain(place: WritePlace, number: number, task: BatchTask, ended: Ended, signal: AbortSignal): Promise<BatchItem> {
  const operationId = taskOperationId(place.operationId, number);
  const outcome = await knownOutcome(place, operationId, { ...place.request, operation: encodeOperation(task) }, ended, signal);
  const answer = answerOf(task, operationId, outcome);
  if ('error' in answer) return { task: number, error: answer.error };
  return answer.result instanceof Uid ? { task: number, uid: answer.result } : { task: number };
}

async function endAll(open: Map<number, OpenWrite>, outcome: (task: number) => Ended): Promise<void> {
  const left = [...open];
  open.clear();
  await Promise.all(left.map(([task, write]) => write.end(outcome(task))));
}

class OpenBatch implements NotedWrite {
  readonly operationId: string;
  readonly known = undefined;
  readonly #place: WritePlace;
  readonly #open: Map<number, OpenWrite>;
  #reports = 0;

  constructor(place: WritePlace, open: Map<number, OpenWrite>) {
    this.operationId = place.operationId;
    this.#place = place;
    this.#open = open;
  }

  async reported(items: readonly BatchItem[]): Promise<void> {
    await Promise.all(items.map(async (item) => {
      const write = this.#open.get(item.task);
      if (write === undefined) return;
      this.#open.delete(item.task);
      this.#reports++;
      await write.end(this.#outcome(item));
    }));
  }

  async ended({ answer, source }: WriteEnd): Promise<WriteAnswer> {
    const error = 'error' in answer ? answer.error : undefined;
    const wasBegun = this.#reports > 0 || source === 'lost' || error === undefined || !isBeforeAnyTask(error, source);
    const unreported = this.#open.size;
    await endAll(this.#open, () => ({ state: wasBegun ? 'unknown' : 'notApplied' }));
    if (error === undefined || unreported === 0 || source === 'server') return answer;
    return { error: saying(error, wasBegun ? 'unknown' : 'notApplied', this.operationId) };
  }

  /** A result has room for a text only: a server with a journal knows more, and is asked when somebody wants to know. */
  #outcome({ uid, error }: BatchItem): Ended {
    if (error === undefined) return uid === undefined ? { state: 'applied' } : { state: 'applied', uid };
    return this.#place.passedTo === undefined ? outcomeOfAnswer(error, false) : { state: 'unknown' };
  }
}

/** The batch as a whole was refused. */
function isBeforeAnyTask({ kind, outcome }: ConnectorError, source: WriteEnd['source']): boolean {
  return source === 'unsent' || outcome === 'notApplied' || (outcome === undefined && kind === 'unsupportedOperation');
}
