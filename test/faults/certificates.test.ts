import { copyFile, rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startAgent, startController, type Agent, type Controller } from '../support/causeway-processes.js';
import { makeWorld, type KeyFiles, type World } from '../support/causeway-world.js';
import { until } from '../support/until.js';

const DAY_MS = 86_400_000;
const expired = { from: new Date(Date.now() - 3 * DAY_MS), days: 1 };
const REFUSED = 'The controller cannot be reached';

let world: World;
let strangers: World;
let controller: Controller;
const agents: Agent[] = [];
beforeAll(async () => {
  [world, strangers] = await Promise.all([makeWorld(), makeWorld()]);
  controller = await startController(world);
}, 60_000);
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.process.kill();
});
afterAll(async () => {
  await controller.process.kill();
  await Promise.all([world.remove(), strangers.remove()]);
});

async function agentWith(name: string, keys: KeyFiles, config: Readonly<Record<string, unknown>> = {}): Promise<Agent> {
  const agent = await startAgent(world, { name, controller, keys, config, connected: false });
  agents.push(agent);
  return agent;
}

const hosts = async (): Promise<{ name: string; ok: boolean }[]> =>
  (await controller.rest.post('/openidm/system?_action=testConnectorServers') as { openicf: { name: string; ok: boolean }[] }).openicf;
const isKnown = async (name: string): Promise<boolean> => (await hosts()).some((host) => host.name === name && host.ok);

/** Handshakes the controller refused for this reason; it logs one line each. */
const refusals = (reason: string): number => controller.process.logged('TLS handshake with an agent failed').filter(({ fields }) => String(fields['reason']).includes(reason)).length;

/** Refused for a reason both ends name, tried again and again with pauses, and logged once by the agent all the same. */
async function expectRefused(agent: Agent, reason: RegExp, atController: string): Promise<void> {
  const before = refusals(atController);
  await agent.process.ready(() => agent.process.logged(REFUSED).length > 0, 'the agent to log its refusal');
  await until(() => refusals(atController) >= before + 4, `the agent to be refused four times because of ${atController}`);
  expect(agent.process.logged(REFUSED)).toHaveLength(1);
  expect(JSON.stringify(agent.process.logged(REFUSED)[0]?.fields)).toMatch(reason);
  expect(await agent.isConnected()).toBe(false);
  expect(await isKnown(agent.name)).toBe(false);
}

describe('the agent shows', () => {
  it('an expired certificate: refused, and let in once a new one is in place', async () => {
    const agent = await agentWith('late', await world.agentKeys('late', expired));
    await expectRefused(agent, /certificate/, 'CERT_HAS_EXPIRED');
    await world.agentKeys('late');
    await agent.ready();
    await until(() => isKnown('late'), 'the controller to know the agent');
  });

  it('a certificate of another authority: refused, and let in once a new one is in place', async () => {
    const foreign = await strangers.agentKeys('foreign');
    const own = await world.agentKeys('foreign');
    const certificate = world.path('foreign', 'used.crt');
    const key = world.path('foreign', 'used.key');
    const use = async (from: KeyFiles): Promise<void> => {
      await copyFile(from.certificate, certificate);
      await copyFile(from.key, key);
    };
    await use(foreign);
    const agent = await agentWith('foreign', { ca: own.ca, certificate, key });
    await expectRefused(agent, /certificate/, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    await use(own);
    await agent.ready();
  });

  it('no certificate at all: refused', async () => {
    const agent = await agentWith('bare', world.controllerKeys, { tls: undefined, controllers: [{ url: controller.gatewayUrl, tls: { ca: world.controllerKeys.ca } }] });
    await expectRefused(agent, /certificate/, 'did not return a certificate');
  });

  it('a controller\'s certificate instead of an agent\'s: refused', async () => {
    const agent = await agentWith('poser', world.controllerKeys);
    await expectRefused(agent, /certificate/, 'INVALID_PURPOSE');
  });

  it('a file that is not there: it says which, and goes on when it is', async () => {
    const keys = await world.agentKeys('nofile');
    await rm(keys.key);
    const agent = await agentWith('nofile', keys);
    await agent.process.ready(() => agent.process.logged(REFUSED).length > 0, 'the agent to log its refusal');
    expect(JSON.stringify(agent.process.logged(REFUSED)[0]?.fields)).toContain(keys.key);
    await world.agentKeys('nofile');
    await agent.ready();
    expect(agent.process.logged(REFUSED)).toHaveLength(1);
  });
});

describe('the controller shows', () => {
  afterAll(async () => {
    await world.issueController();
    await controller.restart();
  }, 60_000);

  it.each([
    ['an expired certificate', expired, /expired/],
    ['a certificate for another name', { names: ['elsewhere.example'] }, /another host name/],
  ])('%s: the agent refuses it, and connects once it is right', async (_what, request, reason) => {
    await world.issueController(request);
    await controller.restart();
    const agent = await agentWith('careful', await world.agentKeys('careful'));
    await agent.process.ready(() => agent.process.logged(REFUSED).length > 0, 'the agent to log its refusal');
    expect(JSON.stringify(agent.process.logged(REFUSED)[0]?.fields)).toMatch(reason);
    expect(await agent.isConnected()).toBe(false);
    await world.issueController();
    await controller.restart();
    await agent.ready();
    await until(() => isKnown('careful'), 'the controller to know the agent');
  });
});
