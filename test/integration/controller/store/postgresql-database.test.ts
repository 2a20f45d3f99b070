import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../../controller/store/database/database.js';
import { PostgresqlDatabase } from '../../../../controller/store/database/postgresql/postgresql-database.js';
import { parsePostgresqlUrl } from '../../../../controller/store/database/postgresql/postgresql-url.js';
import { MIGRATIONS } from '../../../../controller/store/migrations/index.js';
import { migrate } from '../../../../controller/store/migrations/migrate.js';
import { databaseContract } from '../../../support/database-contract.js';
import { storeContract } from '../../../support/store-contract.js';
import { until } from '../../../support/until.js';
import type { DatabaseServer } from '../../../targets/database-server.js';
import { startPostgresql } from '../../../targets/postgresql.js';

describe('a PostgreSQL server as the controller\'s database', () => {
  let server: DatabaseServer;
  const opened: Database[] = [];
  const open = async (more: { query?: string; host?: string; password?: string; poolSize?: number; statementTimeout?: number } = {}): Promise<PostgresqlDatabase> => {
    const database = await PostgresqlDatabase.open({
      url: parsePostgresqlUrl(`postgresql://${server.user}@${more.host ?? '127.0.0.1'}:${server.port}/${server.database}${more.query ?? ''}`),
      password: () => Promise.resolve(more.password ?? server.password), poolSize: more.poolSize ?? 5, connectTimeout: 5_000, statementTimeout: more.statementTimeout ?? 30_000,
    });
    opened.push(database);
    return database;
  };
  const fresh = async (): Promise<Database> => {
    await server.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public;');
    return open();
  };
  beforeAll(async () => { server = await startPostgresql(); });
  afterAll(async () => {
    await Promise.all(opened.map((database) => database.close()));
    await server.stop();
  });

  databaseContract(fresh, open);
  storeContract(async () => {
    const database = await fresh();
    await migrate(database, MIGRATIONS);
    return database;
  });

  describe('trouble', () => {
    const backends = "pid <> pg_backend_pid() AND application_name = 'causeway-controller'";

    it('undoes a transaction whose connection is cut, says so, and goes on with another', async () => {
      const database = await fresh();
      await database.query('CREATE TABLE number (id int PRIMARY KEY)');
      await expect(database.transaction(async (tx) => {
        await tx.query('INSERT INTO number VALUES (1)');
        await server.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${backends}`);
        await tx.query('INSERT INTO number VALUES (2)');
      })).rejects.toMatchObject({ code: 503, outcome: 'notApplied' });
      expect(await database.query('SELECT id FROM number')).toEqual([]);
    });

    it('says that a change may have been made when the connection is cut while it is being committed', async () => {
      const database = await fresh();
      await database.query('CREATE TABLE number (id int PRIMARY KEY)');
      // A constraint that is checked at COMMIT only, and takes its time.
      await server.query(`CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER late AFTER INSERT ON number DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slowly();`);
      const done = database.transaction((tx) => tx.query('INSERT INTO number VALUES (1)')).catch((thrown: unknown) => thrown);
      await until(async () => (await server.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${backends} AND query = 'COMMIT' AND state = 'active'`)).length > 0, 'COMMIT to be under way');
      expect(await done).toMatchObject({ code: 503, outcome: 'unknown' });
    });

    it('tells the owner of a name that its connection is gone, and another may have the name', async () => {
      const [database, other] = [await fresh(), await open()];
      const lost = await database.exclusively('a', async (lease) => {
        await server.query(`SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND ${backends}`);
        await until(() => lease.aborted, 'the lease to be lost');
        return [String(lease.reason), await other.exclusively('a', () => Promise.resolve('taken'))];
      });
      expect(lost).toEqual([expect.stringContaining('ownership of a was lost'), 'taken']);
    });

    it('ends a statement that takes too long, and a stream whose connection is cut', async () => {
      const database = await fresh();
      const hasty = await open({ statementTimeout: 100 });
      await expect(hasty.query('SELECT pg_sleep(30)')).rejects.toMatchObject({ name: 'SqlError', sqlState: '57014' });
      await expect((async () => {
        for await (const rows of database.stream('SELECT generate_series(1, 1000000) AS id', [], { batch: 10, signal: new AbortController().signal })) {
          expect(rows.length).toBe(10);
          await server.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${backends}`);
        }
      })()).rejects.toMatchObject({ code: 503 });
      expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    it('refuses a wrong password without repeating it, and a server that is not there', async () => {
      const error: unknown = await open({ password: 'not-the-password' }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 503, message: expect.stringContaining('password authentication failed') as unknown });
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('not-the-password');
      await server.pause();
      await expect(open()).rejects.toMatchObject({ code: 503, message: expect.stringContaining('ECONNREFUSED') as unknown });
      await server.resume();
    });
  });

  describe('TLS', () => {
    it('protects the connection as the URL says', async () => {
      const isProtected = async (database: Database): Promise<unknown> => (await database.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'))[0];
      expect(await isProtected(await open({ query: '?sslmode=require' }))).toEqual({ ssl: true });
      expect(await isProtected(await open({ query: '?sslmode=disable' }))).toEqual({ ssl: false });
      expect(await isProtected(await open({ host: 'localhost', query: `?sslmode=verify-full&sslrootcert=${encodeURIComponent(server.caFile)}` }))).toEqual({ ssl: true });
      await expect(open({ host: 'localhost', query: '?sslmode=verify-full' })).rejects.toMatchObject({ code: 503 });
      await expect(open({ query: `?sslmode=verify-full&sslrootcert=${encodeURIComponent(server.caFile)}` })).rejects.toMatchObject({ code: 503 });
      expect(await isProtected(await open({ query: `?sslmode=verify-ca&sslrootcert=${encodeURIComponent(server.caFile)}` }))).toEqual({ ssl: true });
    });
  });
});
