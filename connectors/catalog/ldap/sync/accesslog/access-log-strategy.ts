import type { SyncToken } from '../../../../../protocol/model/index.js';
import type { Changes } from '../../../../framework/spi.js';
import { searchBelow } from '../../base-search.js';
import type { LdapSession } from '../../connection.js';
import { firstText, texts } from '../../directory/entry.js';
import { dnKey } from '../../dn.js';
import { ObjectReader } from '../object-reader.js';
import { formatPosition } from '../position.js';
import { RecordDeltas } from '../record-deltas.js';
import type { PendingDelta, SyncRun, SyncStrategy } from '../strategy.js';
import { latestTimedToken, timedChanges, type Identified, type TimedSource } from '../timed-changes.js';
import { ACCESS_LOG_ATTRIBUTES, toChangeRecord } from './access-log-record.js';

/** Where slapd keeps its log when nobody chose otherwise. */
const USUAL_BASE = 'cn=accesslog';
/**
 * Seconds in which a record may still appear behind later ones: reqStart is when an operation was received, the record is
 * written when it ends, and writes wait for each other.
 */
const LATE_RECORDS_S = 30;

/** The access log database of the server, if it has one that the principal can read. */
export async function accessLogBase(session: LdapSession, signal: AbortSignal): Promise<string | undefined> {
  const contexts = texts((await session.directory.rootDse(signal)).entry, 'namingContexts');
  const likely = [...contexts].sort((a, b) => Number(dnKey(b) === USUAL_BASE) - Number(dnKey(a) === USUAL_BASE));
  for (const context of likely) {
    const root = await session.directory.read(context, ['objectClass'], signal);
    if (root !== undefined && texts(root, 'objectClass').some((name) => name.toLowerCase() === 'auditcontainer')) return context;
  }
  return undefined;
}

async function* nothing(): AsyncGenerator<PendingDelta, void, void> {
  // A record that cannot be used means no change.
}

function accessLog(run: SyncRun, base: string, deltas: RecordDeltas): TimedSource {
  const { session: { directory, config, log }, signal } = run;
  async function* identify(from: string): AsyncGenerator<Identified, void, void> {
    const filter = `(&(reqStart>=${from})(reqResult=0)(|(reqType=add)(reqType=modify)(reqType=modrdn)(reqType=delete)))`;
    for await (const { dn, attributes } of searchBelow(run.session, { base, scope: 'one', filter, attributes: ['reqStart'] }, signal)) {
      const time = firstText({ dn, attributes }, 'reqStart');
      if (time !== undefined) yield { time, dn, identity: dn };
    }
  }
  return {
    span: Math.max(LATE_RECORDS_S, config.timestampSyncOffset),
    scan: identify,
    identify,
    async deliver({ time, dn }) {
      const entry = await directory.read(dn, ACCESS_LOG_ATTRIBUTES, signal);
      if (entry === undefined) return undefined;
      const record = toChangeRecord(entry, config.uidAttribute);
      if (typeof record === 'string') log.warn({ record: dn, reason: record }, 'An access log record was skipped.');
      return { time, identity: dn, deltas: typeof record === 'string' ? nothing() : deltas.of(record) };
    },
    onGap(position) {
      log.warn({ token: formatPosition(position) }, 'The access log no longer holds the records at the sync token: changes may be lost to synchronization. Reconcile.');
    },
  };
}

/**
 * OpenLDAP's access log (slapo-accesslog): tells of deletes and renames, which timestamps cannot. Tokens are times of the
 * log; those of timestamp sync are understood too, so that a server can be switched over. A null token means from now on,
 * as with timestamps.
 */
export function accessLogStrategy(base: string): SyncStrategy {
  const open = async (run: SyncRun): Promise<TimedSource> => {
    const reader = await ObjectReader.open(run, false);
    return accessLog(run, base, new RecordDeltas(reader));
  };
  return {
    name: 'access log',
    async* changes(run: SyncRun, token: SyncToken | null): Changes {
      const source = await open(run);
      return token === null ? await latestTimedToken(source) : yield* timedChanges(source, token);
    },
    latestToken: async (run) => await latestTimedToken(await open(run)),
  };
}
