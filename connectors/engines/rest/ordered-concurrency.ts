import { anySignal } from '../../../protocol/model/index.js';
/** Requests under way at once for the objects of one list. */
export const DEFAULT_CONCURRENCY = 8;
/** Results held at most while the first is still under way. */
const LARGEST_CHUNK = 100;

/**
 * `map` of each item, at most `concurrency` at once, in the items' order, by the handful as they are there. The first failure ends
 * it, once the results before it were handed out; those under way are told by the signal, as when the consumer leaves early.
 */
export async function* mappedInOrder<T, U>(items: readonly T[], map: (item: T, signal: AbortSignal) => Promise<U>, signal: AbortSignal, concurrency = DEFAULT_CONCURRENCY): AsyncGenerator<readonly U[], void, void> {
  const stop = new AbortController();
  const both = anySignal(signal, stop.signal);
  const waiting = items[Symbol.iterator]();
  const running: Promise<Settled<U>>[] = [];
  const start = (): void => {
    while (running.length < concurrency) {
      const { value, done } = waiting.next();
      if (done === true) return;
      running.push(settled(map(value, both)));
    }
  };
  try {
    for (start(); ;) {
      const first = running.shift();
      if (first === undefined) return;
      const chunk: U[] = [];
      // What is ready behind the first goes with it.
      let step: Settled<U> | undefined = await first;
      for (; step !== undefined && 'value' in step; step = chunk.length < LARGEST_CHUNK ? await readyFirst(running) : undefined) {
        chunk.push(step.value);
        start();
      }
      if (chunk.length > 0) yield chunk;
      if (step !== undefined) throw step.error;
    }
  } finally {
    stop.abort();
  }
}

type Settled<U> = { readonly value: U } | { readonly error: unknown };

function settled<U>(promise: Promise<U>): Promise<Settled<U>> {
  return promise.then((value) => ({ value }), (error: unknown) => ({ error }));
}

const NOT_YET = { notYet: true } as const;

/** The first of those running, if it has ended. */
async function readyFirst<U>(running: Promise<Settled<U>>[]): Promise<Settled<U> | undefined> {
  const [first] = running;
  if (first === undefined) return undefined;
  const step = await Promise.race([first, Promise.resolve(NOT_YET)]);
  if ('notYet' in step) return undefined;
  void running.shift();
  return step;
}
