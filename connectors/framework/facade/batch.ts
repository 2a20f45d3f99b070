import {
  ConnectorError, Uid, type BatchEnd, type BatchItem, type BatchTask, type OperationOptions,
} from '../../../protocol/model/index.js';

type RunTask = (task: BatchTask) => Promise<Uid | null>;

const END: BatchEnd = { tokens: [], queryRequired: false, asynchronousResults: false, returnsResults: true };

/** Java peers write a uid without revision as revision "0" in a batch (protocol section 7.15). */
function withoutDummyRevision(task: BatchTask): BatchTask {
  return 'uid' in task && task.uid.revision === '0' ? { ...task, uid: new Uid(task.uid.value) } : task;
}

async function runOne(index: number, task: BatchTask, run: RunTask): Promise<BatchItem> {
  try {
    const uid = await run(withoutDummyRevision(task));
    return { task: index, uid: uid ?? undefined };
  } catch (error) {
    return { task: index, error: error instanceof ConnectorError ? error : new ConnectorError('connector', 'The task failed.', { cause: error }) };
  }
}

function skipped(index: number, failed: number): BatchItem {
  return { task: index, error: new ConnectorError('connector', `Task ${index} was not run, because task ${failed} failed and FAIL_ON_ERROR is set.`) };
}

/** A Java controller puts results in the order of the tasks, so the mark belongs to the last task, whenever it is done. */
function marked(item: BatchItem, tasks: readonly BatchTask[]): BatchItem {
  return item.task === tasks.length - 1 ? { ...item, last: true } : item;
}

/** Tasks in their order, at most so many at a time. */
class TaskQueue {
  readonly #tasks: readonly BatchTask[];
  readonly #run: RunTask;
  readonly #running = new Map<number, Promise<BatchItem>>();
  /** The last task of each object: what is asked of one object happens in the order it was asked. */
  readonly #lastOf = new Map<string, Promise<BatchItem>>();
  #next = 0;

  constructor(tasks: readonly BatchTask[], run: RunTask) {
    this.#tasks = tasks;
    this.#run = run;
  }

  fill(atOnce: number): void {
    for (let task = this.#tasks[this.#next]; task !== undefined && this.#running.size < atOnce; task = this.#tasks[++this.#next]) {
      this.#running.set(this.#next, this.#start(this.#next, task));
    }
  }

  #start(index: number, task: BatchTask): Promise<BatchItem> {
    if (!('uid' in task)) return runOne(index, task, this.#run);
    const object = `${task.objectClass} ${task.uid.value}`;
    const before = this.#lastOf.get(object);
    const item = before === undefined ? runOne(index, task, this.#run) : before.then(() => runOne(index, task, this.#run));
    this.#lastOf.set(object, item);
    return item;
  }

  /** The next result; undefined when nothing runs. */
  async result(): Promise<BatchItem | undefined> {
    if (this.#running.size === 0) return undefined;
    const item = await Promise.race(this.#running.values());
    this.#running.delete(item.task);
    return item;
  }

  /** Indexes of the tasks that were not started. */
  *rest(): Generator<number> {
    for (let index = this.#next; index < this.#tasks.length; index++) yield index;
  }

  async settled(): Promise<void> {
    await Promise.all(this.#running.values());
  }
}

/**
 * A batch of single operations, one result a task: one after the other with REQUIRE_SERIAL, else at most `concurrency` at
 * a time. With FAIL_ON_ERROR nothing new starts after the first failure. No more runs ahead than the consumer pulls;
 * after an early `return` the tasks under way still end, since half a write helps nobody.
 */
export async function* runBatch(tasks: readonly BatchTask[], options: OperationOptions, concurrency: number, run: RunTask, signal: AbortSignal): AsyncGenerator<BatchItem, BatchEnd, void> {
  const atOnce = options.requireSerial ? 1 : Math.max(1, concurrency);
  const queue = new TaskQueue(tasks, run);
  let failed: number | undefined;
  try {
    for (;;) {
      signal.throwIfAborted();
      if (failed === undefined) queue.fill(atOnce);
      const item = await queue.result();
      if (item === undefined) break;
      if (item.error !== undefined && options.failOnError) failed ??= item.task;
      yield marked(item, tasks);
    }
    for (const index of queue.rest()) yield marked(skipped(index, failed ?? index), tasks);
    return END;
  } finally {
    await queue.settled();
  }
}
