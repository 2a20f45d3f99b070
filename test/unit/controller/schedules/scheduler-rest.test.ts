/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment -- test answers */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { route } from '../../../../controller/crest/router.js';
import { DEFAULT_REST_LIMITS, createRestServer } from '../../../../controller/crest/server.js';
import { silentLog } from '../../../../controller/log.js';
import { ScheduleFiles } from '../../../../controller/schedules/schedule-files.js';
import { schedulerRequests } from '../../../../controller/schedules/scheduler-requests.js';
import { requireDescribed } from '../../../support/described-exchange.js';
import { testDatabase } from '../../../support/test-database.js';
import { FakeWallClock } from './fake-wall-clock.js';
import { startScheduler } from './schedule-world.js';

let world: ReturnType<typeof startScheduler>;
let url: string;
let stop: () => Promise<void>;
beforeEach(async () => {
  world = startScheduler(await testDatabase(), new FakeWallClock('2026-11-23T10:00:30Z'));
  const handler = route({ scheduler: schedulerRequests(world) });
  const server = createRestServer({ handler, authenticate: () => Promise.resolve({ name: 'admin', roles: ['openidm-admin'] }), log: silentLog, limits: DEFAULT_REST_LIMITS });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/openidm/scheduler`;
  stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => { server.close(resolve); });
    await world.scheduler.close();
  };
});
afterEach(() => stop());

const JOB = { schedule: '0 0 12 * * ?', timeZone: 'UTC', invokeService: 'sync', invokeContext: { action: 'reconcile', mapping: 'm' } };
async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<{ status: number; body: any; location: string | null }> { // eslint-disable-line @typescript-eslint/no-explicit-any -- test answers
  const response = await fetch(url + path, { method, headers: { 'Content-Type': 'application/json', ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const answer = JSON.parse(await response.text()) as unknown;
  requireDescribed({ method, url: `/openidm/scheduler${path}`, body, status: response.status, answer });
  return { status: response.status, body: answer, location: response.headers.get('location') };
}

describe('/scheduler/job', () => {
  it('refuses what is no schedule, and what it does not do', async () => {
    expect(await call('GET', '/job/none')).toMatchObject({ status: 404, body: { message: 'Schedule does not exist' } });
    expect((await call('DELETE', '/job/none')).status).toBe(404);
    expect((await call('PUT', '/job/none', JOB, { 'If-Match': '*' })).status).toBe(404);
    expect(await call('PUT', '/job/bad', { ...JOB, schedule: '0 0 12 * *' })).toMatchObject({ status: 400, body: { message: expect.stringContaining('6 or 7 fields') as string } });
    expect((await call('PATCH', '/job/bad', [{ operation: 'replace', field: 'enabled', value: false }])).status).toBe(501);
    expect((await call('POST', '/job?_action=explode')).status).toBe(400);
    expect((await call('GET', '/job?_queryId=query-some')).status).toBe(400);
    expect((await call('GET', '/nothing')).status).toBe(404);
    expect((await call('POST', '/job/none?_action=trigger')).status).toBe(404);
  });

  it('makes, shows, changes and deletes a job', async () => {
    const made = await call('PUT', '/job/noon', JOB);
    expect(made).toMatchObject({
      status: 201, body: {
        _id: 'noon', enabled: true, persisted: true, misfirePolicy: 'fireAndProceed', type: 'cron', schedule: '0 0 12 * * ?', invokeService: 'org.forgerock.openidm.sync', invokeContext: JOB.invokeContext,
        invokeLogLevel: 'info', concurrentExecution: false, timeZone: 'UTC', startTime: null, endTime: null, nextRunDate: '2026-11-23T12:00:00.000Z', previousRunDate: null,
        triggers: [{ _id: 'scheduler-service-group_$x$x$_trigger-noon', state: 'NORMAL', acquired: false, nodeId: null }],
      },
    });
    expect(made.location).toContain('/openidm/scheduler/job/noon');
    expect((await call('PUT', '/job/noon', JOB, { 'If-None-Match': '*' })).status).toBe(412);
    const shown = (await call('GET', '/job/noon')).body as object;
    expect(await call('PUT', '/job/noon', { ...shown, enabled: false })).toMatchObject({ status: 200, body: { enabled: false, nextRunDate: null, triggers: [] } });
    expect((await call('DELETE', '/job/noon')).body).toMatchObject({ _id: 'noon', enabled: false });
    expect((await call('GET', '/job/noon')).status).toBe(404);
  });

  it('chooses an id for a job that is posted', async () => {
    const { status, body } = await call('POST', '/job?_action=create', { ...JOB, persisted: false });
    expect([status, body.persisted]).toEqual([201, false]);
    expect((await call('GET', `/job/${body._id as string}`)).status).toBe(200);
  });

  it('answers queries by id and by filter, in pages', async () => {
    for (const name of ['c', 'a', 'b']) await call('PUT', `/job/${name}`, { ...JOB, enabled: name !== 'b', persisted: name !== 'c' });
    expect((await call('GET', '/job?_queryId=query-all-ids')).body).toMatchObject({ result: [{ _id: 'a' }, { _id: 'b' }, { _id: 'c' }], totalPagedResultsPolicy: 'EXACT', totalPagedResults: 3 });
    expect((await call('GET', `/job?_queryFilter=${encodeURIComponent('enabled eq true')}&_fields=_id`)).body.result).toEqual([{ _id: 'a' }, { _id: 'c' }]);
    const first = (await call('GET', '/job?_queryFilter=true&_pageSize=2&_fields=_id')).body;
    expect(first).toMatchObject({ result: [{ _id: 'a' }, { _id: 'b' }], pagedResultsCookie: '2' });
    expect((await call('GET', '/job?_queryFilter=true&_pageSize=2&_pagedResultsCookie=2&_fields=_id')).body).toMatchObject({ result: [{ _id: 'c' }], pagedResultsCookie: null });
    expect((await call('GET', '/job?_queryFilter=true&_sortKeys=-_id&_fields=_id')).body.result).toEqual([{ _id: 'c' }, { _id: 'b' }, { _id: 'a' }]);
  });

  it('pauses and resumes all of them, or one', async () => {
    await call('PUT', '/job/noon', JOB);
    await call('PUT', '/job/here', { ...JOB, persisted: false });
    expect((await call('POST', '/job?_action=pauseJobs')).body).toEqual({ success: true });
    for (const name of ['noon', 'here']) expect((await call('GET', `/job/${name}`)).body).toMatchObject({ nextRunDate: null, triggers: [{ state: 'PAUSED' }] });
    await call('POST', '/job/noon?_action=resume');
    expect((await call('GET', '/job/noon')).body.triggers).toMatchObject([{ state: 'NORMAL' }]);
    expect((await call('POST', '/job?_action=resumeJobs')).body).toEqual({ success: true });
    expect((await call('GET', '/job/here')).body.nextRunDate).toBe('2026-11-23T12:00:00.000Z');
  });

  it('shows what runs, starts one by hand, and keeps the history', async () => {
    world.service.isQuick = false;
    await call('PUT', '/job/noon', JOB);
    const { run } = (await call('POST', '/job/noon?_action=trigger')).body as { run: string };
    expect((await call('POST', '/job?_action=listCurrentlyExecutingJobs')).body).toMatchObject([{ _id: 'noon', invokeService: 'org.forgerock.openidm.sync' }]);
    expect((await call('POST', '/job/noon?_action=trigger')).status).toBe(409);
    expect((await call('GET', '/acquiredTriggers')).body).toEqual({ _id: 'acquiredTriggers', one: ['scheduler-service-group_$x$x$_trigger-noon'] });
    expect((await call('GET', '/trigger/scheduler-service-group_$x$x$_trigger-noon')).body).toMatchObject({ state: 'BLOCKED', nodeId: 'one' });
    expect((await call('GET', `/job/noon/run/${run}`)).body).toMatchObject({ state: 'RUNNING', message: 'started by hand' });
    world.service.calls[0]?.end();
    await world.scheduler.settled();
    expect((await call('POST', '/job?_action=listCurrentlyExecutingJobs')).body).toEqual([]);
    expect((await call('GET', '/job/noon')).body.previousRunDate).toBe('2026-11-23T10:00:30.000Z');
    expect((await call('GET', `/job/noon/run?_queryFilter=${encodeURIComponent('state eq "SUCCESS"')}`)).body).toMatchObject({ resultCount: 1, result: [{ _id: run, schedule: 'noon', state: 'SUCCESS', result: { done: true } }] });
    expect((await call('GET', '/run?_queryFilter=true&_pageSize=1')).body).toMatchObject({ resultCount: 1, pagedResultsCookie: null });
    expect((await call('GET', '/job/noon/run/none')).status).toBe(404);
  });

  it('lists triggers', async () => {
    await call('PUT', '/job/noon', JOB);
    expect((await call('GET', '/waitingTriggers')).body).toEqual({ _id: 'waitingTriggers', names: ['scheduler-service-group_$x$x$_trigger-noon'] });
    expect((await call('GET', '/trigger?_queryFilter=true')).body).toMatchObject({ resultCount: 1, result: [{ jobName: 'noon' }] });
    expect((await call('GET', '/trigger/none')).status).toBe(404);
    expect((await call('GET', '/trigger')).status).toBe(400);
  });

  it('judges expressions', async () => {
    const judge = async (cronExpression: unknown): Promise<unknown> => (await call('POST', '?_action=validateQuartzCronExpression', { cronExpression })).body;
    expect(await judge('0 0/5 14,18 * * ?')).toEqual({ valid: true });
    expect(await judge('* * * * *')).toEqual({ valid: false });
    expect(await judge(7)).toMatchObject({ code: 400 });
    expect((await call('POST', '?_action=other', {})).status).toBe(400);
  });

  it('tells the next five times of a schedule, or what is wrong with it, and stores nothing', async () => {
    const preview = async (content: unknown): Promise<unknown> => (await call('POST', '?_action=preview', content)).body;
    expect(await preview(JOB)).toEqual({ valid: true, times: ['23', '24', '25', '26', '27'].map((day) => `2026-11-${day}T12:00:00.000Z`) });
    expect(await preview({ ...JOB, endTime: '2026-11-24T12:00:00' })).toMatchObject({ times: ['2026-11-23T12:00:00.000Z', '2026-11-24T12:00:00.000Z'] });
    expect(await preview({ ...JOB, schedule: '0 61 12 * * ?' })).toMatchObject({ valid: false, message: expect.stringMatching(/^The schedule cannot be used/) as unknown });
    expect(await preview({ ...JOB, timeZone: 'Nowhere/Land' })).toMatchObject({ valid: false });
    expect((await call('GET', '/job?_queryFilter=true')).body.result).toEqual([]);
  });
});

describe('schedule files', () => {
  it('are taken over, kept at their last good content, and go with their file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'causeway-schedules-'));
    try {
      const files = new ScheduleFiles(folder, { book: world.book, services: world.services, log: silentLog });
      const write = (name: string, content: unknown): Promise<void> => writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
      await write('schedule-here.json', JOB);
      await write('schedule-kept.json', { ...JOB, persisted: true });
      await write('schedule-broken.json', '{');
      await write('schedule-scan.json', { ...JOB, invokeService: 'taskscanner' });
      await files.load();
      expect((await call('GET', '/job?_queryId=query-all-ids')).body.result).toEqual([{ _id: 'here' }, { _id: 'kept' }]);
      await write('schedule-here.json', '{"schedule":');
      await files.load();
      expect((await call('GET', '/job/here')).body.schedule).toBe('0 0 12 * * ?');
      await call('PUT', '/job/kept', { ...JOB, schedule: '0 0 13 * * ?' });
      // What was changed over REST stays until the file says something new.
      await new ScheduleFiles(folder, { book: world.book, services: world.services, log: silentLog }).load();
      expect((await call('GET', '/job/kept')).body.schedule).toBe('0 0 13 * * ?');
      await write('schedule-kept.json', { ...JOB, schedule: '0 0 14 * * ?', persisted: true });
      await files.load();
      expect((await call('GET', '/job/kept')).body.schedule).toBe('0 0 14 * * ?');
      await rm(join(folder, 'schedule-kept.json'));
      await files.load();
      expect((await call('GET', '/job/kept')).status).toBe(404);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
