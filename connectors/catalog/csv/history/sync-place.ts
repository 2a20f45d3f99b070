import { ConnectorError, type SyncToken } from '../../../../protocol/model/index.js';
import { isRevision, tokenText } from './copies.js';

/** What a sync token stands for. */
export interface SyncPlace {
  /** The copy whose changes are asked for. */
  readonly base: number;
  /** The copy the changes lead to; undefined: to the file as it is. */
  readonly target: number | undefined;
  /** So many of them were given. */
  readonly done: number;
}

const RUN = /^(\d{13})>(\d{13})>(\d{1,15})$/;

/**
 * Reads a token: a time of 13 digits, as the Java connector has it, or a place within a run, `<base>><target>><done>`. Java
 * sends the time as a Long; JSON on the way may have made it an Integer or a String. Throws `illegalArgument` for any other.
 */
export function readPlace(token: SyncToken): SyncPlace {
  const text = tokenText(token);
  if (isRevision(text)) return { base: Number(text), target: undefined, done: 0 };
  const [, base, target, done] = RUN.exec(text) ?? [];
  if (base !== undefined && target !== undefined && base < target) return { base: Number(base), target: Number(target), done: Number(done) };
  throw new ConnectorError('illegalArgument', `The sync token ${JSON.stringify(text.slice(0, 48))} is none of the CSV file connector's: those are times in milliseconds, 13 digits, or places in a run between two of them. Reset the token.`);
}

/** The token of a change: whoever has stored it goes on behind that change. */
export function placeToken(base: number, target: number, done: number): SyncToken {
  return { value: `${base}>${target}>${done}` };
}
