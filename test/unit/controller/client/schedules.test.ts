import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CausewayClient, type Schedules } from '../../../../controller/client/index.js';
import { route } from '../../../../controller/crest/router.js';
import { DEFAULT_REST_LIMITS, createRestServer } from '../../../../controller/crest/server.js';
import { silentLog } from '../../../../controller/log.js';
import { schedulerRequests } from '../../../../controller/schedules/scheduler-requests.js';
import { testDatabase } from '../../../support/test-database.js';
import { FakeWallClock } from '../schedules/fake-wall-clock.js';
import { startScheduler } from '../schedules/schedule-world.js';

let world: ReturnType<typeof startScheduler>;
let schedules: Schedules;
let close: () => Promise<void>;
beforeEach(async () => {
  world = startScheduler(await testDatabase(), new FakeWallClock('2026-11-23T10:00:30Z'));
  const server = createRestServer({ handler: route({ scheduler: schedulerRequests(world) }), authenticate: () => Promise.resolve({ name: 'admin', roles: ['openidm-admin'] }), log: silentLog, limits: DEFAULT_REST_LIMITS });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  ({ schedules } = new CausewayClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, authentication: { session: true } }));
  close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => { server.close(resolve); });
    await world.scheduler.close();
  };
});
afterEach(() => close());

const JOB = { schedule: '0 0 12 * * ?', timeZone: 'UTC', invokeService: 'sync', invokeContext: { action: 'reconcile', mapping: 'm' } };

describe('schedules by the client', () => {
  it('are made, read, listed, changed and deleted', async () => {
    expect(await schedules.create(JOB, { id: 'noon' })).toMatchObject({ _id: 'noon', schedule: JOB.schedule, nextRunDate: '2026-11-23T12:00:00.000Z' });
    const { _id } = await schedules.create({ ...JOB, schedule: '0 0 13 * * ?' });
    expect(await schedules.read(_id)).toMatchObject({ _id, schedule: '0 0 13 * * ?' });
    expect((await schedules.page({ filter: 'true' }, { pageSize: 10 })).result.map((job) => job._id).sort()).toEqual([_id, 'noon'].sort());
    expect(await schedules.update('noon', { ...JOB, schedule: '0 30 12 * * ?' })).toMatchObject({ nextRunDate: '2026-11-23T12:30:00.000Z' });
    await schedules.delete(_id);
    await expect(schedules.read(_id)).rejects.toMatchObject({ kind: 'refused', status: 404 });
    await expect(schedules.update(_id, JOB)).rejects.toMatchObject({ status: 404 });
    await expect(schedules.create({ ...JOB, schedule: '0 0 12 * *' })).rejects.toMatchObject({ status: 400, message: expect.stringContaining('6 or 7 fields') as string });
  });

  it('are run at once, and not while they are paused; their runs are told newest first', async () => {
    await schedules.create(JOB, { id: 'noon' });
    await schedules.create({ ...JOB, schedule: '0 0 9 * * ?' }, { id: 'nine' });
    expect(await schedules.trigger('noon')).toMatchObject({ success: true });
    await world.scheduler.settled();
    expect(await schedules.pause('noon')).toMatchObject({ success: true });
    await world.at('2026-11-23T12:00:01Z');
    expect(world.service.calls).toHaveLength(1);
    expect(await schedules.resume('noon')).toMatchObject({ success: true });
    await world.at('2026-11-23T12:00:30Z');
    await schedules.trigger('nine');
    await world.scheduler.settled();
    const runs = (await schedules.runs('noon').page({ filter: 'true' }, { pageSize: 10 })).result;
    expect(runs.map((run) => run['scheduledTime'])).toEqual([...runs.map((run) => String(run['scheduledTime']))].sort().reverse());
    expect(runs).toHaveLength(2);
    expect((await schedules.runs().page({ filter: 'true' }, { pageSize: 10 })).result).toHaveLength(3);
    await expect(schedules.trigger('none')).rejects.toMatchObject({ status: 404, retryable: false });
    await expect(schedules.pause('none')).rejects.toMatchObject({ status: 404 });
  });
});
