import { Worker } from 'node:worker_threads';
import { GRACE } from './limits.js';
import { interpreterCode } from './interpreter-code.js';
import { ANSWERS_SENT, CURRENT_ITEM, SHARED_BYTES, readProcessorTime } from './worker/processor-time.js';
import type { AnswerMessage, BatchMessage, CallMessage, EndMessage, FromWorker, LogMessage, ResultsMessage, RunEnd, RunMessage, StopReason, WorkerData } from './worker/messages.js';

/** A thread that is not ready after this does not work here. Milliseconds. */
const START_TIME = 20_000;
const LOOK_INTERVAL = 100;
/** Of the thread's own heap, beside the interpreter's memory: messages on their way, and the code around the interpreter. */
const HEAP_MIB = 64;
const YOUNG_HEAP_MIB = 8;
/** Of the thread's stack: enough that the interpreter's own limit is met first. */
const STACK_MIB = 16;

export interface ThreadOptions {
  /** Module the thread runs. */
  readonly worker: URL;
  /** Bytes a script may have. */
  readonly memory: number;
}

export interface RunListener {
  called(message: CallMessage): void;
  logged(message: LogMessage): void;
  /** Of a batch. */
  results?(message: ResultsMessage): void;
}

interface Running {
  readonly message: RunMessage | BatchMessage;
  readonly listener: RunListener;
  /** Of the run, or of the item a batch is at. */
  began: number;
  item: number;
  readonly done: (end: EndMessage) => void;
}

/** A thread with an interpreter; one run at a time. Whatever a script does in there, the thread can be ended. */
export class SandboxThread {
  readonly #worker: Worker;
  readonly #shared: BigInt64Array;
  readonly #counters: Int32Array;
  #running: Running | undefined;
  #watch: NodeJS.Timeout | undefined;
  #isUsable = true;
  /** Why the thread was ended from outside. */
  #ended: StopReason | undefined;
  #whenReady: ((error?: Error) => void) | undefined;

  private constructor(worker: Worker, shared: SharedArrayBuffer) {
    this.#worker = worker;
    this.#shared = new BigInt64Array(shared, 0, 2);
    this.#counters = new Int32Array(shared);
    worker.on('message', (message: FromWorker) => { this.#received(message); });
    worker.on('error', (error: Error) => { this.#died(error); });
    worker.on('exit', () => { this.#died(new Error('The sandbox thread has ended.')); });
    worker.unref();
  }

  /** Rejects when the thread cannot be had. */
  static async start({ worker, memory }: ThreadOptions): Promise<SandboxThread> {
    const shared = new SharedArrayBuffer(SHARED_BYTES);
    const workerData: WorkerData = { wasm: await interpreterCode(), memory, shared };
    // Neither environment nor arguments, and no way to the agent's own output: nothing in there is anybody's business.
    const thread = new SandboxThread(new Worker(worker, {
      workerData, env: {}, argv: [], execArgv: [], stdin: false, stdout: true, stderr: true, name: 'script-sandbox',
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB, maxYoungGenerationSizeMb: YOUNG_HEAP_MIB, stackSizeMb: STACK_MIB },
    }), shared);
    await thread.#ready();
    return thread;
  }

  /** May be given a run. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  /** Resolves when the script has ended, in whatever way. When the signal fires, the thread ends. */
  async run(message: RunMessage | BatchMessage, listener: RunListener, signal: AbortSignal): Promise<EndMessage> {
    const aborted = (): void => { void this.end(); };
    signal.addEventListener('abort', aborted, { once: true });
    this.#worker.ref();
    try {
      return await new Promise<EndMessage>((resolve) => {
        this.#running = { message, listener, began: performance.now(), item: this.item, done: resolve };
        if (!this.#isUsable) return this.#died(new Error('The sandbox thread had ended before.'));
        this.#watch = setInterval(() => { this.#look(); }, LOOK_INTERVAL);
        this.#worker.postMessage(message);
      });
    } finally {
      signal.removeEventListener('abort', aborted);
      clearInterval(this.#watch);
      this.#running = undefined;
      this.#worker.unref();
    }
  }

  answer(message: AnswerMessage): void {
    if (!this.#isUsable) return;
    this.#worker.postMessage(message);
    // A batch waits for it without taking messages.
    Atomics.add(this.#counters, ANSWERS_SENT, 1);
    Atomics.notify(this.#counters, ANSWERS_SENT);
  }

  /** The item a batch is at, or was when it ended. */
  get item(): number {
    return Atomics.load(this.#counters, CURRENT_ITEM);
  }

  /** Ends the thread, with whatever runs in it. Idempotent, never rejects. */
  async end(why?: StopReason): Promise<void> {
    this.#isUsable = false;
    this.#ended ??= why;
    await this.#worker.terminate().catch(() => undefined);
  }

  async #ready(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#whenReady = (error) => { if (error === undefined) resolve(); else reject(error); };
        timer = setTimeout(() => { reject(new Error(`it was not ready after ${START_TIME} ms`)); }, START_TIME);
      });
    } catch (error) {
      await this.end();
      throw error;
    } finally {
      clearTimeout(timer);
      this.#whenReady = undefined;
    }
  }

  #received(message: FromWorker): void {
    switch (message.type) {
      case 'ready': return this.#whenReady?.();
      case 'call': return this.#running?.listener.called(message);
      case 'log': return this.#running?.listener.logged(message);
      case 'results': return this.#running?.listener.results?.(message);
      case 'end': return this.#finish(message);
    }
  }

  #finish(message: EndMessage): void {
    if (message.end.kind === 'broken') void this.end();
    this.#running?.done(message);
  }

  #died(error: Error): void {
    this.#isUsable = false;
    this.#whenReady?.(error);
    const isFull = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
    const by = this.#ended ?? (isFull ? 'memory' : undefined);
    const end: RunEnd = by === undefined ? { kind: 'broken', message: error.message } : { kind: 'stopped', by };
    this.#running?.done({ type: 'end', end, logLinesLeftOut: 0, unheardFailures: 0 });
  }

  /** Scripts are stopped from inside; one that is in the middle of something that cannot be stopped ends with its thread. */
  #look(): void {
    const running = this.#running;
    if (running === undefined) return;
    const { limits } = running.message;
    if (this.item !== running.item) Object.assign(running, { item: this.item, began: performance.now() });
    if (readProcessorTime(this.#shared) > limits.cpuTime + GRACE) void this.end('cpuTime');
    else if (performance.now() - running.began > limits.timeout + GRACE) void this.end('timeout');
  }
}
