import { ConnectorError, withOutcome } from '../../../protocol/model/index.js';

/** A request of a write that takes several; `what` it is about, for messages: `the tags`. */
export type WriteStep = readonly [what: string, send: () => Promise<unknown>];

/**
 * One after the other. Where one fails after something was done, the error says what, with the outcome `applied`: `before` is what had
 * been done before all steps, as a sentence, or empty.
 */
export async function writeSteps(signal: AbortSignal, steps: readonly WriteStep[], before = ''): Promise<void> {
  const done: string[] = [];
  for (const [what, send] of steps) {
    try {
      signal.throwIfAborted();
      await send();
      done.push(what);
    } catch (error) {
      if (before === '' && done.length === 0) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      const text = [before, done.length === 0 ? '' : `Changed: ${done.join(', ')}.`, `Then ${what} failed: ${reason}`].filter((part) => part !== '').join(' ');
      throw error instanceof ConnectorError ? withOutcome(error, 'applied', text) : new ConnectorError('connector', text, { cause: error, outcome: 'applied' });
    }
  }
}
