import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { peopleLdif } from '../../support/people-ldif.js';
import { until } from '../../support/until.js';
import { startOpenLdap, type OpenLdap } from '../../targets/openldap.js';
import type { JavaConnection } from '../support/java-connection.js';
import { JavaDriver } from '../support/java-driver.js';
import type { JavaStreamControl } from '../support/java-driver-types.js';
import type { JavaFacade } from '../support/java-facade.js';
import { startCliAgent, type CliAgent } from './support/cli-agent.js';
import { CSV_KEY, LDAP_KEY } from './support/connector-keys.js';
import { KEY } from './support/listening-agent.js';
import { ldapProperties } from './support/openldap-people.js';
import { provenOn } from './support/proven.js';
import { uidChecksum } from './support/uid-checksum.js';
import { Started } from './support/started.js';

const ACCOUNT = '__ACCOUNT__';
const CSV_ROWS = 100_000;
const LDAP_ENTRIES = 20_000;
/** Of a whole search, on a machine that has other things to do. */
const LONG = 170_000;

const started = new Started();
let agent: CliAgent;
let server: OpenLdap;
let driver: JavaDriver;
let connection: JavaConnection;
let csv: JavaFacade;
let ldap: JavaFacade;

beforeAll(async () => {
  server = started.add(await startOpenLdap({ modules: ['sssvlv'], ldif: peopleLdif(0, LDAP_ENTRIES) }));
  agent = started.add(await startCliAgent());
  const csvFile = agent.world.path('large.csv');
  const out = createWriteStream(csvFile);
  out.write('uid,firstName,lastName,email,department,badge\n');
  for (let index = 0; index < CSV_ROWS; index++) {
    if (!out.write(`user${index},First ${index},Last ${index % 1000},user${index}@example.com,Department ${index % 37},${100_000 + index}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
  driver = started.add(await JavaDriver.start());
  connection = await driver.connect({ port: agent.port, key: KEY });
  csv = await connection.configure(CSV_KEY, { csvFile });
  ldap = await connection.configure(LDAP_KEY, ldapProperties(server, { uidAttribute: 'uid', useBlocks: true, usePagedResultControl: true, blockSize: 500 }));
}, 240_000);
afterAll(() => started.stopAll());

const uidsUpTo = (count: number): string[] => Array.from({ length: count }, (_, index) => `user${index}`);

describe.each([['csv', CSV_ROWS, () => csv], ['ldap', LDAP_ENTRIES, () => ldap]] as const)('%s with %i entries', (connector, entries, facade) => {
  const proven = provenOn(connector);
  const search = (control: JavaStreamControl = {}) => facade().search(ACCOUNT, null, { countOnly: true, timeout: LONG, ...control });
  const searches = () => agent.process.process.lines.filter(({ text, fields }) => text === 'operation' && fields['operation'] === 'search' && fields['connector'] === connector).map(({ fields }) => fields);

  it('every entry once', () => proven('search', async () => {
    expect(await search()).toMatchObject({ ended: 'complete', count: entries, checksum: uidChecksum(uidsUpTo(entries)) });
  }), 200_000);

  it('with a filter that only some match', () => proven('search', async () => {
    const filter = connector === 'csv' ? { type: 'endsWith', attribute: 'email', value: '77@example.com' } as const : { type: 'endsWith', attribute: 'mail', value: '77@example.com' } as const;
    const expected = uidsUpTo(entries).filter((uid) => uid.endsWith('77'));
    expect(await facade().search(ACCOUNT, filter, { countOnly: true, timeout: LONG })).toMatchObject({ count: expected.length, checksum: uidChecksum(expected) });
  }), 200_000);

  it('pages of 5,000, from cookie to cookie', () => proven('search-paged', async () => {
    const seen: string[] = [];
    let cookie: string | null | undefined;
    do {
      const page = await facade().search(ACCOUNT, null, { timeout: LONG, options: { pageSize: 5_000, attributesToGet: [], ...(typeof cookie === 'string' ? { pagedResultsCookie: cookie } : {}) } });
      seen.push(...page.objects.map(({ uid }) => uid));
      cookie = page.result?.pagedResultsCookie;
    } while (typeof cookie === 'string' && seen.length < 2 * entries);
    expect(seen).toHaveLength(entries);
    expect(uidChecksum(seen)).toBe(uidChecksum(uidsUpTo(entries)));
  }), 400_000);

  it.each([['stopped', 'stopAfter', 'search-stopped'], ['cancelled', 'cancelAfter', 'search-cancelled']] as const)('%s early: the agent stops reading', (ended, control, operation) => proven(operation, async () => {
    const before = searches().length;
    expect(await search({ [control]: 10 })).toMatchObject({ ended, count: 10 });
    await until(() => searches().length > before, 'the agent to have ended the search', 60_000);
    const line = searches()[before]!;
    expect(line['outcome']).toBe('left');
    expect(line['count']).toBeLessThan(entries);
    // The session or file it held is free again.
    expect((await facade().search(ACCOUNT, { type: 'equals', attribute: '__UID__', values: ['user17'] })).count).toBe(1);
  }), 120_000);
});
