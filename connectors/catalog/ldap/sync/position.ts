import { ConnectorError, type IcfValue } from '../../../../protocol/model/index.js';
import { timeKey } from './generalized-time.js';

/** What had been delivered from the last seconds up to a position: how much, and a digest of it. */
export interface Seen { readonly count: number; readonly digest: string }

/** How far a reader has come in a source ordered by time. */
export interface Position { readonly time: string; readonly seen: Seen | undefined }

const SEEN = /^(\d{1,9}):([0-9a-f]{16})$/;
/** A change sequence number of OpenLDAP begins with a time. */
const CSN = /^(\d{14}(?:\.\d+)?Z)#/;

/** `20260131235959Z`, the Java connector's token, or that and what was seen: `20260131235959Z 2:0123456789abcdef`. */
export function formatPosition({ time, seen }: Position): string {
  return seen === undefined ? time : `${time} ${seen.count}:${seen.digest}`;
}

/** Reads a token; also one of the Java connector, or a time that came from elsewhere. Throws invalidAttributeValue for others. */
export function parsePosition(token: IcfValue): Position {
  if (typeof token === 'string') {
    const [first = '', second] = token.trim().split(' ', 2);
    const time = CSN.exec(first)?.[1] ?? first;
    const seen = second === undefined ? null : SEEN.exec(second);
    if (timeKey(time) !== undefined) return { time, seen: seen === null ? undefined : { count: Number(seen[1]), digest: seen[2] ?? '' } };
  }
  const shown = typeof token === 'string' ? `"${token.slice(0, 60)}"` : typeof token === 'object' ? 'a value of another type' : `${token}`;
  throw new ConnectorError('invalidAttributeValue', `The sync token is ${shown}, but this directory is synchronized by time, so it has to be a time like 20260131235959Z. Reset the token (the way of synchronization may have been changed) and reconcile.`);
}
