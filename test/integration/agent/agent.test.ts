import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startAgent, type RunningAgent } from '../../../agent/agent.js';
import { readConfig } from '../../../agent/config/load-config.js';
import { systemClock } from '../../../agent/system-clock.js';
import { facadeKeyOf } from '../../../protocol/codec/index.js';
import { IcfFile, OperationOptions, type ApiConfiguration, type ConnectorInfo } from '../../../protocol/model/index.js';
import { recordingLog } from './support/quiet-log.js';
import { makeTestCertificates, type TestCertificates } from './support/test-certificates.js';
import { startTestController, until, type TestController } from './support/test-controller.js';
import { keepFiles } from '../../support/evidence.js';

let certificates: TestCertificates;
let directory: string;
let cleanups: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  certificates = await makeTestCertificates();
  directory = await mkdtemp(join(tmpdir(), 'causeway-agent-run-'));
});
afterAll(async () => {
  await certificates.remove();
  keepFiles(directory);
  await rm(directory, { recursive: true, force: true });
});
afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  cleanups = [];
});

const settings = (port: number, more = ''): string => `
agent: {name: site-1, shutdownGrace: 2s, stateDirectory: ${join(directory, 'state')}}
tls: {ca: ${certificates.agent.ca}, certificate: ${certificates.agent.certificate}, key: ${certificates.agent.key}}
controllers: [{url: "wss://localhost:${port}/openicf"}]
session: {backoffBase: 50ms, backoffCap: 200ms}
health: {port: 0}
${more}`;

async function controllerUp(): Promise<TestController> {
  const controller = await startTestController({ tls: certificates.server });
  cleanups.push(() => controller.kill());
  return controller;
}

async function agentUp(yaml: string, log = recordingLog()): Promise<RunningAgent> {
  const agent = await startAgent(readConfig(yaml, join(directory, 'agent.yaml')), { clock: systemClock, log, version: 'test' });
  agent.ended.catch(() => undefined);
  cleanups.push(() => agent.stop());
  return agent;
}

const ready = async (agent: RunningAgent): Promise<number> => (await request(`http://127.0.0.1:${agent.healthPort}/readyz`)).statusCode;

describe('an agent does not start', () => {
  it('with a connector nobody has', async () => {
    await expect(agentUp(settings(1, 'connectors: {enabled: [cvs]}'))).rejects.toThrow('there is no connector "cvs"; did you mean csv?');
  });

  it('without a usable state directory', async () => {
    await writeFile(join(directory, 'file'), '');
    await expect(agentUp(settings(1).replace(join(directory, 'state'), join(directory, 'file', 'state')))).rejects.toThrow(/agent\.stateDirectory: .* cannot be used \(ENOTDIR\)/);
  });

  it('when its port is taken, leaving nothing behind', async () => {
    const controller = await controllerUp();
    await expect(agentUp(settings(1, `listeners: [{port: 0, address: 127.0.0.1, key: changeit}, {port: ${controller.port}, address: 127.0.0.1, key: changeit}]`))).rejects.toThrow(/^listeners\[1\]: .*EADDRINUSE/);
  });
});

describe('an agent', () => {
  it('is live from the start, ready while a controller is connected, and starts without one', async () => {
    const first = await controllerUp();
    await first.kill();
    const agent = await agentUp(settings(first.port));
    expect((await request(`http://127.0.0.1:${agent.healthPort}/livez`)).statusCode).toBe(200);
    expect(await ready(agent)).toBe(503);
    const second = await startTestController({ tls: certificates.server, port: first.port });
    await until(async () => (await ready(agent)) === 200, 'the agent to be ready');
    await second.kill();
    await until(async () => (await ready(agent)) === 503, 'the loss to show');
    expect((await request(`http://127.0.0.1:${agent.healthPort}/other`)).statusCode).toBe(404);
    expect((await request(`http://127.0.0.1:${agent.healthPort}/readyz`, { method: 'POST' })).statusCode).toBe(405);
  });

  it('runs a connector for a controller: list, configure, search', async () => {
    await writeFile(join(directory, 'people.csv'), 'uid,mail\nada,ada@example.com\ngrace,grace@example.com\n');
    const log = recordingLog();
    const controller = await controllerUp();
    await agentUp(settings(controller.port, 'connectors: {enabled: [csv]}'), log);
    const group = await controller.group();
    const infos = await group.connectorInfos(AbortSignal.timeout(10_000));
    // One connector, by every bundle name it answers to.
    expect(new Set(infos.map(({ key }) => key.connectorName))).toEqual(new Set(['org.forgerock.openicf.csvfile.CSVFileConnector']));
    expect(infos[0]?.key.bundleName).toBe('org.forgerock.openicf.connectors.csvfile-connector');
    const facade = group.facade(infos[0]!.key, facadeKeyOf(configured(infos[0]!, { csvFile: join(directory, 'people.csv'), headerUid: 'uid' })));
    const call = { signal: AbortSignal.timeout(10_000) };
    await facade.perform({ kind: 'test' }, call);
    const mails: unknown[] = [];
    for await (const object of facade.stream({ kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options: OperationOptions.none }, call)) mails.push(object.get('mail')?.single);
    expect(mails).toEqual(['ada@example.com', 'grace@example.com']);
    const operations = log.lines.filter(({ message }) => message === 'operation').map(({ fields }) => fields);
    expect(operations).toMatchObject([{ operation: 'test', connector: 'csv', outcome: 'ok' }, { operation: 'search', connector: 'csv', outcome: 'ok', count: 2 }]);
    expect(JSON.stringify(log.lines)).not.toContain('example.com');
  });

  it('is stopped once, leaving no connection, however often it is asked to', async () => {
    const controller = await controllerUp();
    const agent = await agentUp(settings(controller.port));
    await controller.group();
    await Promise.all([agent.stop(), agent.stop()]);
    await agent.ended;
    await until(() => controller.sockets.size === 0, 'the controller to see it');
    expect(agent.status()).toMatchObject({ ready: false, stopping: true, controllers: [{ serving: 0, lines: 0 }] });
  });
});

function configured({ defaultConfiguration }: ConnectorInfo, values: Record<string, string>): ApiConfiguration {
  return {
    ...defaultConfiguration,
    properties: defaultConfiguration.properties.map((property) => (property.name in values ? { ...property, value: property.type === 'File' ? new IcfFile(values[property.name]!) : values[property.name]! } : property)),
  };
}
