import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { csvProvisioner, tableProvisioner } from '../../support/provisioners.js';
import { until } from '../../support/until.js';
import type { Controller } from '../../support/causeway-processes.js';
import { startPostgresql } from '../../targets/postgresql.js';
import type { DatabaseServer } from '../../targets/database-server.js';
import { HEARTBEAT_MS, makeFleetWorld, sees, writePeople, type FleetWorld } from './fleet-world.js';

/** Three controllers over NATS and PostgreSQL: what one has begun, the others know, carry on and may end. */

const PEOPLE = 600;
const KILLED_AT = 150;
const MAPPING = {
  name: 'copy', source: 'system/csv/account', target: 'system/people/account', taskThreads: 4, correlation: [{ source: 'uid', target: 'uid' }],
  properties: [{ source: 'uid', target: 'uid' }, { source: 'email', target: 'mail' }],
};

let fleet: FleetWorld;
let target: DatabaseServer;
let controllers: readonly [Controller, Controller, Controller];

beforeEach(async () => {
  [fleet, target] = await Promise.all([makeFleetWorld(), startPostgresql()]);
  const { world } = fleet;
  await target.query('CREATE DATABASE store');
  // Slow, and without a unique key: what is made twice is there twice.
  await target.query(`
CREATE TABLE people (uid text NOT NULL, mail text);
CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.02); RETURN NEW; END $$;
CREATE TRIGGER slow BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION slowly()`);
  await world.provisioner('csv', csvProvisioner(await writePeople(world, 'people.csv', PEOPLE), 'source'));
  await world.provisioner('people', tableProvisioner(target, 'people', 'target', ['mail']));
  await writeFile(world.path('conf', 'sync.json'), JSON.stringify({ mappings: [MAPPING] }));
  await writeFile(world.path('store-password'), target.password);
  await fleet.nats.start();
  const store = { url: `postgresql://${target.user}@127.0.0.1:${target.port}/store?sslmode=disable`, password: { file: world.path('store-password') } };
  const start = (node: string): Promise<Controller> => fleet.controller(node, [], { store });
  controllers = [await start('c1'), await start('c2'), await start('c3')];
  const [, c2, c3] = controllers;
  await Promise.all([fleet.agent('source', [c2, c3], { connectors: { enabled: ['csv'] } }), fleet.agent('target', [c2, c3], { connectors: { enabled: ['database-table'] } })]);
  for (const each of controllers) for (const name of ['source', 'target']) await sees(each, name);
}, 120_000);
afterEach(async () => {
  await fleet.stop();
  await target.stop();
});

const made = async (): Promise<number> => Number((await target.query('SELECT count(*)::int AS made FROM people'))[0]?.['made']);
const startAt = async (controller: Controller): Promise<string> => String((await controller.rest.post('/openidm/recon?_action=recon&mapping=copy'))['_id']);
/** Waits until so many objects are made; says what the run says of itself when they are not. */
async function madeAtLeast(count: number, controller: Controller, id: string): Promise<void> {
  await until(async () => (await made()) >= count, `${count} objects to be made`, 60_000).catch(async (error: unknown) => {
    throw new Error(`${String(error)} ${JSON.stringify(await summary(controller, id))}`);
  });
}
const summary = (controller: Controller, id: string) => controller.rest.ok(`/openidm/recon/${id}`);

async function failures(controller: Controller, id: string): Promise<unknown[]> {
  const { result } = await controller.rest.ok(`/openidm/audit/recon?_queryFilter=${encodeURIComponent(`reconId eq "${id}" and status eq "FAILURE"`)}&_pageSize=5`) as { result: { message: unknown; situation: unknown; action: unknown; messageDetail: unknown }[] };
  return result.map(({ message, situation, action, messageDetail }) => ({ message, situation, action, messageDetail }));
}

describe('a reconciliation in a fleet', () => {
  it('goes on at another controller within a heartbeat interval of the death of the one that carried it, and does nothing twice', async () => {
    const [c1, c2, c3] = controllers;
    const id = await startAt(c1);
    await madeAtLeast(KILLED_AT, c1, id);
    await c1.kill();
    const killedAt = performance.now();
    // What was under way at the agent when it was killed still ends.
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    const before = await made();
    await until(async () => (await made()) > before, 'another controller to go on', 20_000);
    const took = performance.now() - killedAt;
    console.log(`went on ${Math.round(took)} ms after the kill, at ${before} of ${PEOPLE} objects`);
    expect(before).toBeLessThan(PEOPLE);
    expect(took).toBeLessThan(2 * HEARTBEAT_MS);
    await until(async () => String((await summary(c3, id))['state']) === 'SUCCESS', 'the run to end', 60_000);
    expect(await failures(c2, id)).toEqual([]);
    expect(await summary(c2, id)).toMatchObject({ situationSummary: { ABSENT: PEOPLE }, statusSummary: { SUCCESS: PEOPLE, FAILURE: 0 } });
    expect(await target.query('SELECT uid FROM people GROUP BY uid HAVING count(*) > 1')).toEqual([]);
    expect(await made()).toBe(PEOPLE);
    const again = await c2.rest.post('/openidm/recon?_action=recon&mapping=copy&waitForCompletion=true');
    expect(await summary(c3, String(again['_id']))).toMatchObject({ situationSummary: { CONFIRMED: PEOPLE } });
  }, 180_000);

  it('is shown and cancelled at any controller', async () => {
    const [c1, c2, c3] = controllers;
    const id = await startAt(c1);
    await madeAtLeast(1, c1, id);
    expect((await summary(c3, id))['state']).toBe('ACTIVE');
    await c2.rest.post(`/openidm/recon/${id}?_action=cancel`);
    await until(async () => String((await summary(c3, id))['state']) === 'CANCELED', 'the run to be cancelled', 20_000);
    expect(await made()).toBeLessThan(PEOPLE);
  }, 180_000);
});
