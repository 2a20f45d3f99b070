import type { DatabaseServer } from '../../targets/database-server.js';
import type { LiveSyncTarget, TargetChange } from './live-sync-suite.js';

/** What the databases say differently. */
export interface Sequences {
  readonly create: string;
  readonly next: string;
}

const AT_ONCE = 200;
const text = (nativeName: string): object => ({ type: 'string', nativeName, nativeType: 'string' });

/** People in a table. A change log column tells of creates and updates alike, as updates, and of no delete; snapshots tell of everything, in no order. */
export function tableTarget(server: DatabaseServer, sequences: Sequences, way: 'changeLogColumn' | 'snapshots'): LiveSyncTarget {
  const insert = (person: number, mail: string): string => `insert into people (uid, mail, changed) values ('p${person}', '${mail}', ${sequences.next})`;
  const statementOf = ({ kind, person, text: mail }: TargetChange): string => {
    if (kind === 'create') return insert(person, mail);
    return kind === 'delete' ? `delete from people where uid = 'p${person}'` : `update people set mail = '${mail}', changed = ${sequences.next} where uid = 'p${person}'`;
  };
  const run = async (statements: readonly string[]): Promise<void> => {
    for (let at = 0; at < statements.length; at += AT_ONCE) await server.query(['begin', ...statements.slice(at, at + AT_ONCE), 'commit'].join(';\n'));
  };
  return {
    provisioner: (agent) => ({
      name: 'target',
      connectorRef: {
        bundleName: 'org.forgerock.openicf.connectors.databasetable-connector', bundleVersion: '[1.5.0.0,1.6.0.0)',
        connectorName: 'org.identityconnectors.databasetable.DatabaseTableConnector', connectorHostRef: agent,
      },
      configurationProperties: {
        url: server.jdbcUrl, username: server.user, password: server.password, table: 'people', keyColumn: 'uid',
        ...(way === 'snapshots' ? { snapshotSync: true } : { changeLogColumn: 'changed' }),
      },
      objectTypes: { account: { $schema: 'http://json-schema.org/draft-03/schema', id: '__ACCOUNT__', type: 'object', nativeType: '__ACCOUNT__', properties: { uid: text('__NAME__'), mail: text('mail') } } },
    }),
    async prepare(count) {
      await server.query(sequences.create);
      await server.query('create table people (uid varchar(64) primary key, mail varchar(4000), changed bigint not null)');
      await run(Array.from({ length: count }, (_, person) => insert(person, 'first')));
    },
    apply: (changes) => run(changes.map(statementOf)),
    personOf: (id) => Number(id.slice(1)),
    ...(way === 'snapshots' ? { isUnordered: true } : { told: (changes: readonly TargetChange[]) => changes.filter(({ kind }) => kind !== 'delete').map((change) => ({ ...change, kind: 'update' as const })) }),
    stop: () => server.stop(),
  };
}
