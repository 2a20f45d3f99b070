import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EnrolledIdentity } from '../../../../agent/enrolment/enrolled-identity.js';
import { IdentityKeeper } from '../../../../agent/enrolment/identity-keeper.js';
import type { IdentityStore } from '../../../../agent/enrolment/identity-store.js';
import { recordingLog } from '../../../integration/agent/support/quiet-log.js';
import { until } from '../../../support/until.js';
import { ManualClock } from '../support/manual-clock.js';
import { enrolledStore, makeIssuer, type TestIssuer } from './support.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let issuer: TestIssuer;
let directory: string;
let broken: Server;
let attempts = 0;
let stop: AbortController;
beforeAll(async () => { issuer = await makeIssuer(); });
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-keeper-'));
  attempts = 0;
  stop = new AbortController();
  broken = createServer((socket) => {
    attempts += 1;
    socket.on('error', () => undefined).destroy();
  });
  await new Promise<void>((resolve) => { broken.listen(0, '127.0.0.1', resolve); });
});
afterEach(async () => {
  stop.abort(new Error('over'));
  broken.close();
  await rm(directory, { recursive: true, force: true });
});

/** A keeper of an identity of 30 days, `age` days old, whose listener hangs up. The wall clock goes with the other one, and `ahead` milliseconds before it. */
async function setUp(age: number, ahead: () => number = () => 0) {
  const clock = new ManualClock();
  const log = recordingLog();
  const start = Date.now();
  const now = (): number => start + clock.now();
  const url = `https://127.0.0.1:${(broken.address() as AddressInfo).port}`;
  const store: IdentityStore = await enrolledStore(directory, issuer, { now: start, age, days: 30, url });
  const identity = new EnrolledIdentity({ store, clock, wallClock: now, log, audit: () => undefined });
  const events: string[] = [];
  const keeper = new IdentityKeeper({
    store, identity, clock, log, now: () => now() + ahead(), name: 'site-1', trustInterval: 1000 * DAY, random: () => 0.5, audit: ({ kind }) => { events.push(kind); },
    routeTo: (listener) => ({ url: listener, timeout: 5000 }), onRenewed: () => { events.push('renewed'); }, onReplaced: () => { events.push('replaced'); },
  });
  const running = keeper.run(stop.signal);
  const renewals = () => log.lines.filter(({ message }) => /expires soon|cannot be renewed/i.test(message));
  /** Moves on to the next round, when the one under way has come to its sleep. */
  const round = async (milliseconds: number): Promise<void> => {
    await until(() => clock.sleeping > 0, 'the keeper to sleep');
    await clock.advance(milliseconds);
    await until(() => clock.sleeping > 0, 'the keeper to sleep again');
  };
  return { clock, log, store, keeper, running, events, renewals, round };
}

describe('a renewal that cannot be had', () => {
  it('is not asked for before it is due', async () => {
    const { round, renewals, keeper, store } = await setUp(19.9);
    await round(0);
    await round(HOUR);
    expect((await store.read())?.next).toBeUndefined();
    expect(renewals()).toEqual([]);
    expect(keeper.status()).toMatchObject({ daysLeft: 10, renewal: { state: 'none', failures: 0 } });
  });

  it.each([1, 2, 3, 4, 5, 6])('is asked for at once however little before the %d. look at the clock it becomes due', async (nth) => {
    const spread = HOUR / 2; // of the time between two thirds of its life and its end, see SPREAD
    let looks = 0;
    const { round } = await setUp(20 + spread / DAY - 1 / DAY, () => (++looks >= nth ? 2 : 0));
    await round(1000);
    await round(1000);
    await until(() => looks >= nth, 'the clock to be looked at');
    expect(attempts).toBeGreaterThan(1); // the first is for the trust bundle
  });

  it('is asked for less and less often, up to once an hour, always with the same key', async () => {
    const { round, clock, renewals, keeper, store, events } = await setUp(22);
    const times: number[] = [];
    for (let step = 0; step < 40 && times.length < 9; step += 1) {
      while (times.length < renewals().length) times.push(clock.now());
      await round(Math.min(clock.now() < 10 * 60_000 ? 30_000 : 10 * 60_000, 10 * 60_000));
    }
    const request = (await store.read())?.next?.request;
    expect(request).toBeDefined();
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(gaps.every((gap, index) => index === 0 || gap >= (gaps[index - 1] ?? 0) * 0.9)).toBe(true);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(HOUR + 10 * 60_000);
    await round(2 * HOUR);
    expect((await store.read())?.next?.request).toBe(request);
    expect(keeper.status()).toMatchObject({ renewal: { state: 'failing', problem: expect.stringMatching(/127\.0\.0\.1/) as string } });
    expect(events.filter((kind) => kind === 'renewal-failed')).toHaveLength(1);
  });

  it('is told the louder the less of the life is left', async () => {
    const { round, renewals } = await setUp(21);
    await round(0);
    await round(5 * DAY); // 26 of 30 days, due at 20
    await round(2 * DAY);
    expect(renewals().map(({ level }) => level).slice(0, 1)).toEqual(['warn']);
    expect(renewals().map(({ level, message }) => [level, message.startsWith('THE CERTIFICATE OF THIS AGENT EXPIRES SOON')])).toContainEqual(['error', false]);
    expect(renewals().at(-1)).toMatchObject({ level: 'error', message: expect.stringMatching(/^THE CERTIFICATE OF THIS AGENT EXPIRES SOON/) as string });
  });

  it('ends with what to do when the certificate has expired, and nobody is asked any more', async () => {
    const { round, log, keeper } = await setUp(31);
    await round(0);
    const before = attempts;
    for (let hour = 0; hour < 5; hour += 1) await round(HOUR);
    expect(attempts).toBe(before);
    const lines = log.lines.filter(({ message }) => message === 'THE CERTIFICATE OF THIS AGENT HAS EXPIRED.');
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThanOrEqual(6);
    expect(lines[0]?.fields).toMatchObject({ problem: expect.stringMatching(/causeway agent enroll --replace/) as string });
    expect(keeper.status()?.daysLeft).toBeLessThan(0);
  });

  it('is no matter any more once somebody has enrolled the agent anew, even if that was seen under way', async () => {
    const { round, store, events } = await setUp(31);
    await round(0);
    expect(events).toEqual([]); // the start: connections are made with it anyway
    const { slot } = await store.addKey();
    await store.change((manifest) => ({ ...manifest, url: manifest?.url ?? '', next: { slot, request: 'r', token: 'a-token-id' } }));
    await round(30_000);
    await store.change((manifest) => ({ ...manifest, url: manifest?.url ?? '', next: undefined, current: { slot, certificate: manifest?.current?.certificate ?? '', renewAfter: new Date().toISOString() } }));
    await round(30_000);
    expect(events).toEqual(['replaced']);
  });

  it('costs next to nothing while there is no identity at all, or a damaged one', async () => {
    const { clock, store, round, log } = await setUp(1);
    await rm(join(store.path, 'manifest.json'));
    await round(0);
    clock.slept.length = 0;
    for (let step = 0; step < 10; step += 1) await round(30_000);
    expect(Math.min(...clock.slept)).toBeGreaterThanOrEqual(30_000);
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
