import { formatTraceParent, type RootSpanStart, type SpanStart, type TraceSpan, type Tracer } from '../../protocol/model/index.js';

/** A span that remembers what was done with it. Names in order; children are numbered from the first. */
export class FakeSpan implements TraceSpan {
  static #last = 0;
  readonly traceId: string;
  readonly spanId: string;
  readonly isRecorded = true;
  readonly name: string;
  readonly kind: SpanStart['kind'];
  readonly attributes: Record<string, unknown>;
  readonly children: FakeSpan[] = [];
  /** As they were said. */
  readonly startedAt: number | undefined;
  endedAt: number | undefined;
  hasEnded = false;
  failure: unknown;
  leftOut = 0;

  constructor(name = 'root', { kind, attributes, startedAt }: SpanStart = {}, traceId = 'a'.repeat(32)) {
    this.name = name;
    this.kind = kind;
    this.startedAt = startedAt;
    this.attributes = { ...attributes };
    this.traceId = traceId;
    this.spanId = (++FakeSpan.#last).toString(16).padStart(16, '0');
  }

  get traceParent(): string {
    return formatTraceParent({ traceId: this.traceId, spanId: this.spanId, isSampled: true });
  }

  child(name: string, start?: SpanStart): FakeSpan {
    const child = new FakeSpan(name, start, this.traceId);
    this.children.push(child);
    return child;
  }

  set(attributes: Readonly<Record<string, unknown>>): void {
    Object.assign(this.attributes, attributes);
  }

  leaveOut(count: number): void {
    this.leftOut += count;
  }

  end(failure?: unknown, endedAt?: number): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.failure = failure;
    this.endedAt = endedAt;
  }

  /** The names of what is below it, indented by two blanks a step. */
  tree(depth = 0): string[] {
    return [`${'  '.repeat(depth)}${this.name}${this.hasEnded ? '' : ' (open)'}`, ...this.children.flatMap((child) => child.tree(depth + 1))];
  }
}

/** Keeps the spans that begin a trace here, or go on with one. */
export class FakeTracer implements Tracer {
  readonly roots: { readonly span: FakeSpan; readonly start: RootSpanStart }[] = [];

  start(name: string, start: RootSpanStart = {}): FakeSpan {
    const span = new FakeSpan(name, start, (this.roots.length + 1).toString(16).padStart(32, 'b'));
    this.roots.push({ span, start });
    return span;
  }
}
