import type { CallContext, OperationKind, TraceSpan } from '../../../protocol/model/index.js';
import { belongsTo } from '../operation-spans.js';

/** One operation of a facade as traces show it, from the request for a session to its return. */
export interface FacadeSpan {
  /** The first results are here. */
  came(results: number): void;
  /** `isComplete` false without a failure: its requester wanted no more. Idempotent. */
  end(isComplete: boolean, failure: unknown): void;
}

const UNTRACED: FacadeSpan = { came: () => undefined, end: () => undefined };

/** Begins it, and has what is done under `signal` belong to it. */
export function beginFacadeSpan(kind: OperationKind, context: CallContext, signal: AbortSignal, connector: string): FacadeSpan {
  if (context.span?.isRecorded !== true) return UNTRACED;
  const span = context.span.child(`facade ${kind}`, { attributes: { 'icf.operation': kind, 'causeway.connector': connector } });
  belongsTo(signal, span);
  return new TracedFacade(span);
}

class TracedFacade implements FacadeSpan {
  readonly #span: TraceSpan;
  readonly #started = performance.now();
  #results = 0;
  #isFirst = true;

  constructor(span: TraceSpan) {
    this.#span = span;
  }

  came(results: number): void {
    this.#results += results;
    if (!this.#isFirst) return;
    this.#isFirst = false;
    this.#span.set({ 'causeway.first_result_ms': Math.round(performance.now() - this.#started) });
  }

  end(isComplete: boolean, failure: unknown): void {
    this.#span.set({ ...(this.#isFirst ? {} : { 'causeway.results': this.#results }), ...(isComplete || failure !== undefined ? {} : { 'causeway.left': true }) });
    this.#span.end(failure);
  }
}
