import { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAgent, type RunningAgent } from '../../../../agent/agent.js';
import { readConfig } from '../../../../agent/config/load-config.js';
import { enrol } from '../../../../agent/enrolment/enrol.js';
import { IdentityStore } from '../../../../agent/enrolment/identity-store.js';
import { systemClock } from '../../../../agent/system-clock.js';
import { newAuthority, startEnrolmentListener, type EnrolmentListener } from '../support/enrolment-listener.js';
import { recordingLog } from '../support/quiet-log.js';
import { startTestController, until, type TestController } from '../support/test-controller.js';
import { keepFiles } from '../../../support/evidence.js';

const SECONDS = 1 / 86_400;
const never = new AbortController().signal;
const nothing = (): void => undefined;

let directory: string;
let listener: EnrolmentListener;
let store: IdentityStore;
let cleanups: (() => unknown)[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-identity-'));
  listener = await startEnrolmentListener();
  store = new IdentityStore(join(directory, 'state', 'identity'));
});
afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  cleanups = [];
  await listener.close();
  keepFiles(directory);
  await rm(directory, { recursive: true, force: true });
});

const enrolNow = (replace = false) => enrol({ store, token: listener.token(), route: { url: listener.url, timeout: 5000 }, name: 'site-1', replace, stop: never, onRetry: nothing });
const serialOf = ({ socket }: IncomingMessage): string => (socket instanceof TLSSocket ? socket.getPeerCertificate().serialNumber : 'none');

/** A controller that trusts the listener's authority; `refuse` is asked with the serial number of the certificate. */
async function controller(refuse: (serial: string) => { status: number; body?: string } | undefined = () => undefined, names = ['localhost']): Promise<TestController & { serials: string[] }> {
  const serials: string[] = [];
  const started = await startTestController({ tls: await listener.serverTls(names), refuse: (request) => {
    const serial = serialOf(request);
    const refusal = refuse(serial);
    if (refusal === undefined) serials.push(serial);
    return refusal?.body === undefined ? refusal?.status : { status: refusal.status, body: refusal.body };
  } });
  cleanups.push(() => started.kill());
  return Object.assign(started, { serials });
}

async function agent(port: number, settings = ''): Promise<RunningAgent & { log: ReturnType<typeof recordingLog> }> {
  const config = readConfig(`
agent: {name: site-1, stateDirectory: state, shutdownGrace: 1s}
controllers: [{url: "wss://localhost:${port}/openicf", sockets: 2}]
session: {startStagger: 20ms, backoffBase: 50ms, backoffCap: 300ms}
connectors: {enabled: []}
${settings}`, join(directory, 'agent.yaml'));
  const log = recordingLog();
  const running = await startAgent(config, { clock: systemClock, log, version: 'test' });
  cleanups.push(() => running.stop());
  return Object.assign(running, { log });
}

const logged = (log: ReturnType<typeof recordingLog>, text: string) => log.lines.filter((line) => `${line.message} ${JSON.stringify(line.fields)}`.includes(text));

/** A wait whose failure shows what the agent logged and asked. */
async function telling({ log }: { readonly log: ReturnType<typeof recordingLog> }, wait: Promise<void>): Promise<void> {
  await wait.catch((error: unknown) => { throw new Error(`${String(error)}\n${JSON.stringify([log.lines, listener.requests.map(({ path }) => path)])}`); });
}

/** What the agent's audit log holds so far. */
async function audited(): Promise<string> {
  const folder = join(directory, 'state', 'audit');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl'));
  return (await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))).join('');
}

describe('an enrolled agent', () => {
  it('renews before the end of the life and goes over to the new certificate without ever being gone', async () => {
    listener.days = 18 * SECONDS;
    await enrolNow();
    const at = await controller();
    const running = await agent(at.port);
    await until(() => running.status().controllers[0]?.serving === 2, 'both sockets');
    const { peerSessionId } = await at.group();
    let least = 2;
    const watch = setInterval(() => { least = Math.min(least, at.sockets.size); }, 5);
    cleanups.push(() => { clearInterval(watch); });
    listener.days = 1;
    const second = () => listener.issued[1]?.serialNumber ?? 'none';
    await telling(running, until(() => at.serials.filter((serial) => serial === second()).length === 2, 'two sockets with the new certificate', 40_000));
    await until(() => at.sockets.size === 2, 'the old sockets to be gone');
    await until(() => running.status().identity?.serialNumber === second(), 'the old certificate to be given up');
    expect((await store.read())?.next).toBeUndefined();
    expect(least).toBeGreaterThanOrEqual(2);
    expect(at.peer.groups.map((group) => group.peerSessionId)).toEqual([peerSessionId]);
    expect(running.status().identity).toMatchObject({ agent: 'site-1', serialNumber: second(), renewal: { state: 'none', failures: 0 } });
    expect(listener.requests.filter(({ path }) => path.endsWith('/renew')).map(({ serial }) => serial)).toEqual([listener.issued[0]?.serialNumber]);
    await until(() => logged(running.log, 'A controller accepted the renewed identity').length > 0, 'the log to tell of it');
    expect(logged(running.log, 'A controller accepted the renewed identity')).toHaveLength(1);
    await until(async () => (await audited()).includes('identity-renewed'), 'the audit log to tell of it');
  }, 60_000);

  it('asks again with the same key when the answer to a renewal was lost, and is let in all the while', async () => {
    listener.days = 18 * SECONDS;
    await enrolNow();
    const at = await controller();
    const running = await agent(at.port, 'enrolment: {trustInterval: 1h}');
    await until(() => listener.requests.some(({ path }) => path.endsWith('/trust')), 'the look at the trust bundle');
    listener.days = 1;
    listener.mishaps = ['lose the answer', 'unavailable'];
    await telling(running, until(() => listener.requests.filter(({ path }) => path.endsWith('/renew')).length >= 3, 'three requests', 40_000));
    await until(() => running.status().identity?.renewal.state === 'none', 'the renewal to be over', 20_000);
    const requests = listener.requests.filter(({ path }) => path.endsWith('/renew'));
    expect(new Set(requests.map(({ body }) => body['csr'])).size).toBe(1);
    expect(listener.keys.size).toBe(2);
    expect(logged(running.log, 'cannot be renewed').length).toBeGreaterThanOrEqual(2);
    expect(running.status().ready).toBe(true);
  }, 90_000);

  it('falls back to the old certificate while a controller refuses the new one, and says so', async () => {
    listener.days = 18 * SECONDS;
    await enrolNow();
    const first = listener.issued[0]?.serialNumber ?? '';
    const at = await controller((serial) => (serial === first ? undefined : { status: 403 }));
    const running = await agent(at.port);
    await until(() => running.status().controllers[0]?.serving === 2, 'both sockets');
    listener.days = 1;
    await telling(running, until(() => logged(running.log, 'A controller refuses the renewed identity').length > 0, 'the alert', 40_000));
    await until(() => at.serials.length >= 3, 'a socket with the old certificate after all');
    expect(new Set(at.serials)).toEqual(new Set([first]));
    expect(running.status()).toMatchObject({ ready: true, identity: { serialNumber: first, renewal: { state: 'issued' } } });
  }, 60_000);

  it('is revoked: says so once, loudly, and knocks rarely', async () => {
    await enrolNow();
    const at = await controller(() => ({ status: 403, body: JSON.stringify({ error: 'forbidden', message: 'agent site-1: the certificate is revoked' }) }));
    const running = await agent(at.port);
    await until(() => logged(running.log, 'revoked').length > 0, 'the log to say so');
    await new Promise((resolve) => { setTimeout(resolve, 1500); }); // several times backoffCap
    expect(at.upgrades).toHaveLength(1);
    const lines = logged(running.log, 'revoked');
    expect(lines.map(({ level }) => level)).toEqual(['error']);
    expect(JSON.stringify(lines[0]?.fields)).toMatch(/agent site-1: the certificate is revoked.*causeway agent enroll --replace/);
    await until(async () => (await audited()).split('agent-refused').length === 2, 'one line in the audit log');
    expect(running.status().ready).toBe(false);
  });

  it('that has expired says what to do, and dials nobody', async () => {
    listener.days = 2 * SECONDS;
    await enrolNow();
    await until(() => Date.parse(listener.issued[0]?.validTo ?? '') < Date.now(), 'the end of its life');
    const at = await controller();
    const running = await agent(at.port);
    await until(() => logged(running.log, 'expired on').length > 0, 'the log to say so');
    expect(logged(running.log, 'expired on')[0]?.fields).toMatchObject({ why: expect.stringMatching(/causeway controller enrolment token.*causeway agent enroll --replace/) as string });
    expect(at.upgrades).toHaveLength(0);
    expect(listener.requests.filter(({ path }) => !path.endsWith('/enrol'))).toHaveLength(0);
    expect(running.status().identity?.daysLeft).toBeLessThan(0);
  });

  it('that is not enrolled yet connects once it is, without a restart', async () => {
    const at = await controller();
    const running = await agent(at.port);
    await until(() => logged(running.log, 'certificate').length > 0, 'the log to say what is missing');
    await enrolNow();
    await until(() => running.status().ready, 'the agent to be let in');
    expect(at.serials[0]).toBe(listener.issued[0]?.serialNumber);
  });

  it('that is enrolled anew while it is connected goes over to the new identity', async () => {
    await enrolNow();
    const at = await controller();
    const running = await agent(at.port);
    await until(() => running.status().controllers[0]?.serving === 2, 'both sockets');
    await enrolNow(true);
    const second = listener.issued[1]?.serialNumber ?? 'none';
    await until(() => at.serials.filter((serial) => serial === second).length === 2 && at.sockets.size === 2, 'both sockets to show the new certificate', 45_000);
    expect(running.status()).toMatchObject({ ready: true, identity: { serialNumber: second } });
  });

  it('offers a controller nothing older than TLS 1.3, unless told to', async () => {
    await enrolNow();
    const tls = { ...(await listener.serverTls(['localhost'])), minVersion: 'TLSv1.2' as const, maxVersion: 'TLSv1.2' as const };
    const old = await startTestController({ tls });
    cleanups.push(() => old.kill());
    const strict = await agent(old.port);
    await until(() => logged(strict.log, 'TLS version').length > 0, 'the refusal');
    expect(old.upgrades).toHaveLength(0);
    await strict.stop();
    const lenient = await agent(old.port, 'tls: {minVersion: TLSv1.2}');
    await until(() => lenient.status().ready, 'the agent to be let in');
  });
});

describe('the trust bundle of an enrolled agent', () => {
  it('follows the controller, so that another authority can take over before it is used', async () => {
    await enrolNow();
    const at = await controller();
    const running = await agent(at.port, 'enrolment: {trustInterval: 500ms}');
    await until(() => running.status().ready, 'the agent to be let in');
    const successor = await startEnrolmentListener();
    cleanups.push(() => successor.close());
    listener.trust = { pem: listener.authority.pem + successor.authority.pem, revision: 'r2' };
    await until(() => running.status().identity?.trust.revision === 'r2', 'the new bundle');
    // The controller comes back with a certificate of the new authority; it still trusts the old one's agents.
    await at.kill();
    const { cert, key } = await successor.serverTls(['localhost']);
    const renewed = await startTestController({ port: at.port, tls: { ...(await listener.serverTls(['localhost'])), cert, key } });
    cleanups.push(() => renewed.kill());
    await until(() => renewed.sockets.size === 2, 'the agent to trust it', 20_000);
  });

  it('is not taken when the listener that sends it could not be trusted by it', async () => {
    await enrolNow();
    const at = await controller();
    const running = await agent(at.port, 'enrolment: {trustInterval: 300ms}');
    await until(() => running.status().ready, 'the agent to be let in');
    listener.trust = { pem: (await newAuthority('Somebody else')).pem, revision: 'r2' };
    await until(() => (running.status().identity?.trust.problem ?? '') !== '', 'the refusal');
    expect(running.status().identity?.trust).toMatchObject({ revision: 'r1', problem: expect.stringMatching(/could not be trusted by it/) as string });
    expect((await store.read())?.trust?.bundle).toBe(listener.authority.pem);
  });

  it('comes with an earlier renewal when the authority that signed the certificate is being replaced', async () => {
    await enrolNow();
    const at = await controller();
    const running = await agent(at.port, 'enrolment: {trustInterval: 300ms}');
    await until(() => running.status().ready, 'the agent to be let in');
    listener.renewAfter = new Date(Date.now() - 86_400_000).toISOString();
    await until(() => listener.issued.length === 2, 'the renewal');
    listener.renewAfter = undefined;
    await until(() => new X509Certificate(listener.issued[1]?.raw ?? '').serialNumber === running.status().identity?.serialNumber, 'the new certificate in use');
  });
});
