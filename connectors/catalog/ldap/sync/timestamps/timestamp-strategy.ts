import { createHash } from 'node:crypto';
import type { SyncToken } from '../../../../../protocol/model/index.js';
import type { Changes } from '../../../../framework/spi.js';
import { isActiveDirectory } from '../../active-directory/family.js';
import { searchBelow } from '../../base-search.js';
import type { Entry } from '../../directory/contract.js';
import { firstText } from '../../directory/entry.js';
import { andFilter } from '../../filter-value.js';
import { laterTime } from '../generalized-time.js';
import { ObjectReader } from '../object-reader.js';
import type { PendingDelta, SyncRun, SyncStrategy } from '../strategy.js';
import { latestTimedToken, timedChanges, type TimedSource } from '../timed-changes.js';

interface TimeAttributes { readonly created: string; readonly modified: string }

const STANDARD: TimeAttributes = { created: 'createTimestamp', modified: 'modifyTimestamp' };
/** Active Directory computes the standard ones, and cannot search by what it computes. */
const ACTIVE_DIRECTORY: TimeAttributes = { created: 'whenCreated', modified: 'whenChanged' };
/** OpenLDAP's name for a version of an entry. */
const VERSION = 'entryCSN';

/** Tells one version of an entry from any other: by its change sequence number, or by all that was read of it. */
function versionOf(entry: Entry): string {
  const csn = firstText(entry, VERSION);
  if (csn !== undefined) return `${entry.dn}\0${csn}`;
  const hash = createHash('sha256').update(entry.dn);
  for (const [name, { values }] of [...entry.attributes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`\0${name}`);
    for (const value of values.map((bytes) => Buffer.from(bytes).toString('base64')).sort()) hash.update(`\0${value}`);
  }
  return hash.digest('hex');
}

async function* update(reader: ObjectReader, entry: Entry): AsyncGenerator<PendingDelta, void, void> {
  const object = await reader.toObject(entry);
  if (object !== undefined) yield { kind: 'CREATE_OR_UPDATE', uid: object.uid, objectClass: object.objectClass, object };
}

async function timestamps(run: SyncRun): Promise<TimedSource> {
  const { session: { directory, config }, signal } = run;
  const { serverType } = await directory.rootDse(signal);
  const { created, modified } = isActiveDirectory(serverType) ? ACTIVE_DIRECTORY : STANDARD;
  const reader = await ObjectReader.open(run, false, [created, modified, ...(serverType === 'openLdap' ? [VERSION] : ['*'])]);
  const { scope } = reader;
  const timeOf = (entry: Entry): string | undefined => laterTime(firstText(entry, modified), firstText(entry, created));
  async function* since(from: string, attributes: readonly string[]): AsyncGenerator<{ readonly time: string; readonly entry: Entry }, void, void> {
    const filter = andFilter(scope.filter, `(|(${modified}>=${from})(${created}>=${from}))`);
    for (const base of scope.bases) {
      for await (const entry of searchBelow(run.session, { base, filter, attributes }, signal)) {
        const time = timeOf(entry);
        if (time !== undefined) yield { time, entry };
      }
    }
  }
  return {
    span: Math.max(0, config.timestampSyncOffset),
    async* scan(from) {
      for await (const { time, entry } of since(from, [created, modified])) yield { time, dn: entry.dn };
    },
    async* identify(from) {
      const attributes = serverType === 'openLdap' ? [created, modified, VERSION] : reader.attributes;
      for await (const { time, entry } of since(from, attributes)) yield { time, dn: entry.dn, identity: versionOf(entry) };
    },
    async deliver({ time, dn }) {
      const entry = await reader.byDn(dn);
      return entry === undefined ? undefined : { time: timeOf(entry) ?? time, identity: versionOf(entry), deltas: update(reader, entry) };
    },
  };
}

/**
 * Creates and modifications by createTimestamp and modifyTimestamp, for servers without a change log. Deletes are not
 * noticed. A null token means from now on, as in the Java connector.
 */
export const timestampStrategy: SyncStrategy = {
  name: 'timestamps',
  async* changes(run: SyncRun, token: SyncToken | null): Changes {
    const source = await timestamps(run);
    return token === null ? await latestTimedToken(source) : yield* timedChanges(source, token);
  },
  latestToken: async (run) => await latestTimedToken(await timestamps(run)),
};
