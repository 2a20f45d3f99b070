import { ConnectorError } from '../model/index.js';
import type { Message } from '../message.js';

interface Asked { readonly what: string; readonly timeout: number | undefined }

export function noAnswerInTime({ what, timeout = 0 }: Asked): ConnectorError {
  return new ConnectorError('operationTimeout', `No answer to the ${what} within ${timeout} ms (the operation's configured timeout).`);
}

export function streamWentQuiet({ what, timeout = 0 }: Asked, progress: string): ConnectorError {
  return new ConnectorError('operationTimeout', `Nothing more of the ${what} for ${timeout} ms (the operation's configured timeout): ${progress}.`);
}

export function resultWasLost({ what }: Asked, progress: string): ConnectorError {
  return new ConnectorError('connectionBroken', `A result of the ${what} was lost with a connection: ${progress}. Run it again.`);
}

/** Feature `complete`: the end came, but not the word that nothing was left out. */
export function notComplete({ what }: Pick<Asked, 'what'>): ConnectorError {
  return new ConnectorError('connectorIo', `The result of the ${what} is incomplete: the connector server ended it before its end, for another reason than being done. Run it again.`);
}

/** See cut-short-sign.ts. */
export function cutShort({ what }: Pick<Asked, 'what'>): ConnectorError {
  return new ConnectorError('connectorIo',
    `The result of the ${what} is probably incomplete: the Java connector server could not send at once and left the rest out, without saying so. Run it again.`);
}

/** `milliseconds`: how long this process did not read. */
export function readTooLate({ what }: Asked, milliseconds: number): ConnectorError {
  return new ConnectorError('connectorIo',
    `The result of the ${what} may be incomplete: this process was too busy to read for ${Math.round(milliseconds)} ms, and a Java connector server leaves out what it `
    + 'cannot send at once, without saying so. Run it again; if it happens often, give this process more processor time.');
}

export function wrongAnswer({ what }: Asked, message: Message): ConnectorError {
  return new ConnectorError('connectorIo', `The peer answered the ${what} with a message of type ${message.kind}.`);
}

/** The caller's signal fired; what it gave as the reason stays the cause. */
export function callerGaveUp({ what }: Asked, reason: unknown): ConnectorError {
  return new ConnectorError('connector', `The ${what} was cancelled by its caller.`, { cause: reason });
}
