import { beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../../controller/store/database/database.js';
import { until } from '../../../support/until.js';
import { testDatabase } from '../../../support/test-database.js';
import { FakeWallClock } from './fake-wall-clock.js';
import { HeldService, startScheduler } from './schedule-world.js';

let database: Database;
let clock: FakeWallClock;
beforeEach(async () => {
  database = await testDatabase();
  clock = new FakeWallClock('2026-11-23T10:00:30Z');
});
const MINUTELY = { schedule: '0 * * * * ?', timeZone: 'UTC', invokeService: 'sync', invokeContext: { action: 'reconcile', mapping: 'm' }, persisted: true };

describe('schedules that cannot be used', () => {
  it.each([
    [{ invokeService: 'sync' }, 'must provide a cron schedule'], [{ ...MINUTELY, schedule: '* * * * *' }, '6 or 7 fields'], [{ ...MINUTELY, timeZone: 'Europe/Nowhere' }, 'no time zone'],
    [{ ...MINUTELY, type: 'weekly' }, 'type: must be cron or simple'], [{ ...MINUTELY, misfirePolicy: 'panic' }, 'misfirePolicy: must be'], [{ ...MINUTELY, startTime: '2026-02-31T00:00:00' }, 'startTime'],
    [{ ...MINUTELY, startTime: '2026-02-02T00:00:00', endTime: '2026-02-01T00:00:00' }, 'endTime has to be after'], [{ ...MINUTELY, invokeService: 'taskscanner' }, 'task scanners are not supported'],
    [{ ...MINUTELY, invokeService: 'org.forgerock.openidm.taskscanner' }, 'task scanners are not supported'], [{ ...MINUTELY, invokeService: 'rockets' }, 'rockets is not known'],
    [{ ...MINUTELY, invokeService: 'script', invokeContext: { script: {} } }, 'runs no scripts'], [{ ...MINUTELY, enabled: 'perhaps' }, 'enabled'], [{ ...MINUTELY, shedule: 1 }, 'unknown: shedule'],
    [{ ...MINUTELY, invokeService: undefined }, 'invokeService'],
  ])('%j', async (content, reason) => {
    const { book } = startScheduler(database, clock);
    await expect(book.put('bad', content as never, 'upsert')).rejects.toMatchObject({ code: 400, message: expect.stringContaining(reason) as string });
    expect(await book.all()).toEqual([]);
  });
});

describe('runs', () => {
  it('fires nothing on a controller whose schedules are switched off, whatever is changed there', async () => {
    const off = startScheduler(database, clock);
    await off.book.put('minutely', MINUTELY, 'upsert');
    off.scheduler.wake();
    clock.set('2026-11-23T10:01:00Z');
    await off.scheduler.close();
    expect(off.service.calls).toHaveLength(0);
    const on = startScheduler(database, clock, { name: 'two' });
    on.scheduler.start();
    clock.set('2026-11-23T10:01:01Z');
    await until(() => on.service.calls.length === 1, 'the run');
    await on.scheduler.close();
    expect(off.service.calls).toHaveLength(0);
  });

  it('fires no more at any controller what one of them was told to switch off', async () => {
    const [one, two] = [startScheduler(database, clock), startScheduler(database, clock, { name: 'two' })];
    for (const each of [one, two]) await each.book.put('minutely', { ...MINUTELY, persisted: false }, 'upsert');
    clock.set('2026-11-23T10:00:40Z');
    await one.book.put('minutely', { ...MINUTELY, enabled: false }, 'upsert');
    await two.at('2026-11-23T10:01:00Z');
    await one.at('2026-11-23T10:01:00Z');
    expect([...one.service.calls, ...two.service.calls]).toHaveLength(0);
    expect((await two.book.all()).map(({ schedule }) => schedule.source.enabled)).toEqual([false]);
  });

  it('fires at each of its times, once', async () => {
    const one = startScheduler(database, clock);
    await one.book.put('minutely', MINUTELY, 'upsert');
    await one.at('2026-11-23T10:00:59Z');
    expect(one.service.calls).toHaveLength(0);
    await one.at('2026-11-23T10:01:00Z');
    await one.at('2026-11-23T10:01:01Z');
    await one.at('2026-11-23T10:02:00.500Z');
    expect(await one.runs('minutely')).toMatchObject([
      { state: 'SUCCESS', scheduledTime: '2026-11-23T10:01:00.000Z', started: '2026-11-23T10:01:00.000Z', controller: 'one', attempt: 1, result: { done: true } },
      { state: 'SUCCESS', scheduledTime: '2026-11-23T10:02:00.000Z' },
    ]);
  });

  it('notes a failure and goes on', async () => {
    const one = startScheduler(database, clock);
    one.service.isQuick = false;
    await one.book.put('minutely', MINUTELY, 'upsert');
    await one.at('2026-11-23T10:01:00Z');
    one.service.calls[0]?.end(new Error('no target\0 today'));
    await one.scheduler.settled();
    await one.at('2026-11-23T10:02:00Z');
    expect(one.service.calls).toHaveLength(2);
    expect((await one.runs())[0]).toMatchObject({ state: 'FAILED', message: 'no target\uFFFD today' });
    one.service.calls[1]?.end();
  });

  it('does not begin while the run before is under way, and then goes by the policy', async () => {
    const one = startScheduler(database, clock);
    one.service.isQuick = false;
    await one.book.put('minutely', MINUTELY, 'upsert');
    await one.at('2026-11-23T10:01:00Z');
    await one.at('2026-11-23T10:02:00Z');
    await one.at('2026-11-23T10:04:30Z');
    expect(one.service.calls).toHaveLength(1);
    one.service.isQuick = true;
    one.service.calls[0]?.end();
    await one.scheduler.settled();
    await one.at('2026-11-23T10:04:31Z');
    expect((await one.runs()).map(({ scheduledTime, message }) => [scheduledTime, message])).toEqual([
      ['2026-11-23T10:01:00.000Z', null], ['2026-11-23T10:02:00.000Z', '3 runs were missed since 2026-11-23T10:02:00.000Z'],
    ]);
  });

  it('runs beside itself with concurrentExecution, up to the limit of the controller', async () => {
    const one = startScheduler(database, clock, { settings: { maxConcurrentRuns: 2 } });
    one.service.isQuick = false;
    await one.book.put('minutely', { ...MINUTELY, concurrentExecution: true }, 'upsert');
    for (const minute of [1, 2, 3]) await one.at(`2026-11-23T10:0${minute}:00Z`);
    expect(one.service.calls).toHaveLength(2);
    one.service.calls.forEach(({ end }) => { end(); });
    await one.scheduler.settled();
    await one.at('2026-11-23T10:03:05Z');
    expect(one.service.calls).toHaveLength(3);
    one.service.calls[2]?.end();
  });

  it('does nothing while it is disabled or paused, and after its end', async () => {
    const one = startScheduler(database, clock);
    await one.book.put('disabled', { ...MINUTELY, enabled: false }, 'upsert');
    await one.book.put('paused', { ...MINUTELY, misfirePolicy: 'doNothing' }, 'upsert');
    await one.book.put('over', { ...MINUTELY, endTime: '2026-11-23T10:01:30' }, 'upsert');
    await one.book.put('later', { ...MINUTELY, startTime: '2026-11-23T10:03:00' }, 'upsert');
    await one.book.pause(true, 'paused');
    for (const minute of [1, 2]) await one.at(`2026-11-23T10:0${minute}:00Z`);
    expect((await one.runs()).map(({ schedule }) => schedule)).toEqual(['over']);
    await one.book.pause(false, 'paused');
    await one.at('2026-11-23T10:03:00Z');
    expect((await one.runs('paused')).map(({ state }) => state)).toEqual(['MISSED']);
    expect(await one.runs('later')).toHaveLength(1);
  });

  it('fires a simple schedule once, soon, or as often as it says', async () => {
    const one = startScheduler(database, clock);
    await one.book.put('once', { type: 'simple', invokeService: 'sync', persisted: true }, 'upsert');
    await one.book.put('thrice', { type: 'simple', invokeService: 'sync', persisted: true, timeZone: 'Europe/Berlin', startTime: '2026-11-23T11:01:00', repeatInterval: 10_000, repeatCount: 2 }, 'upsert');
    for (const second of ['00:32', '00:33', '01:00', '01:10', '01:20', '01:30', '02:00']) await one.at(`2026-11-23T10:${second}Z`);
    expect((await one.runs('once')).map(({ scheduledTime }) => scheduledTime)).toEqual(['2026-11-23T10:00:33.000Z']);
    expect(await one.runs('thrice')).toHaveLength(3);
  });

  it('forgets what ended long ago, and not what has not', async () => {
    const one = startScheduler(database, clock);
    await one.book.put('minutely', { ...MINUTELY, endTime: '2026-11-23T10:01:30' }, 'upsert');
    await one.at('2026-11-23T10:01:00Z');
    await one.at('2026-11-24T10:00:59Z');
    expect(await one.runs()).toHaveLength(1);
    await one.at('2026-11-24T10:01:31Z');
    expect(await one.runs()).toHaveLength(0);
  });
});

describe('while no controller ran', () => {
  it.each([
    ['fireAndProceed', [['2026-11-23T10:01:00.000Z', 'SUCCESS', '180 runs were missed since 2026-11-23T10:01:00.000Z'], ['2026-11-23T13:01:00.000Z', 'SUCCESS', null]]],
    ['doNothing', [['2026-11-23T10:01:00.000Z', 'MISSED', '180 runs were missed since 2026-11-23T10:01:00.000Z'], ['2026-11-23T13:01:00.000Z', 'SUCCESS', null]]],
  ])('%s', async (misfirePolicy, expected) => {
    await startScheduler(database, clock).book.put('minutely', { ...MINUTELY, misfirePolicy }, 'upsert');
    const two = startScheduler(database, clock, { name: 'two' });
    await two.at('2026-11-23T13:00:10Z');
    await two.at('2026-11-23T13:01:00Z');
    expect((await two.runs()).map(({ scheduledTime, state, message }) => [scheduledTime, state, message])).toEqual(expected);
  });

  it('a little late is on time', async () => {
    await startScheduler(database, clock).book.put('minutely', { ...MINUTELY, misfirePolicy: 'doNothing' }, 'upsert');
    const two = startScheduler(database, clock, { name: 'two' });
    await two.at('2026-11-23T10:01:59Z');
    expect((await two.runs()).map(({ state, message }) => [state, message])).toEqual([['SUCCESS', null]]);
  });

  it('knows nothing of schedules that are not persisted', async () => {
    const one = startScheduler(database, clock);
    await one.book.put('minutely', { ...MINUTELY, persisted: false }, 'upsert');
    await one.at('2026-11-23T10:01:00Z');
    expect(one.service.calls).toHaveLength(1);
    expect(await startScheduler(database, clock).book.all()).toEqual([]);
  });
});

describe('a controller that ends in a run', () => {
  const interrupted = async (more: object): Promise<ReturnType<typeof startScheduler>> => {
    const one = startScheduler(database, clock);
    one.service.isQuick = false;
    await one.book.put('minutely', { ...MINUTELY, ...more, endTime: '2026-11-23T10:01:30' }, 'upsert');
    await one.at('2026-11-23T10:01:00Z');
    return one;
  };
  /** As after kill -9: nobody ends the run, and what it owned is free. */
  const killed = async (): Promise<void> => {
    await database.query("UPDATE schedule_run SET lease = 'nobody has it', controller = 'dead'");
  };

  it('leaves the run to be seen as interrupted, not before it has ended', async () => {
    const one = await interrupted({});
    const two = startScheduler(database, clock, { name: 'two' });
    await two.at('2026-11-23T10:01:05Z');
    expect(await two.runs()).toMatchObject([{ state: 'RUNNING' }]);
    await killed();
    await two.at('2026-11-23T10:01:36Z');
    expect(await two.runs()).toMatchObject([{ state: 'INTERRUPTED', message: 'controller dead ended during the run' }]);
    one.service.calls[0]?.end();
    await one.scheduler.settled();
    expect(await two.runs()).toMatchObject([{ state: 'INTERRUPTED' }]);
  });

  it('has it done again elsewhere when it is recoverable', async () => {
    const one = await interrupted({ recoverable: true });
    await killed();
    const two = startScheduler(database, clock, { name: 'two' });
    await two.at('2026-11-23T10:01:36Z');
    expect(two.service.calls).toHaveLength(1);
    expect(await two.runs()).toMatchObject([{ state: 'INTERRUPTED', attempt: 1 }, { state: 'SUCCESS', attempt: 2, controller: 'two' }]);
    one.service.calls[0]?.end();
    await one.scheduler.settled();
  });

  it('ends its runs when it is stopped', async () => {
    const one = await interrupted({});
    await one.scheduler.close();
    expect(await one.runs()).toMatchObject([{ state: 'INTERRUPTED', message: 'the controller was stopped' }]);
  });
});

describe('three controllers', () => {
  it.each([true, false])('fire each time once between them (persisted: %s)', async (persisted) => {
    const all = ['one', 'two', 'three'].map((name) => startScheduler(database, clock, { name, service: new HeldService() }));
    for (const { book } of persisted ? all.slice(0, 1) : all) await book.put('minutely', { ...MINUTELY, persisted, concurrentExecution: true }, 'upsert');
    for (let minute = 1; minute < 9; minute += 1) await Promise.all(all.map((controller) => controller.at(`2026-11-23T10:0${minute}:00Z`)));
    expect(all.reduce((count, { service }) => count + service.calls.length, 0)).toBe(8);
    expect(new Set((await all[0]?.runs() ?? []).map(({ scheduledTime }) => scheduledTime)).size).toBe(8);
  });

  it('a change on one is what the others fire', async () => {
    const [one, two] = [startScheduler(database, clock), startScheduler(database, clock, { name: 'two' })];
    await one.book.put('minutely', MINUTELY, 'upsert');
    await two.book.all();
    await one.book.put('minutely', { ...MINUTELY, invokeContext: { action: 'reconcile', mapping: 'other' } }, 'update');
    await two.at('2026-11-23T10:01:00Z');
    expect(two.service.calls).toMatchObject([{ context: { mapping: 'other' } }]);
    await one.book.delete('minutely');
    await two.at('2026-11-23T10:02:00Z');
    expect(two.service.calls).toHaveLength(1);
  });
});
