import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { config } from '../../../connectors/catalog/database-table/properties.js';
import type { DatabaseTableConfig } from '../../../connectors/catalog/database-table/validate.js';
import { closeJdbcSession, jdbcIsAlive, jdbcPool, jdbcReusable, openJdbcSession, type JdbcSession } from '../../../connectors/engines/sql/jdbc-session.js';
import { sql } from '../../../connectors/engines/sql/sql-text.js';
import type { IcfValue } from '../../../protocol/model/index.js';
import { drain } from '../../support/memory-facade.js';
import { openContext } from '../../support/open-context.js';
import { until } from '../../support/until.js';
import { TableFacade, failing, type TestDatabase } from './table-facade.js';

const defaults = Object.fromEntries(Object.entries(config).map(([name, property]) => [name, property.default])) as unknown as DatabaseTableConfig;

/** Tomcat's JDBC pool on PostgreSQL, which tells what arrives there. */
export function describePool(start: () => Promise<TestDatabase>): void {
  describe('the pool of database connections', () => {
    let database: TestDatabase;
    const facades: TableFacade[] = [];
    const sessions: JdbcSession[] = [];
    beforeAll(async () => {
      database = await start();
      await database.createTable('people');
      await database.query('create table validations (at timestamp); create function validate() returns int language sql as \'insert into validations values (clock_timestamp()); select 1\'');
    });
    beforeEach(async () => { await database.query('truncate validations; truncate people'); });
    afterEach(async () => {
      await Promise.all(facades.splice(0).map((facade) => facade.dispose()));
      await Promise.all(sessions.splice(0).map((session) => closeJdbcSession(session)));
    });
    afterAll(() => database.stop());

    async function on(changes: Record<string, IcfValue>): Promise<TableFacade> {
      const facade = await TableFacade.on(database, { table: 'people', ...changes });
      facades.push(facade);
      return facade;
    }
    async function session(changes: Partial<DatabaseTableConfig>): Promise<JdbcSession> {
      const opened = await openJdbcSession({ ...defaults, ...database.configuration as Partial<DatabaseTableConfig>, table: 'people', ...changes }, database.configuration['password'] as string, openContext());
      sessions.push(opened);
      return opened;
    }
    const never = new AbortController().signal;
    const validations = async () => Number((await database.query('select count(*) as n from validations'))[0]?.['n']);
    const backends = async () => (await database.query('select pid from pg_stat_activity where application_name = \'causeway\' order by pid')).map(({ pid }) => Number(pid));

    it('[database-table 23] validates on borrow and on return with a validationQuery only', async () => {
      const without = await on({ testOnBorrow: true, testOnReturn: true, testWhileIdle: true });
      await without.uids();
      await without.uids();
      expect(without.log.at('error')).toEqual([]);
      const borrowing = await on({ testOnBorrow: true, validationQuery: 'select validate()', validationInterval: 0n });
      await borrowing.uids();
      await borrowing.uids();
      await borrowing.uids();
      expect(await validations()).toBe(2);
      const returning = await on({ testOnReturn: true, validationQuery: 'select validate()', validationInterval: 0n });
      await returning.uids();
      await until(async () => await validations() === 3, 'the validation on return');
    });

    it('[database-table 24] does not validate a connection again within validationInterval', async () => {
      const facade = await on({ testOnBorrow: true, validationQuery: 'select validate()' });
      for (let use = 0; use < 5; use++) await facade.uids();
      expect(await validations()).toBe(1);
    });

    it('[database-table 25] fails a request that waits longer than maxWait', async () => {
      const facade = await on({ maxActive: 1, maxWait: 200 });
      await database.query('insert into people (email) select \'user\' || n from generate_series(1, 2000) n');
      const held = facade.facade.stream({ kind: 'search', filter: undefined, ...facade.on() }, facade.context);
      await held.next();
      const error = await failing(facade.get('user1'));
      expect([error.kind, error.message]).toEqual(['retryable', expect.stringContaining('200 ms')]);
      await held.return(undefined);
      expect(await facade.get('user1')).not.toBeNull();
    });

    it('[database-table 26] drops a connection found invalid at borrow and tries another', async () => {
      const facade = await on({ testOnBorrow: true, validationQuery: 'select 1', validationInterval: 0n });
      await facade.uids();
      const before = await backends();
      await database.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = \'causeway\'');
      expect(await facade.uids()).toEqual([]);
      expect(await backends()).not.toEqual(before);
    });

    it('[database-table 27] closes a connection on return that is older than maxAge', async () => {
      const facade = await on({ maxAge: 1n });
      await facade.uids();
      await facade.uids();
      await until(() => facade.facade.status().sessions.idle === 0, 'the connection to be closed');
      expect(facade.facade.status().sessions.opened).toBe(2);
      const young = await on({ maxAge: 60_000n });
      await young.uids();
      await young.uids();
      expect(young.facade.status().sessions.opened).toBe(1);
    });

    it('[database-table 28] takes abandoned connections away, but only above abandonWhenPercentageFull', async () => {
      await database.query('insert into people (email) select \'user\' || n from generate_series(1, 5000) n');
      const hold = async (changes: Record<string, IcfValue>) => {
        const facade = await on({ removeAbandoned: true, removeAbandonedTimeout: 1, logAbandoned: true, maxActive: 2, ...changes });
        const stream = facade.facade.stream({ kind: 'search', filter: undefined, ...facade.on() }, facade.context);
        await stream.next();
        return { facade, stream };
      };
      const [taken, left] = await Promise.all([hold({}), hold({ abandonWhenPercentageFull: 80 })]);
      await until(() => taken.facade.log.at('warn').some((line) => line.includes('removeAbandonedTimeout')), 'the abandoned connection to be taken away');
      const rest = async (stream: typeof taken.stream) => { await drain(stream); };
      expect((await failing(rest(taken.stream))).retryable).toBe(true);
      await rest(left.stream);
      expect(left.facade.log.at('warn')).toEqual([]);
    });

    it('[database-table 29] rolls back on return where both rollbackOnReturn and commitOnReturn are set', async () => {
      const left = async (changes: Partial<DatabaseTableConfig>) => {
        await database.query('truncate people');
        const given = await session({ defaultAutoCommit: false, ...changes });
        await given.connection.execute(sql`insert into people (email) values (${'bob'})`, never);
        expect(given.connection.inTransaction).toBe(true);
        expect(await jdbcReusable(given, never)).toBe(true);
        return Number((await database.query('select count(*) as n from people'))[0]?.['n']);
      };
      expect(await left({ commitOnReturn: true })).toBe(1);
      expect(await left({ commitOnReturn: true, rollbackOnReturn: true })).toBe(0);
      expect(await left({})).toBe(0);
    });

    it('[database-table 30] does not run validationQuery where a validatorClassName is set', async () => {
      const facade = await on({ testOnBorrow: true, validationQuery: 'select validate()', validatorClassName: 'com.example.Validator', validationInterval: 0n });
      await facade.uids();
      await facade.uids();
      expect(await validations()).toBe(0);
      expect(facade.log.at('warn')).toEqual(['These properties name Java classes, which are not run']);
      await database.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = \'causeway\'');
      expect(await facade.uids()).toEqual([]);
    });

    it('makes new connections what the properties say', async () => {
      const given = await session({ initSQL: 'set work_mem = 5120', defaultReadOnly: true, defaultTransactionIsolation: 8, connectionProperties: 'ApplicationName=hr;' });
      const settings = sql`select current_setting('transaction_read_only') as a, current_setting('transaction_isolation') as b, current_setting('application_name') as c, current_setting('work_mem') as d`;
      for await (const [row] of given.connection.rows(settings, never)) expect([...row!.values()]).toEqual(['on', 'serializable', 'hr', '5MB']);
      expect((await failing(session({ validationQuery: 'select nonsense', testOnConnect: true }))).message).toMatch(/testOnConnect/);
    });

    it('takes the next server of the address where one is not there or is none of the kind asked for', async () => {
      const { port } = new URL(database.server!.jdbcUrl.replace('jdbc:', ''));
      const url = (rest: string) => database.server!.jdbcUrl.replace(/\/\/[^/]*(\/\w+).*$/, `//127.0.0.1:1,127.0.0.1:${port}$1?${rest}`);
      for (const kind of ['any', 'primary', 'preferSecondary']) expect((await session({ url: url(`targetServerType=${kind}`) })).connection.isLost).toBe(false);
      expect(await failing(session({ url: url('targetServerType=secondary') }))).toMatchObject({ kind: 'connectionFailed', message: expect.stringContaining('targetServerType') as string });
    });

    it('stops a validation that takes longer than validationQueryTimeout, and says so with logValidationErrors', async () => {
      const given = await session({ testOnBorrow: true, validationQuery: 'select pg_sleep(30)', validationQueryTimeout: 1, validationInterval: 0 });
      expect(await jdbcReusable(given, never)).toBe(true);
      expect(await jdbcIsAlive(given, never)).toBe(false);
      await until(async () => (await database.query('select 1 from pg_stat_activity where query like \'select pg_sleep%\' and state = \'active\' and pid <> pg_backend_pid()')).length === 0, 'the validation to end at the server');
    });

    it('stops a statement at the server when the operation is aborted', async () => {
      const given = await session({});
      const abort = new AbortController();
      const running = given.connection.execute(sql`select pg_sleep(60)`, abort.signal).then(() => 'ended', () => 'aborted');
      const sleeping = async () => (await database.query('select 1 from pg_stat_activity where query like \'select pg_sleep(60)%\' and state = \'active\'')).length;
      await until(async () => await sleeping() === 1, 'the statement to run');
      abort.abort();
      expect(await running).toBe('aborted');
      await until(async () => await sleeping() === 0, 'the statement to end at the server');
      expect(given.connection.isLost).toBe(true);
    });

    it('puts limits out of order right', () => {
      expect(jdbcPool({ ...defaults, maxActive: 5 })).toEqual({ maxObjects: 5, maxIdle: 5, minIdle: 5, maxWait: 30_000, minEvictableIdleTime: 60_000 });
      expect(jdbcPool({ ...defaults, maxActive: 0, maxIdle: 3, minIdle: 1, maxWait: -1 })).toMatchObject({ maxObjects: 100, maxIdle: 3, minIdle: 1, maxWait: 2 ** 31 - 1 });
    });
  });
}
