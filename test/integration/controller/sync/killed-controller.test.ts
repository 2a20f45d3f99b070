import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAgent, startController, type Agent, type Controller } from '../../../support/causeway-processes.js';
import { makeWorld, type World } from '../../../support/causeway-world.js';
import { csvProvisioner } from '../../../support/provisioners.js';
import { until } from '../../../support/until.js';

/** Real processes: liveSync from one CSV file into another, and a controller that is killed (SIGKILL) in the middle of it. */

const PEOPLE = 120;
let world: World;
let controller: Controller;
let agent: Agent;
const people = (mail: string): string => `uid,firstName,email\n${Array.from({ length: PEOPLE }, (_, index) => `p${index},First,${mail}${index}@example.com\n`).join('')}`;
const targets = async (): Promise<string[]> => (await readFile(world.path('to.csv'), 'utf8')).trim().split('\n').slice(1);

beforeAll(async () => {
  world = await makeWorld();
  await writeFile(world.path('from.csv'), 'uid,firstName,email\n');
  await writeFile(world.path('to.csv'), 'uid,firstName,email\n');
  await world.provisioner('from', csvProvisioner(world.path('from.csv'), 'site1', {}, 'from'));
  await world.provisioner('to', csvProvisioner(world.path('to.csv'), 'site1', {}, 'to'));
  await writeFile(world.path('conf', 'sync.json'), JSON.stringify({ mappings: [{
    name: 'm', source: 'system/from/account', target: 'system/to/account',
    properties: [{ source: 'uid', target: 'uid' }, { source: 'firstName', target: 'firstName' }, { source: 'email', target: 'email' }],
  }] }));
  controller = await startController(world);
  agent = await startAgent(world, { controller });
  await controller.systemReady('from');
  await controller.systemReady('to');
}, 120_000);
afterAll(async () => {
  await agent.process.kill();
  await controller.process.kill();
  await world.remove();
});

it('carries every change through once, although it is killed twice', async () => {
  const liveSync = (): Promise<{ readonly status: number; readonly body: unknown }> => controller.rest.send('/openidm/system/from/account?_action=liveSync', { method: 'POST', timeout: 60_000 });
  expect((await liveSync()).status).toBe(200);
  await writeFile(world.path('from.csv'), people('a'));
  for (const many of [10, 60]) {
    liveSync().catch(() => undefined);
    await until(async () => (await targets()).length >= many, `${many} people to have arrived`, 60_000, 5);
    await controller.kill();
    expect((await targets()).length).toBeLessThan(PEOPLE);
    await controller.restart();
    await controller.systemReady('from');
    await controller.systemReady('to');
  }
  const { status, body } = await liveSync();
  expect([status, body]).toEqual([200, expect.not.objectContaining({ lastException: expect.anything() as unknown })]);
  expect(new Set(await targets()).size).toBe(PEOPLE);
  expect(await targets()).toHaveLength(PEOPLE);
  const { body: links } = await controller.rest.send('/openidm/repo/link?_queryFilter=true&_fields=_id');
  expect(links).toMatchObject({ resultCount: PEOPLE });
  const history = (await controller.rest.send('/openidm/sync/history?_queryFilter=true')).body as { result: { state: string; created: number; failed: number }[] };
  expect(history.result.map(({ state }) => state)).toEqual(['ok', 'interrupted', 'interrupted', 'ok']);
  expect(history.result.reduce((sum, { created }) => sum + created, 0)).toBe(PEOPLE);
  expect(history.result.reduce((sum, { failed }) => sum + failed, 0)).toBe(0);
}, 200_000);
