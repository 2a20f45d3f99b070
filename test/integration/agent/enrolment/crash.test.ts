import { spawn } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { realDisk, type DiskCalls } from '../../../../agent/enrolment/durable-directory.js';
import { EnrolledIdentity } from '../../../../agent/enrolment/enrolled-identity.js';
import { enrol } from '../../../../agent/enrolment/enrol.js';
import type { IdentityManifest } from '../../../../agent/enrolment/identity-manifest.js';
import { IdentityStore } from '../../../../agent/enrolment/identity-store.js';
import { renew, type EnrolmentCalls } from '../../../../agent/enrolment/renewal.js';
import { systemClock } from '../../../../agent/system-clock.js';
import type { EnrolmentToken } from '../../../../certs/enrolment/token.js';
import { CLI } from '../../../support/causeway-processes.js';
import { until } from '../../../support/until.js';
import { startEnrolmentListener, type EnrolmentListener } from '../support/enrolment-listener.js';
import { quietLog } from '../support/quiet-log.js';
import { keepFiles } from '../../../support/evidence.js';

const never = new AbortController().signal;
const nothing = (): void => undefined;

class Killed extends Error {}

/** A disk on which the process is dead from the `last` call on: that call is not made, or a write is made by half; nor are later ones. */
function dyingDisk(last: number): DiskCalls & { readonly calls: () => number } {
  let calls = 0;
  const live = async <T>(work: () => Promise<T>, half: () => Promise<unknown> = async () => undefined): Promise<T> => {
    calls += 1;
    if (calls === last) await half();
    if (calls >= last) throw new Killed(`call ${calls}`);
    return work();
  };
  return {
    calls: () => calls,
    makeDirectory: (path) => live(() => realDisk.makeDirectory(path)),
    create: (path) => live(async () => {
      const file = await realDisk.create(path);
      return {
        write: (text) => live(() => file.write(text), () => file.write(text.slice(0, text.length / 2))),
        sync: () => live(() => file.sync()),
        close: () => file.close(),
      };
    }),
    rename: (from, to) => live(() => realDisk.rename(from, to)),
    remove: (path) => live(() => realDisk.remove(path)),
    syncDirectory: (path) => live(() => realDisk.syncDirectory(path)),
  };
}

let directory: string;
let listener: EnrolmentListener;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-crash-'));
  listener = await startEnrolmentListener();
});
afterEach(async () => {
  await listener.close();
  keepFiles(directory);
  await rm(directory, { recursive: true, force: true });
});

const enrolIn = (store: IdentityStore, token: EnrolmentToken, replace = false): Promise<IdentityManifest> =>
  enrol({ store, token, route: { url: token.url, timeout: 5000 }, name: 'site-1', replace, stop: never, onRetry: nothing });
const callsOf = (store: IdentityStore): EnrolmentCalls => ({ store, name: 'site-1', routeTo: (url) => ({ url, timeout: 5000 }), now: Date.now, audit: nothing });
const identityOf = (store: IdentityStore): EnrolledIdentity => new EnrolledIdentity({ store, clock: systemClock, log: quietLog, audit: nothing });

/** As a running agent does it: renew, show the new certificate, hear that it was accepted. */
async function renewAndProve(store: IdentityStore): Promise<void> {
  const before = await store.read();
  if (before?.current === undefined) throw new Error('not enrolled');
  if (before.next?.certificate === undefined) await renew(callsOf(store), before.current, never);
  const identity = identityOf(store);
  const used = await identity.use(true);
  used?.proven();
  await until(async () => (await store.read())?.current?.certificate === used?.cert, 'the new certificate to take the old one\'s place', 500, 2);
}

/** What a connection would show now: its key fits its certificate. */
async function shown(store: IdentityStore): Promise<string> {
  const used = await identityOf(store).use(true);
  const certificate = new X509Certificate(used?.cert ?? '');
  expect(certificate.checkPrivateKey(createPrivateKey(used?.key ?? ''))).toBe(true);
  return certificate.serialNumber;
}

describe('a kill at any instruction', () => {
  it('of an enrolment: it is run again with the same token, and the controller sees one key only', async () => {
    let last = 1;
    for (; ; last += 1) {
      const path = join(directory, `enrol-${last}`);
      const token = listener.token();
      const keysBefore = listener.keys.size;
      const disk = dyingDisk(last);
      const finished = await enrolIn(new IdentityStore(path, disk), token).then(() => true, () => false);
      if (finished && disk.calls() < last) break;
      const again = new IdentityStore(path);
      if ((await again.read())?.current === undefined) await enrolIn(again, token);
      await shown(again);
      expect(listener.keys.size - keysBefore, `killed at call ${last}`).toBe(1);
      await again.clear(0);
      expect((await readdir(path)).sort()).toEqual([`${(await again.read())?.current?.slot}.key`, 'manifest.json'].sort());
    }
    expect(last).toBeGreaterThan(12);
  });

  it('of an enrolment that replaces an identity: the old one or the new one is usable, never neither', async () => {
    let last = 1;
    for (; ; last += 1) {
      const path = join(directory, `replace-${last}`);
      await enrolIn(new IdentityStore(path), listener.token());
      const old = await shown(new IdentityStore(path));
      const token = listener.token();
      const disk = dyingDisk(last);
      const finished = await enrolIn(new IdentityStore(path, disk), token, true).then(() => true, () => false);
      if (finished && disk.calls() < last) break;
      const again = new IdentityStore(path);
      const now = await shown(again);
      if (now === old) await enrolIn(again, token, true);
      expect(await shown(again)).not.toBe(old);
    }
    expect(last).toBeGreaterThan(12);
  });

  it('of a renewal: the old certificate or the new one is usable, and the renewal is taken up with the same key', async () => {
    let last = 1;
    for (; ; last += 1) {
      const path = join(directory, `renew-${last}`);
      await enrolIn(new IdentityStore(path), listener.token());
      const old = await shown(new IdentityStore(path));
      const keysBefore = listener.keys.size;
      const disk = dyingDisk(last);
      const finished = await renewAndProve(new IdentityStore(path, disk)).then(() => true, () => false);
      if (finished && disk.calls() < last) break;
      const again = new IdentityStore(path);
      await shown(again);
      if ((await again.read())?.next !== undefined || (await shown(again)) === old) await renewAndProve(again);
      expect(await shown(again)).not.toBe(old);
      expect(listener.keys.size - keysBefore, `killed at call ${last}`).toBe(1);
      await again.clear(0);
      expect((await readdir(path)).sort()).toEqual([`${(await again.read())?.current?.slot}.key`, 'manifest.json'].sort());
    }
    expect(last).toBeGreaterThan(15);
  }, 120_000);

  it('of a real process that does nothing but change its identity, by SIGKILL at a random moment', async () => {
    const path = join(directory, 'killed');
    const enrolled = await enrolIn(new IdentityStore(path), listener.token());
    const built = pathToFileURL(join(dirname(CLI), '../../agent/enrolment/identity-store.js')).href;
    const program = `import { IdentityStore } from ${JSON.stringify(built)};
      const store = new IdentityStore(${JSON.stringify(path)});
      for (let round = 0; ; round += 1) {
        const { slot } = await store.addKey();
        await store.change((manifest) => ({ ...manifest, next: { slot, request: 'x'.repeat(30_000) } }));
        if (round === 0) console.log('at work');
      }`;
    for (let round = 0; round < 6; round += 1) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
      await new Promise((resolve) => { child.stdout.once('data', resolve); });
      await new Promise((resolve) => { setTimeout(resolve, Math.random() * 150); });
      const ended = new Promise((resolve) => { child.once('exit', resolve); });
      child.kill('SIGKILL');
      await ended;
      const store = new IdentityStore(path);
      const manifest = await store.read();
      expect(manifest?.current?.certificate).toBe(enrolled.current?.certificate);
      for (const slot of [manifest?.current?.slot, manifest?.next?.slot].filter((name) => name !== undefined)) {
        expect(await store.readKey(slot)).toContain('PRIVATE KEY');
      }
    }
  });
});
