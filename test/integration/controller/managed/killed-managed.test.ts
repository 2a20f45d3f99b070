import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAgent, startController, type Agent, type Controller } from '../../../support/causeway-processes.js';
import { makeWorld, type World } from '../../../support/causeway-world.js';
import { csvProvisioner } from '../../../support/provisioners.js';
import { until } from '../../../support/until.js';

/** Real processes: managed objects that are carried into a CSV file, and a controller that is killed (SIGKILL) while they are written. */

const PEOPLE = 200;
let world: World;
let controller: Controller;
let agent: Agent;
const targets = async (): Promise<string[]> => (await readFile(world.path('to.csv'), 'utf8')).trim().split('\n').slice(1).map((line) => (line.split(',')[0] ?? '').replaceAll('"', '')).sort();
const isOpen = async (): Promise<boolean> => (await controller.rest.send('/openidm/managed/user?_queryFilter=true&_pageSize=1').catch(() => ({ status: 0 }))).status === 200;
const stored = async (): Promise<string[]> => ((await controller.rest.send('/openidm/managed/user?_queryFilter=true')).body as { result: { _id: string }[] }).result.map(({ _id }) => _id).sort();

beforeAll(async () => {
  world = await makeWorld();
  await writeFile(world.path('to.csv'), 'uid,firstName,email\n');
  await world.provisioner('to', csvProvisioner(world.path('to.csv'), 'site1', {}, 'to'));
  await writeFile(world.path('conf', 'managed.json'), JSON.stringify({ objects: [{ name: 'user', schema: { properties: { email: { type: 'string' } } } }] }));
  await writeFile(world.path('conf', 'sync.json'), JSON.stringify({ mappings: [{
    name: 'm', source: 'managed/user', target: 'system/to/account', properties: [{ source: '_id', target: 'uid' }, { source: 'email', target: 'email' }],
  }] }));
  controller = await startController(world);
  agent = await startAgent(world, { controller });
  await controller.systemReady('to');
  await until(isOpen, 'the database to be open', 90_000);
}, 120_000);
afterAll(async () => {
  await agent.process.kill();
  await controller.process.kill();
  await world.remove();
});

it('carries every object that is stored on, once, although it is killed twice', async () => {
  for (const [from, many] of [[0, 10], [PEOPLE / 2, PEOPLE / 2 + 5]] as const) {
    const writing = Array.from({ length: 8 }, async (_, worker) => {
      for (let index = from + worker; index < from + PEOPLE / 2; index += 8) {
        await controller.rest.send(`/openidm/managed/user/p${index}`, { method: 'PUT', headers: { 'If-None-Match': '*' }, body: { email: `p${index}@example.com` } });
      }
    });
    const ended = Promise.allSettled(writing);
    await until(async () => (await targets()).length >= many, `${many} people to have arrived`, 60_000, 5);
    await controller.kill();
    await ended;
    await controller.restart();
    await controller.systemReady('to');
    await until(isOpen, 'the database to be open', 90_000);
    const people = await stored();
    expect(people.length).toBeLessThan(PEOPLE);
    await until(async () => (await targets()).length >= people.length, 'what was left to be carried on', 60_000);
    expect(await targets()).toEqual(people);
  }
  await until(async () => ((await controller.rest.send('/openidm/repo/link?_queryFilter=true&_fields=_id')).body as { resultCount: number }).resultCount === (await stored()).length, 'every link to be stored', 60_000);
  expect((await controller.rest.send('/openidm/repo/synchronisation/deadLetterQueue/managed?_queryFilter=true')).body).toMatchObject({ resultCount: 0 });
}, 240_000);
