import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Attributes, type Span, type Tracer as OtelTracer } from '@opentelemetry/api';
import { ConnectorError, formatTraceParent, type SpanAttributes, type SpanStart, type TraceSpan } from '../../../protocol/model/index.js';
import { QuietSpan } from './quiet-span.js';
import { Thinning } from './thinning.js';

export const KINDS = { internal: SpanKind.INTERNAL, server: SpanKind.SERVER, client: SpanKind.CLIENT } as const;

export function attributesOf(given: SpanAttributes = {}): Attributes {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** A span of ours over one of OpenTelemetry's. */
export class RecordedSpan implements TraceSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly isRecorded = true;
  readonly #span: Span;
  readonly #tracer: OtelTracer;
  readonly #thinning: Thinning;
  /** It is the first of its trace here. */
  readonly #isFirst: boolean;
  #hasEnded = false;

  constructor(span: Span, tracer: OtelTracer, thinning?: Thinning) {
    this.#span = span;
    this.#tracer = tracer;
    this.#isFirst = thinning === undefined;
    this.#thinning = thinning ?? new Thinning();
    ({ traceId: this.traceId, spanId: this.spanId } = span.spanContext());
  }

  get traceParent(): string {
    return formatTraceParent({ traceId: this.traceId, spanId: this.spanId, isSampled: true });
  }

  child(name: string, { kind = 'internal', attributes, startedAt }: SpanStart = {}): TraceSpan {
    if (!this.#thinning.take()) return new QuietSpan(this.traceId, this.spanId);
    const start = { kind: KINDS[kind], attributes: attributesOf(attributes), ...(startedAt === undefined ? {} : { startTime: startedAt }) };
    const span = this.#tracer.startSpan(name, start, trace.setSpan(ROOT_CONTEXT, this.#span));
    return new RecordedSpan(span, this.#tracer, this.#thinning);
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes(attributesOf(attributes));
  }

  leaveOut(count: number): void {
    this.#thinning.leaveOut(count);
  }

  end(failure?: unknown, endedAt?: number): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (failure !== undefined) {
      this.#span.setAttribute('error.type', errorType(failure));
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    if (this.#isFirst && this.#thinning.leftOut > 0) this.#span.setAttribute('causeway.spans_left_out', this.#thinning.leftOut);
    this.#span.end(endedAt);
  }
}

/** The class a Java peer would name, or the status of an answer; never the failure's words. */
function errorType(failure: unknown): string {
  if (failure instanceof ConnectorError) return failure.javaClass;
  const { code } = (typeof failure === 'object' && failure !== null ? failure : {}) as { readonly code?: unknown };
  return typeof code === 'number' && Number.isSafeInteger(code) ? String(code) : '_OTHER';
}
