import { beforeEach, describe, expect, it, vi } from 'vitest';
import { dialects } from '../../../../connectors/engines/sql/dialects.js';
import { closeJdbcSession, jdbcIsAlive, jdbcPool, jdbcReusable, openJdbcSession, type JdbcSession } from '../../../../connectors/engines/sql/jdbc-session.js';
import { poolProperties } from '../../../../connectors/engines/sql/pool-properties.js';
import { poolSettings, validatePool } from '../../../../connectors/engines/sql/pool-settings.js';
import type { PoolConfig } from '../../../../connectors/engines/sql/settings.js';
import { sql } from '../../../../connectors/engines/sql/sql-text.js';
import { SessionPool } from '../../../../connectors/framework/facade/session-pool.js';
import { ManualTimers } from '../../../support/manual-timers.js';
import { NotingDriver } from '../../../support/noting-driver.js';
import { openContext } from '../../../support/open-context.js';
import { recordedLog } from '../../../support/quiet-log.js';

const opened: NotingDriver[] = [];
vi.mock('../../../../connectors/engines/sql/drivers/open-driver.js', () => ({
  openDriver: async () => {
    const driver = new NotingDriver();
    opened.push(driver);
    return driver;
  },
}));
beforeEach(() => { opened.length = 0; });

const defaults = Object.fromEntries(Object.entries(poolProperties).map(([name, property]) => [name, property.default])) as unknown as PoolConfig;
const never = new AbortController().signal;
const broken = () => Promise.reject(new Error('Connection terminated unexpectedly'));

/** Tomcat's JDBC pool, as a connector with these properties has it. */
function poolOf(changes: Partial<PoolConfig> = {}) {
  const config: PoolConfig = { ...defaults, url: 'jdbc:postgresql://db.example.com/hr', validationInterval: 0, ...changes };
  const clock = new ManualTimers();
  const log = recordedLog();
  const context = openContext({ log });
  const pool = new SessionPool<JdbcSession>({
    name: 'the database', open: (signal) => openJdbcSession(config, null, { ...context, signal }, clock), close: closeJdbcSession, isAlive: jdbcIsAlive, reusable: jdbcReusable,
  }, jdbcPool(config), clock);
  /** Borrows, gives back, and waits until that is done; the driver that was lent. */
  const use = async (): Promise<NotingDriver> => {
    const before = opened.length;
    const idle = opened.at(-1);
    const lease = await pool.acquire(never);
    lease.release(true);
    await clock.advance(0);
    return opened.length > before ? opened.at(-1)! : idle!;
  };
  return { config, clock, log, pool, use };
}

describe('validation of pooled connections', () => {
  const validating = { testOnBorrow: true, testOnReturn: true, testWhileIdle: true };

  it('takes place with a validationQuery only, and is that query [scripted-sql 29] [scripted-groovy 37-39]', async () => {
    const without = poolOf(validating);
    await without.use();
    await without.clock.advance(60_000);
    expect((await without.use()).statements).toEqual([]);
    for (const [setting, times] of [['testOnBorrow', 1], ['testOnReturn', 2], ['testWhileIdle', 1]] as const) {
      const { use, clock } = poolOf({ [setting]: true, validationQuery: 'select 1 from checks' });
      await use();
      await clock.advance(5_000);
      expect((await use()).statements, setting).toEqual(Array(times).fill('select 1 from checks'));
    }
  });

  it.each(['testOnBorrow', 'testWhileIdle'] as const)('drops a connection that fails %s, and lends another, also below minIdle [scripted-sql 30, 39] [scripted-groovy 37]', async (setting) => {
    const { use, pool, clock } = poolOf({ [setting]: true, validationQuery: 'select 1', minIdle: 10 });
    const leases = await Promise.all([pool.acquire(never), pool.acquire(never)]);
    leases.forEach((lease) => lease.release(true));
    await clock.advance(5_000);
    opened.forEach((driver) => driver.failing.set('run', broken));
    await use();
    expect(opened.map(({ told }) => told.includes('close'))).toEqual([true, true, false]);
    expect(pool.status()).toMatchObject({ idle: 1, inUse: 0 });
  });

  it('is not repeated within validationInterval, so what breaks within it may be lent [scripted-sql 31] [scripted-groovy 41, 42]', async () => {
    const { use, clock } = poolOf({ testOnBorrow: true, validationQuery: 'select 1', validationInterval: 34_000 });
    expect(poolProperties.validationInterval.default).toBe(3000);
    const driver = await use();
    for (let borrowed = 0; borrowed < 5; borrowed++) await use();
    expect(driver.statements).toEqual(['select 1']);
    driver.failing.set('run', broken);
    expect(await use()).toBe(driver);
    await clock.advance(34_000);
    expect(await use()).not.toBe(driver);
  });

  it('is the driver\'s own with a validatorClassName, instead of the query [scripted-sql 32]', async () => {
    const { use, log } = poolOf({ testOnBorrow: true, validationQuery: 'select 1 from checks', validatorClassName: 'com.example.Validator' });
    await use();
    expect((await use()).statements).toEqual([dialects.postgresql.pingQuery]);
    expect(log.at('warn')).toEqual(['These properties name Java classes, which are not run']);
  });

  it.each([-1, 0])('takes what time it needs with validationQueryTimeout %i [scripted-sql 33]', async (validationQueryTimeout) => {
    const { config, clock } = poolOf({ testOnBorrow: true, validationQuery: 'select slow()', validationQueryTimeout });
    const limited = vi.spyOn(AbortSignal, 'timeout');
    const session = await openJdbcSession(config, null, openContext(), clock);
    let answer = (): void => {};
    opened[0]!.failing.set('run', () => new Promise<never>((resolve) => { answer = resolve as () => void; }));
    const alive = jdbcIsAlive(session, never);
    await clock.advance(3_600_000);
    answer();
    expect(await alive).toBe(true);
    expect(limited).not.toHaveBeenCalled();
    limited.mockRestore();
  });

  it.each([[true, 'error'], [false, 'debug']] as const)('that fails is logged, with logValidationErrors %s as %s [scripted-sql 47]', async (logValidationErrors, level) => {
    const { use, log } = poolOf({ testOnBorrow: true, validationQuery: 'select 1', logValidationErrors });
    (await use()).failing.set('run', broken);
    await use();
    expect(log.entries).toMatchObject([{ level, fields: { error: 'Connection terminated unexpectedly' } }]);
  });

  it('has a query of its own for each database, as the vendors have it [scripted-groovy 40]', () => {
    expect(Object.fromEntries(Object.values(dialects).map(({ name, pingQuery }) => [name, pingQuery]))).toEqual({
      postgresql: 'select 1', embedded: 'select 1', mysql: 'select 1', mariadb: 'select 1', sqlserver: 'select 1', oracle: 'select 1 from dual', hana: 'select 1 from dummy',
    });
  });

  it('is not needed for a connection whose end was noticed: nobody is lent one [scripted-groovy 43]', async () => {
    const { use } = poolOf();
    const lost = await use();
    lost.isLost = true;
    expect(await use()).not.toBe(lost);
  });
});

describe('limits of the pool', () => {
  it('has a borrower wait maxWait for one of maxActive, first come, first served whatever fairQueue says, and then fail [scripted-sql 34, 44] [oracle-ebs 35]', async () => {
    expect(jdbcPool(defaults)).toMatchObject({ maxObjects: 100, maxWait: 30_000 });
    for (const fairQueue of [true, false]) {
      const { pool, clock } = poolOf({ maxActive: 1, maxWait: 500, fairQueue });
      const held = await pool.acquire(never);
      const served: string[] = [];
      const waiting = ['first', 'second'].map((name) => pool.acquire(never).then((lease) => { served.push(name); return lease; }));
      held.release(true);
      await clock.advance(0);
      expect(served).toEqual(['first']);
      (await waiting[0])!.release(true);
      const last = (await waiting[1])!;
      expect(served).toEqual(['first', 'second']);
      const failed = expect(pool.acquire(never)).rejects.toMatchObject({ kind: 'retryable', message: expect.stringContaining('500 ms') as string });
      await clock.advance(500);
      await failed;
      last.release(true);
    }
  });

  it('closes idle connections above maxIdle at once, others above minIdle after minEvictableIdleTimeMillis [scripted-sql 38]', async () => {
    const { pool, clock } = poolOf({ maxIdle: 2, minIdle: 1 });
    const leases = await Promise.all([1, 2, 3].map(() => pool.acquire(never)));
    for (const lease of leases) {
      lease.release(true);
      await clock.advance(0);
    }
    const left = () => opened.filter(({ told }) => !told.includes('close')).length;
    expect(left()).toBe(2);
    await clock.advance(59_000);
    expect(left()).toBe(2);
    await clock.advance(2_000);
    expect(left()).toBe(1);
    await clock.advance(3_600_000);
    expect(left()).toBe(1);
  });

  it('takes timeBetweenEvictionRunsMillis below a second for a second [scripted-sql 38]', async () => {
    const { use, clock } = poolOf({ testWhileIdle: true, validationQuery: 'select 1', timeBetweenEvictionRunsMillis: 1 });
    await use();
    await clock.advance(999);
    expect((await use()).statements).toEqual([]);
    await clock.advance(1_000);
    expect((await use()).statements).toEqual(['select 1']);
  });

  it('closes a connection on return that is older than maxAge, and never with 0 [scripted-sql 37]', async () => {
    const aging = poolOf({ maxAge: 10_000 });
    const driver = await aging.use();
    await aging.clock.advance(10_001);
    expect(driver.told).not.toContain('close');
    await aging.use();
    expect(driver.told).toContain('close');
    const ageless = poolOf({ maxAge: 0 });
    const young = await ageless.use();
    await ageless.clock.advance(3_600_000_000);
    expect(await ageless.use()).toBe(young);
  });

  it('takes a connection away that is in use for longer than removeAbandonedTimeout, once more than abandonWhenPercentageFull are [scripted-sql 35]', async () => {
    expect([defaults.removeAbandoned, defaults.removeAbandonedTimeout, defaults.abandonWhenPercentageFull]).toEqual([false, 60, 0]);
    const kept = poolOf();
    await kept.pool.acquire(never);
    await kept.clock.advance(3_600_000);
    expect(opened[0]!.told).toEqual([]);
    const { pool, clock } = poolOf({ removeAbandoned: true, maxActive: 2, abandonWhenPercentageFull: 80 });
    await pool.acquire(never);
    await clock.advance(120_000);
    expect(opened[1]!.told).toEqual([]);
    await pool.acquire(never);
    await clock.advance(5_000);
    expect(opened.slice(1).map(({ told }) => told)).toEqual([['close'], []]);
  });

  it('tells of a connection in use for longer than suspectTimeout and leaves it, with logAbandoned and unless it was abandoned before [scripted-sql 36] [oracle-ebs 29]', async () => {
    const suspicious = { suspectTimeout: 30, logAbandoned: true };
    const warnings = async (changes: Partial<PoolConfig>) => {
      const { pool, clock, log } = poolOf(changes);
      await pool.acquire(never);
      await clock.advance(120_000);
      return [log.at('warn').map((line) => /suspectTimeout|removeAbandonedTimeout/.exec(line)?.[0]), opened.at(-1)!.told];
    };
    expect(await warnings(suspicious)).toEqual([['suspectTimeout'], []]);
    expect(await warnings({ ...suspicious, logAbandoned: false })).toEqual([[], []]);
    expect(await warnings({ ...suspicious, suspectTimeout: 0 })).toEqual([[], []]);
    expect(await warnings({ ...suspicious, removeAbandoned: true, removeAbandonedTimeout: 10 })).toEqual([['removeAbandonedTimeout'], ['close']]);
  });

  it('has settings without effect, which change nothing [scripted-sql 45, 46]', async () => {
    const used = async (changes: Partial<PoolConfig>) => {
      const { use, config, log } = poolOf({ testOnBorrow: true, validationQuery: 'select 1', ...changes });
      await use();
      const { statements, told } = await use();
      return [statements, told, jdbcPool(config), log.entries];
    };
    expect(await used({ useLock: true, numTestsPerEvictionRun: 7, accessToUnderlyingConnectionAllowed: false })).toEqual(await used({ useLock: false, numTestsPerEvictionRun: 0, accessToUnderlyingConnectionAllowed: true }));
  });
});

describe('what the pool makes of its connections', () => {
  const write = sql`insert into people (uid) values (${'a'})`;

  it.each<[Partial<PoolConfig>, string[]]>([
    [{ commitOnReturn: true }, ['begin', 'run', 'commit']],
    [{ commitOnReturn: true, rollbackOnReturn: true }, ['begin', 'run', 'rollback']],
    [{}, ['begin', 'run', 'rollback']],
    [{ defaultAutoCommit: true, commitOnReturn: true, rollbackOnReturn: true }, ['run']],
  ])('with %o commits or rolls back on return, without auto-commit only [scripted-sql 28]', async (changes, told) => {
    const { pool, clock } = poolOf({ defaultAutoCommit: false, ...changes });
    const lease = await pool.acquire(never);
    await lease.session.connection.execute(write, never);
    lease.release(true);
    await clock.advance(0);
    expect(opened[0]!.told).toEqual(told);
    expect(pool.status().idle).toBe(1);
  });

  it('leaves commit, read-only and isolation as the driver has them unless told otherwise [scripted-sql 40, 41]', async () => {
    const statements = async (changes: Partial<PoolConfig>) => {
      const { pool } = poolOf(changes);
      const { session: { connection } } = await pool.acquire(never);
      return [connection.autoCommit, ...opened.at(-1)!.statements];
    };
    expect(await statements({ defaultAutoCommit: null, defaultReadOnly: null })).toEqual([true]);
    expect(await statements({ defaultAutoCommit: false, defaultReadOnly: false })).toEqual([false]);
    expect(await statements({ defaultReadOnly: true })).toEqual([true, 'SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY']);
    const levels = { 1: 'READ UNCOMMITTED', 2: 'READ COMMITTED', 4: 'REPEATABLE READ', 8: 'SERIALIZABLE' };
    for (const [level, name] of Object.entries(levels)) {
      expect(await statements({ defaultTransactionIsolation: Number(level) })).toEqual([true, `SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL ${name}`]);
    }
    for (const none of [-1, 0]) expect(await statements({ defaultTransactionIsolation: none })).toEqual([true]);
    expect(() => validatePool({ ...defaults, url: 'jdbc:postgresql://a/b', defaultTransactionIsolation: 3 })).toThrow(/defaultTransactionIsolation is 3/);
    const untold = poolSettings({ ...defaults, url: 'jdbc:postgresql://a/b' }, null);
    for (const dialect of Object.values(dialects)) expect(dialect.sessionStatements(untold), dialect.name).toEqual([]);
  });

  it('takes jdbcInterceptors, says once that no Java classes are run, and opens no connection ahead [scripted-sql 43]', async () => {
    const { use, pool, log } = poolOf({ jdbcInterceptors: 'ConnectionState;org.example.Slow(threshold=10)', initialSize: 10, minIdle: 10 });
    await use();
    await Promise.all([pool.acquire(never), pool.acquire(never)]);
    expect(log.entries).toMatchObject([{ level: 'warn', fields: { properties: ['jdbcInterceptors'] } }]);
    expect(opened).toHaveLength(2);
  });
});
