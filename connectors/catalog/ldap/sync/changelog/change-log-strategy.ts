import { ConnectorError, type IcfValue, type SyncDelta, type SyncToken } from '../../../../../protocol/model/index.js';
import type { Changes } from '../../../../framework/spi.js';
import type { LdapSession } from '../../connection.js';
import { ObjectReader } from '../object-reader.js';
import { RecordDeltas } from '../record-deltas.js';
import type { PendingDelta, SyncRun, SyncStrategy } from '../strategy.js';
import { toChangeRecord } from './change-log-entry.js';
import { changeLogState, readBlock, type ChangeLogState } from './change-log.js';

const MAX_INT = 0x7fff_ffff;

/** A Java int, as the Java connector's tokens are; a long beyond that. */
function toToken(number: number): SyncToken {
  return { value: number <= MAX_INT ? number : BigInt(number) };
}

function fromToken(value: IcfValue): number {
  const number = typeof value === 'bigint' ? Number(value) : typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw new ConnectorError('invalidAttributeValue', 'The sync token is not a change number. Reset the token (the way of synchronization may have been changed) and reconcile.');
}

/** The number after which to go on. `token` undefined: before the first change there is. */
function startAfter(session: LdapSession, log: ChangeLogState, token: number | undefined): number {
  const beginning = Math.max(log.first - 1, 0);
  if (token === undefined) return beginning;
  if (token > log.last) {
    const policy = session.config.resetSyncToken.trim().toLowerCase();
    const what = policy === 'never' ? 'and is kept, so that changes before it are not seen: is the server another one, or restored from a backup? Reconcile, and set resetSyncToken.' : 'and was reset.';
    session.log.warn({ token, firstChangeNumber: log.first, lastChangeNumber: log.last, policy }, `The sync token is beyond the change log ${what}`);
    return policy === 'first' ? beginning : policy === 'last' ? log.last : token;
  }
  if (token < beginning) {
    throw new ConnectorError('illegalState', `The change log of ${session.directory.url} begins at ${log.first}, after the sync token ${token}: it was trimmed, and what changed in between cannot be told. Run a reconciliation, then reset the sync token.`);
  }
  return token;
}

/**
 * Change log of draft-good-ldap-changelog (`cn=changelog`): 389 Directory Server, Oracle DSEE, DS, PingDirectory, IBM and
 * others. Tokens are change numbers. A null token means the whole log. The token of a run is the last number looked at,
 * also when nothing in between was of interest.
 */
export const changeLogStrategy: SyncStrategy = {
  name: 'change log',

  async* changes(run: SyncRun, token: SyncToken | null): Changes {
    const { session, signal } = run;
    const log = await changeLogState(session, signal);
    const reader = await ObjectReader.open(run, true);
    const deltas = new RecordDeltas(reader);
    let done = startAfter(session, log, token === null ? undefined : fromToken(token.value));
    const blockSize = Math.max(1, session.config.changeLogBlockSize);
    while (done < log.last) {
      const to = Math.min(done + blockSize, log.last);
      for (const { number, entry } of await readBlock(session, log.base, done + 1, to, signal)) {
        const record = toChangeRecord(entry, number, session.config.uidAttribute);
        if (typeof record === 'string') session.log.warn({ changeNumber: number, reason: record }, 'A change log entry was skipped.');
        else yield* stamped(deltas.of(record), done, number);
        done = number;
      }
      done = to;
    }
    return toToken(done);
  },

  async latestToken(run: SyncRun): Promise<SyncToken> {
    return toToken((await changeLogState(run.session, run.signal)).last);
  },
};

/** Only the last delta of a record moves the token on, so that a reader who stops in between gets the record again. */
async function* stamped(deltas: AsyncIterable<PendingDelta>, before: number, number: number): AsyncGenerator<SyncDelta, void, void> {
  let held: PendingDelta | undefined;
  for await (const delta of deltas) {
    if (held !== undefined) yield { ...held, token: toToken(before) };
    held = delta;
  }
  if (held !== undefined) yield { ...held, token: toToken(number) };
}
