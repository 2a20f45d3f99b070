import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../../agent/audit/audit-log.js';
import { EnrolledIdentity } from '../../../../agent/enrolment/enrolled-identity.js';
import { IdentityStore } from '../../../../agent/enrolment/identity-store.js';
import { explainDialError, explainStatus } from '../../../../agent/transport/dial-failure.js';
import { recordingLog } from '../../../integration/agent/support/quiet-log.js';
import { until } from '../../../support/until.js';
import { ManualClock } from '../support/manual-clock.js';
import { enrolledStore, makeIssuer, type TestIssuer } from './support.js';

const refused = explainStatus({ status: 403, who: 'the controller' }, 'wss://a/');
const unreachable = explainDialError(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'wss://a/');
let issuer: TestIssuer;
let directory: string;
beforeAll(async () => { issuer = await makeIssuer(); });
beforeEach(async () => { directory = await mkdtemp(join(tmpdir(), 'causeway-enrolled-')); });
afterEach(() => rm(directory, { recursive: true, force: true }));

async function setUp(options: { age: number; days: number; next?: boolean }) {
  const clock = new ManualClock();
  const log = recordingLog();
  const audited: AuditEvent[] = [];
  const store = await enrolledStore(directory, issuer, { now: Date.now(), ...options });
  const identity = new EnrolledIdentity({ store, clock, log, audit: (event) => { audited.push(event); } });
  const manifest = await store.read();
  const shown = async () => {
    const used = await identity.use(true);
    return { used, is: used?.cert === manifest?.current?.certificate ? 'old' : used?.cert === manifest?.next?.certificate ? 'new' : 'other' };
  };
  return { clock, log, audited, store, identity, shown };
}

describe('which certificate a connection shows', () => {
  it('none where the agent is not enrolled, with what to do where one is needed', async () => {
    const identity = new EnrolledIdentity({ store: new IdentityStore(join(directory, 'none')), clock: new ManualClock(), log: recordingLog(), audit: () => undefined });
    expect(await identity.use(false)).toBeUndefined();
    await expect(identity.use(true)).rejects.toThrow(/not enrolled.*causeway agent enroll/);
  });

  it('the renewed one, which takes the old one\'s place, key and all, once it is accepted; told once by two sockets', async () => {
    const { store, shown, log, audited } = await setUp({ age: 25, days: 30, next: true });
    const [first, second] = [await shown(), await shown()];
    expect([first.is, second.is]).toEqual(['new', 'new']);
    expect((await store.read())?.current?.certificate).not.toBe(first.used?.cert);
    first.used?.proven();
    second.used?.proven();
    await until(async () => (await store.read())?.next === undefined, 'the old one to go');
    await until(async () => (await readdir(directory)).filter((name) => name.endsWith('.key')).length === 1, 'its key to go');
    expect((await shown()).is).toBe('new');
    expect(log.lines.map(({ level }) => level)).toEqual(['info']);
    expect(audited.map(({ kind }) => kind)).toEqual(['identity-renewed']);
  });

  it('the old one for a minute after the new one was refused, then for two, up to a quarter of an hour', async () => {
    const { shown, clock, log, audited } = await setUp({ age: 25, days: 30, next: true });
    for (const minutes of [1, 2, 4, 8, 15, 15]) {
      const trial = await shown();
      expect(trial.is).toBe('new');
      trial.used?.failed(refused);
      expect((await shown()).is).toBe('old');
      await clock.advance(minutes * 60_000 - 1);
      expect((await shown()).is).toBe('old');
      await clock.advance(1);
    }
    expect(log.lines).toHaveLength(6);
    expect(log.lines.every(({ level, message }) => level === 'error' && message.includes('refuses the renewed identity'))).toBe(true);
    expect(audited.map(({ kind, outcome }) => [kind, outcome])).toEqual([['identity-refused', 'failed']]);
  });

  it('the new one, when the old one is refused as well', async () => {
    const { shown } = await setUp({ age: 25, days: 30, next: true });
    (await shown()).used?.failed(refused);
    (await shown()).used?.failed(refused);
    expect((await shown()).is).toBe('new');
  });

  it('the new one, though the controller could not be reached with it: that says nothing about it', async () => {
    const { shown, log } = await setUp({ age: 25, days: 30, next: true });
    (await shown()).used?.failed(unreachable);
    expect((await shown()).is).toBe('new');
    expect(log.lines).toEqual([]);
  });

  it('the new one, however often it was refused, once the old one has expired', async () => {
    const { shown } = await setUp({ age: 31, days: 30, next: true });
    (await shown()).used?.failed(refused);
    expect((await shown()).is).toBe('new');
  });

  it('none that has expired', async () => {
    const { identity } = await setUp({ age: 31, days: 30 });
    await expect(identity.use(true)).rejects.toThrow(/CN=site-1.*expired on .*causeway controller enrolment token.*causeway agent enroll --replace/);
  });

  it('none whose key is missing, or whose manifest is damaged, with what to do', async () => {
    const { identity, store } = await setUp({ age: 1, days: 30 });
    const slot = (await store.read())?.current?.slot ?? '';
    await rm(join(directory, `${slot}.key`));
    await expect(identity.use(true)).rejects.toThrow(/is missing.*causeway agent enroll --replace/);
    await writeFile(join(directory, 'manifest.json'), '\0\0\0');
    await expect(identity.use(true)).rejects.toThrow(/is damaged.*backup/);
  });
});
