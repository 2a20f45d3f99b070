import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { IcfFile } from '../../../protocol/model/index.js';
import { freePorts } from '../../support/free-ports.js';
import { until } from '../../support/until.js';
import type { JavaConnection } from '../support/java-connection.js';
import { JavaDriver } from '../support/java-driver.js';
import { JavaFailure } from '../support/java-failure.js';
import { JavaHost } from '../support/java-host.js';
import { AGENT_KEY, RelayingAgent, type RelayingAgentOptions } from './support/relaying-agent.js';
import { SlowController } from './support/slow-controller.js';

const ACCOUNT = '__ACCOUNT__';
const TEST = 'io.causeway.interop.connector.TestConnector';
const CSV = 'org.forgerock.openicf.csvfile.CSVFileConnector';
const ICF = 'org.identityconnectors.framework.common.exceptions.';

let driver: JavaDriver;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => { driver = await JavaDriver.start(); });
afterAll(() => driver.stop());
afterEach(async () => {
  for (const end of closing.splice(0).reverse()) await end();
});

async function javaHost(port?: number): Promise<JavaHost> {
  const host = await JavaHost.start({ mode: 'server', bundles: ['test'], ...(port === undefined ? {} : { port }) });
  closing.push(() => host.kill());
  return host;
}
async function relayingAgent(options: RelayingAgentOptions): Promise<RelayingAgent> {
  const agent = await RelayingAgent.start(options);
  closing.push(() => agent.stop());
  return agent;
}
const relayTo = (port: number, more: Readonly<Record<string, unknown>> = {}) => ({ relays: [{ name: 'legacy', host: '127.0.0.1', port, key: 'changeit', ...more }] });
async function connect(agent: RelayingAgent): Promise<JavaConnection> {
  const connection = await driver.connect({ port: agent.port, key: AGENT_KEY });
  closing.push(() => connection.disconnect());
  return connection;
}
const failureOf = (call: Promise<unknown>): Promise<JavaFailure> => call.then(
  (result) => { throw new Error(`It did not fail but gave ${JSON.stringify(result)}.`); },
  (error: unknown) => { if (error instanceof JavaFailure) return error; throw error; },
);

describe('the server behind an agent', () => {
  it('dies in the middle of a search: the caller has what came, and an error that names it; when it is back, all works', async () => {
    const host = await javaHost();
    const agent = await relayingAgent(relayTo(host.port));
    await agent.connected();
    const connection = await connect(agent);
    const facade = await connection.configure(TEST, { store: 's', objectCount: 20_000, pauseMillis: '1' });
    const failing = failureOf(facade.search(ACCOUNT, null, { countOnly: true }));
    await until(async () => agent.status().listeners[0]?.executing === 1, 'the search to run');
    await until(async () => (await facade.scriptOnConnector({ language: 'echo', text: 'place' })) === 'connector', 'the server to answer beside it');
    await host.kill();
    expect(await failing).toMatchObject({ javaClass: `${ICF}ConnectionBrokenException`, message: expect.stringMatching(/lost during the search .*connector server legacy/) as string });
    expect(await failureOf(facade.test())).toMatchObject({ javaClass: `${ICF}ConnectionFailedException`, message: expect.stringMatching(/connector server legacy.*not connected/) as string });
    await javaHost(host.port);
    await agent.connected();
    const again = await connection.configure(TEST, { store: 's', objectCount: 50 });
    expect(await again.search(ACCOUNT, null, { countOnly: true })).toMatchObject({ count: 50, ended: 'complete' });
  });

  it('is there and says nothing: noticed by the heartbeat, and told', async () => {
    const host = await javaHost();
    const agent = await relayingAgent({ ...relayTo(host.port), session: { heartbeatInterval: '500ms' } });
    await agent.connected();
    const facade = await (await connect(agent)).configure(TEST, { store: 's', objectCount: 20_000, pauseMillis: '1' });
    const failing = failureOf(facade.search(ACCOUNT, null, { countOnly: true }));
    await until(async () => agent.status().listeners[0]?.executing === 1, 'the search to run');
    host.signal('SIGSTOP');
    expect(await failing).toMatchObject({ javaClass: `${ICF}ConnectionBrokenException` });
    host.signal('SIGCONT');
  });

  it('is down when the agent starts anew: its connectors are listed from memory, and work once it is up', async () => {
    const host = await javaHost();
    const agent = await relayingAgent(relayTo(host.port));
    await agent.connected();
    await agent.shut();
    await host.kill();
    await agent.open();
    const connection = await connect(agent);
    expect(await connection.keys()).toEqual([expect.objectContaining({ connectorName: TEST })]);
    const facade = await connection.configure(TEST, { store: 's', objectCount: 5 });
    expect(await failureOf(facade.search(ACCOUNT))).toMatchObject({ javaClass: `${ICF}ConnectionFailedException` });
    expect(agent.status()).toMatchObject({ ready: true, relays: [{ name: 'legacy', serving: 0, connectors: 1 }] });
    await javaHost(host.port);
    await agent.connected();
    expect(await facade.search(ACCOUNT, null, { countOnly: true })).toMatchObject({ count: 5 });
  });

  it('comes up for the first time after the controllers have asked for the list: ours are told, Java\'s see it when they connect anew', async () => {
    const [port] = await freePorts(1) as [number];
    const agent = await relayingAgent({ ...relayTo(port), enabled: ['csv'] });
    const [connection, controller] = await Promise.all([connect(agent), SlowController.dial(agent.port)]);
    closing.push(() => controller.close());
    const names = async (java: JavaConnection): Promise<string[]> => (await java.keys()).map(({ connectorName }) => connectorName);
    expect(await names(connection)).not.toContain(TEST);
    await javaHost(port);
    await until(() => controller.connectorNames.includes(TEST), 'our controller to be told', 20_000);
    expect(agent.log.at('warn')).toContainEqual(expect.stringContaining('Restart its connection'));
    expect(await connection.sockets()).toBe(2);
    const anew = await connect(agent);
    expect(await names(anew)).toContain(TEST);
    const facade = await anew.configure(TEST, { store: 's', objectCount: 5 });
    expect(await facade.search(ACCOUNT, null, { countOnly: true })).toMatchObject({ count: 5 });
  });

  it('refuses the key: the status says so, and the agent serves on', async () => {
    const host = await javaHost();
    const agent = await relayingAgent({ ...relayTo(host.port, { key: 'a wrong one' }), enabled: ['csv'] });
    await until(() => agent.status().relays[0]?.problem !== '', 'the refusal');
    expect(agent.status()).toMatchObject({ ready: true, relays: [{ serving: 0, problem: expect.stringMatching(/connector server/) as string }] });
    expect(JSON.stringify(agent.log.entries)).not.toContain('a wrong one');
    const keys = await (await connect(agent)).keys();
    expect(keys.map(({ connectorName }) => connectorName)).toContain(CSV);
  });

  it('gives more than a slow controller of ours takes and the relay may keep: a clear error, nothing cut short silently', async () => {
    const host = await javaHost();
    const agent = await relayingAgent(relayTo(host.port, { maxBufferedBytes: '1MiB' }));
    await agent.connected();
    const controller = await SlowController.dial(agent.port);
    closing.push(() => controller.close());
    const slow = controller.search(TEST, { store: 's', objectCount: 20_000, payloadLength: 500 });
    for (let n = 0; n < 10; n++) await slow.next();
    await until(() => agent.relayed.some(({ outcome }) => outcome === 'failed'), 'the relay to give up', 20_000);
    await expect((async () => { for (;;) if ((await slow.next()).done === true) return 'complete'; })()).rejects.toMatchObject({ kind: 'connectorIo', message: expect.stringMatching(/connector server legacy arrive faster than they are read.*Ask in pages/) as string });
    const quick = controller.search(TEST, { store: 's2', objectCount: 500, payloadLength: 500 });
    let count = 0;
    while ((await quick.next()).done !== true) count++;
    expect(count).toBe(500);
  });
});

describe('another agent of ours behind an agent', () => {
  it('serves a Java controller, and a slow reader holds nothing back but itself', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'causeway-relay-chain-'));
    closing.push(() => rm(folder, { recursive: true, force: true }));
    const csvFile = join(folder, 'people.csv');
    await writeFile(csvFile, `uid,mail\n${Array.from({ length: 20_000 }, (_, n) => `person-${n},${'x'.repeat(100)}@example.com`).join('\n')}\n`);
    const behind = await relayingAgent({ relays: [], enabled: ['csv'] });
    const agent = await relayingAgent({ relays: [{ name: 'inner', url: `ws://127.0.0.1:${behind.port}/openicf`, key: AGENT_KEY, maxBufferedBytes: '64KiB' }] });
    await agent.connected();
    const connection = await connect(agent);
    const key = (await connection.keys()).find(({ connectorName }) => connectorName === CSV)!;
    expect(await (await connection.configure(key, { csvFile })).search(ACCOUNT, null, { countOnly: true })).toMatchObject({ count: 20_000, ended: 'complete' });
    // Credits reach from end to end: the reader's pace is the connector's, and 64 KiB are enough for 20,000 results.
    const controller = await SlowController.dial(agent.port);
    closing.push(() => controller.close());
    const slow = controller.search(CSV, { csvFile: new IcfFile(csvFile) });
    let count = 0;
    while ((await slow.next()).done !== true) {
      count++;
      if (count % 2_000 === 0) await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
    expect(count).toBe(20_000);
    expect(agent.relayed.at(-1)).toMatchObject({ relay: 'inner', outcome: 'ok', count: 20_000 });
  });
});
