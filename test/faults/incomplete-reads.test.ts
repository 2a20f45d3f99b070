import { readFile, truncate, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from 'ldapts';
import { startChain, type Chain } from '../support/chain.js';
import type { Json } from '../support/rest-client.js';
import { until } from '../support/until.js';

/** Enough for a run to take a moment, so that faults fall into its middle. */
const PEOPLE = 400;
const ROUNDS = 6;
const PEOPLE_DN = 'ou=people,dc=example,dc=com';
const csv = (count: number): string => ['uid,firstName,lastName,email', ...Array.from({ length: count }, (_, n) => `p${n},First,Last ${n},p${n}@example.com`), ''].join('\n');
const MAPPING = {
  name: 'csv_ldap', source: 'system/csv/account', target: 'system/ldap/account', correlation: [{ source: '/uid', target: '/uid' }],
  properties: [
    { target: 'dn', template: `uid={{dn:uid}},${PEOPLE_DN}` }, { source: 'uid', target: 'uid' }, { source: 'lastName', target: 'sn' }, { source: 'lastName', target: 'cn' },
  ],
  policies: [{ situation: 'SOURCE_MISSING', action: 'DELETE' }, { situation: 'UNASSIGNED', action: 'DELETE' }],
};

let chain: Chain;
beforeAll(async () => {
  chain = await startChain({ csv: csv(PEOPLE), ldap: { modules: [] }, controller: { config: { reconciliation: { patience: '5s' } } } });
  await writeFile(chain.world.path('conf', 'sync.json'), JSON.stringify({ mappings: [MAPPING] }));
}, 120_000);
afterAll(() => chain.stop());

const start = async (): Promise<string> => String((await chain.rest.ok('/openidm/recon?_action=recon&mapping=csv_ldap', { method: 'POST' }))['_id']);

async function summaryOf(id: string): Promise<Json> {
  let summary: Json = {};
  await until(async () => {
    summary = await chain.rest.ok(`/openidm/recon/${id}`);
    return summary['state'] !== 'ACTIVE';
  }, 'the run to end', 60_000);
  return summary;
}

const run = async (): Promise<Json> => summaryOf(await start());
const deleted = (summary: Json): unknown => ((summary['progress'] as Json)['target'] as Json)['deleted'];

async function entries(): Promise<number> {
  const client = new Client({ url: chain.ldap.url });
  await client.bind(chain.ldap.adminDn, chain.ldap.adminPassword);
  try {
    return (await client.search(PEOPLE_DN, { scope: 'one', attributes: ['1.1'] })).searchEntries.length;
  } finally {
    await client.unbind();
  }
}

describe('a reconciliation that deletes what its source has no more', () => {
  it('is in step to begin with, and deletes one person who is really gone', async () => {
    expect(await run()).toMatchObject({ state: 'SUCCESS', progress: { target: { created: PEOPLE } } });
    await writeFile(chain.csvFile, csv(PEOPLE).replace(`p${PEOPLE - 1},First,Last ${PEOPLE - 1},p${PEOPLE - 1}@example.com\n`, ''));
    expect(deleted(await run())).toBe(1);
    await writeFile(chain.csvFile, csv(PEOPLE));
    expect(await run()).toMatchObject({ state: 'SUCCESS' });
    expect(await entries()).toBe(PEOPLE);
  }, 120_000);

  it('deletes nobody when the agent is killed at some point of the run', async () => {
    const seed = Number(process.env['FAULT_SEED'] ?? Date.now() % 100_000);
    console.info(`seed ${seed}`);
    for (let round = 0; round < ROUNDS; round++) {
      const id = await start();
      const at = Date.now() + ((seed * (round + 1) * 7_919) % 400);
      await until(() => Date.now() >= at, 'the moment', 2_000, 5);
      await chain.agent.kill();
      await chain.agent.restart();
      const summary = await summaryOf(id);
      expect({ seed, round, deleted: deleted(summary) }).toEqual({ seed, round, deleted: 0 });
      await chain.controller.systemReady('csv');
      await chain.controller.systemReady('ldap');
      expect(await entries()).toBe(PEOPLE);
    }
    expect(await run()).toMatchObject({ state: 'SUCCESS' });
  }, 240_000);

  it('deletes nobody when the directory is killed in the middle', async () => {
    const id = await start();
    await chain.ldap.pause('SIGKILL');
    const summary = await summaryOf(id);
    await chain.ldap.resume();
    expect(deleted(summary)).toBe(0);
    expect(await entries()).toBe(PEOPLE);
  }, 60_000);

  it('deletes nobody when the file has lost its second half, as a file that is being copied has', async () => {
    const whole = await readFile(chain.csvFile);
    await truncate(chain.csvFile, whole.indexOf(`p${PEOPLE / 2},`));
    const stopped = await run();
    expect(stopped).toMatchObject({ state: 'AWAITING_APPROVAL', message: expect.stringContaining('Threshold reached') as string });
    await chain.rest.ok(`/openidm/recon/${String(stopped['_id'])}?_action=reject`, { method: 'POST' });
    await truncate(chain.csvFile, whole.indexOf('\n') + 1);
    expect(await run()).toMatchObject({ state: 'FAILED', message: expect.stringContaining('is empty') as string });
    await writeFile(chain.csvFile, whole);
    expect(await run()).toMatchObject({ state: 'SUCCESS' });
    expect(await entries()).toBe(PEOPLE);
  }, 60_000);
});
