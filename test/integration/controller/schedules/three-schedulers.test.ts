import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../../controller/log.js';
import type { Database } from '../../../../controller/store/database/database.js';
import { PostgresqlDatabase } from '../../../../controller/store/database/postgresql/postgresql-database.js';
import { parsePostgresqlUrl } from '../../../../controller/store/database/postgresql/postgresql-url.js';
import { MIGRATIONS } from '../../../../controller/store/migrations/index.js';
import { migrate } from '../../../../controller/store/migrations/migrate.js';
import { scheduleFailed } from '../../../../controller/webhooks/schedule-events.js';
import { WebhookQueue } from '../../../../controller/webhooks/webhook-queue.js';
import { until } from '../../../support/until.js';
import type { DatabaseServer } from '../../../targets/database-server.js';
import { startPostgresql } from '../../../targets/postgresql.js';
import { FakeWallClock } from '../../../unit/controller/schedules/fake-wall-clock.js';
import { HeldService, startScheduler } from '../../../unit/controller/schedules/schedule-world.js';

describe('three controllers on one PostgreSQL', () => {
  let server: DatabaseServer;
  const opened: Database[] = [];
  const open = async (): Promise<Database> => {
    const database = await PostgresqlDatabase.open({
      url: parsePostgresqlUrl(`postgresql://${server.user}@127.0.0.1:${server.port}/${server.database}`), password: () => Promise.resolve(server.password), poolSize: 5, connectTimeout: 5_000, statementTimeout: 30_000,
    });
    opened.push(database);
    return database;
  };
  beforeAll(async () => { server = await startPostgresql(); });
  beforeEach(async () => {
    await server.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public;');
    await migrate(await open(), MIGRATIONS);
  });
  afterAll(async () => {
    await Promise.all(opened.map((database) => database.close()));
    await server.stop();
  });

  const clock = new FakeWallClock('2026-11-23T10:00:30Z');
  const three = () => Promise.all(['one', 'two', 'three'].map(async (name) => startScheduler(await open(), clock, { name, service: new HeldService() })));
  const SECONDLY = { schedule: '* * * * * ?', timeZone: 'UTC', invokeService: 'sync', persisted: true };

  it.each([true, false])('fire each time once between them (concurrentExecution: %s)', async (concurrentExecution) => {
    clock.set('2026-11-23T10:00:30Z');
    const all = await three();
    await all[0]?.book.put('secondly', { ...SECONDLY, concurrentExecution }, 'upsert');
    for (let second = 31; second < 51; second += 1) await Promise.all(all.map((controller) => controller.at(`2026-11-23T10:00:${second}Z`)));
    // Who came late found the schedule taken: one look more.
    await Promise.all(all.map((controller) => controller.at('2026-11-23T10:00:50.500Z')));
    const runs = await all[0]?.runs() ?? [];
    expect(runs.map(({ scheduledTime }) => scheduledTime)).toEqual(Array.from({ length: 20 }, (_, index) => `2026-11-23T10:00:${31 + index}.000Z`));
    expect(new Set(runs.map(({ state }) => state))).toEqual(new Set(['SUCCESS']));
    expect(all.reduce((count, { service }) => count + service.calls.length, 0)).toBe(20);
  });

  it('a run whose connection is cut is ended by another, and done again when it is recoverable', async () => {
    clock.set('2026-11-23T10:00:30Z');
    const [one, two] = await three();
    if (one === undefined || two === undefined) throw new Error('there are three');
    one.service.isQuick = false;
    await one.book.put('once', { ...SECONDLY, recoverable: true, endTime: '2026-11-23T10:00:31' }, 'upsert');
    await one.at('2026-11-23T10:00:31Z');
    expect(one.service.calls).toHaveLength(1);
    await two.at('2026-11-23T10:00:32Z');
    expect(await two.runs()).toMatchObject([{ state: 'RUNNING', controller: 'one' }]);
    await server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = 'causeway-controller'");
    await one.scheduler.settled();
    expect(one.service.calls[0]?.call.signal.aborted).toBe(true);
    let looked = Date.parse('2026-11-23T10:02:31Z');
    await until(async () => {
      // The lease may not be free yet, and the pool hold a cut connection: a look half a minute later finds it.
      await two.at(new Date(looked += 31_000).toISOString()).catch(() => undefined);
      return two.service.calls.length === 1;
    }, 'the run to be done again');
    await until(async () => (await two.runs()).at(-1)?.['state'] === 'SUCCESS', 'its end');
    expect(await two.runs()).toMatchObject([{ state: 'INTERRUPTED', attempt: 1, controller: 'one' }, { state: 'SUCCESS', attempt: 2, controller: 'two' }]);
  });

  it('one that is not done again is told of, once', async () => {
    clock.set('2026-11-23T10:00:30Z');
    const all = await Promise.all(['one', 'two', 'three'].map(async (name) => {
      const database = await open();
      const queue = new WebhookQueue(database, { webhooks: [{ name: 'ops', events: ['schedule.failed'] }], log: silentLog });
      return { queue, ...startScheduler(database, clock, { name, service: new HeldService(), onFailure: (failed, tx) => queue.tellWithin(scheduleFailed(failed), tx) }) };
    }));
    const [one, two] = all;
    if (one === undefined || two === undefined) throw new Error('there are three');
    one.service.isQuick = false;
    await one.book.put('once', { ...SECONDLY, endTime: '2026-11-23T10:00:31' }, 'upsert');
    await one.at('2026-11-23T10:00:31Z');
    await server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = 'causeway-controller'");
    await one.scheduler.settled();
    let looked = Date.parse('2026-11-23T10:02:31Z');
    await until(async () => {
      looked += 31_000;
      await Promise.all(all.map((controller) => controller.at(new Date(looked).toISOString()).catch(() => undefined)));
      return (await two.queue.waiting().catch(() => new Map<string, number>())).get('ops') === 1;
    }, 'the message');
    expect(await two.runs()).toMatchObject([{ state: 'INTERRUPTED' }]);
    await two.queue.giveUp('ops', 'gone', new Date());
    expect(await two.queue.waiting()).toEqual(new Map([['ops', 0]]));
  });
});
