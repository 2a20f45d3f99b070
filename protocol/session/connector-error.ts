import { ConnectorError } from '../model/index.js';

/** Every failure that leaves the session is a ConnectorError; what is not one already becomes a general one with its text. */
export function toConnectorError(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const text = error instanceof Error && error.message !== '' ? error.message : String(error);
  return new ConnectorError('connector', text, { cause: error });
}
