import { ConnectorError } from '../model/index.js';

const QUOTED_LENGTH = 80;
const REASON_LENGTH = 300;

/** A name that came from outside, fit for a message: in quotes, and cut where it is too long. */
export function quoted(name: string): string {
  return name.length > QUOTED_LENGTH ? `"${name.slice(0, QUOTED_LENGTH)}…"` : `"${name}"`;
}

/** What was received is no object stream or no frame (a Java peer answers such with ConnectorException). */
export function malformed(what: string, cause?: unknown): ConnectorError {
  return new ConnectorError('connector', `Malformed message: ${what}`, { cause });
}

/** What was received or is to be sent is well-formed but not allowed; Java throws IllegalArgumentException. */
export function illegalArgument(message: string): ConnectorError {
  return new ConnectorError('illegalArgument', message);
}

/** Turns what the model's constructors and the libraries throw into a ConnectorError; ConnectorErrors pass unchanged. */
export function asConnectorError(error: unknown, what: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const reason = error instanceof Error ? error.message.slice(0, REASON_LENGTH) : '';
  if (error instanceof TypeError) return new ConnectorError('illegalArgument', reason, { cause: error });
  return malformed(reason === '' ? what : `${what}: ${reason}`, error);
}

/** A well-formed message that makes no sense where it stands; the text is Java's where Java has one. */
export function protocolError(message: string): ConnectorError {
  return new ConnectorError('connector', message);
}
