import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAgent, startController, type Agent, type Controller } from '../support/causeway-processes.js';
import { makeWorld, type World } from '../support/causeway-world.js';
import { peopleLdif } from '../support/people-ldif.js';
import { csvProvisioner, ldapProvisioner } from '../support/provisioners.js';
import type { Json } from '../support/rest-client.js';
import { until } from '../support/until.js';
import { startOpenLdap, type OpenLdap } from '../targets/openldap.js';

const ROWS = 50_000;
/** So long that sockets on the way cannot hold what is left of a search. */
const FILLING = 'x'.repeat(500);
const RECONCILED = 10_000;
const IDS = Array.from({ length: ROWS }, (_, row) => `p${row}`);
const SEARCH = '/openidm/system/csv/account?_queryFilter=true';
const ENTRIES = 6_000;
const ENTRY_BYTES = 4_000;
/** A drained agent must not need it. */
const GRACE_SECONDS = 120;

let world: World;
let controller: Controller;
let ldap: OpenLdap;
const agents = new Map<string, Agent>();
const agent = (name: string): Agent => agents.get(name)!;

beforeAll(async () => {
  world = await makeWorld();
  const csvFile = world.path('people.csv');
  await writeFile(csvFile, ['uid,firstName,lastName,email,badge,password', ...IDS.map((id, row) => `${id},${FILLING},Last,${id}@example.com,${row},`), ''].join('\n'));
  await world.provisioner('csv', csvProvisioner(csvFile, 'sites'));
  const fewer = world.path('fewer.csv');
  await writeFile(fewer, ['uid,firstName,lastName,email,badge,password', ...IDS.slice(0, RECONCILED).map((id, row) => `${id},${FILLING},Last,${id}@example.com,${row},`), ''].join('\n'));
  await world.provisioner('fewer', csvProvisioner(fewer, 'sites', {}, 'fewer'));
  await writeFile(world.path('conf', 'provisioner.openicf.connectorinfoprovider.json'), JSON.stringify({
    remoteConnectorClients: [{ name: 'site1' }, { name: 'site2' }],
    remoteConnectorServersGroups: [{ name: 'sites', algorithm: 'failover', serversList: [{ name: 'site1' }, { name: 'site2' }] }],
  }));
  const policies = ['CONFIRMED', 'FOUND', 'ABSENT', 'MISSING', 'UNQUALIFIED', 'UNASSIGNED', 'SOURCE_MISSING'].map((situation) => ({ situation, action: 'IGNORE' }));
  await writeFile(world.path('conf', 'sync.json'), JSON.stringify({ mappings: [{
    name: 'same', source: 'system/fewer/account', target: 'system/fewer/account', correlation: [{ source: '/uid', target: '/uid' }], properties: [{ source: 'lastName', target: 'lastName' }], policies,
  }] }));
  ldap = await startOpenLdap({ modules: [], ldif: peopleLdif(0, ENTRIES, 'ou=people,dc=example,dc=com', ENTRY_BYTES) });
  await world.provisioner('ldap', ldapProvisioner(ldap, 'sites'));
  controller = await startController(world);
  for (const name of ['site1', 'site2']) {
    agents.set(name, await startAgent(world, { name, controller, config: { agent: { name, stateDirectory: world.path(`${name}-state`), shutdownGrace: `${GRACE_SECONDS}s` } } }));
  }
  await controller.systemReady('csv');
}, 120_000);

afterAll(async () => {
  for (const each of agents.values()) await each.kill();
  await controller.kill();
  await ldap.stop();
  await world.remove();
});

async function executing({ health }: Agent): Promise<number> {
  const { body } = await health.send('/readyz');
  return (body['controllers'] as { executing: number }[]).reduce((sum, { executing: count }) => sum + count, 0);
}

/** Both agents are there, and the controller knows it. */
async function bothServe(): Promise<void> {
  for (const each of agents.values()) if (!each.process.isRunning) await each.restart();
  await until(async () => {
    const { connectorRef } = await controller.rest.post('/openidm/system?_action=availableConnectors') as { connectorRef: { connectorHostRef: string }[] };
    return [...agents.keys()].every((name) => connectorRef.some(({ connectorHostRef }) => connectorHostRef === name));
  }, 'both agents to offer their connectors');
  await controller.systemReady('csv');
}

/** Reads the whole search; `inTheMiddle` happens while it has come a tenth of the way, and holds the reading. */
async function searchWith(inTheMiddle: (runsAt: Agent) => Promise<void>, { path, count, size } = { path: SEARCH, count: ROWS, size: FILLING.length }): Promise<string[]> {
  const response = await fetch(`${controller.rest.base}${path}`, { headers: controller.rest.credentials });
  expect(response.status).toBe(200);
  const parts: Buffer[] = [];
  let bytes = 0;
  let isOver = false;
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    parts.push(Buffer.from(part));
    bytes += part.length;
    if (isOver || bytes < (count * size) / 10) continue;
    isOver = true;
    const [first, second] = [agent('site1'), agent('site2')];
    const runsAt = first.process.isRunning && await executing(first) > 0 ? first : second;
    expect(await executing(runsAt)).toBe(1);
    await inTheMiddle(runsAt);
  }
  const body = JSON.parse(Buffer.concat(parts).toString('utf8')) as { result: Json[]; resultCount: number; error?: Json };
  expect(body.error).toBeUndefined();
  expect(body.resultCount).toBe(count);
  return body.result.map((row) => row['_id'] as string);
}

describe('two agents of one group with the same file', () => {
  it('a search goes on at the other one when its agent is told to stop, which then ends long before it has to', async () => {
    await bothServe();
    let stopped: Agent | undefined;
    const page = async (cookie = ''): Promise<{ result: Json[]; pagedResultsCookie: string }> =>
      await controller.rest.ok(`${SEARCH}&_pageSize=100&_pagedResultsCookie=${cookie}`) as { result: Json[]; pagedResultsCookie: string };
    const firstPage = await page();
    const handedOver = controller.process.logged('goes on elsewhere: its agent drains').length;
    const ids = await searchWith(async (runsAt) => {
      stopped = runsAt;
      const draining = controller.process.logged('draining').length;
      runsAt.process.signal('SIGTERM');
      await until(() => controller.process.logged('draining').length > draining, 'the controller to hear that the agent drains');
    });
    expect(ids).toEqual(IDS);
    expect(controller.process.logged('goes on elsewhere: its agent drains')).toHaveLength(handedOver + 1);
    await until(() => stopped?.process.isRunning === false, 'the drained agent to end', (GRACE_SECONDS * 1_000) / 3);
    expect(await stopped?.process.ended).toEqual({ code: 0, signal: null });
    // What comes now goes to the other one, as if nothing were: also the next page of a query that the first one began.
    expect((await page(firstPage.pagedResultsCookie)).result.map((row) => row['_id'])).toEqual(IDS.slice(100, 200));
  }, 150_000);

  it('a search goes on at the other one when its agent is killed', async () => {
    await bothServe();
    expect(await searchWith((runsAt) => runsAt.kill())).toEqual(IDS);
  }, 150_000);

  it('so does one of a directory, whose cursors died with the agent', async () => {
    await bothServe();
    await controller.systemReady('ldap');
    const path = '/openidm/system/ldap/account?_queryFilter=true';
    const before = (await controller.rest.ok('/openidm/system/ldap/account?_queryId=query-all-ids'))['result'] as Json[];
    const ids = await searchWith((runsAt) => runsAt.kill(), { path, count: ENTRIES, size: ENTRY_BYTES });
    expect(ids).toEqual(before.map((row) => row['_id']));
    expect(new Set(ids).size).toBe(ENTRIES);
  }, 150_000);

  it('a search goes on at the same one, restarted, when there is no other', async () => {
    await bothServe();
    await agent('site2').kill();
    const ids = await searchWith(async (runsAt) => {
      await runsAt.kill();
      await runsAt.restart();
    });
    expect(ids).toEqual(IDS);
  }, 150_000);

  it('a reconciliation reads all of both sides although an agent is stopped and the other is killed after its return', async () => {
    await bothServe();
    const { _id: id } = await controller.rest.post('/openidm/recon?_action=recon&mapping=same') as { _id: string };
    const runs = async (name: string): Promise<boolean> => await executing(agent(name)) > 0;
    await until(() => runs('site1'), 'the run to read');
    await agent('site1').stop();
    await agent('site1').restart();
    await until(() => runs('site2'), 'the run to read at the other agent', 5_000).catch(() => undefined);
    await agent('site2').kill();
    await until(async () => (await controller.rest.ok(`/openidm/recon/${id}`))['state'] !== 'ACTIVE', 'the run to end', 90_000);
    const summary = await controller.rest.ok(`/openidm/recon/${id}`);
    expect(summary).toMatchObject({ state: 'SUCCESS', statusSummary: { FAILURE: 0 }, progress: { source: { existing: { processed: RECONCILED } } } });
  }, 150_000);
});
