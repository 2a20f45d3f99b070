import { ConnectorError, withOutcome } from '../../../protocol/model/index.js';

/**
 * A step that follows others. Where it fails, the error begins with `before`, which says what has been done and what was not, and its
 * outcome is `applied`; where nothing has been done yet (`isDone` false) it stays as it is.
 */
export async function afterwards<T>(before: string, isDone: boolean, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (!isDone) throw error;
    const text = `${before} ${error instanceof Error ? error.message : String(error)}`;
    throw error instanceof ConnectorError ? withOutcome(error, 'applied', text) : new ConnectorError('connector', text, { cause: error, outcome: 'applied' });
  }
}
