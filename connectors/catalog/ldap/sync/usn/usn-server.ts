import { ConnectorError, type IcfValue, type SyncToken } from '../../../../../protocol/model/index.js';
import { guidText } from '../../active-directory/guid.js';
import type { LdapSession } from '../../connection.js';
import { firstText } from '../../directory/entry.js';

/**
 * How far a reader has come in the update sequence numbers of one server. They are that server's own: another domain controller
 * counts the same changes by other numbers, and so does this one after it was restored.
 */
export interface UsnPosition {
  readonly usn: number;
  /** The invocation id of the server's database; undefined in tokens of the Java connector, which has a bare number. */
  readonly server: string | undefined;
}

const TOKEN = /^(\d{1,15})(?: ([0-9a-f-]{36}))?$/i;

/** `86144 0cb2f7a5-…`: number and server. */
export function usnToken({ usn, server }: UsnPosition): SyncToken {
  return { value: server === undefined ? String(usn) : `${usn} ${server}` };
}

/** Undefined for a token of another kind. */
export function parseUsnToken(value: IcfValue): UsnPosition | undefined {
  const text = typeof value === 'number' || typeof value === 'bigint' ? value.toString() : typeof value === 'string' ? value.trim() : '';
  const match = TOKEN.exec(text);
  return match === null ? undefined : { usn: Number(match[1]), server: match[2]?.toLowerCase() };
}

/**
 * The highest number the server has given out, and its identity
 * (https://learn.microsoft.com/windows/win32/ad/polling-for-changes-using-usnchanged).
 */
export async function currentUsn(session: LdapSession, signal: AbortSignal): Promise<UsnPosition> {
  const { directory } = session;
  const dse = await directory.read('', ['highestCommittedUSN', 'dsServiceName'], signal);
  const highest = dse === undefined ? undefined : firstText(dse, 'highestCommittedUSN');
  if (dse === undefined || highest === undefined || !/^\d{1,15}$/.test(highest)) {
    throw new ConnectorError('connector', `The server ${directory.url} does not tell highestCommittedUSN in its root DSE. Set useTimestampsForSync, which does not report deletes.`);
  }
  return { usn: Number(highest), server: await invocationId(session, firstText(dse, 'dsServiceName'), signal) };
}

/** Of the database behind the server (MS-ADTS 3.1.1.1.9); undefined where the principal may not read it. */
async function invocationId({ directory }: LdapSession, service: string | undefined, signal: AbortSignal): Promise<string | undefined> {
  if (service === undefined) return undefined;
  const settings = await directory.read(service, ['invocationId'], signal);
  const bytes = settings?.attributes.get('invocationid')?.values[0];
  return bytes === undefined ? undefined : guidText(bytes, false);
}

/** The number after which to go on. Throws where a token of one server comes to another. */
export function startAfter(session: LdapSession, token: UsnPosition, now: UsnPosition): number {
  const { directory, config, log } = session;
  if (token.server !== undefined && now.server !== undefined && token.server !== now.server) {
    throw new ConnectorError('illegalState', `The sync token is of another server than ${directory.url}, or of this one before it was restored: update sequence numbers are each server's own, so changes would be missed. `
      + 'Connect to the server of the token again, or reconcile and then reset the token.');
  }
  if (token.usn <= now.usn) return token.usn;
  const policy = config.resetSyncToken.trim().toLowerCase();
  log.warn({ token: token.usn, highestCommittedUSN: now.usn, resetSyncToken: policy }, 'The sync token is beyond the update sequence numbers of the server. Is it another server, or restored from a backup? Reconcile, and set resetSyncToken.');
  return policy === 'first' ? 0 : policy === 'last' ? now.usn : token.usn;
}
