import type { Chunks } from '../model/index.js';
import type { AbortRace } from './abort-race.js';

export interface PumpSteps<T> {
  /** Waits until the result may be sent, where the requester says so (credits). Asked before results are pulled, too. */
  admit(sequence: number): Promise<void> | undefined;
  /** Hands a result over; the promise is of room for the next one. */
  send(item: T, sequence: number): Promise<void> | undefined;
  onClosing(closing: Promise<unknown>): void;
}

/**
 * Pulls a few results, hands them over one by one, and goes on when `send` lets it: a slow socket slows the target down.
 * Waits only where there is something to wait for: a promise for each of a million results is felt. The generator is closed
 * whatever happens, so that cursors close; `onClosing` gets the promise of that, because a connector stuck in a result under
 * way must not hold up the answer.
 */
export async function pump<T, End>(results: Chunks<T, End>, race: AbortRace, steps: PumpSteps<T>): Promise<{ readonly end: End; readonly count: number }> {
  let count = 0;
  let done = false;
  try {
    for (;;) {
      const admission = steps.admit(count + 1);
      if (admission !== undefined) await admission;
      const step = await race.wait(results.next());
      if (step.done === true) {
        done = true;
        return { end: step.value, count };
      }
      for (const item of step.value) {
        const turn = steps.admit(count + 1);
        if (turn !== undefined) await turn;
        race.throwIfAborted();
        const sending = steps.send(item, count + 1);
        if (sending !== undefined) await sending;        // not raced: whether it left decides the count of the end message
        count++;
      }
    }
  } finally {
    if (!done) steps.onClosing(results.return(undefined as never).catch(() => undefined));
  }
}
