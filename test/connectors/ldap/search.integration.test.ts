import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCOUNT, Attribute, GROUP, IcfArray, OPTION, OperationOptions, QualifiedUid, SortKey, Uid, type ConnectorObject, type Filter, type IcfValue, type SearchResult } from '../../../protocol/model/index.js';
import { parkedSearches } from '../../../connectors/catalog/ldap/parked-searches.js';
import { schema } from '../../../connectors/catalog/ldap/schema.js';
import { search } from '../../../connectors/catalog/ldap/search.js';
import { test as testConnection } from '../../../connectors/catalog/ldap/test.js';
import type { LdapConfig } from '../../../connectors/catalog/ldap/config.js';
import { startOpenLdap, type OpenLdap } from '../../targets/openldap.js';
import { configFor, people } from './ldap-config.js';
import { addEntry, call, change, openSession, type TestSession } from './session.js';

const PEOPLE = 1234;
let server: OpenLdap;
let session: TestSession;
const opened: TestSession[] = [];

async function sessionWith(values: Parameters<typeof configFor>[1] = {}): Promise<TestSession> {
  const own = await openSession(configFor(server, values));
  opened.push(own);
  return own;
}

beforeAll(async () => {
  server = await startOpenLdap({ ldif: people(PEOPLE, 'user', (i) => (i === 7 ? 'title: Chief\ntitle: Friend\nemployeeNumber: 7\n' : i === 8 ? `employeeNumber: 80\njpegPhoto:: ${Buffer.from([0xff, 0xd8, 0]).toString('base64')}\n` : '')) });
  session = await sessionWith();
  await addEntry(session, 'cn=Büro (Süd)\\, *1,ou=groups,dc=example,dc=com', { objectClass: 'groupOfUniqueNames', cn: 'Büro (Süd), *1', uniqueMember: ['uid=user7,ou=people,dc=example,dc=com', 'uid=user8,ou=people,dc=example,dc=com'] });
  await change(session, 'uid=user9,ou=people,dc=example,dc=com', { operation: 'replace', attribute: 'userPassword', values: ['secret9'] });
});
afterAll(async () => {
  await parkedSearches.closeAll();
  await Promise.all(opened.map((one) => one.close()));
  await server.stop();
});

interface Found { readonly objects: ConnectorObject[]; readonly end: SearchResult | undefined }

async function find(filter: Filter | undefined, options: Readonly<Record<string, IcfValue>> = {}, objectClass = ACCOUNT, on: TestSession = session): Promise<Found> {
  const results = search(on, { objectClass, filter, options: OperationOptions.of(options) }, call());
  const objects: ConnectorObject[] = [];
  for (;;) {
    const step = await results.next();
    if (step.done === true) return { objects, end: step.value };
    objects.push(step.value);
  }
}
const uids = ({ objects }: Found): string[] => objects.map((object) => object.get('uid')?.single as string).sort();
type Valued = 'equals' | 'containsAllValues' | 'startsWith' | 'endsWith' | 'contains' | 'greaterThan' | 'greaterThanOrEqual' | 'lessThan' | 'lessThanOrEqual';
const on = (kind: Valued, name: string, ...values: IcfValue[]): Filter => ({ kind, attribute: new Attribute(name, values) });
const names = (...items: string[]): IcfArray => new IcfArray('String', items);

describe('every kind of filter against what the entries hold', () => {
  const numbers = Array.from({ length: PEOPLE }, (_, i) => i);
  const matching = (accepts: (i: number) => boolean): string[] => numbers.filter(accepts).map((i) => `user${i}`).sort();
  test.each<[string, Filter, (i: number) => boolean]>([
    ['equals', on('equals', 'uid', 'user77'), (i) => i === 77],
    ['equals in another case', on('equals', 'UID', 'USER77'), (i) => i === 77],
    ['equals with several values', on('equals', 'title', 'Friend', 'Chief'), (i) => i === 7],
    ['containsAllValues', on('containsAllValues', 'title', 'Chief'), (i) => i === 7],
    ['startsWith', on('startsWith', 'mail', 'user12'), (i) => String(i).startsWith('12')],
    ['endsWith', on('endsWith', 'cn', '99'), (i) => String(i).endsWith('99')],
    ['contains', on('contains', 'cn', 'r 10'), (i) => String(i).startsWith('10')],
    ['presence', { kind: 'presence', name: 'title' }, (i) => i === 7],
    ['not', { kind: 'not', operand: on('startsWith', 'uid', 'user1') }, (i) => !String(i).startsWith('1')],
    ['or', { kind: 'or', operands: [on('equals', 'uid', 'user1'), on('equals', 'uid', 'user2')] }, (i) => i === 1 || i === 2],
    ['and', { kind: 'and', operands: [on('startsWith', 'uid', 'user1'), on('equals', 'sn', 'Number3')] }, (i) => String(i).startsWith('1') && i % 10 === 3],
    // OpenLDAP has no ordering for uid and sn: these are evaluated here.
    ['greaterThanOrEqual without a rule at the server', on('greaterThanOrEqual', 'sn', 'Number8'), (i) => i % 10 >= 8],
    ['greaterThan', on('greaterThan', 'sn', 'Number8'), (i) => i % 10 > 8],
    ['lessThan', on('lessThan', 'sn', 'Number1'), (i) => i % 10 < 1],
    ['lessThanOrEqual', on('lessThanOrEqual', 'sn', 'Number1'), (i) => i % 10 <= 1],
    ['a comparison the server makes', on('greaterThan', 'createTimestamp', '20000101000000Z'), () => true],
    ['a strict comparison the server makes', on('lessThan', 'createTimestamp', '20000101000000Z'), () => false],
    ['special characters', on('equals', 'cn', 'user*)(uid=*'), () => false],
    ['an object class', on('equals', 'objectClass', 'INETORGPERSON'), () => true],
  ])('%s', async (_kind, filter, accepts) => {
    expect(uids(await find(filter))).toEqual(matching(accepts));
  });

  test('the uid, the name, and both at once', async () => {
    const { objects: [user] } = await find(on('equals', 'uid', 'user5'));
    const byUid = await find({ kind: 'equals', attribute: new Uid(user!.uid.value) });
    expect(byUid.objects.map(({ name }) => name.value)).toEqual(['uid=user5,ou=people,dc=example,dc=com']);
    expect(uids(await find(on('equals', '__NAME__', 'UID=User5, OU=people, DC=example, DC=com')))).toEqual(['user5']);
    expect(uids(await find({ kind: 'and', operands: [on('equals', 'dn', user!.name.value), on('equals', 'sn', 'Number6')] }))).toEqual([]);
    expect(uids(await find({ kind: 'and', operands: [on('equals', 'dn', user!.name.value), on('equals', '__NAME__', 'uid=user6,ou=people,dc=example,dc=com')] }))).toEqual([]);
  });

  test.each(['uid=nobody,ou=people,dc=example,dc=com', 'not a name', 'ou=groups,dc=example,dc=com'])('asking for %j by name is an empty result', async (name) => {
    expect((await find(on('equals', '__NAME__', name))).objects).toEqual([]);
  });

  test('a name with special characters', async () => {
    const { objects } = await find(on('equals', 'cn', 'Büro (Süd), *1'), {}, GROUP);
    expect(objects.length).toBe(1);
    expect((await find(on('equals', '__NAME__', objects[0]!.name.value), {}, GROUP)).objects.length).toBe(1);
  });

  test('bytes', async () => {
    expect(uids(await find(on('equals', 'jpegPhoto', Uint8Array.from([0xff, 0xd8, 0]))))).toEqual(['user8']);
  });

  test('a search filter of the configuration takes the place of the object classes [ldap 40]', async () => {
    const own = await sessionWith({ accountSearchFilter: '(sn=Number3)' });
    expect(uids(await find(on('startsWith', 'uid', 'user12'), {}, ACCOUNT, own))).toEqual(['user123', 'user1203', 'user1213', 'user1223', 'user1233'].sort());
  });
});

describe('what comes back', () => {
  test('everything but passwords and operational attributes, unless they are asked for', async () => {
    const { objects: [object] } = await find(on('equals', 'uid', 'user9'));
    expect(object!.attributes.map(({ name }) => name).sort()).toEqual(['__NAME__', '__UID__', 'cn', 'mail', 'objectClass', 'sn', 'uid']);
    const { objects: [asked] } = await find(on('equals', 'uid', 'user9'), { [OPTION.attributesToGet]: names('createTimestamp', 'MAIL', 'title', 'userPassword', 'dn') });
    expect(asked!.attributes.map(({ name }) => name).sort()).toEqual(['MAIL', '__NAME__', '__UID__', 'createTimestamp', 'dn', 'title', 'userPassword']);
    expect(asked!.get('title')!.values).toEqual([]); // asked for and not there: as the Java connector has it
    expect(asked!.get('userPassword')!.single).toBeInstanceOf(Uint8Array);
  });

  test('an empty list of attributes gives the identifiers', async () => {
    const { objects: [object] } = await find(on('equals', 'uid', 'user9'), { [OPTION.attributesToGet]: names() });
    expect(object!.attributes.map(({ name }) => name).sort()).toEqual(['__NAME__', '__UID__']);
    expect(object!.uid.value).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('text as strings, octet strings as byte arrays, custom ones too [ldap 3]', async () => {
    const custom = await sessionWith({ customOctetStringAttributes: ['MAIL'], readSchema: false });
    const { objects: [object] } = await find(on('equals', 'uid', 'user8'), {}, ACCOUNT, custom);
    expect(object!.get('mail')!.values).toEqual([Uint8Array.from(Buffer.from('user8@example.com'))]);
    expect(object!.get('jpegPhoto')!.values).toEqual([Uint8Array.from([0xff, 0xd8, 0])]);
    expect(object!.get('cn')!.values).toEqual(['user 8']);
  });

  test('groups of an account and uids of members, only where they are wanted [ldap 59]', async () => {
    const own = await sessionWith({ ldapGroupsUseStaticGroups: true, getGroupMemberId: true });
    const { objects: [user] } = await find(on('equals', 'uid', 'user7'), { [OPTION.attributesToGet]: names('ldapGroups') }, ACCOUNT, own);
    expect(user!.get('ldapGroups')!.values).toHaveLength(1);
    const { objects: [group] } = await find(undefined, {}, GROUP, own);
    expect(group!.get('_memberId')!.values).toContain(user!.uid.value);
    expect((await find(undefined, {}, GROUP)).objects[0]!.get('_memberId')).toBeUndefined();
  });

  test('every account once with overlapping base contexts [ldap 37]', async () => {
    const own = await sessionWith({ baseContexts: ['ou=people,dc=example,dc=com', 'dc=example,dc=com', 'OU=People,dc=example,dc=com'] });
    expect((await find(undefined, { [OPTION.attributesToGet]: names() }, ACCOUNT, own)).objects.length).toBe(PEOPLE);
  });

  test('without base contexts the naming contexts of the server are searched', async () => {
    const own = await sessionWith({ baseContexts: [] });
    expect(uids(await find(on('equals', 'uid', 'user3'), {}, ACCOUNT, own))).toEqual(['user3']);
  });

  test('a base context that does not exist is an error that names it [ldap 7]', async () => {
    const own = await sessionWith({ baseContexts: ['ou=people,dc=example,dc=com', 'ou=typo,dc=example,dc=com'] });
    await expect(find(on('equals', 'uid', 'user3'), {}, ACCOUNT, own)).rejects.toThrow('ou=typo,dc=example,dc=com');
    await expect(testConnection(own, call())).rejects.toMatchObject({ kind: 'configuration' });
    await expect(testConnection(session, call())).resolves.toBeUndefined();
  });

  test('container and scope narrow the search', async () => {
    const container = new QualifiedUid('organizationalUnit', (await find(on('equals', 'ou', 'groups'), {}, 'organizationalUnit')).objects[0]!.uid.value);
    expect((await find(undefined, { [OPTION.container]: container }, ACCOUNT)).objects).toEqual([]);
    expect((await find(undefined, { [OPTION.container]: container, [OPTION.scope]: 'onelevel' }, GROUP)).objects.length).toBe(1);
    expect((await find(undefined, { [OPTION.container]: container, [OPTION.scope]: 'object' }, GROUP)).objects).toEqual([]);
    await expect(find(undefined, { [OPTION.scope]: 'sideways' })).rejects.toMatchObject({ kind: 'illegalArgument' });
  });

  test('a user named in the options reads with his own rights', async () => {
    const options = { [OPTION.runAsUser]: 'user9', [OPTION.runWithPassword]: session.config.credentials! };
    await expect(find(undefined, options)).rejects.toMatchObject({ kind: 'invalidCredential' });
  });
});

describe('blocks', () => {
  const ways: [string, Partial<Record<keyof LdapConfig, boolean | number>>][] = [
    ['no control', {}], ['paged results', { useBlocks: true, usePagedResultControl: true, blockSize: 100 }], ['virtual list views', { useBlocks: true, usePagedResultControl: false, blockSize: 100 }],
  ];
  test.each(ways)('%s: everything once [ldap 43, 44, 45]', async (_way, values) => {
    const found = await find(undefined, { [OPTION.attributesToGet]: names('uid') }, ACCOUNT, await sessionWith(values));
    expect(new Set(uids(found)).size).toBe(PEOPLE);
    expect(found.objects.length).toBe(PEOPLE);
    expect(found.end?.pagedResultsCookie).toBeNull();
  });

  test('virtual list views include entries without the sort attribute', async () => {
    const found = await find(undefined, { [OPTION.attributesToGet]: names('uid') }, ACCOUNT, await sessionWith({ useBlocks: true, blockSize: 500, vlvSortAttribute: 'employeeNumber' }));
    expect(new Set(uids(found)).size).toBe(PEOPLE);
  });

  async function pages(pageSize: number, sessions: () => Promise<TestSession>, options: Readonly<Record<string, IcfValue>> = {}, forget = false, filter?: Filter): Promise<string[]> {
    const seen: string[] = [];
    let cookie: string | null = null;
    do {
      const page: Found = await find(filter, { ...options, [OPTION.attributesToGet]: names('uid'), [OPTION.pageSize]: pageSize, ...(cookie === null ? {} : { [OPTION.pagedResultsCookie]: cookie }) }, ACCOUNT, await sessions());
      expect(page.objects.length).toBeLessThanOrEqual(pageSize);
      seen.push(...page.objects.map((object) => object.get('uid')!.single as string));
      cookie = page.end!.pagedResultsCookie;
      if (forget) await parkedSearches.closeAll();
    } while (cookie !== null);
    return seen;
  }

  test.each(ways)('%s: pages from one session or another, with the parked search or without it', async (_way, values) => {
    const first = await sessionWith(values);
    const second = await sessionWith(values);
    let turn = 0;
    for (const forget of [false, true]) {
      const seen = await pages(200, () => Promise.resolve(turn++ % 2 === 0 ? first : second), {}, forget);
      expect(seen.length).toBe(PEOPLE);
      expect(new Set(seen).size).toBe(PEOPLE);
    }
    expect(parkedSearches.size).toBe(0);
  });

  test.each([1233, 1234, 1235])('a page of %d', async (pageSize) => {
    expect((await pages(pageSize, () => Promise.resolve(session))).length).toBe(PEOPLE);
  });

  test.each(ways)('%s: an offset into the pages', async (_way, values) => {
    const own = await sessionWith(values);
    const all = await pages(500, () => Promise.resolve(own));
    const page = await find(undefined, { [OPTION.pageSize]: 5, [OPTION.pagedResultsOffset]: 1200, [OPTION.attributesToGet]: names('uid') }, ACCOUNT, own);
    expect(page.objects.map((object) => object.get('uid')!.single)).toEqual(all.slice(1200, 1205));
    expect((await find(undefined, { [OPTION.pageSize]: 5, [OPTION.pagedResultsOffset]: PEOPLE }, ACCOUNT, own)).objects).toEqual([]);
    await parkedSearches.closeAll();
  });

  test('pages over several base contexts', async () => {
    await addEntry(session, 'uid=extra,ou=groups,dc=example,dc=com', { objectClass: 'inetOrgPerson', uid: 'extra', cn: 'e', sn: 'e' });
    const own = await sessionWith({ baseContexts: ['ou=groups,dc=example,dc=com', 'ou=people,dc=example,dc=com'] });
    const seen = await pages(411, () => Promise.resolve(own));
    expect(new Set(seen).size).toBe(PEOPLE + 1);
    expect(seen.length).toBe(PEOPLE + 1);
    await session.directory.remove('uid=extra,ou=groups,dc=example,dc=com', false, call().signal);
  });

  test('pages of what is filtered here', async () => {
    const seen = await pages(50, () => Promise.resolve(session), {}, false, on('greaterThan', 'sn', 'Number7'));
    expect(seen.length).toBe(246);
    expect(new Set(seen).size).toBe(246);
  });

  test.each(ways)('%s: sorted pages, either way', async (_way, values) => {
    const own = await sessionWith(values);
    for (const ascending of [true, false]) {
      const seen = await pages(400, () => Promise.resolve(own), { [OPTION.sortKeys]: new IcfArray('SortKey', [new SortKey('uid', ascending)]) });
      const expected = Array.from({ length: PEOPLE }, (_, i) => `user${i}`).sort();
      expect(seen).toEqual(ascending ? expected : expected.reverse());
    }
  });

  const byName = { [OPTION.sortKeys]: new IcfArray('SortKey', [new SortKey('__NAME__')]) };
  const counted: [string, Partial<Record<keyof LdapConfig, boolean | number>>, Readonly<Record<string, IcfValue>>][] = [...ways.map(([way, values]): (typeof counted)[0] => [way, values, {}]), ['sorted here', {}, byName]];
  test.each(counted)(
    '%s: a place before which entries have come or gone is refused rather than guessed', async (_way, values, options) => {
      const own = await sessionWith(values);
      const page = (cookie?: string) => find(undefined, { ...options, [OPTION.attributesToGet]: names('uid'), [OPTION.pageSize]: 20, ...(cookie === undefined ? {} : { [OPTION.pagedResultsCookie]: cookie }) }, ACCOUNT, own);
      const first = await page();
      const { pagedResultsCookie: cookie } = (await page(first.end!.pagedResultsCookie!)).end!;
      await parkedSearches.closeAll();
      expect((await page(cookie!)).objects).toHaveLength(20);
      await parkedSearches.closeAll();
      const [gone] = first.objects;
      await session.directory.remove(gone!.name.value, false, call().signal);
      try {
        await expect(page(cookie!)).rejects.toMatchObject({ kind: 'connectorIo', message: expect.stringContaining('Start again') as string });
      } finally {
        const uid = gone!.get('uid')!.single as string;
        await addEntry(session, gone!.name.value, { objectClass: 'inetOrgPerson', uid, cn: `user ${uid.slice(4)}`, sn: `Number${Number(uid.slice(4)) % 10}`, mail: `${uid}@example.com` });
      }
    },
  );

  test('sorting by what the server cannot sort by is done here', async () => {
    const sortKeys = new IcfArray('SortKey', [new SortKey('__NAME__', false)]);
    const seen = await pages(600, () => Promise.resolve(session), { [OPTION.sortKeys]: sortKeys });
    expect(seen).toEqual(Array.from({ length: PEOPLE }, (_, i) => `user${i}`).sort().reverse());
    const whole = await find(on('startsWith', 'uid', 'user12'), { [OPTION.sortKeys]: new IcfArray('SortKey', [new SortKey('jpegPhoto'), new SortKey('uid')]) });
    expect(whole.objects.length).toBe(uids(whole).length);
  });

  test('an exact total is counted, an estimate only given where the server has one', async () => {
    const exact = await find(undefined, { [OPTION.pageSize]: 10, [OPTION.totalPagedResultsPolicy]: 'EXACT' });
    expect(exact.end).toMatchObject({ totalPagedResultsPolicy: 'EXACT', totalPagedResults: PEOPLE });
    const estimate = await find(undefined, { [OPTION.pageSize]: 10, [OPTION.totalPagedResultsPolicy]: 'ESTIMATE' }, ACCOUNT, await sessionWith({ useBlocks: true }));
    expect(estimate.end).toMatchObject({ totalPagedResultsPolicy: 'ESTIMATE', totalPagedResults: PEOPLE });
    await parkedSearches.closeAll();
  });

  test.each(['', 'x', '[]', '[-1,0]', '[0,1.5]', '{"base":0}', '[0,0,5]'])('the cookie %j is refused', async (cookie) => {
    await expect(find(undefined, { [OPTION.pageSize]: 10, [OPTION.pagedResultsCookie]: cookie })).rejects.toMatchObject({ kind: 'invalidAttributeValue' });
  });
});

describe('schema', () => {
  test('from the server: accounts, groups and every structural class, with types and flags [ldap 29]', async () => {
    const { objectClasses, objectClassesByOperation } = await schema(session, call());
    const types = objectClasses.map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining([ACCOUNT, GROUP, 'organizationalUnit', 'domain', 'posixGroup']));
    expect(types).not.toContain('top');
    const account = new Map(objectClasses[0]!.attributes.map((info) => [info.name, info]));
    expect(account.get('__NAME__')).toEqual({ name: '__NAME__', type: 'String', flags: ['REQUIRED'] });
    expect(account.get('sn')).toEqual({ name: 'sn', type: 'String', flags: ['REQUIRED', 'MULTIVALUED'] });
    expect(account.get('displayName')!.flags).toEqual([]);
    expect(account.get('jpegPhoto')!.type).toBe('byte[]');
    expect(account.get('userPassword')).toMatchObject({ type: 'byte[]', flags: expect.arrayContaining(['NOT_RETURNED_BY_DEFAULT']) as string[] });
    expect(account.get('__PASSWORD__')).toMatchObject({ type: 'GuardedString', flags: ['NOT_READABLE', 'NOT_RETURNED_BY_DEFAULT'] });
    expect(account.get('entryUUID')!.flags).toEqual(expect.arrayContaining(['NOT_CREATABLE', 'NOT_UPDATEABLE', 'NOT_RETURNED_BY_DEFAULT']));
    expect(account.get('objectClass')!.flags).not.toContain('REQUIRED');
    expect(objectClassesByOperation.get('AuthenticationApiOp')).toEqual([ACCOUNT]);
  });

  test('by default with readSchema false [ldap 30]', async () => {
    const { objectClasses } = await schema(await sessionWith({ readSchema: false }), call());
    expect(objectClasses.map(({ type }) => type)).toEqual([ACCOUNT, GROUP, 'organization', 'organizationalUnit', 'person', 'organizationalPerson', 'account', 'groupOfNames']);
    expect(objectClasses[1]!.attributes.find(({ name }) => name === 'uniqueMember')!.flags).toEqual(['REQUIRED', 'MULTIVALUED']);
  });
});
