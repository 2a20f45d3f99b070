import { afterwards } from './afterwards.js';

/** A request of a write that takes several; `what` it is about, for messages: `the tags`. */
export type WriteStep = readonly [what: string, send: () => Promise<unknown>];

/**
 * One after the other. Where one fails after something was done, the error says what, with the outcome `applied`: `before` is what had
 * been done before all steps, as a sentence, or empty.
 */
export async function writeSteps(signal: AbortSignal, steps: readonly WriteStep[], before = ''): Promise<void> {
  const done: string[] = [];
  for (const [what, send] of steps) {
    const said = [before, done.length === 0 ? '' : `Changed: ${done.join(', ')}.`, `Then ${what} failed:`].filter((part) => part !== '').join(' ');
    await afterwards(said, before !== '' || done.length > 0, async () => {
      signal.throwIfAborted();
      await send();
    });
    done.push(what);
  }
}
