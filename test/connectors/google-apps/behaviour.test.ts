import { describe, expect, it } from 'vitest';
import { ACCOUNT, Attribute, GROUP, Name, OperationOptions, type Filter } from '../../../protocol/model/index.js';
import { failure, plain } from '../../support/connector-caller.js';
import { calling } from '../../support/memory-facade.js';
import { map, user, watchedWorkspace } from './system.js';

const BASE = '/admin/directory/v1';
const at = watchedWorkspace('behaviour');

const where = (kind: 'equals' | 'contains' | 'startsWith', name: string, value: string): Filter => ({ kind, attribute: Attribute.of(name, value) });
const found = async (objectClass: string, filter?: Filter): Promise<string[]> => (await at.caller.search(objectClass, filter)).items.map((object) => String(plain(object)['__NAME__']));
const bodies = (line: string): unknown[] => at.workspace.directory.seenOf(line).map(({ body }) => body);

describe('a user', () => {
  it('[google-apps 23, 24, 27, 28] is read by its id with what is Google\'s own, which is not written', async () => {
    const uid = await at.caller.create(ACCOUNT, ...user('ana'));
    const read = await at.caller.values(ACCOUNT, uid);
    expect(read).toMatchObject({ id: uid.value, kind: 'admin#directory#user', orgUnitPath: '/', primaryEmail: 'ana@example.com' });
    expect((await failure(at.caller.update(ACCOUNT, uid, Attribute.of('kind', 'x')))).kind).toBe('invalidAttributeValue');
    await at.caller.update(ACCOUNT, uid, Attribute.of('suspended', true), Attribute.of('emails', map({ address: 'x@example.com' })));
    expect(bodies(`PUT ${BASE}/users`)).toEqual([{ suspended: true }]);
  });

  it('[google-apps 25, 26] has secondary addresses, under one of two names', async () => {
    const uid = await at.caller.create(ACCOUNT, ...user('ana'), Attribute.of('__SECONDARY_EMAILS__', 'ana@home.example', 'ana@work.example'));
    expect((await at.caller.values(ACCOUNT, uid))['__SECONDARY_EMAILS__']).toEqual(['ana@home.example', 'ana@work.example']);
    const both = [Attribute.of('__SECONDARY_EMAIL__', 'a@b.c'), Attribute.of('__SECONDARY_EMAILS__', 'a@b.c')];
    expect((await failure(at.caller.update(ACCOUNT, uid, ...both))).kind).toBe('invalidAttributeValue');
  });

  it('[google-apps 14] keeps its old address as an alias, which cannot be deleted', async () => {
    const uid = await at.caller.create(ACCOUNT, ...user('ana'));
    await at.caller.update(ACCOUNT, uid, new Name('anna@example.com'));
    expect((await at.caller.values(ACCOUNT, uid))['aliases']).toBe('ana@example.com');
    expect((await failure(at.caller.update(ACCOUNT, uid, new Attribute('aliases', null)))).message).toContain('cannot be removed');
    await at.caller.update(ACCOUNT, uid, Attribute.of('aliases', 'ana@example.com', 'a@example.com'));
    expect((await at.caller.values(ACCOUNT, uid))['aliases']).toEqual(['ana@example.com', 'a@example.com']);
  });

  it('[google-apps 11] is shown as it was for a while after an update, which counts', async () => {
    const uid = await at.caller.create(ACCOUNT, ...user('ana'));
    at.workspace.users.lag();
    await at.caller.update(ACCOUNT, uid, Attribute.of('suspended', true));
    expect((await at.caller.values(ACCOUNT, uid))['suspended']).toBe(false);
    at.workspace.users.lagging = undefined;
    expect((await at.caller.values(ACCOUNT, uid))['suspended']).toBe(true);
  });
});

describe('filters', () => {
  it('[google-apps 16, 17] of users go to Google, whose Contains means whole words', async () => {
    for (const [name, given, family] of [['a', 'Ana', 'Evans'], ['b', 'Ana Lucia', 'Ball'], ['c', 'Anabelle', 'Evans'], ['d', 'Lucia Ana', 'Ball']] as const) await at.caller.create(ACCOUNT, ...user(name, given, family));
    expect(await found(ACCOUNT, where('contains', 'givenName', 'Ana Lucia'))).toEqual(['b@example.com']);
    expect(await found(ACCOUNT, where('contains', 'givenName', 'Ana'))).toEqual(['a@example.com', 'b@example.com', 'd@example.com']);
    expect(await found(ACCOUNT, where('startsWith', 'givenName', 'Ana'))).toEqual(['a@example.com', 'b@example.com', 'c@example.com']);
    expect(await found(ACCOUNT, { kind: 'and', operands: [where('equals', 'familyName', 'Ball'), where('startsWith', 'givenName', 'Lucia')] })).toEqual(['d@example.com']);
    await at.caller.create(ACCOUNT, ...user('e', 'Ana', 'O\'Neil'));
    expect(await found(ACCOUNT, where('equals', 'familyName', 'O\'Neil'))).toEqual(['e@example.com']);
  });

  it('[google-apps 16, 22] of users that Google does not evaluate are refused, where nobody else can either', async () => {
    const equals = where('equals', 'givenName', 'Ana');
    const refused: readonly Filter[] = [
      where('startsWith', 'orgName', 'x'), where('equals', 'address', 'x'), where('equals', 'givenName', 'Ana\\'), where('equals', 'givenName', ''), where('startsWith', 'email', 'a b'),
      { kind: 'not', operand: equals }, { kind: 'or', operands: [equals, equals] }, { kind: 'presence', name: 'im' },
    ];
    for (const filter of refused) expect((await failure(found(ACCOUNT, filter))).kind).toBe('invalidAttributeValue');
    expect(at.workspace.directory.seenOf('GET ')).toEqual([]);
  });

  it('[google-apps 16] of users by their unit come from the unit above, which has them all', async () => {
    for (const [name, orgUnitPath] of [['a', '/'], ['b', '/corp'], ['c', '/corp/sales'], ['d', '/corporate']] as const) await at.caller.create(ACCOUNT, ...user(name), Attribute.of('orgUnitPath', orgUnitPath));
    expect(await found(ACCOUNT, where('equals', 'orgUnitPath', '/corp'))).toEqual(['b@example.com']);
    expect(await found(ACCOUNT, where('startsWith', 'orgUnitPath', '/corp'))).toEqual(['b@example.com', 'c@example.com', 'd@example.com']);
    expect(await found(ACCOUNT, where('startsWith', 'orgUnitPath', '/corp/'))).toEqual(['c@example.com']);
    expect(at.workspace.directory.seenOf(`GET ${BASE}/users`).map(({ query }) => query['query'])).toEqual(["orgUnitPath='/corp'", "orgUnitPath='/'", "orgUnitPath='/corp'"]);
  });

  it('[google-apps 18] of groups are customer, userKey and members', async () => {
    const one = await at.caller.create(GROUP, new Name('one@example.com'));
    await at.caller.create(GROUP, new Name('two@example.com'));
    await at.caller.update(GROUP, one, Attribute.of('_MEMBERS_', 'ana@example.com'));
    expect(await found(GROUP, where('contains', '_MEMBERS_', 'ana@example.com'))).toEqual(['one@example.com']);
    expect(await found(GROUP, where('equals', 'userKey', 'ana@example.com'))).toEqual(['one@example.com']);
    expect(await found(GROUP, where('equals', 'customer', 'my_customer'))).toEqual(['one@example.com', 'two@example.com']);
  });

  it('[google-apps 19] of members are groupKey, and memberKey with it', async () => {
    for (const group of ['one', 'two', 'none']) await at.caller.create(GROUP, new Name(`${group}@example.com`));
    for (const [group, member] of [['one', 'a'], ['one', 'b'], ['two', 'a']]) await at.caller.create('Member', new Name('x'), Attribute.of('groupKey', `${group}@example.com`), Attribute.of('email', `${member}@example.com`));
    const inOne = where('equals', 'groupKey', 'one@example.com');
    expect(await found('Member', inOne)).toEqual(['one@example.com/a@example.com', 'one@example.com/b@example.com']);
    expect(await found('Member', { kind: 'and', operands: [inOne, where('equals', 'memberKey', 'b@example.com')] })).toEqual(['one@example.com/b@example.com']);
    expect((await failure(found('Member', where('equals', 'memberKey', 'b@example.com')))).kind).toBe('invalidAttributeValue');
    expect(await found('Member')).toHaveLength(3);
  });

  it('[google-apps 20] of units are the beginning of their path', async () => {
    for (const [parent, name] of [['/', 'corp'], ['/', 'corporate'], ['/corp', 'sales']] as const) await at.caller.create('OrgUnit', new Name(name), Attribute.of('parentOrgUnitPath', parent));
    expect(await found('OrgUnit', where('startsWith', 'orgUnitPath', '/corp'))).toEqual(['corp', 'corporate', 'sales']);
    expect(await found('OrgUnit', where('startsWith', 'orgUnitPath', '/corp/'))).toEqual(['sales']);
  });
});

describe('single values and other filters', () => {
  it('[google-apps 15] of an attribute are sent with all of it', async () => {
    const [first, second] = [{ type: 'home', value: '+1 1' }, { type: 'work', value: '+1 2' }];
    const uid = await at.caller.create(ACCOUNT, ...user('ana'), Attribute.of('phones', map(first)));
    await at.caller.facade.perform({ kind: 'update', updateType: 'ADD', objectClass: ACCOUNT, uid, attributes: [Attribute.of('phones', map(second))], options: OperationOptions.none }, calling());
    expect(bodies(`PUT ${BASE}/users`)).toEqual([{ phones: [first, second] }]);
  });

  it('[google-apps 21, 22] are none of Google\'s: no request holds them', async () => {
    await at.caller.create(ACCOUNT, ...user('ana'), Attribute.of('recoveryEmail', 'ana@home.example'));
    expect(await found(ACCOUNT, where('equals', 'recoveryEmail', 'ana@home.example'))).toEqual(['ana@example.com']);
    await found('Role', where('equals', 'roleName', 'x'));
    await found('RoleAssignment', where('equals', 'roleId', '1'));
    await found('Privilege', where('equals', 'privilegeName', 'x'));
    await found('LicenseAssignment', where('equals', 'skuId', 'x'));
    const asked = [...at.workspace.directory.seenOf('GET '), ...at.workspace.licensing.seenOf('GET ')].flatMap(({ query }) => Object.keys(query));
    expect(new Set(asked)).toEqual(new Set(['domain', 'projection', 'maxResults', 'customerId']));
  });
});
