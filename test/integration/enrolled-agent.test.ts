import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spawnCauseway, startAgent, startController, type Agent, type Controller } from '../support/causeway-processes.js';
import { makeWorld, type World } from '../support/causeway-world.js';
import { freePorts } from '../support/free-ports.js';
import { csvProvisioner } from '../support/provisioners.js';
import { until } from '../support/until.js';
import { IdentityLoad } from './support/identity-load.js';
import { holdToken } from '../support/secret-values.js';

/**
 * Our controller, our agent and our commands as processes: enrolment, renewals, a change of the authority and revocation,
 * one after the other, under operations that go on all the time and of which none may fail until the agent is revoked.
 */
let world: World;
let controller: Controller;
let agent: Agent;
let enrolmentUrl: string;
const load = new IdentityLoad(() => controller.rest);
/** For docs/reliability.md. */
const FIGURES = join(import.meta.dirname, '../../var/identity');

beforeAll(async () => {
  world = await makeWorld();
  await writeFile(world.path('people.csv'), `uid,firstName\n${Array.from({ length: 50 }, (_, index) => `u${index},Person ${index}`).join('\n')}\n`);
  await world.provisioner('csv', csvProvisioner(world.path('people.csv'), 'site1'));
  const [port] = await freePorts(1) as [number];
  enrolmentUrl = `https://localhost:${port}`;
  controller = await startController(world, { config: {
    enrolment: { port, address: '127.0.0.1', url: enrolmentUrl, authority: world.path('ca'), certificateLife: '60s', overlap: '1s' },
  } });
}, 120_000);
afterAll(async () => {
  await load.stop();
  const figures = load.figures();
  for (const line of figures.table) console.info(line);
  await mkdir(FIGURES, { recursive: true });
  await writeFile(join(FIGURES, 'figures.json'), `${JSON.stringify({ at: new Date().toISOString(), node: process.version, ...figures }, null, 2)}\n`);
  await agent.process.kill();
  await controller.process.kill();
  await world.remove();
});

/** Runs one of our commands; rejects with what it printed when it fails. */
async function command(...args: string[]): Promise<string> {
  const child = spawnCauseway(args.slice(0, 3).join(' '), args);
  const { code } = await child.ended;
  const printed = child.lines.map(({ text, fields }) => (text === '' ? JSON.stringify(fields) : text)).join('\n');
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${printed}`);
  return printed;
}
const enrolment = (...args: string[]): Promise<string> => command('controller', 'enrolment', ...args, '--config', world.path('controller.yaml'));

interface Status { readonly ready: boolean; readonly controllers: { readonly serving: number; readonly problem: string }[]; readonly identity?: { readonly serialNumber: string; readonly issuer: string; readonly renewal: { readonly failures: number }; readonly trust: { readonly revision: string } } }
const status = async (): Promise<Status> => (await agent.health.send('/readyz')).body as unknown as Status;
const serial = async (): Promise<string> => (await status()).identity?.serialNumber ?? 'none';

describe('an agent enrolled with our controller', () => {
  it('gets its certificate by one command with a token in a file, and is in without a restart', async () => {
    agent = await startAgent(world, {
      name: 'site1', controller, keys: world.controllerKeys, connected: false,
      config: { tls: undefined, enrolment: { trustInterval: '1s' }, controllers: [{ url: controller.gatewayUrl, sockets: 2 }] },
    });
    const token = holdToken((await enrolment('token', '--agent', 'site1', '--group', 'berlin')).trim());
    await writeFile(world.path('token'), `${token}\n`, { mode: 0o600 });
    const printed = await command('agent', 'enroll', '--config', world.path('site1.yaml'), '--token', `@${world.path('token')}`);
    expect(printed).toMatch(/Enrolled as site1 of group berlin/);
    expect(printed).not.toContain(token);
    await agent.ready();
    expect(await command('agent', 'identity', '--config', world.path('site1.yaml'))).toMatch(/site1 of group berlin[\s\S]*days left/);
    await expect(command('agent', 'enroll', '--config', world.path('site1.yaml'), '--token', `@${world.path('token')}`)).rejects.toThrow(/enrolled already as site1.*--replace/);
    await controller.systemReady('csv');
    load.start('renewal of the certificate');
  }, 120_000);

  it('renews its certificate without an operation that fails', async () => {
    const before = await serial();
    await until(async () => await serial() !== before, 'the renewal', 90_000, 200);
    expect(load.failed).toEqual([]);
    expect(load.done).toBeGreaterThan(50);
  }, 180_000);

  it('goes over to another authority without an operation that fails', async () => {
    const before = (await status()).identity;
    load.enter('change of the authority: prepare, activate, finish');
    await enrolment('rotate-ca', '--prepare');
    await until(async () => (await status()).identity?.trust.revision !== before?.trust.revision, 'the agent to trust the next authority', 30_000);
    await until(() => enrolment('rotate-ca', '--activate').then(() => true, () => false), 'every agent to be ready for it', 30_000, 500);
    await until(async () => {
      const now = await status();
      return now.identity?.serialNumber !== before?.serialNumber && now.ready;
    }, 'a certificate of the next authority', 60_000);
    await expect(enrolment('rotate-ca', '--finish')).rejects.toThrow(/signed by a previous authority|certificate of a previous authority/);
    await command('certs', 'issue-controller', '--dir', world.path('ca'), '--names', 'localhost,127.0.0.1', '--out', world.path('controller'));
    let refusal = '';
    await until(() => enrolment('rotate-ca', '--finish').then(() => true, (error: unknown) => {
      refusal = String(error);
      return false;
    }), 'nobody to need the old authority any more', 90_000, 1000).catch((error: unknown) => { throw new Error(`${String(error)} ${refusal}`); });
    const { done } = load;
    await until(() => load.done > done + 20, 'operations afterwards', 60_000);
    expect(load.failed).toEqual([]);
  }, 300_000);

  it('is out within seconds of its revocation, stays out, and says so', async () => {
    expect(load.failed).toEqual([]);
    load.enter('revocation', true);
    await enrolment('revoke', '--agent', 'site1');
    const since = Date.now();
    await until(async () => !(await status()).ready, 'its connections to be closed', 10_000);
    expect(Date.now() - since).toBeLessThan(5000);
    await until(() => load.refused > 0, 'an operation to be refused', 30_000);
    await load.stop();
    expect(load.failed).toEqual([]);
    await agent.process.ready(() => agent.process.logged('revoked').length > 0, 'the agent to say so');
    expect(JSON.stringify(agent.process.logged('revoked'))).toMatch(/causeway agent enroll --replace/);
    const cpu = agent.process.cpuSeconds();
    await new Promise((resolve) => { setTimeout(resolve, 5000); });
    expect(agent.process.cpuSeconds() - cpu).toBeLessThan(0.5);
    expect((await status()).ready).toBe(false);
  }, 120_000);

  it('comes back with a new token, while it runs', async () => {
    await enrolment('restore', '--agent', 'site1');
    const token = holdToken((await enrolment('token', '--agent', 'site1', '--replace')).trim());
    await writeFile(world.path('token2'), token, { mode: 0o600 });
    await command('agent', 'enroll', '--config', world.path('site1.yaml'), '--replace', '--token', `@${world.path('token2')}`);
    await agent.process.ready(async () => (await status()).ready, 'the agent to be let in', 60_000);
    const logs = agent.process.lines.map(({ text, fields }) => `${text} ${JSON.stringify(fields)}`).join('\n');
    for (const secret of [token, 'PRIVATE KEY']) expect(logs).not.toContain(secret);
    expect(await readFile(world.path('site1-state', 'identity', 'manifest.json'), 'utf8')).not.toContain(token);
  }, 120_000);
});
