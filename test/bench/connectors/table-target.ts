import { COLUMNS, personRow, personTypes, type BenchTarget } from './bench-target.js';

/** A database with a client of its own. */
export interface BenchDatabase {
  readonly name: string;
  readonly driver: string;
  readonly jdbcUrl: string;
  readonly user: string;
  readonly password: string;
  execute(sql: string): Promise<void>;
  /** Puts rows of {@link COLUMNS} into the table. */
  insert(table: string, rows: readonly (readonly string[])[]): Promise<void>;
  /** Reads the query's rows as objects with the driver's cursor or stream, one block at a time. Answers how many. */
  count(sql: string): Promise<number>;
  stop(): Promise<void>;
}

const AT_ONCE = 5_000;

/** The table `people`, its first column the key, read by the database-table connector. */
export function tableTarget(database: BenchDatabase): BenchTarget {
  return {
    name: `database-table on ${database.name}`, driver: database.driver,
    async load(rows) {
      await database.execute('drop table if exists people');
      await database.execute(`create table people (${COLUMNS.map((column, index) => `${column} varchar(200)${index === 0 ? ' primary key' : ''}`).join(', ')})`);
      for (let from = 0; from < rows; from += AT_ONCE) {
        await database.insert('people', Array.from({ length: Math.min(AT_ONCE, rows - from) }, (_, index) => personRow(from + index)));
      }
    },
    provisioner: (agent) => ({
      name: 'target',
      connectorRef: {
        bundleName: 'org.forgerock.openicf.connectors.databasetable-connector', bundleVersion: '[1.5.0.0,1.6.0.0)',
        connectorName: 'org.identityconnectors.databasetable.DatabaseTableConnector', connectorHostRef: agent,
      },
      configurationProperties: { url: database.jdbcUrl, username: database.user, password: database.password, table: 'people', keyColumn: 'uid' },
      objectTypes: personTypes(),
    }),
    readDirectly: () => database.count(`select ${COLUMNS.join(', ')} from people`),
    stop: () => database.stop(),
  };
}
