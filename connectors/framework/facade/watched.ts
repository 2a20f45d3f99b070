import { ConnectorError } from '../../../protocol/model/index.js';
import type { OperationScope } from './operation-scope.js';

/** How long a generator may take to clean up after an early end before its session is given up. */
const CLEANUP_LIMIT = 5_000;

/** Ends a generator early; true when it ended well and in time, so that its session may be used again. */
async function endEarly(results: AsyncGenerator<unknown, unknown, void>, scope: OperationScope): Promise<boolean> {
  const ending = results.return(undefined);
  if (scope.signal.aborted) {
    // A step may still be under way; the end waits behind it.
    scope.leave(ending);
    return false;
  }
  try {
    await scope.wait(() => ending, CLEANUP_LIMIT, () => new ConnectorError('operationTimeout', 'Cleaning up took too long.'));
    return true;
  } catch {
    return false;
  }
}

export interface Watch {
  readonly scope: OperationScope;
  /** Milliseconds between two objects; Infinity for none. */
  readonly gap: number;
  readonly expiry: () => ConnectorError;
  /** Told when a generator could not be ended well early. */
  readonly onUnclean: () => void;
}

/**
 * A connector's generator whose every step ends in time and on abort. The time counts only while the connector is asked,
 * so a slow consumer never times a search out. An early end ends the connector's generator too.
 */
export async function* watched<T, E>(results: AsyncGenerator<T, E, void>, { scope, gap, expiry, onUnclean }: Watch): AsyncGenerator<T, E, void> {
  let ended = false;
  try {
    for (;;) {
      const step = await scope.wait(() => results.next(), gap, expiry);
      if (step.done === true) {
        ended = true;
        return step.value;
      }
      yield step.value;
    }
  } finally {
    if (!ended && !(await endEarly(results, scope))) onUnclean();
  }
}
