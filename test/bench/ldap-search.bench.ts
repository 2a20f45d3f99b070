import { Client } from 'ldapts';
import { afterAll, beforeAll, test } from 'vitest';
import { ACCOUNT, OperationOptions } from '../../protocol/model/index.js';
import { search } from '../../connectors/catalog/ldap/search.js';
import { startOpenLdap, type OpenLdap } from '../targets/openldap.js';
import { configFor, people } from '../connectors/ldap/ldap-config.js';
import { call, openSession } from '../connectors/ldap/session.js';

/**
 * A search of 20,000 OpenLDAP entries through the connector, beside the same with plain ldapts in the same run:
 *     npx vitest run --config test/bench/vitest.config.ts test/bench/ldap-search.bench.ts
 */
const ENTRIES = Number(process.env['ENTRIES'] ?? 20_000);
const PAGE = 500;
const ROUNDS = 5;
let server: OpenLdap;

beforeAll(async () => { server = await startOpenLdap({ modules: ['sssvlv'], ldif: people(ENTRIES, 'user', (i) => `givenName: Given ${i}\ntelephoneNumber: +1 555 ${i}\ntitle: Engineer\n`) }); });
afterAll(() => server.stop());

async function plain(): Promise<number> {
  const client = new Client({ url: server.url });
  await client.bind(server.adminDn, server.adminPassword);
  let count = 0;
  try {
    const pages = client.searchPaginated(server.baseDn, { scope: 'sub', filter: '(objectClass=inetOrgPerson)', timeLimit: 0, paged: { pageSize: PAGE }, attributes: ['*', 'entryUUID'] });
    for await (const { searchEntries } of pages) count += searchEntries.length;
  } finally {
    await client.unbind();
  }
  return count;
}

function through(values: Parameters<typeof configFor>[1]): () => Promise<number> {
  return async () => {
    const session = await openSession(configFor(server, { accountObjectClasses: ['inetOrgPerson'], ...values }));
    let count = 0;
    try {
      for await (const object of search(session, { objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none }, call())) if (object.uid.value !== '') count++;
    } finally {
      await session.close();
    }
    return count;
  };
}

type Way = readonly [string, () => Promise<number>];
const WAYS: readonly Way[] = [
  [`ldapts searchPaginated (${PAGE})`, plain],
  [`connector, paged results (${PAGE})`, through({ useBlocks: true, usePagedResultControl: true, blockSize: PAGE })],
  ['connector, no pages', through({})],
];

test(`${ENTRIES} entries`, { timeout: 600_000 }, async () => {
  const best = new Map<string, number>();
  const cpu = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of WAYS) {
      const start = performance.now();
      const before = process.cpuUsage();
      const count = await run();
      if (count !== ENTRIES) throw new Error(`${name} gave ${count} of ${ENTRIES} entries`);
      best.set(name, Math.min(best.get(name) ?? Infinity, performance.now() - start));
      const { user, system } = process.cpuUsage(before);
      cpu.set(name, Math.min(cpu.get(name) ?? Infinity, (user + system) / 1000));
    }
  }
  const [[plainName]] = WAYS as [Way, ...Way[]];
  const ratio = (of: Map<string, number>, name: string): string => (of.get(plainName)! / of.get(name)!).toFixed(2);
  for (const [name, ms] of best) {
    console.log(`${name}: ${Math.round(ENTRIES / ms * 1000)} entries/s (${ratio(best, name)} of plain ldapts), ${Math.round(ENTRIES / cpu.get(name)! * 1000)} entries per CPU second of ours (${ratio(cpu, name)})`);
  }
});
