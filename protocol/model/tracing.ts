/**
 * What tracing asks of whoever supplies it. Undefined in the place of a {@link TraceSpan} or a {@link Tracer} means that nobody
 * traces, and costs a look at a property.
 */

/** Never a value of an object, a DN, a filter's value or a secret: spans leave the company. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanStart {
  /** `server`: answers somebody else's request; `client`: makes one. @default internal */
  readonly kind?: 'internal' | 'server' | 'client' | undefined;
  readonly attributes?: SpanAttributes | undefined;
  /** When it began, where that was before now; milliseconds since 1970. */
  readonly startedAt?: number | undefined;
}

/** One thing that was done, from its start to its end. */
export interface TraceSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** For the header `traceparent` of W3C Trace Context. */
  readonly traceParent: string;
  /** False: it is not going to be seen; attributes need not be made for it. */
  readonly isRecorded: boolean;
  /** Something done for it, started now. Names are few: object classes and operations, never ids. */
  child(name: string, start?: SpanStart): TraceSpan;
  set(attributes: SpanAttributes): void;
  /** So many things done for it are not going to be told of, because there were too many. */
  leaveOut(count: number): void;
  /**
   * Of a failure only its kind is kept: its words may hold values. Once; what comes later changes nothing. `endedAt`: when that was,
   * where it was before now, in milliseconds since 1970.
   */
  end(failure?: unknown, endedAt?: number): void;
}

export interface RootSpanStart extends SpanStart {
  /** A `traceparent` of somebody else, as it came: the span goes on with that trace. Anything that is none begins a new one. */
  readonly parent?: string | undefined;
  /** What led to it in another trace. */
  readonly links?: readonly TraceSpan[] | undefined;
}

export interface Tracer {
  start(name: string, start?: RootSpanStart): TraceSpan;
}

/** Does the work in a child of the span, which ends with it; without a span, just does it. */
export async function inSpan<T>(span: TraceSpan | undefined, name: string, start: SpanStart, work: (span: TraceSpan | undefined) => Promise<T>): Promise<T> {
  if (span === undefined) return work(undefined);
  const child = span.child(name, start);
  try {
    const result = await work(child);
    child.end();
    return result;
  } catch (error) {
    child.end(error);
    throw error;
  }
}
