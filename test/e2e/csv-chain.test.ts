import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChain, type Chain } from '../support/chain.js';
import type { Json } from '../support/rest-client.js';
import { awkwardSecret, secret } from '../support/secret-values.js';

const ACCOUNT = '/openidm/system/csv/account';
const HEADER = 'uid,firstName,lastName,email,badge,password';
const person = (number: number): string => `p${number},First ${number},"Last, ${number % 3}",p${number}@example.com,${100 + number},${secret(`password of p${number}`)}`;
const CSV = [HEADER, ...Array.from({ length: 12 }, (_, number) => person(number)), ''].join('\n');

/** Adds up badges and marks who has the highest; the one script the agent's policy names. */
const SCRIPT = `let sum = 0, highest;
await connector.search(icf.ACCOUNT, icf.filter.startsWith('__NAME__', prefix), (person) => {
  sum += Number(person.attributes.badge[0]);
  if (highest === undefined || highest.attributes.badge[0] < person.attributes.badge[0]) highest = person;
});
if (fail) throw icf.error('invalidAttributeValue', 'as told');
await connector.update(icf.ACCOUNT, highest.uid, { lastName: 'Highest' });
return { sum, highest: highest.uid, file: String(configuration.csvFile), list };`;

let chain: Chain;
beforeAll(async () => {
  const digest = createHash('sha256').update(SCRIPT).digest('hex');
  chain = await startChain({ csv: CSV, policy: `version: 1\ndefault: allow\nscripts: {sha256: [${digest}]}\n` });
}, 60_000);
afterAll(() => chain.stop());

interface Page { result: Json[]; resultCount: number; pagedResultsCookie: string | null; totalPagedResultsPolicy: string; totalPagedResults: number; remainingPagedResults: number }
const query = async (parameters: Record<string, string>): Promise<Page> => await chain.rest.ok(`${ACCOUNT}?${new URLSearchParams(parameters).toString()}`) as unknown as Page;
const ids = ({ result }: Page): unknown[] => result.map((row) => row['_id']);

describe('a CSV file behind the agent', () => {
  it('test, core and full configuration', async () => {
    expect(await chain.rest.post('/openidm/system/csv?_action=test')).toMatchObject({ name: 'csv', ok: true });
    const connectorRef = { bundleName: 'org.forgerock.openicf.connectors.csvfile-connector', bundleVersion: '1.5.20.26', connectorName: 'org.forgerock.openicf.csvfile.CSVFileConnector', connectorHostRef: 'site1' };
    const core = await chain.rest.post('/openidm/system?_action=createCoreConfig', { connectorRef });
    expect(core['configurationProperties']).toMatchObject({ headerUid: 'uid', fieldDelimiter: ',', quoteCharacter: '"', syncFileRetentionCount: 3 });
    const full = await chain.rest.post('/openidm/system?_action=createFullConfig', { connectorRef, configurationProperties: { ...core['configurationProperties'] as Json, csvFile: chain.csvFile } });
    const types = full['objectTypes'] as Record<string, { properties: Record<string, Json> }>;
    expect(Object.keys(types['__ACCOUNT__']?.properties ?? {})).toEqual(expect.arrayContaining(['firstName', 'lastName', 'email', 'badge', '__PASSWORD__']));
  });

  it('a file that is not there fails the test of a configuration and says which file', async () => {
    const { body } = await chain.rest.send('/openidm/system?_action=testConfig', {
      method: 'POST',
      body: { name: 'nofile', connectorRef: { bundleName: 'org.forgerock.openicf.connectors.csvfile-connector', bundleVersion: '[1.5.0.0,1.6.0.0)', connectorName: 'org.forgerock.openicf.csvfile.CSVFileConnector', connectorHostRef: 'site1' }, configurationProperties: { csvFile: '/nowhere/at/all.csv' } },
    });
    expect(body).toMatchObject({ name: 'nofile', ok: false });
    expect(JSON.stringify(body)).toContain('/nowhere/at/all.csv');
  });

  it('reads, filters, sorts and projects', async () => {
    expect(await chain.rest.ok(`${ACCOUNT}/p3`)).toEqual({ _id: 'p3', uid: 'p3', firstName: 'First 3', lastName: 'Last, 0', email: 'p3@example.com', badge: 103 });
    expect(ids(await query({ _queryFilter: 'lastName eq "Last, 1" and badge lt 108' }))).toEqual(['p1', 'p4', 'p7']);
    expect(ids(await query({ _queryFilter: 'email co "p1" and !(uid eq "p1")' }))).toEqual(['p10', 'p11']);
    expect((await query({ _queryFilter: 'true', _sortKeys: '-badge', _pageSize: '2', _fields: 'badge' })).result).toEqual([{ _id: 'p11', badge: 111 }, { _id: 'p10', badge: 110 }]);
    expect((await query({ _queryId: 'query-all-ids' })).resultCount).toBe(12);
  });

  it('pages by cookie over three pages, and by offset with totals', async () => {
    const seen: unknown[] = [];
    let page: Page | undefined;
    let pages = 0;
    do {
      const cookie: string | null | undefined = page?.pagedResultsCookie;
      page = await query({ _queryFilter: 'uid sw "p"', _pageSize: '5', ...(cookie === undefined || cookie === null ? {} : { _pagedResultsCookie: cookie }) });
      seen.push(...ids(page));
      pages += 1;
    } while (page.pagedResultsCookie !== null);
    expect(pages).toBe(3);
    expect(seen).toEqual(Array.from({ length: 12 }, (_, number) => `p${number}`));
    const offset = await query({ _queryFilter: 'true', _pageSize: '4', _pagedResultsOffset: '10', _totalPagedResultsPolicy: 'EXACT' });
    expect(ids(offset)).toEqual(['p10', 'p11']);
    expect(offset).toMatchObject({ totalPagedResultsPolicy: 'EXACT', totalPagedResults: 12 });
  });

  it('a cookie of another query is refused', async () => {
    const { pagedResultsCookie } = await query({ _queryFilter: 'uid sw "p"', _pageSize: '5' });
    const search = new URLSearchParams({ _queryFilter: 'uid sw "p1"', _pageSize: '5', _pagedResultsCookie: pagedResultsCookie ?? '' });
    expect(await chain.rest.send(`${ACCOUNT}?${search.toString()}`)).toMatchObject({ status: 400, body: { code: 400, reason: 'Bad Request' } });
  });

  it('creates, updates, patches and deletes; the file holds just that', async () => {
    const created = await chain.rest.send(`${ACCOUNT}?_action=create`, { method: 'POST', body: { uid: 'new, one', firstName: 'N "quoted"', lastName: 'line\nbreak', badge: 7, password: awkwardSecret('first password of a user') } });
    expect(created).toMatchObject({ status: 201, body: { _id: 'new, one', firstName: 'N "quoted"', lastName: 'line\nbreak', badge: 7 } });
    const path = `${ACCOUNT}/${encodeURIComponent('new, one')}`;
    expect(await chain.rest.ok(path, { method: 'PUT', headers: { 'If-Match': '*' }, body: { firstName: 'Changed' } })).toMatchObject({ _id: 'new, one', firstName: 'Changed', badge: 7 });
    expect(await chain.rest.ok(path, { method: 'PATCH', body: [{ operation: 'increment', field: '/badge', value: 5 }, { operation: 'replace', field: 'email', value: 'n@example.com' }] })).toMatchObject({ badge: 12, email: 'n@example.com' });
    expect(await readFile(chain.csvFile, 'utf8')).toContain('n@example.com');
    expect(await chain.rest.send(`${ACCOUNT}?_action=create`, { method: 'POST', body: { uid: 'new, one' } })).toMatchObject({ status: 412 });
    expect(await chain.rest.ok(path, { method: 'DELETE' })).toMatchObject({ _id: 'new, one' });
    expect(await chain.rest.send(path)).toMatchObject({ status: 404, body: { code: 404, reason: 'Not Found', message: expect.stringContaining('new, one') as string } });
    expect(await readFile(chain.csvFile, 'utf8')).toBe(CSV);
  });

  it('PUT creates with the id of the path; If-None-Match refuses what is there', async () => {
    expect(await chain.rest.send(`${ACCOUNT}/putter`, { method: 'PUT', headers: { 'If-None-Match': '*' }, body: { uid: 'putter', firstName: 'P' } })).toMatchObject({ status: 201, body: { _id: 'putter' } });
    expect(await chain.rest.send(`${ACCOUNT}/putter`, { method: 'PUT', headers: { 'If-None-Match': '*' }, body: { uid: 'putter', firstName: 'P' } })).toMatchObject({ status: 412 });
    await chain.rest.ok(`${ACCOUNT}/putter`, { method: 'DELETE' });
  });

  it('authenticates', async () => {
    expect(await chain.rest.post(`${ACCOUNT}?_action=authenticate`, { username: 'p2', password: secret('password of p2') })).toMatchObject({ _id: 'p2' });
    expect(await chain.rest.send(`${ACCOUNT}?_action=authenticate&username=p2&password=${secret('wrong password')}`, { method: 'POST' })).toMatchObject({ status: 401 });
  });

  it('liveSync follows a change made to the file from outside', async () => {
    const token = (answer: Json): unknown => (answer['connectorData'] as Json)['syncToken'];
    const first = await chain.rest.post(`${ACCOUNT}?_action=liveSync`);
    await writeFile(chain.csvFile, CSV.replace('First 5', 'Fifth').replace(`${person(6)}\n`, ''));
    const second = await chain.rest.post('/openidm/system?_action=liveSync&source=system/csv/account');
    expect(second).toMatchObject({ _id: 'SYSTEMCSVACCOUNT' });
    expect(second).not.toHaveProperty('lastException');
    expect(token(second)).not.toEqual(token(first));
    expect(await chain.rest.ok(`${ACCOUNT}/p5?_fields=firstName`)).toEqual({ _id: 'p5', firstName: 'Fifth' });
    await writeFile(chain.csvFile, CSV);
  });

  it('a script the policy names runs in the sandbox, by the connector\'s own operations; others are refused clearly', async () => {
    const action = (scriptId: string, actionType: string, actionSource: string): object => ({ scriptId, actions: [{ systemType: '.*CSVFileConnector', actionType, actionSource }] });
    await chain.world.provisioner('csv2', {
      ...JSON.parse(await readFile(chain.world.path('conf', 'provisioner.openicf-csv.json'), 'utf8')) as Json, name: 'csv2',
      systemActions: [action('Hello', 'Groovy', 'return 1'), action('Highest', 'javascript', SCRIPT), action('Groovy', 'groovy', SCRIPT)],
    });
    await chain.controller.systemReady('csv2');
    const run = (query: string, body: Json = {}): Promise<{ status: number; body: Json }> => chain.rest.send(`/openidm/system/csv2?_action=script&${query}`, { method: 'POST', body });
    const { status, body } = await run('scriptId=Hello');
    expect([200, 501]).toContain(status);
    expect(JSON.stringify(body)).toMatch(/refused by the policy of this agent: rule scripts: this agent does not run scripts sent from outside/);
    expect(await run('scriptId=Highest&prefix=p', { fail: false, list: [1, 'two', null] })).toMatchObject({
      status: 200, body: { actions: [{ result: { sum: 1266, highest: 'p11', file: chain.csvFile, list: [1, 'two', null] } }] },
    });
    expect(await chain.rest.ok(`${ACCOUNT}/p11?_fields=lastName`)).toEqual({ _id: 'p11', lastName: 'Highest' });
    await writeFile(chain.csvFile, CSV);
    expect(await run('scriptId=Highest&prefix=p', { fail: true })).toMatchObject({ status: 200, body: { actions: [{ error: 'The script failed in line 6: as told' }] } });
    expect(JSON.stringify((await run('scriptId=Groovy')).body)).toMatch(/language \\"groovy\\" cannot run here.*Rewrite it in JavaScript/);
  });
});
