import type { SpanStart, TraceSpan } from '../../protocol/model/index.js';
import type { SpansMessage } from './control-messages.js';
import { OPERATION, boundedAttributes, boundedName, failureOf } from './told-spans.js';

/** Spans one call may have; a process of ours stays far below (see child/span-recorder.ts). */
const MOST_SPANS = 32_768;
/** Spans of one call under way at a time. */
const MOST_OPEN = 1_024;
/** Calls whose caller left, and whose process has not said yet that they are over. */
const MOST_LEFT = 256;

const KINDS: ReadonlySet<unknown> = new Set(['internal', 'server', 'client']);
const isKind = (kind: unknown): kind is NonNullable<SpanStart['kind']> => KINDS.has(kind);

interface TracedCall {
  readonly span: TraceSpan;
  /** Milliseconds since 1970. */
  readonly began: number;
  /** By their numbers. */
  readonly open: Map<number, TraceSpan>;
  count: number;
}

/**
 * The spans a process tells of, put below those of the operations they are for. What it says is held to what a process of ours
 * would say: numbers, lengths and times that cannot be are cut, moved into the operation's time, or left out and counted.
 */
export class ProcessSpans {
  readonly #running = new Map<number, TracedCall>();
  readonly #left = new Map<number, TracedCall>();
  readonly #now: () => number;

  /** `now`: milliseconds since 1970. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Calls the process may still tell of. */
  get size(): number {
    return this.#running.size + this.#left.size;
  }

  begin(call: number, span: TraceSpan): void {
    this.#running.set(call, { span, began: this.#now(), open: new Map(), count: 0 });
  }

  /** The call's caller has got what it waited for. A process that was told to stop may have something to say yet. */
  ended(call: number): void {
    const traced = this.#running.get(call);
    if (traced === undefined) return;
    this.#running.delete(call);
    this.#left.set(call, traced);
    const [oldest] = this.#left.keys();
    if (this.#left.size > MOST_LEFT && oldest !== undefined) this.#over(oldest);
  }

  told({ call, spans, leftOut, over }: Omit<SpansMessage, 'kind' | 'handle'>): void {
    const traced = this.#running.get(call) ?? this.#left.get(call);
    if (traced === undefined) return;
    let missing = Math.max(0, leftOut);
    // A span that began and ended between two messages is told of once, so what began below it comes behind its end.
    for (const told of spans) {
      if (!this.#begin(traced, fieldsOf(told))) missing++;
    }
    for (const told of spans) this.#end(traced, fieldsOf(told));
    if (missing > 0) traced.span.leaveOut(missing);
    if (over) this.#over(call);
  }

  /** The process is gone, and whatever was under way has ended with this. */
  lost(failure: unknown): void {
    for (const { open } of [...this.#running.values(), ...this.#left.values()]) {
      for (const span of open.values()) span.end(failure);
    }
    this.#running.clear();
    this.#left.clear();
  }

  #over(call: number): void {
    const traced = this.#running.get(call) ?? this.#left.get(call);
    this.#running.delete(call);
    this.#left.delete(call);
    for (const span of traced?.open.values() ?? []) {
      span.set({ 'causeway.unfinished': true });
      span.end();
    }
  }

  /** False: a span that will not be seen. */
  #begin(traced: TracedCall, { span: number, begun }: Fields): boolean {
    if (!isSpanNumber(number)) return false;
    if (begun === undefined) return true;
    const { below, name, kind, at, attributes } = fieldsOf(begun);
    if (typeof name !== 'string' || name === '' || !hasRoom(traced, number)) return false;
    const startedAt = this.#timeIn(traced, at);
    if (startedAt === undefined) return false;
    traced.count++;
    const parent = traced.open.get(below as number) ?? traced.span;
    traced.open.set(number, parent.child(boundedName(name), { kind: isKind(kind) ? kind : undefined, attributes: boundedAttributes(attributes), startedAt }));
    return true;
  }

  #end(traced: TracedCall, { span: number, ended }: Fields): void {
    const span = ended === undefined ? undefined : traced.open.get(number as number);
    if (span === undefined) return;
    traced.open.delete(number as number);
    const { at, attributes, failure } = fieldsOf(ended);
    const later = boundedAttributes(attributes);
    if (later !== undefined) span.set(later);
    span.end(failure === undefined ? undefined : failureOf(failure), this.#timeIn(traced, at));
  }

  /** Clocks of one machine agree but for a millisecond; what is further off is not believed. */
  #timeIn({ began }: TracedCall, at: unknown): number | undefined {
    return typeof at === 'number' && Number.isFinite(at) ? Math.max(began, Math.min(at, this.#now() + 1)) : undefined;
  }
}

function isSpanNumber(number: unknown): number is number {
  return typeof number === 'number' && Number.isSafeInteger(number) && number > OPERATION;
}

function hasRoom({ open, count }: TracedCall, number: number): boolean {
  return !open.has(number) && open.size < MOST_OPEN && count < MOST_SPANS;
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(told: unknown): Fields {
  return typeof told === 'object' && told !== null ? told as Fields : {};
}
