import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startController, type Controller } from '../../../support/causeway-processes.js';
import { makeWorld, type World } from '../../../support/causeway-world.js';

let world: World;
let controller: Controller;
beforeAll(async () => {
  world = await makeWorld();
  await writeFile(world.path('conf', 'managed.json'), JSON.stringify({ objects: [{ name: 'user', schema: { properties: { boss: { type: 'relationship', reversePropertyName: 'staff', resourceCollection: [{ path: 'managed/user' }] } } } }] }));
  await writeFile(world.path('conf', 'sync.json'), JSON.stringify({ mappings: [{ name: 'good', source: 'managed/user', target: 'system/to/account' }, { name: 'broken', source: 'managed/user', target: 'nowhere' }] }));
  controller = await startController(world);
}, 60_000);
afterAll(async () => {
  await controller.process.kill();
  await world.remove();
});

it('what is wrong with mappings, and what managed objects do not do, before anybody asks for them', async () => {
  const { process } = controller;
  await process.ready(() => process.logged('a mapping cannot be used').length > 0 && process.logged('relationships are not supported').length > 0, 'both to be logged', 20_000);
  expect(process.logged('a mapping cannot be used').map(({ fields }) => [fields['mapping'], fields['reason']])).toEqual([['broken', expect.stringContaining('nowhere') as string]]);
  expect(process.logged('relationships are not supported').map(({ text }) => text)).toEqual([expect.stringMatching(/^user: schema\.properties\.boss: .*\(staff of managed\/user\)$/)]);
});
