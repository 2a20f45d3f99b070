import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import csvConnector from '../../../connectors/catalog/csv/index.js';
import { MemoryTarget, memoryConnector } from '../../support/memory-connector.js';
import { until } from '../../support/until.js';
import { issueTlsFiles } from '../../targets/tls-files.js';
import type { JavaConnection } from '../support/java-connection.js';
import { JavaDriver } from '../support/java-driver.js';
import type { JavaConnectOptions, JavaDriverOptions } from '../support/java-driver-types.js';
import { startCliAgent } from './support/cli-agent.js';
import { CSV_KEY } from './support/connector-keys.js';
import { CuttingProxy } from './support/cutting-proxy.js';
import { JAVA_CLASS, failureOf } from './support/failure-of.js';
import { KEY, ListeningAgent, type ListeningAgentOptions } from './support/listening-agent.js';
import { MEMORY_CONNECTOR, startMemoryWorld, type MemoryWorldOptions } from './support/memory-agent.js';
import { peopleCsv } from './support/people.js';
import { uidChecksum } from './support/uid-checksum.js';

const ACCOUNT = '__ACCOUNT__';
const TIMEOUT_EXCEPTION = 'java.util.concurrent.TimeoutException';

/** Serves all tests but those that need one of their own. */
let driver: JavaDriver;
const running: (() => Promise<unknown>)[] = [];
beforeAll(async () => { driver = await JavaDriver.start(); });
afterAll(() => driver.stop());
afterEach(async () => {
  for (const stop of running.splice(0).reverse()) await stop();
});

async function startDriver(options: JavaDriverOptions = {}): Promise<JavaDriver> {
  const another = await JavaDriver.start(options);
  running.push(() => another.stop());
  return another;
}

async function dial(options: JavaConnectOptions): Promise<JavaConnection> {
  const connection = await driver.connect({ key: KEY, ...options });
  running.push(() => connection.disconnect());
  return connection;
}

async function startAgent(target: MemoryTarget, options: Partial<ListeningAgentOptions> = {}): Promise<ListeningAgent> {
  const agent = await ListeningAgent.start({ connectors: [memoryConnector(target)], ...options });
  running.push(() => agent.stop());
  return agent;
}

async function startWorld(options: MemoryWorldOptions = {}): ReturnType<typeof startMemoryWorld> {
  const world = await startMemoryWorld({ driver, ...options });
  running.push(() => world.stop());
  return world;
}

/** A promise that a test ends. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => { open = resolve; });
  return { opened, open: () => { open(); } };
}

describe('who gets in', () => {
  it('a wrong key gets no connection, and the agent says why; the right one does', async () => {
    const agent = await startAgent(new MemoryTarget());
    expect(await failureOf(driver.connect({ port: agent.port, key: 'wrong', timeout: 8_000 }))).toMatchObject({ javaClass: TIMEOUT_EXCEPTION });
    await until(() => agent.log.entries.some(({ message, level }) => message === 'A connection was refused.' && level === 'warn'), 'the agent to log the refusal');
    expect(JSON.stringify(agent.log.entries)).not.toContain(KEY);
    expect(await (await dial({ port: agent.port })).keys()).toHaveLength(1);
  });

  it('over TLS: trusted by the Java trust store it works, without it nothing is sent', async () => {
    const agent = await startCliAgent({ connectors: ['csv'], secure: true });
    running.push(agent.stop);
    const csvFile = agent.world.path('people.csv');
    await writeFile(csvFile, peopleCsv());
    const trusting = await startDriver({ trust: agent.world.controllerKeys.ca });
    const connection = await trusting.connect({ host: 'localhost', port: agent.port, secure: true, key: KEY });
    const csv = await connection.configure(CSV_KEY, { csvFile });
    await csv.test();
    expect((await csv.search(ACCOUNT)).count).toBe(12);
    expect(await failureOf(driver.connect({ host: 'localhost', port: agent.port, secure: true, key: KEY, timeout: 3_000 }))).toMatchObject({ javaClass: TIMEOUT_EXCEPTION });
    expect(await failureOf(trusting.connect({ host: 'localhost', port: agent.port, key: KEY, timeout: 3_000 })), 'plain on the TLS port').toMatchObject({ javaClass: TIMEOUT_EXCEPTION });
  });
});

describe('mutual TLS', () => {
  it('the Java side shows the certificate of its key store; one without is not let in', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'causeway-interop-tls-'));
    running.push(() => rm(directory, { recursive: true, force: true }));
    const files = await issueTlsFiles(directory);
    const target = new MemoryTarget();
    const uids = Array.from({ length: 3_000 }, (_, index) => `o${index}`);
    for (const uid of uids) target.add(uid, { text: 'x'.repeat(200) });
    const agent = await startAgent(target, { tls: { certificate: files.certificateFile, key: files.keyFile, ca: files.caFile, requireClientCertificate: true, minVersion: 'TLSv1.2' } });
    const to = { host: 'localhost', port: agent.port, secure: true, key: KEY };
    const keyStore = [`-Djavax.net.ssl.keyStore=${files.clientKeyStoreFile}`, '-Djavax.net.ssl.keyStorePassword=changeit', '-Djavax.net.ssl.keyStoreType=PKCS12'];
    const known = await startDriver({ trust: files.caFile, jvmArguments: keyStore });
    const facade = await (await known.connect(to)).configure(MEMORY_CONNECTOR, { host: 'x' });
    const results = await Promise.all(Array.from({ length: 3 }, () => facade.search(ACCOUNT, null, { countOnly: true })));
    for (const result of results) expect(result).toMatchObject({ ended: 'complete', count: 3_000, checksum: uidChecksum(uids) });
    const unknown = await startDriver({ trust: files.caFile });
    expect(await failureOf(unknown.connect({ ...to, timeout: 4_000 }))).toMatchObject({ javaClass: TIMEOUT_EXCEPTION });
  });
});

describe('several sockets', () => {
  it.each([1, 2, 5])('%i of them make one session; operations and large results go well', async (sockets) => {
    const world = await startWorld({ connect: { sockets } });
    await until(async () => await world.connection.sockets() === sockets, `${sockets} sockets`);
    const uids = Array.from({ length: 2_000 }, (_, index) => `o${index}`);
    for (const uid of uids) world.target.add(uid, { text: 'x'.repeat(500) });
    const results = await Promise.all(Array.from({ length: 5 }, () => world.facade.search(ACCOUNT, null, { countOnly: true })));
    for (const result of results) expect(result).toMatchObject({ ended: 'complete', count: 2_000, checksum: uidChecksum(uids) });
  });

  it('those that die leave the work to the others', async () => {
    const { target, proxy, connection } = await startBehindProxy(3);
    const facade = await connection.configure(MEMORY_CONNECTOR, { host: 'x' });
    for (const left of [2, 1]) {
      proxy.cut(1);
      await until(async () => proxy.open === left && await connection.sockets() === left, `${left} sockets to be left`);
      expect((await facade.search(ACCOUNT, null, { countOnly: true })).count).toBe(target.objects.size);
      await facade.create(ACCOUNT, { __NAME__: `made with ${left}` });
    }
  });
});

/** A thousand objects behind an agent behind a proxy, and a connection of so many sockets. */
async function startBehindProxy(sockets: number) {
  const target = new MemoryTarget();
  for (let index = 0; index < 1_000; index++) target.add(`o${index}`);
  const agent = await startAgent(target, { limits: { resendTimeout: 500 } });
  const proxy = await CuttingProxy.start(agent.port);
  running.push(() => proxy.stop());
  const connection = await dial({ port: proxy.port, sockets });
  await until(() => proxy.open === sockets, `${sockets} connections`);
  return { target, agent, proxy, connection };
}

/**
 * Up to 2.0.3 the framework's dialler gives back no permit when a socket closes while all are in use (the close listener of
 * ClientRemoteConnectorInfoManager), so that a connection that has lost its sockets stays down until its owner opens another.
 */
describe('losing the agent', () => {
  it('a restarted agent: the old connection says that it has none, a new one of the same controller works', async () => {
    const world = await startWorld();
    world.target.add('one');
    expect((await world.facade.search(ACCOUNT)).count).toBe(1);
    await world.agent.shutDown();
    await until(async () => await world.connection.sockets() === 0, 'the sockets to be gone');
    expect(await failureOf(world.facade.search(ACCOUNT))).toMatchObject({ javaClass: JAVA_CLASS.connectionFailed });
    await world.agent.open();
    const connection = await dial({ port: world.agent.port });
    const facade = await connection.configure(MEMORY_CONNECTOR, { host: 'localhost' });
    expect((await facade.search(ACCOUNT)).count).toBe(1);
    await facade.create(ACCOUNT, { __NAME__: 'two' });
    expect(world.target.objects.size).toBe(2);
  });

  it('all sockets cut in the middle of a search: its caller gets OperationTimeoutException, the agent gives it up, others can connect', async () => {
    const { target, agent, proxy, connection } = await startBehindProxy(2);
    const facade = await connection.configure(MEMORY_CONNECTOR, { host: 'x' }, { timeouts: { SearchApiOp: 3_000 } });
    target.beforeObject = async (index) => {
      if (index === 500) proxy.cut(2);
      if (index >= 500) await new Promise((resolve) => { setTimeout(resolve, 5); });
    };
    expect(await failureOf(facade.search(ACCOUNT, null, { countOnly: true }))).toMatchObject({ javaClass: JAVA_CLASS.operationTimeout });
    await until(() => target.openSearches === 0 && agent.executing === 0, 'the agent to have given the search up');
    target.beforeObject = async () => undefined;
    const again = await (await dial({ port: proxy.port })).configure(MEMORY_CONNECTOR, { host: 'x' });
    expect((await again.search(ACCOUNT, null, { countOnly: true })).count).toBe(1_000);
  });
});

describe('shutting down', () => {
  it('what is under way is finished within the grace, what is new is refused as retryable', async () => {
    const world = await startWorld();
    const hold = gate();
    world.target.before = async () => hold.opened;
    const underWay = world.facade.create(ACCOUNT, { __NAME__: 'in time' });
    await until(() => world.agent.executing === 1, 'the create to be under way');
    const stopping = world.agent.shutDown(20_000);
    const refused = await failureOf(world.facade.test());
    expect(refused.javaClass).toBe(JAVA_CLASS.retryable);
    expect(refused.message).toMatch(/shutting down|stopping|later/);
    hold.open();
    expect(await underWay).toMatchObject({ uid: expect.any(String) as string });
    await stopping;
    expect([...world.target.objects.values()].map(({ name }) => name.value)).toEqual(['in time']);
  });

  it('what is still under way after the grace is ended, and its caller learns of it', async () => {
    const world = await startWorld();
    world.target.before = (_, { signal }) => new Promise((_resolve, reject) => { signal.addEventListener('abort', () => { reject(signal.reason as Error); }, { once: true }); });
    const underWay = failureOf(world.facade.create(ACCOUNT, { __NAME__: 'too late' }));
    await until(() => world.agent.executing === 1, 'the create to be under way');
    await world.agent.shutDown(200);
    const failure = await underWay;
    expect([JAVA_CLASS.connectionBroken, JAVA_CLASS.retryable, JAVA_CLASS.connector] as string[]).toContain(failure.javaClass);
    expect(failure.message).not.toBe('');
    expect(world.target.objects.size).toBe(0);
  });

  it('the built agent finishes a search at SIGTERM, then ends with 0', async () => {
    const agent = await startCliAgent({ connectors: ['csv'] });
    running.push(agent.stop);
    const csvFile = agent.world.path('many.csv');
    const uids = Array.from({ length: 3_000 }, (_, index) => `person-${index}`);
    await writeFile(csvFile, ['uid,text', ...uids.map((uid) => `${uid},${'x'.repeat(400)}`), ''].join('\n'));
    const connection = await dial({ port: agent.port });
    const csv = await connection.configure(CSV_KEY, { csvFile });
    await csv.test();
    const search = csv.search(ACCOUNT, null, { countOnly: true, pause: 1 });
    await until(async () => (await csv.get(ACCOUNT, 'person-5')) !== null, 'the agent to be at work');
    const ended = agent.process.stop();
    expect(await search).toMatchObject({ ended: 'complete', count: 3_000, checksum: uidChecksum(uids) });
    expect(await ended).toEqual({ code: 0, signal: null });
  });
});

describe('load', () => {
  it('two Java controllers at once write the same CSV file: every row is there once', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'causeway-interop-load-'));
    running.push(() => rm(directory, { recursive: true, force: true }));
    const csvFile = join(directory, 'people.csv');
    await writeFile(csvFile, 'uid,mail\n');
    const agent = await ListeningAgent.start({ connectors: [csvConnector] });
    running.push(() => agent.stop());
    const drivers = [driver, await startDriver()];
    const facades = await Promise.all(drivers.map(async (one) => (await one.connect({ port: agent.port, key: KEY })).configure(CSV_KEY, { csvFile })));
    const names = facades.flatMap((_, which) => Array.from({ length: 40 }, (_unused, index) => `d${which}-${index}`));
    await Promise.all(facades.flatMap((facade, which) => Array.from({ length: 40 }, (_, index) => facade.create(ACCOUNT, { __NAME__: `d${which}-${index}`, mail: `${index}@example.com` }))));
    const rows = (await readFile(csvFile, 'utf8')).trim().split('\n').slice(1).map((row) => row.split(',')[0]?.replaceAll('"', ''));
    expect(rows.sort()).toEqual(names.sort());
    for (const facade of facades) expect(await facade.search(ACCOUNT, null, { countOnly: true })).toMatchObject({ count: 80, checksum: uidChecksum(names) });
  });

  it('five hundred operations at once, of all kinds', async () => {
    const world = await startWorld();
    for (let index = 0; index < 100; index++) world.target.add(`o${index}`, { mail: `o${index}@example.com` });
    const operations = Array.from({ length: 100 }, (_, index) => [
      world.facade.create(ACCOUNT, { __NAME__: `new-${index}` }).then(({ uid }) => world.target.objects.get(uid)?.name.value === `new-${index}`),
      world.facade.get(ACCOUNT, `o${index}`).then((object) => object?.uid === `o${index}`),
      world.facade.search(ACCOUNT, { type: 'equals', attribute: 'mail', values: [`o${index}@example.com`] }).then(({ objects }) => objects.length === 1 && objects[0]!.uid === `o${index}`),
      world.facade.update(ACCOUNT, `o${index}`, { title: `t${index}` }).then(({ uid }) => uid === `o${index}`),
      world.facade.test().then(() => true),
    ]).flat();
    // More than the agent takes at once and keeps waiting for one controller is refused as retryable.
    const results = await Promise.allSettled(operations);
    const refused = results.filter((result) => result.status === 'rejected');
    for (const { reason } of refused) expect(reason).toMatchObject({ javaClass: JAVA_CLASS.retryable });
    expect(results.filter((result) => result.status === 'fulfilled').every((result) => result.value)).toBe(true);
    expect(results.length - refused.length).toBeGreaterThanOrEqual(320);
  });

  it('more than the agent takes: those it cannot keep waiting are refused as retryable, the others are carried out', async () => {
    const world = await startWorld({ agent: { limits: { maxConcurrentRequests: 3, maxQueuedRequests: 4 } } });
    const hold = gate();
    world.target.before = async () => hold.opened;
    let refused = 0;
    const results = Array.from({ length: 20 }, (_, index) => world.facade.create(ACCOUNT, { __NAME__: `n${index}` }).then(() => 'done', (error: unknown) => {
      refused++;
      return (error as { javaClass?: string }).javaClass;
    }));
    await until(() => refused === 13, 'thirteen to be refused');
    hold.open();
    expect((await Promise.all(results)).sort()).toEqual([...Array.from({ length: 7 }, () => 'done'), ...Array.from({ length: 13 }, () => JAVA_CLASS.retryable)]);
    expect(world.target.objects.size).toBe(7);
  });
});
