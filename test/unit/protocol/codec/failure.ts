import { ConnectorError } from '../../../../protocol/model/index.js';

/** The connector error `action` fails with. */
export function failure(action: () => unknown): ConnectorError {
  try {
    action();
  } catch (error) {
    if (error instanceof ConnectorError) return error;
    throw error;
  }
  throw new Error('did not fail');
}
