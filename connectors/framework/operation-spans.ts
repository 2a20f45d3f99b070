import { inSpan, type Chunks, type SpanStart, type TraceSpan } from '../../protocol/model/index.js';

/**
 * What is being done under a signal, for traces. An operation's signal goes wherever its work goes, through every connector and
 * engine, so whoever talks to a target finds the operation's span by it, and no connector has to know of tracing.
 */
const spans = new WeakMap<AbortSignal, TraceSpan>();
/** Nobody has ever traced: then nothing has to be looked up. */
let isUsed = false;

/** What is done under the signal from now on belongs to this span. */
export function belongsTo(signal: AbortSignal, span: TraceSpan): void {
  isUsed = true;
  spans.set(signal, span);
}

/** Undefined: nobody traces the operation, or this one is not sampled. */
export function spanOf(signal: AbortSignal): TraceSpan | undefined {
  return isUsed ? spans.get(signal) : undefined;
}

/** Something asked of a target under the signal. Several may go on at a time. */
export function tracedRequest<T>(signal: AbortSignal, name: string, start: () => SpanStart, work: (span: TraceSpan | undefined) => Promise<T>): Promise<T> {
  const span = spanOf(signal);
  return span === undefined ? work(undefined) : inSpan(span, name, start(), work);
}

/** A step of the operation, one at a time: what is done under the signal meanwhile belongs to it. */
export async function tracedStep<T>(signal: AbortSignal, name: string, start: SpanStart, work: () => Promise<T>): Promise<T> {
  const around = spanOf(signal);
  if (around === undefined) return work();
  return inSpan(around, name, start, async (span) => {
    if (span !== undefined) belongsTo(signal, span);
    try {
      return await work();
    } finally {
      belongsTo(signal, around);
    }
  });
}

/** As {@link tracedRequest}, of one that yields as it goes, from the first pull to the end; it says how many it gave. */
export function tracedChunks<T, End>(signal: AbortSignal, name: string, start: () => SpanStart, chunks: Chunks<T, End>): Chunks<T, End> {
  return spanOf(signal) === undefined ? chunks : counted(signal, { name, start, isStep: false }, chunks);
}

/** As {@link tracedStep}, of one that yields as it goes. */
export function tracedStepChunks<T, End>(signal: AbortSignal, name: string, start: () => SpanStart, chunks: Chunks<T, End>): Chunks<T, End> {
  return spanOf(signal) === undefined ? chunks : counted(signal, { name, start, isStep: true }, chunks);
}

interface Counted { readonly name: string; readonly start: () => SpanStart; readonly isStep: boolean }

async function* counted<T, End>(signal: AbortSignal, { name, start, isStep }: Counted, chunks: Chunks<T, End>): Chunks<T, End> {
  const around = spanOf(signal);
  const span = around?.child(name, start());
  if (isStep && span !== undefined) belongsTo(signal, span);
  let count = 0;
  let failure: unknown;
  try {
    for (;;) {
      const step = await chunks.next();
      if (step.done === true) return step.value;
      count += step.value.length;
      yield step.value;
    }
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    await chunks.return(undefined as never);
    if (isStep && around !== undefined) belongsTo(signal, around);
    span?.set({ 'causeway.results': count });
    span?.end(failure);
  }
}
