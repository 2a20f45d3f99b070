import { X509Certificate, createPrivateKey, createPublicKey, webcrypto } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CertificateSource } from '../../../../../agent/enrolment/certificate-source.js';
import { EnrolledIdentity } from '../../../../../agent/enrolment/enrolled-identity.js';
import { EnrolmentRefused, EnrolmentUnreachable } from '../../../../../agent/enrolment/enrolment-client.js';
import { IdentityKeeper } from '../../../../../agent/enrolment/identity-keeper.js';
import { recordingLog } from '../../../../integration/agent/support/quiet-log.js';
import { until } from '../../../../support/until.js';
import { ManualClock } from '../../support/manual-clock.js';
import { enrolledStore, makeIssuer, type TestIssuer } from '../support.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let issuer: TestIssuer;
let directory: string;
let stop: AbortController;
beforeAll(async () => { issuer = await makeIssuer(); });
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-acme-keeper-'));
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort(new Error('over'));
  await rm(directory, { recursive: true, force: true });
});

/** A keeper of a certificate of 30 days that came by ACME; `answer` is asked for each renewal. */
async function setUp(age: number, answer: () => Error | undefined, { configured = true } = {}) {
  const clock = new ManualClock();
  const log = recordingLog();
  const start = Date.now();
  const now = (): number => start + clock.now();
  const store = await enrolledStore(directory, issuer, { now: start, age, days: 30, url: 'https://ca.example/dir' });
  await store.change((before) => (before === undefined ? undefined : { source: 'acme' as const, url: before.url, agent: before.agent, current: before.current }));
  const asked: number[] = [];
  const source: CertificateSource = {
    keyType: 'ecdsa-p384', request: () => Promise.resolve('a request'),
    async ask({ key }) {
      asked.push(clock.now());
      const failure = answer();
      if (failure !== undefined) throw failure;
      const publicKey = await webcrypto.subtle.importKey('spki', createPublicKey(key).export({ type: 'spki', format: 'der' }), { name: 'ECDSA', namedCurve: 'P-384' }, true, ['verify']);
      return { certificate: await issuer.issue(publicKey, new Date(now()), 30), renewAfter: new Date(now() + 20 * DAY).toISOString() };
    },
  };
  const identity = new EnrolledIdentity({ store, clock, wallClock: now, log, audit: () => undefined });
  const events: string[] = [];
  const keeper = new IdentityKeeper({
    store, identity, clock, log, now, name: 'site-1', trustInterval: HOUR, random: () => 0.5, audit: ({ kind }) => { events.push(kind); },
    routeTo: () => { throw new Error('no enrolment listener is asked here'); }, acme: configured ? () => Promise.resolve(source) : undefined,
    onRenewed: () => { events.push('renewed'); }, onReplaced: () => { events.push('replaced'); },
  });
  void keeper.run(stop.signal);
  const round = async (milliseconds: number): Promise<void> => {
    await until(() => clock.sleeping > 0, 'the keeper to sleep');
    await clock.advance(milliseconds);
    await until(() => clock.sleeping > 0, 'the keeper to sleep again');
  };
  return { clock, log, store, identity, keeper, events, asked, round };
}

describe('a certificate that came by ACME', () => {
  it('is not asked for again before the authority said, even when it ends before', async () => {
    const { round, asked, log } = await setUp(29.9, () => new EnrolmentUnreachable('limited', { waitAtLeast: 12 * HOUR, insists: true }));
    await round(0);
    for (let hour = 0; hour < 11; hour += 1) await round(HOUR);
    expect(asked).toHaveLength(1);
    for (let hour = 0; hour < 2; hour += 1) await round(HOUR);
    expect(asked).toHaveLength(2);
    expect(log.lines.some(({ message }) => message.startsWith('THE CERTIFICATE OF THIS AGENT HAS EXPIRED'))).toBe(true);
  });

  it('is asked for after it has expired, less and less often, and shown once it is there', async () => {
    let refused = true;
    const { round, asked, events, identity, keeper } = await setUp(31, () => (refused ? new EnrolmentRefused(403, 'connection', 'no way') : undefined));
    await round(0);
    await expect(identity.use(true)).rejects.toThrow(/expired on .* its authority is being asked/);
    for (let step = 0; step < 60; step += 1) await round(60_000);
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.length).toBeLessThan(12);
    expect(keeper.status()).toMatchObject({ source: 'acme', renewal: { state: 'failing', problem: 'no way' } });
    refused = false;
    for (let step = 0; step < 60 && !events.includes('replaced'); step += 1) await round(60_000);
    expect(events).toContain('replaced'); // nobody could be dialled before: they are dialled now
    const shown = await identity.use(true);
    expect(Date.parse(new X509Certificate(shown?.cert ?? '').validTo)).toBeGreaterThan(Date.now() + 20 * DAY);
    expect(shown?.ca).toBeUndefined();
  });

  it('cannot be renewed when the configuration does not name the authority any more, and says so', async () => {
    const { round, keeper } = await setUp(25, () => undefined, { configured: false });
    await round(0);
    expect(keeper.status()?.renewal).toMatchObject({ state: 'failing', problem: expect.stringMatching(/enrolment\.acme/) as string });
  });

  it('is renewed with a key of the configured kind; the old one stays until the new one is proven', async () => {
    const { round, store, identity, events } = await setUp(25, () => undefined);
    const old = (await store.read())?.current?.slot;
    await round(0);
    await until(() => events.includes('renewed'), 'the renewal');
    const manifest = await store.read();
    expect(manifest?.current?.slot).toBe(old);
    expect(createPrivateKey(await store.readKey(manifest?.next?.slot ?? '')).asymmetricKeyDetails?.namedCurve).toBe('secp384r1');
    const shown = await identity.use(true);
    shown?.proven();
    await until(async () => (await store.read())?.current?.slot === manifest?.next?.slot, 'the new one to take its place');
    expect((await store.read())?.source).toBe('acme');
    await expect(store.readKey(old ?? '')).rejects.toThrow(/missing/);
  });
});
