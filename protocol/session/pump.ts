import type { AbortRace } from './abort-race.js';

/**
 * Pulls one result, hands it over, and pulls the next when `send` lets it: a slow socket slows the target down. `admit` may
 * hold a result back before it is pulled (credits). The generator is closed whatever happens, so that cursors close; `onClosing`
 * gets the promise of that, because a connector stuck in a result under way must not hold up the answer.
 */
export async function pump<T, End>(
  results: AsyncGenerator<T, End, void>, race: AbortRace,
  steps: { admit(sequence: number): Promise<void> | undefined; send(item: T, sequence: number): Promise<void> | undefined; onClosing(closing: Promise<unknown>): void },
): Promise<{ readonly end: End; readonly count: number }> {
  let count = 0;
  let done = false;
  try {
    for (;;) {
      // Waits only where there is something to wait for: a promise for each of a million results is felt.
      const admission = steps.admit(count + 1);
      if (admission !== undefined) await admission;
      const step = await race.wait(results.next());
      if (step.done === true) {
        done = true;
        return { end: step.value, count };
      }
      const sending = steps.send(step.value, count + 1);
      if (sending !== undefined) await sending;        // not raced: whether it left decides the count of the end message
      count++;
    }
  } finally {
    if (!done) steps.onClosing(results.return(undefined as never).catch(() => undefined));
  }
}
