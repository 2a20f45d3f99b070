import { ConnectorError, type SyncToken } from '../../../protocol/model/index.js';
import { columnText, readRows } from '../../engines/sql/read-rows.js';
import { positionOf, rowsBeyond, type KeyColumn, type KeysetPosition } from '../../engines/sql/keyset.js';
import { sql } from '../../engines/sql/sql-text.js';
import type { Call, Changes, SyncRequest } from '../../framework/spi.js';
import { blockSize } from './config.js';
import { dateOf, exactDate } from './columns.js';
import type { EbsSession } from './connection.js';
import { listingOf, type Listing } from './listings.js';

/**
 * Seconds a change has to be old before it is told of. An Oracle DATE ends at the second, and LAST_UPDATE_DATE is set when a
 * change is made, not when it is committed: what another transaction commits within this time is not passed by.
 */
const SETTLES = 5;

/** Separates the parts of a token: the second of the latest change that was told of, then the object's numbers. */
const SEPARATOR = '/';
const TOKEN = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\/-?\d{1,18}){0,2}$/;

async function now({ connection }: EbsSession, signal: AbortSignal): Promise<string> {
  const [row] = await readRows(connection, sql`select ${exactDate(sql`sysdate - ${SETTLES} / 86400`)} as NOW from dual`, signal, 1);
  const time = row && columnText(row, 'NOW');
  if (time === undefined) throw new ConnectorError('connector', 'Oracle EBS: the database does not tell the time.');
  return time;
}

/** The second alone: everything of it has been told of. */
export async function latestSyncToken(session: EbsSession, objectClass: string, { signal }: Call): Promise<SyncToken> {
  listingOf(objectClass);
  return { value: await now(session, signal) };
}

function changedKey({ changed }: Listing): KeyColumn {
  return { label: 'CHANGED', expression: changed, value: dateOf };
}

function positionOfToken(token: SyncToken | null): KeysetPosition | undefined {
  if (token === null || token.value === null || token.value === '') return undefined;
  if (typeof token.value !== 'string' || !TOKEN.test(token.value)) throw new ConnectorError('illegalArgument', 'Oracle EBS: the sync token is none of this connector. Get the latest token and start again.');
  return token.value.split(SEPARATOR);
}

/**
 * Objects by the time of their latest change (LAST_UPDATE_DATE, of a user's assignments too), oldest first; without a token all
 * of them. EBS never deletes users or responsibilities, so every change is a creation or an update. Each delta's token goes on
 * exactly behind it.
 */
export async function* sync(session: EbsSession, { objectClass, token, options }: SyncRequest, call: Call): Changes {
  const { signal } = call;
  const listing = listingOf(objectClass);
  const until = await now(session, signal);
  const { attributesToGet } = options;
  const query = { selection: await listing.selection(session, attributesToGet, signal), keys: [changedKey(listing), ...listing.keys], condition: sql`${listing.changed} <= ${dateOf(until)}` };
  const most = blockSize(session.config);
  let position = positionOfToken(token);
  for (;;) {
    const rows = await rowsBeyond(session.connection, query, position, most, signal);
    const objects = await listing.objects(session, rows, attributesToGet, signal);
    for (const [index, object] of objects.entries()) {
      const at = rows[index];
      if (at !== undefined) position = positionOf(query, at);
      yield { kind: 'CREATE_OR_UPDATE', token: { value: (position ?? []).join(SEPARATOR) }, uid: object.uid, objectClass: listing.objectClass, object };
    }
    if (rows.length < most) return { value: laterOf(until, position) };
    call.progress?.();
  }
}

/** The clock may have been set back since the token was given. */
function laterOf(until: string, position: KeysetPosition | undefined): string {
  return position === undefined || (position[0] ?? '') <= until ? until : position.join(SEPARATOR);
}
