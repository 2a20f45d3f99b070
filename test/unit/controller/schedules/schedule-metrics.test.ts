import { expect, it } from 'vitest';
import { ScheduleMetrics } from '../../../../controller/metrics/schedule-metrics.js';
import { MetricsRegistry } from '../../../../deploy/runtime/metrics/metrics-registry.js';
import { Scrape } from '../../../support/prometheus-text.js';
import { testDatabase } from '../../../support/test-database.js';
import { FakeWallClock } from './fake-wall-clock.js';
import { startScheduler } from './schedule-world.js';

const MINUTELY = { schedule: '0 * * * * ?', timeZone: 'UTC', invokeService: 'sync', persisted: true };

it('metrics tell how runs of schedules end, how long they take, and how many times were missed', async () => {
  const registry = new MetricsRegistry('t_');
  const observer = new ScheduleMetrics(registry);
  const scrape = async (): Promise<Scrape> => new Scrape((await registry.exposition(() => { observer.fill(); })).body);
  const ended = async (schedule: string): Promise<(number | undefined)[]> => {
    const page = await scrape();
    return ['SUCCESS', 'FAILED', 'INTERRUPTED'].map((state) => page.value('t_schedule_runs_total', { schedule, state }));
  };
  const one = startScheduler(await testDatabase(), new FakeWallClock('2026-11-23T10:00:30Z'), { observer });
  one.service.isQuick = false;
  await one.book.put('minutely', MINUTELY, 'upsert');
  await one.at('2026-11-23T10:01:00Z');
  expect(await ended('minutely')).toEqual([0, 0, 0]);
  expect((await scrape()).value('t_schedule_runs_running', { schedule: 'minutely' })).toBe(1);
  one.clock.set('2026-11-23T10:01:20Z');
  one.service.calls[0]?.end();
  await one.scheduler.settled();
  await one.at('2026-11-23T10:02:00Z');
  one.service.calls[1]?.end(new Error('no target today'));
  await one.scheduler.settled();
  expect(await ended('minutely')).toEqual([1, 1, 0]);
  const page = await scrape();
  expect(page.value('t_schedule_runs_running', { schedule: 'minutely' })).toBe(0);
  expect(page.value('t_schedule_run_duration_seconds_count', { schedule: 'minutely' })).toBe(2);
  expect(page.value('t_schedule_run_duration_seconds_sum', { schedule: 'minutely' })).toBe(20);
  expect(page.value('t_schedule_last_success_timestamp_seconds', { schedule: 'minutely' })).toBeGreaterThan(0);
  expect(page.value('t_schedule_runs_missed_total', { schedule: 'minutely' })).toBe(0);

  await one.at('2026-11-23T10:05:10Z');
  expect((await scrape()).value('t_schedule_runs_missed_total', { schedule: 'minutely' })).toBe(3);
  await one.scheduler.close();
  expect(await ended('minutely')).toEqual([1, 1, 1]);
});

it('a run that another controller has to end is counted there; one that is done again, by each end of it', async () => {
  const database = await testDatabase();
  const [gone, there] = [new MetricsRegistry('t_'), new MetricsRegistry('t_')].map((registry) => ({ registry, metrics: new ScheduleMetrics(registry) }));
  if (gone === undefined || there === undefined) throw new Error('there are two');
  const states = async ({ registry, metrics }: typeof gone): Promise<(number | undefined)[]> => {
    const page = new Scrape((await registry.exposition(() => { metrics.fill(); })).body);
    return ['SUCCESS', 'INTERRUPTED'].map((state) => page.value('t_schedule_runs_total', { schedule: 'again', state }));
  };
  const one = startScheduler(database, new FakeWallClock('2026-11-23T10:00:30Z'), { observer: gone.metrics });
  one.service.isQuick = false;
  await one.book.put('again', { ...MINUTELY, recoverable: true, endTime: '2026-11-23T10:01:30' }, 'upsert');
  await one.at('2026-11-23T10:01:00Z');
  await one.scheduler.close();
  expect(await states(gone)).toEqual([0, 0]);
  const two = startScheduler(database, new FakeWallClock('2026-11-23T10:01:40Z'), { name: 'two', observer: there.metrics });
  await two.at('2026-11-23T10:01:41Z');
  expect(await states(there)).toEqual([1, 1]);
});

it('names beyond the first hundred have one label', async () => {
  const registry = new MetricsRegistry('t_');
  const metrics = new ScheduleMetrics(registry);
  for (let schedule = 0; schedule < 300; schedule += 1) metrics.began(`s${schedule}`)('SUCCESS', 1);
  const page = new Scrape((await registry.exposition(() => { metrics.fill(); })).body);
  expect(page.samples('t_schedule_runs_running')).toHaveLength(101);
  expect(page.value('t_schedule_runs_total', { schedule: 'other', state: 'SUCCESS' })).toBe(200);
});
