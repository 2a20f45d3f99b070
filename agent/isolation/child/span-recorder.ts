import type { Clock } from '../../../connectors/framework/index.js';
import { QuietSpan } from '../../../deploy/runtime/telemetry/quiet-span.js';
import { Thinning } from '../../../deploy/runtime/telemetry/thinning.js';
import { chunksOf, formatTraceParent, itemsOf, type SpanAttributes, type SpanStart, type TraceParent, type TraceSpan } from '../../../protocol/model/index.js';
import type { SpansMessage } from '../control-messages.js';
import { OPERATION, boundedAttributes, boundedName, toldFailure, type ToldSpan } from '../told-spans.js';

/** Spans of one operation that are all told of; of later ones ever fewer are, so that a million leave some ten thousand. */
const AT_FIRST = 1_024;
/** Spans told of together. */
const BATCH = 64;
/** Longest anything waits for others to be told with. Milliseconds. */
const LONGEST_WAIT = 1_000;

export interface RecorderOptions {
  /** The operation's span, which is the agent's. */
  readonly operation: TraceParent;
  readonly clock: Clock;
  /** What was sent before is still waiting to be read: nothing is told then but what was left out. */
  isLate(): boolean;
  tell(told: Pick<SpansMessage, 'spans' | 'leftOut' | 'over'>): void;
}

type Told = { -readonly [K in keyof ToldSpan]: ToldSpan[K] };

/** The spans of one operation in a connector's process, on their way to the agent: by the handful, at least once a second. */
export class SpanRecorder {
  /** What is done for the operation goes below it. */
  readonly span: TraceSpan;
  readonly #options: RecorderOptions;
  readonly #thinning = new Thinning(AT_FIRST);
  /** Milliseconds since 1970 at the zero of `performance.now()`. */
  readonly #zero = Date.now() - performance.now();
  #last = OPERATION;
  #waiting: Told[] = [];
  #unsent = 0;
  #toldLeftOut = 0;
  #isOver = false;
  #cancel: (() => void) | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.span = new ProcessSpan(this, options.operation, OPERATION);
  }

  get operation(): TraceParent {
    return this.#options.operation;
  }

  /** The work, whose spans have all been told of when it settles. */
  async following<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } finally {
      this.#end();
    }
  }

  /** As {@link following}. */
  followingItems<T, End>(results: AsyncGenerator<T, End, void>, isOver: () => boolean): AsyncGenerator<T, End, void> {
    return itemsOf(this.#followingChunks(results), isOver);
  }

  async *#followingChunks<T, End>(results: AsyncGenerator<T, End, void>): AsyncGenerator<readonly T[], End, void> {
    const chunks = chunksOf(results);
    try {
      for (;;) {
        const step = await chunks.next();
        if (step.done === true) return step.value;
        yield step.value;
      }
    } finally {
      try {
        await chunks.return(undefined as never);
      } finally {
        this.#end();
      }
    }
  }

  /** For {@link ProcessSpan}. */
  begin(below: number, name: string, { kind, attributes, startedAt = this.#now() }: SpanStart = {}): TraceSpan {
    const { traceId, spanId } = this.operation;
    if (this.#isOver || !this.#thinning.take()) return new QuietSpan(traceId, spanId);
    const told: Told = { span: ++this.#last, begun: { below, name: boundedName(name), kind, at: startedAt, attributes: boundedAttributes(attributes) } };
    this.#add(told);
    return new ProcessSpan(this, this.operation, told.span, told);
  }

  /** For {@link ProcessSpan}. `told`: where it began; it may have left by now. */
  end(told: Told, attributes: SpanAttributes | undefined, failure: unknown, endedAt = this.#now()): void {
    if (this.#isOver) return;
    const ended = { at: endedAt, attributes: boundedAttributes(attributes), failure: failure === undefined ? undefined : toldFailure(failure) };
    if (this.#waiting.includes(told)) told.ended = ended;
    else this.#add({ span: told.span, ended });
  }

  #add(told: Told): void {
    this.#waiting.push(told);
    if (this.#waiting.length >= BATCH) this.#tell();
    else this.#cancel ??= this.#options.clock.after(LONGEST_WAIT, () => { this.#tell(); });
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#tell();
  }

  #tell(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    let spans = this.#waiting;
    this.#waiting = [];
    if (this.#options.isLate()) {
      this.#unsent += spans.filter(({ begun }) => begun !== undefined).length;
      spans = [];
      if (!this.#isOver) return;
    }
    const leftOut = this.#thinning.leftOut + this.#unsent;
    this.#options.tell({ spans, leftOut: leftOut - this.#toldLeftOut, over: this.#isOver });
    this.#toldLeftOut = leftOut;
  }

  /** Milliseconds since 1970, to the microsecond. */
  #now(): number {
    return Math.round((this.#zero + performance.now()) * 1_000) / 1_000;
  }
}

/** Its id is the agent's to give; whoever asks here is told of the operation's. */
class ProcessSpan implements TraceSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly isRecorded = true;
  readonly #recorder: SpanRecorder;
  readonly #number: number;
  readonly #told: Told | undefined;
  #later: SpanAttributes | undefined;
  #hasEnded = false;

  /** `told`: undefined for the operation itself, which ends in the agent. */
  constructor(recorder: SpanRecorder, { traceId, spanId }: TraceParent, number: number, told?: Told) {
    this.#recorder = recorder;
    this.traceId = traceId;
    this.spanId = spanId;
    this.#number = number;
    this.#told = told;
  }

  get traceParent(): string {
    return formatTraceParent(this.#recorder.operation);
  }

  child(name: string, start?: SpanStart): TraceSpan {
    return this.#recorder.begin(this.#number, name, start);
  }

  set(attributes: SpanAttributes): void {
    if (!this.#hasEnded) this.#later = { ...this.#later, ...attributes };
  }

  leaveOut(): void {
    // What is left out is counted where it is.
  }

  end(failure?: unknown, endedAt?: number): void {
    if (this.#hasEnded || this.#told === undefined) return;
    this.#hasEnded = true;
    this.#recorder.end(this.#told, this.#later, failure, endedAt);
  }
}
