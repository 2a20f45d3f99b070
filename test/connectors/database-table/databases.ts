import { afterAll, beforeAll } from 'vitest';
import { acquireDatabase, releaseDatabase } from '../../../connectors/engines/sql/drivers/embedded-databases.js';
import type { DatabaseServer } from '../../targets/database-server.js';
import { embeddedDirectory } from '../../targets/embedded-directory.js';
import { startFakeSqlServer } from '../../targets/fake-sqlserver.js';
import { startMariadb } from '../../targets/mariadb.js';
import { startPostgresql } from '../../targets/postgresql.js';
import type { TestDatabase } from './table-facade.js';

/** One column of each kind; `email` is the key, `secret` the password, `changed` the time of the latest change. */
const POSTGRES_COLUMNS = `email varchar(100) primary key, name varchar(50), age integer, big bigint, salary numeric(12,2), score double precision, active boolean, photo bytea,
  hired date, starts time, seen timestamp(6), note varchar(50), must varchar(20) default 'x' not null, secret varchar(100), changed timestamp(6) default clock_timestamp()`;
const MARIADB_COLUMNS = `email varchar(100) primary key, name varchar(50), age int, big bigint, salary decimal(12,2), score double, active tinyint(1), photo varbinary(50),
  hired date, starts time, seen datetime(6), note varchar(50), must varchar(20) default 'x' not null, secret varchar(100), changed datetime(6) default current_timestamp(6)`;

interface OnServer {
  readonly columns: string;
  readonly driverClassName: string;
  /** Counts the connector's statements that are running, as `open`. */
  readonly running: string;
}

function onServer(server: DatabaseServer, { columns, driverClassName, running }: OnServer): TestDatabase {
  return {
    name: server.name,
    isReal: true,
    server,
    configuration: { url: server.jdbcUrl, driverClassName, username: server.user, password: server.password },
    createTable: async (table) => { await server.query(`create table ${table} (${columns})`); },
    query: (sql) => server.query(sql),
    outage: { begin: () => server.pause(), end: () => server.resume() },
    openCursors: async () => Number((await server.query(running))[0]?.['open'] ?? 0),
    stop: () => server.stop(),
  };
}

export async function postgresqlDatabase(): Promise<TestDatabase> {
  return onServer(await startPostgresql(), {
    columns: POSTGRES_COLUMNS, driverClassName: 'org.postgresql.Driver',
    running: 'select count(*) as open from pg_stat_activity where application_name = \'causeway\' and state <> \'idle\'',
  });
}

export async function mariadbDatabase(): Promise<TestDatabase> {
  return onServer(await startMariadb(), {
    columns: MARIADB_COLUMNS, driverClassName: 'com.mysql.cj.jdbc.Driver',
    running: 'select count(*) as open from information_schema.processlist where command in (\'Query\', \'Execute\') and id <> connection_id()',
  });
}

/** See there what stands for what. */
export async function fakeSqlServerDatabase(): Promise<TestDatabase> {
  const server = await startFakeSqlServer();
  return {
    name: 'fake SQL Server (TDS 7.4 on PGlite)',
    isReal: false,
    configuration: { url: server.jdbcUrl, driverClassName: 'com.microsoft.sqlserver.jdbc.SQLServerDriver', username: server.user, password: server.password, quoting: 'Brackets' },
    createTable: async (table) => { await server.query(`create table ${table} (${POSTGRES_COLUMNS})`); },
    query: (sql) => server.query(sql),
    outage: { begin: () => server.tds.pause(), end: () => server.tds.resume() },
    openCursors: async () => server.tds.answering,
    stop: () => server.stop(),
  };
}

/** PostgreSQL in this process; the administrator's statements take turns with the connector's. */
export async function embeddedDatabase(): Promise<TestDatabase> {
  const { directory, remove } = await embeddedDirectory();
  const database = await acquireDatabase(directory);
  const query = (sql: string) => database.alone(async () => (await database.instance.exec(sql)).at(-1)?.rows ?? []);
  return {
    name: 'embedded PostgreSQL (PGlite)',
    isReal: true,
    configuration: { url: `jdbc:pglite:${directory}`, username: null, password: null },
    createTable: async (table) => { await query(`create table ${table} (${POSTGRES_COLUMNS})`); },
    query,
    openCursors: async () => Number((await query('select count(*)::int as open from pg_cursors'))[0]?.['open'] ?? 0),
    stop: async () => {
      await releaseDatabase(database);
      await remove();
    },
  };
}

/** One database for all tests of the file it is called in; who takes it from there need not stop it. */
export function forAllTests(start: () => Promise<TestDatabase>): () => Promise<TestDatabase> {
  let database: TestDatabase | undefined;
  beforeAll(async () => { database = await start(); });
  afterAll(() => database?.stop());
  return async () => ({ ...database!, stop: async () => {} });
}
