import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../../controller/log.js';
import type { Database } from '../../../../controller/store/database/database.js';
import { scheduleFailed } from '../../../../controller/webhooks/schedule-events.js';
import { WebhookQueue } from '../../../../controller/webhooks/webhook-queue.js';
import { testDatabase } from '../../../support/test-database.js';
import { FakeWallClock } from './fake-wall-clock.js';
import { HeldService, startScheduler } from './schedule-world.js';

const ONCE = { schedule: '0 * * * * ?', timeZone: 'UTC', invokeService: 'sync', persisted: true, endTime: '2026-11-23T10:01:30' };
let database: Database;
let queue: WebhookQueue;
let started: ReturnType<typeof startScheduler>[];
beforeEach(async () => {
  database = await testDatabase();
  started = [];
  queue = new WebhookQueue(database, { webhooks: [{ name: 'ops', events: ['schedule.failed'] }], log: silentLog });
});

afterEach(async () => { await Promise.all(started.map(({ scheduler }) => scheduler.close())); });

/** A controller whose schedule has begun, and goes on until the test ends it. */
async function begun(schedule: object = {}, { service = new HeldService(), name = 'nightly' } = {}): Promise<ReturnType<typeof startScheduler>> {
  const one = startScheduler(database, new FakeWallClock('2026-11-23T10:00:30Z'), { service, onFailure: (failed, tx) => queue.tellWithin(scheduleFailed(failed), tx) });
  started.push(one);
  service.isQuick = false;
  await one.book.put(name, { ...ONCE, ...schedule }, 'upsert');
  await one.at('2026-11-23T10:01:00Z');
  return one;
}

/** Another controller, a minute later. */
async function lookedAfter(): Promise<ReturnType<typeof startScheduler>> {
  const two = startScheduler(database, new FakeWallClock('2026-11-23T10:01:36Z'), { name: 'two', onFailure: (failed, tx) => queue.tellWithin(scheduleFailed(failed), tx) });
  await two.at('2026-11-23T10:01:37Z');
  return two;
}

async function told(): Promise<unknown[]> {
  const rows = await database.query<{ readonly body: string }>('select body from webhook_delivery order by number');
  return rows.map(({ body }) => JSON.parse(body) as unknown);
}
/** As after kill -9: nobody ends the run, and what it owned is free. */
const killed = () => database.query("UPDATE schedule_run SET lease = 'nobody has it', controller = 'dead'");

describe('schedule.failed', () => {
  it('tells which schedule, which run and why, and nothing of runs that were successful', async () => {
    const one = await begun({ endTime: '2026-11-23T10:02:30' });
    one.service.calls[0]?.end(new Error('reconciliation 7 ended as FAILED'));
    await one.scheduler.settled();
    one.service.isQuick = true;
    await one.at('2026-11-23T10:02:00Z');
    const [run] = await one.runs();
    expect((await one.runs()).map(({ state }) => state)).toEqual(['FAILED', 'SUCCESS']);
    expect(await told()).toEqual([{
      type: 'schedule.failed', timestamp: expect.any(String) as string,
      data: { schedule: 'nightly', run: run?.['_id'], state: 'FAILED', scheduledTime: '2026-11-23T10:01:00.000Z', attempt: 1, controller: 'one', message: 'reconciliation 7 ended as FAILED' },
    }]);
  });

  it('only leads to a reason that may name objects', async () => {
    const service = new HeldService();
    service.hasPublicReasons = false;
    const one = await begun({}, { service });
    service.calls[0]?.end(new Error('cn=jane cannot be changed'));
    await one.scheduler.settled();
    const [run] = await one.runs();
    expect(run).toMatchObject({ message: 'cn=jane cannot be changed' });
    expect(await told()).toMatchObject([{ data: { message: `it is told at /openidm/scheduler/run/${run?.['_id'] as string}` } }]);
  });

  it('tells of a run that ended with its controller: stopped or killed, once', async () => {
    const one = await begun();
    await one.scheduler.close();
    expect(await told()).toMatchObject([{ data: { state: 'INTERRUPTED', message: 'the controller was stopped' } }]);
    await begun({}, { name: 'hourly' });
    await killed();
    await Promise.all([lookedAfter(), lookedAfter()]);
    expect(await told()).toMatchObject([{}, { data: { schedule: 'hourly', state: 'INTERRUPTED', controller: 'dead', message: 'controller dead ended during the run' } }]);
  });

  it('tells nothing of one that is done again', async () => {
    await begun({ recoverable: true });
    await killed();
    const two = await lookedAfter();
    expect((await two.runs()).map(({ state }) => state)).toEqual(['INTERRUPTED', 'SUCCESS']);
    const stopped = await begun({ recoverable: true }, { name: 'hourly' });
    await stopped.scheduler.close();
    expect(await told()).toEqual([]);
  });

  it('is stored with the end of the run or not at all, so that none is lost while the database is', async () => {
    const one = await begun();
    await database.query('ALTER TABLE webhook_delivery RENAME TO out_of_reach');
    try {
      one.service.calls[0]?.end(new Error('no'));
      await one.scheduler.settled();
      expect(await one.runs()).toMatchObject([{ state: 'RUNNING' }]);
    } finally {
      await database.query('ALTER TABLE out_of_reach RENAME TO webhook_delivery');
    }
    const two = await lookedAfter();
    expect(await two.runs()).toMatchObject([{ state: 'INTERRUPTED' }]);
    expect(await told()).toMatchObject([{ data: { state: 'INTERRUPTED' } }]);
  });
});
