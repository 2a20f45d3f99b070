import { ConnectorError, withOutcome } from '../../../protocol/model/index.js';

/**
 * Work of several requests that change something. Where the server goes away (unavailable, busy, a lost connection) behind the
 * first that was done, the error must not read as if nothing had been: its outcome is unknown. Errors that say themselves what
 * had been done stay as they are.
 */
export async function halfDone<T>(work: (changed: () => void) => Promise<T>): Promise<T> {
  const progress = { hasChanged: false };
  try {
    return await work(() => { progress.hasChanged = true; });
  } catch (error) {
    if (!progress.hasChanged || !(error instanceof ConnectorError) || !error.retryable) throw error;
    throw withOutcome(error, 'unknown');
  }
}
