import { formatTraceParent, type TraceSpan } from '../../../protocol/model/index.js';

/** One that nobody will see: not sampled, or one too many. It still says where it belongs. */
export class QuietSpan implements TraceSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly isRecorded = false;

  constructor(traceId: string, spanId: string) {
    this.traceId = traceId;
    this.spanId = spanId;
  }

  get traceParent(): string {
    return formatTraceParent({ traceId: this.traceId, spanId: this.spanId, isSampled: false });
  }

  child(): TraceSpan {
    return this;
  }

  set(): void {
    // Nobody looks.
  }

  leaveOut(): void {
    // Nobody looks.
  }

  end(): void {
    // Nobody looks.
  }
}
