import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAgent, type RunningAgent } from '../../../agent/agent.js';
import { loadConfig } from '../../../agent/config/load-config.js';
import { systemClock } from '../../../agent/system-clock.js';
import { quietLog } from '../../integration/agent/support/quiet-log.js';
import { until } from '../../support/until.js';
import { controllerIdentity, DoctorWorld } from './doctor-world.js';
import { startTimeServer } from './time-server.js';

let world: DoctorWorld;
let agent: RunningAgent | undefined;
beforeAll(async () => {
  world = await DoctorWorld.start();
});
afterAll(async () => {
  await agent?.stop();
  await world.stop();
});

const seed = async () => ({ url: `wss://localhost:${world.controller.controller.gatewayPort ?? 0}/openicf`, config: { ...await controllerIdentity(world, 'listed'), health: { port: 0 } } });

interface Hosts { readonly openicf: readonly { readonly name: string; readonly ok: boolean }[] }
const isKnown = async (): Promise<boolean> => {
  const { body } = await world.controller.call('POST', '/openidm/system?_action=testConnectorServers') as { readonly body: Hosts };
  return body.openicf.some(({ name, ok }) => name === 'listed' && ok);
};

/** Everything on the agent's disk, by path, size and time of change. */
async function diskOf(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true });
  return (await Promise.all(entries.map(async (name) => {
    const { size, mtimeMs } = await stat(join(directory, name));
    return `${name} ${size} ${mtimeMs}`;
  }))).sort();
}

it('where all is well, everything is tried and nothing blamed: real controller, OpenLDAP with and without TLS', async () => {
  const systems = [await world.system(), await world.system({ host: 'localhost', port: world.directory.tlsPort, ssl: true })];
  const given = await seed();
  const { findings } = await world.walk({ ...given, systems, config: { ...given.config, connectors: { ca: world.directory.tls.caFile } } });
  expect(findings.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
  expect(new Set(findings.map(({ step }) => step))).toEqual(new Set([
    'configuration', 'clock', 'certificate', 'dns', 'tcp', 'tls', 'upgrade', 'handshake', 'system-configuration', 'system-resolve', 'system-connect', 'system-tls', 'system-login', 'system-test',
  ]));
});

it('with a time server that agrees, both clocks are told to be right; it was asked once, and was not told the time', async () => {
  const server = world.keep(await startTimeServer());
  const { findings } = await world.walk({ timeServer: { host: '127.0.0.1', port: server.port } });
  const ofClocks = findings.filter(({ step }) => step === 'clock');
  expect(ofClocks.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  expect(ofClocks.map(({ what }) => what).join('\n')).toMatch(/this machine agrees with the time server's.*\n.*controller's clock agrees with the time server's/);
  expect(server.asked.map(({ length }) => length)).toEqual([48]);
  expect(server.asked[0]!.subarray(1, 40)).toEqual(Buffer.alloc(39));
});

it('the controller does not take the doctor for an agent, and nothing changes on this machine', async () => {
  const before = await diskOf(world.path('state'));
  await world.walk(await seed());
  expect(await isKnown()).toBe(false);
  expect(await diskOf(world.path('state'))).toEqual(before);
});

it('through a real proxy with credentials', async () => {
  const { secret } = await import('../../support/secret-values.js');
  const given = await seed();
  const proxy = { host: '127.0.0.1', port: await world.proxy(), principal: 'agent', password: { file: await world.write('proxy.pass', secret('password at the proxy')) } };
  const { findings } = await world.walk({ ...given, config: { ...given.config, proxy } });
  expect(findings.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
  expect(findings.map(({ step }) => step)).toContain('proxy');
});

it('beside a running agent of the same name: the agent is asked, its sockets stay, and nobody sounds a clone alarm', async () => {
  const given = await seed();
  const config = await loadConfig(await world.configuration(given));
  const running = await startAgent(config, { clock: systemClock, log: quietLog, version: 'test' });
  agent = running;
  await until(isKnown, 'the agent to be known');
  await until(() => (running.status().controllers[0]?.serving ?? 0) === config.controllers[0]?.sockets, 'every socket to serve');
  const { findings, running: asked } = await world.walk(given);
  expect(findings.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
  expect(findings.filter(({ step }) => step === 'handshake').map(({ what }) => what).join(' ')).toMatch(/serves this controller over 2 connections/);
  expect(asked?.status['agent']).toMatchObject({ name: 'listed' });
  expect(running.status().controllers[0]).toMatchObject({ serving: 2, problem: '' });
  expect(await isKnown()).toBe(true);
  const audit = await readFile(join(world.controller.folder, 'data', 'audit', 'enrolment.jsonl'), 'utf8').catch(() => '');
  expect(audit).not.toContain('clone');
});
