import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { peopleLdif } from '../support/people-ldif.js';
import { startChain, type Chain } from '../support/chain.js';
import type { Json } from '../support/rest-client.js';
import { awkwardSecret, secret } from '../support/secret-values.js';

const PEOPLE = 'ou=people,dc=example,dc=com';
const ACCOUNT = '/openidm/system/ldap/account';

let chain: Chain;
beforeAll(async () => {
  chain = await startChain({ ldap: { ldif: peopleLdif(0, 25) } });
}, 120_000);
afterAll(() => chain.stop());

interface Page { result: Json[]; resultCount: number; pagedResultsCookie: string | null; totalPagedResultsPolicy: string; totalPagedResults: number; remainingPagedResults: number }
const query = async (parameters: Record<string, string>): Promise<Page> => await chain.rest.ok(`${ACCOUNT}?${new URLSearchParams(parameters).toString()}`) as unknown as Page;
const uids = ({ result }: Page): unknown[] => result.map((row) => row['uid']);

async function create(uid: string, more: Json = {}): Promise<Json> {
  const { status, body, headers } = await chain.rest.send(`${ACCOUNT}?_action=create`, { method: 'POST', body: { dn: `uid=${uid},${PEOPLE}`, uid, cn: `Cn ${uid}`, sn: 'Sn', ...more } });
  expect(status, JSON.stringify(body)).toBe(201);
  expect(headers.location).toMatch(new RegExp(`/system/ldap/account/${String(body['_id'])}$`));
  return body;
}

describe('system actions', () => {
  it('test answers the status object with its keys in order, for one system and for all', async () => {
    const status = await chain.rest.post('/openidm/system/ldap?_action=test');
    expect(Object.keys(status)).toEqual(['name', 'enabled', 'config', 'connectorRef', 'displayName', 'objectTypes', 'ok']);
    expect(status).toMatchObject({ name: 'ldap', enabled: true, config: 'config/provisioner.openicf/ldap', ok: true });
    expect([...(status['objectTypes'] as string[])].sort()).toEqual(['__ALL__', 'account', 'group']);
    expect(await chain.rest.post('/openidm/system?_action=test')).toEqual([status]);
    expect(await chain.rest.post('/openidm/system?_action=test', { id: 'ldap' })).toEqual(status);
  });

  it('availableConnectors lists the connectors of the agent, under its name', async () => {
    const { connectorRef } = await chain.rest.post('/openidm/system?_action=availableConnectors') as { connectorRef: Json[] };
    expect(connectorRef).toContainEqual({
      connectorName: 'org.identityconnectors.ldap.LdapConnector', displayName: expect.stringMatching(/^LDAP/) as string, bundleName: 'org.forgerock.openicf.connectors.ldap-connector',
      bundleVersion: '1.5.20.26', connectorHostRef: 'site1', systemType: 'provisioner.openicf',
    });
    expect(connectorRef.map(({ connectorName }) => connectorName)).toContain('org.forgerock.openicf.csvfile.CSVFileConnector');
  });

  it('createCoreConfig gives every property with its default, createFullConfig the object types of the server schema', async () => {
    const ref = { bundleName: 'org.forgerock.openicf.connectors.ldap-connector', bundleVersion: '1.5.20.26', connectorName: 'org.identityconnectors.ldap.LdapConnector', connectorHostRef: 'site1' };
    const core = await chain.rest.post('/openidm/system?_action=createCoreConfig', { connectorRef: ref });
    expect(core['connectorRef']).toEqual(ref);
    expect(core['poolConfigOption']).toEqual({ maxObjects: 10, maxIdle: 10, maxWait: 150_000, minEvictableIdleTimeMillis: 120_000, minIdle: 1 });
    expect(core['configurationProperties']).toMatchObject({ port: 389, blockSize: 100, credentials: null, accountObjectClasses: ['top', 'person', 'organizationalPerson', 'inetOrgPerson'] });
    const { host, port, adminDn, adminPassword } = chain.ldap;
    const configurationProperties = { ...core['configurationProperties'] as Json, host, port, principal: adminDn, credentials: adminPassword, baseContexts: ['dc=example,dc=com'] };
    // The answer is a whole provisioner file, with the credentials it was asked with.
    const full = await chain.rest.ok('/openidm/system?_action=createFullConfig', { method: 'POST', body: { connectorRef: ref, configurationProperties }, showsSecret: true });
    const account = (full['objectTypes'] as Record<string, { nativeType: string; properties: Record<string, Json> }>)['__ACCOUNT__'];
    expect(account?.nativeType).toBe('__ACCOUNT__');
    expect(account?.properties['sn']).toMatchObject({ nativeName: 'sn', nativeType: 'string', required: true });
    expect(account?.properties['telephoneNumber']).toMatchObject({ type: 'array', items: { type: 'string' } });
  });

  it('a script is refused clearly, since no system action is defined', async () => {
    const { status, body } = await chain.rest.send('/openidm/system/ldap?_action=script&scriptId=Nothing', { method: 'POST' });
    expect(status).toBe(400);
    expect(body['message']).toBe('Script ID: Nothing is not defined.');
  });
});

describe('objects', () => {
  it('create answers the object with _id first, read gives the same', async () => {
    const created = await create('ada', { givenName: 'Ada', mail: 'ada@example.com', telephoneNumber: ['+1', '+2'], password: awkwardSecret('first password of ada'), roomNumber: 7 });
    expect(Object.keys(created)[0]).toBe('_id');
    expect(created).toMatchObject({ dn: `uid=ada,${PEOPLE}`, uid: 'ada', givenName: 'Ada', telephoneNumber: ['+1', '+2'], roomNumber: 7 });
    expect(created).not.toHaveProperty('password');
    expect(await chain.rest.ok(`${ACCOUNT}/${String(created['_id'])}`)).toEqual(created);
    expect(await chain.rest.ok(`${ACCOUNT}/${String(created['_id'])}?_fields=mail`)).toEqual({ _id: created['_id'], mail: 'ada@example.com' });
  });

  it('the same name again is 412, a missing required attribute 400, a value the server refuses 400', async () => {
    await create('twice');
    const again = await chain.rest.send(`${ACCOUNT}?_action=create`, { method: 'POST', body: { dn: `uid=twice,${PEOPLE}`, uid: 'twice', cn: 'x', sn: 'x' } });
    expect(again).toMatchObject({ status: 412, body: { code: 412, reason: 'Precondition Failed' } });
    const without = await chain.rest.send(`${ACCOUNT}?_action=create`, { method: 'POST', body: { dn: `uid=nosn,${PEOPLE}`, cn: 'x' } });
    expect(without).toMatchObject({ status: 400, body: { code: 400, reason: 'Bad Request', message: expect.stringContaining('Required attribute') as string } });
    const unknown = await chain.rest.send(`${ACCOUNT}?_action=create`, { method: 'POST', body: { dn: `uid=x,${PEOPLE}`, cn: 'x', sn: 'x', shoeSize: 4 } });
    expect(unknown).toMatchObject({ status: 400, body: { message: expect.stringContaining('shoeSize') as string } });
    const listed = await chain.rest.send(`${ACCOUNT}?_action=create`, { method: 'POST', body: { dn: `uid=x,${PEOPLE}`, cn: ['x', 'y'], sn: 'x' } });
    expect(listed.status).toBeGreaterThanOrEqual(400);
    expect(listed.body['message']).toContain('cn');
    const refused = await chain.rest.send(`${ACCOUNT}?_action=create`, { method: 'POST', body: { dn: `uid=x,${PEOPLE}`, cn: 'x', sn: 'x', telephoneNumber: ['no number!'] } });
    expect(refused).toMatchObject({ status: 400, body: { code: 400 } });
  });

  it('PUT with If-Match updates what it names and keeps the rest, without it updates or creates', async () => {
    const { _id } = await create('grace', { givenName: 'Grace', description: 'keep' });
    const path = `${ACCOUNT}/${String(_id)}`;
    const updated = await chain.rest.ok(path, { method: 'PUT', headers: { 'If-Match': '*' }, body: { cn: 'Grace Hopper', telephoneNumber: '+3' } });
    expect(updated).toMatchObject({ _id, cn: 'Grace Hopper', description: 'keep', telephoneNumber: ['+3'] });
    expect(await chain.rest.ok(path, { method: 'PUT', body: { cn: 'G. Hopper' } })).toMatchObject({ _id, cn: 'G. Hopper', givenName: 'Grace' });
    expect(await chain.rest.ok(path, { method: 'PUT', headers: { 'If-Match': '*' }, body: { givenName: null } })).not.toHaveProperty('givenName', 'Grace');
    const missing = await chain.rest.send(`${ACCOUNT}/00000000-0000-0000-0000-000000000000`, { method: 'PUT', headers: { 'If-Match': '*' }, body: { cn: 'x' } });
    expect(missing).toMatchObject({ status: 404, body: { code: 404, reason: 'Not Found' } });
  });

  it('PUT can rename: the answer has the new name and the old id', async () => {
    const { _id } = await create('oldname');
    const renamed = await chain.rest.ok(`${ACCOUNT}/${String(_id)}`, { method: 'PUT', headers: { 'If-Match': '*' }, body: { dn: `uid=newname,${PEOPLE}` } });
    expect(renamed).toMatchObject({ _id, dn: `uid=newname,${PEOPLE}`, uid: 'newname' });
  });

  it('PATCH adds, removes, replaces and increments, one after the other', async () => {
    const { _id } = await create('patchy', { telephoneNumber: ['1'], roomNumber: 5, description: 'old' });
    const patched = await chain.rest.ok(`${ACCOUNT}/${String(_id)}`, {
      method: 'PATCH',
      body: [
        { operation: 'add', field: '/telephoneNumber/-', value: '2' }, { operation: 'remove', field: 'telephoneNumber', value: '1' },
        { operation: 'replace', field: '/description', value: 'new' }, { operation: 'increment', field: '/roomNumber', value: 3 },
      ],
    });
    expect(patched).toMatchObject({ _id, telephoneNumber: ['2'], description: 'new', roomNumber: 8 });
    const removed = await chain.rest.ok(`${ACCOUNT}/${String(_id)}`, { method: 'PATCH', headers: { 'If-Match': '*' }, body: [{ operation: 'remove', field: '/description' }] });
    expect(removed['description'] ?? null).toBeNull();
    const wrong = await chain.rest.send(`${ACCOUNT}/${String(_id)}`, { method: 'PATCH', body: [{ operation: 'frobnicate', field: '/cn', value: 'x' }] });
    expect(wrong).toMatchObject({ status: 400, body: { code: 400 } });
  });

  it('delete answers what the object was; afterwards it is not found, three times over', async () => {
    const created = await create('gone');
    const path = `${ACCOUNT}/${String(created['_id'])}`;
    expect(await chain.rest.ok(path, { method: 'DELETE' })).toEqual(created);
    for (const method of ['GET', 'DELETE']) expect(await chain.rest.send(path, { method })).toMatchObject({ status: 404, body: { code: 404, reason: 'Not Found' } });
    expect((await query({ _queryFilter: 'uid eq "gone"' })).result).toEqual([]);
  });

  it('groups: members are added and removed one by one', async () => {
    const group = await chain.rest.post('/openidm/system/ldap/group?_action=create', { dn: 'cn=staff,ou=groups,dc=example,dc=com', cn: 'staff', member: [`uid=user1,${PEOPLE}`] });
    const path = `/openidm/system/ldap/group/${String(group['_id'])}`;
    const more = await chain.rest.ok(path, { method: 'PATCH', body: [{ operation: 'add', field: '/member/-', value: `uid=user2,${PEOPLE}` }] });
    expect([...(more['member'] as string[])].sort()).toEqual([`uid=user1,${PEOPLE}`, `uid=user2,${PEOPLE}`]);
    const less = await chain.rest.ok(path, { method: 'PATCH', body: [{ operation: 'remove', field: '/member', value: `uid=user1,${PEOPLE}` }] });
    expect(less['member']).toEqual([`uid=user2,${PEOPLE}`]);
    await chain.rest.ok(path, { method: 'DELETE' });
  });
});

describe('authenticate', () => {
  it('takes name and password from the body or the query; wrong ones are 401, missing ones 400', async () => {
    const { _id } = await create('login', { password: secret('password of login') });
    const action = `${ACCOUNT}?_action=authenticate`;
    expect(await chain.rest.post(action, { username: 'login', password: secret('password of login') })).toMatchObject({ _id });
    expect(await chain.rest.post(`${action}&username=login&password=${secret('password of login')}`)).toMatchObject({ _id });
    expect(await chain.rest.send(action, { method: 'POST', body: { username: 'login', password: awkwardSecret('wrong password') } })).toMatchObject({ status: 401, body: { code: 401, reason: 'Unauthorized' } });
    expect(await chain.rest.send(action, { method: 'POST', body: { username: 'nobody', password: awkwardSecret('wrong password') } })).toMatchObject({ status: 401 });
    expect(await chain.rest.send(action, { method: 'POST', body: { username: 'login' } })).toMatchObject({ status: 400 });
  });

  it('a password that was replaced is the one that counts', async () => {
    const { _id } = await create('changer', { password: secret('password before') });
    await chain.rest.ok(`${ACCOUNT}/${String(_id)}`, { method: 'PATCH', body: [{ operation: 'replace', field: 'password', value: awkwardSecret('password after') }] });
    expect(await chain.rest.send(`${ACCOUNT}?_action=authenticate`, { method: 'POST', body: { username: 'changer', password: secret('password before') } })).toMatchObject({ status: 401 });
    expect(await chain.rest.post(`${ACCOUNT}?_action=authenticate`, { username: 'changer', password: awkwardSecret('password after') })).toMatchObject({ _id });
  });
});

describe('queries', () => {
  const user = { _queryFilter: 'uid sw "user"' };

  it('answers all counts, and the ids only for query-all-ids', async () => {
    const all = await query(user);
    expect(Object.keys(all)).toEqual(['result', 'resultCount', 'pagedResultsCookie', 'totalPagedResultsPolicy', 'totalPagedResults', 'remainingPagedResults']);
    expect(all).toMatchObject({ resultCount: 25, pagedResultsCookie: null, totalPagedResultsPolicy: 'NONE', totalPagedResults: -1, remainingPagedResults: -1 });
    const ids = await query({ _queryId: 'query-all-ids' });
    expect(ids.result.length).toBeGreaterThanOrEqual(25);
    for (const row of ids.result) expect(Object.keys(row).filter((key) => !['_id', 'dn'].includes(key))).toEqual([]);
  });

  it.each<[string, string[]]>([
    ['uid eq "user3" or uid eq "USER4"', ['user3', 'user4']],
    ['uid sw "user" and title eq "Engineer 1" and !(uid eq "user10")', ['user1', 'user19']],
    ['mail co "user1" and employeeNumber lt "1000012"', ['user1', 'user10', 'user11']],
    ['uid pr and uid ge "user8" and uid le "user9" and mail ew "@example.com"', ['user8', 'user9']],
    ['dn eq "uid=user7,ou=people,dc=example,dc=com"', ['user7']],
    ['uid sw "user" and description pr', []],
  ])('filter %s', async (_queryFilter, expected) => {
    expect(uids(await query({ _queryFilter })).sort()).toEqual(expected);
  });

  it('special characters of LDAP filters stand for themselves', async () => {
    for (const value of ['*', 'user*', ')(uid=*', '\\2a', 'nul\u0000']) {
      expect(uids(await query({ _queryFilter: `uid eq "${value.replaceAll('\\', '\\\\')}"` }))).toEqual([]);
    }
  });

  it('_fields and _sortKeys, ascending and descending', async () => {
    const page = await query({ ...user, _fields: 'uid,mail', _sortKeys: '-uid', _pageSize: '2' });
    expect(page.result).toEqual([
      { _id: expect.any(String) as string, uid: 'user9', mail: 'user9@example.com' }, { _id: expect.any(String) as string, uid: 'user8', mail: 'user8@example.com' },
    ]);
    expect(uids(await query({ ...user, _sortKeys: 'uid', _pageSize: '3' }))).toEqual(['user0', 'user1', 'user10']);
  });

  it('pages by cookie: three pages, everybody once, the last without a cookie', async () => {
    const seen: unknown[] = [];
    const cookies = new Set<string>();
    let cookie: string | null = '';
    let pages = 0;
    while (cookie !== null) {
      const page: Page = await query({ ...user, _pageSize: '10', ...(cookie === '' ? {} : { _pagedResultsCookie: cookie }) });
      seen.push(...uids(page));
      pages += 1;
      cookie = page.pagedResultsCookie;
      expect(cookie === null || !cookies.has(cookie)).toBe(true);
      if (cookie !== null) cookies.add(cookie);
    }
    expect(pages).toBe(3);
    expect(new Set(seen).size).toBe(25);
    expect(seen).toHaveLength(25);
  });

  it('a cookie of another query, or none of ours, is refused; offset and cookie together too', async () => {
    const { pagedResultsCookie } = await query({ ...user, _pageSize: '5' });
    const other = (parameters: Record<string, string>) => chain.rest.send(`${ACCOUNT}?${new URLSearchParams({ _pageSize: '5', ...parameters }).toString()}`);
    expect(await other({ _queryFilter: 'uid sw "use"', _pagedResultsCookie: pagedResultsCookie! })).toMatchObject({ status: 400, body: { code: 400 } });
    expect(await other({ ...user, _pagedResultsCookie: 'garbage' })).toMatchObject({ status: 400 });
    expect(await other({ ...user, _pagedResultsCookie: pagedResultsCookie!, _pagedResultsOffset: '2' })).toMatchObject({ status: 400 });
  });

  it('offset and totals', async () => {
    const page = await query({ ...user, _sortKeys: 'employeeNumber', _pageSize: '4', _pagedResultsOffset: '20', _totalPagedResultsPolicy: 'EXACT' });
    expect(uids(page)).toEqual(['user20', 'user21', 'user22', 'user23']);
    expect(page).toMatchObject({ totalPagedResultsPolicy: 'EXACT', totalPagedResults: 25 });
  });

  it.each([
    ['an operator that is missing', '_queryFilter=uid+"x"', 400], ['an attribute nobody knows', '_queryFilter=shoeSize+eq+"4"', 400], ['no query at all', '', 400],
    ['an unknown query id', '_queryId=all', 400], ['an unknown parameter', '_queryFilter=true&_nonsense=1', 400], ['a page size that is none', '_queryFilter=true&_pageSize=many', 400],
    ['two queries', '_queryFilter=true&_queryId=query-all-ids', 400],
  ])('%s is refused with a CREST error', async (_what, search, code) => {
    const { status, body } = await chain.rest.send(`${ACCOUNT}?${search}`);
    expect(status).toBe(code);
    expect(Object.keys(body).slice(0, 3)).toEqual(['code', 'reason', 'message']);
  });
});

describe('liveSync', () => {
  it('the first run notes where it stands, the next ones follow creates, updates and deletes', async () => {
    const source = '/openidm/system?_action=liveSync&source=system/ldap/account';
    const first = await chain.rest.post(source);
    expect(first).toMatchObject({ _id: 'SYSTEMLDAPACCOUNT', connectorData: { nativeType: expect.any(String) as string } });
    const token = (answer: Json): unknown => (answer['connectorData'] as Json)['syncToken'];
    const { _id } = await create('synced');
    const second = await chain.rest.post(source);
    expect(token(second)).not.toEqual(token(first));
    expect(second).not.toHaveProperty('lastException');
    await chain.rest.ok(`${ACCOUNT}/${String(_id)}`, { method: 'DELETE' });
    const third = await chain.rest.post(`${ACCOUNT}?_action=liveSync`);
    expect(token(third)).not.toEqual(token(second));
    expect(third).not.toHaveProperty('lastException');
  });
});
