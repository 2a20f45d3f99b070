import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import ldap from '../../../connectors/catalog/ldap/index.js';
import { authenticate } from '../../../connectors/catalog/ldap/authenticate.js';
import { guidBytes, guidText } from '../../../connectors/catalog/ldap/active-directory/guid.js';
import { remove } from '../../../connectors/catalog/ldap/delete.js';
import { parkedSearches } from '../../../connectors/catalog/ldap/parked-searches.js';
import { schema } from '../../../connectors/catalog/ldap/schema.js';
import { search } from '../../../connectors/catalog/ldap/search.js';
import { addValues, removeValues } from '../../../connectors/catalog/ldap/update.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, IcfArray, NAME, OPTION, OperationOptions, SortKey, Uid, type Filter, type IcfValue } from '../../../protocol/model/index.js';
import type { AnyConnector } from '../../../connectors/framework/index.js';
import { describeConnectorContract, type ContractTarget } from '../../contract/connector-contract.js';
import { startSamba, type Samba } from '../../targets/samba.js';
import { until } from '../../support/until.js';
import { add, addGroup, drop, equals, find, get, openAd, put } from './samba-session.js';
import { OpenSessions, addEntry, attributes, call, canBind, held, request, type TestSession } from './session.js';

const PASSWORD = 'Passw0rd!one';
const OTHER = 'Passw0rd!two';
const SPECIALS = ['__ENABLE__', '__LOCK_OUT__', '__PASSWORD_EXPIRED__', '__PASSWORD_NOTREQD__', '__DONT_EXPIRE_PASSWORD__', '__SMARTCARD_REQUIRED__'];
let server: Samba;
let session: TestSession;
let users: string;
let counter = 0;
const sessions = new OpenSessions((values: Parameters<typeof openAd>[1]) => openAd(server, values));
const { open } = sessions;

interface Person { readonly name: string; readonly dn: string; readonly uid: Uid }

async function person(values: Readonly<Record<string, IcfValue>> = {}): Promise<Person> {
  const name = `p${counter++}`;
  const dn = `CN=${name},${users}`;
  return { name, dn, uid: await add(session, dn, { sAMAccountName: name, userPrincipalName: `${name}@example.test`, userAccountControl: '512', __PASSWORD__: new GuardedString(PASSWORD), ...values }) };
}

async function group(values: Readonly<Record<string, IcfValue>> = {}): Promise<Person> {
  const name = `g${counter++}`;
  const dn = `CN=${name},${users}`;
  return { name, dn, uid: await addGroup(session, dn, values) };
}

beforeAll(async () => {
  server = await startSamba();
  session = await open();
  users = `OU=people,${server.baseDn}`;
  await addEntry(session, users, { objectClass: 'organizationalUnit' });
});
afterAll(async () => {
  await parkedSearches.closeAll();
  await sessions.close();
  await server.stop();
});

const logIn = (name: string, password: string): Promise<Uid> => authenticate(session, { ...request(ACCOUNT, {}), username: name, password: new GuardedString(password) }, call());

describe('passwords of Active Directory', () => {
  it('are refused over a connection that is not secure, before anything is sent [ldap 89]', async () => {
    const plain = { ...session, config: { ...session.config, ssl: false, startTLS: false } };
    const name = `p${counter++}`;
    await expect(add(plain, `CN=${name},${users}`, { sAMAccountName: name, __PASSWORD__: new GuardedString(PASSWORD) })).rejects.toMatchObject({ kind: 'connectorSecurity', message: expect.stringContaining('ssl') as string });
    expect(await held(session, `CN=${name},${users}`, 'cn')).toBeUndefined();
    const { uid } = await person();
    await expect(put(plain, uid, { __PASSWORD__: new GuardedString(OTHER) })).rejects.toMatchObject({ kind: 'connectorSecurity' });
  });

  it('that the domain does not allow are refused with the reason, and not shown', async () => {
    const { uid } = await person();
    const error: unknown = await put(session, uid, { __PASSWORD__: new GuardedString('tooweak') }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: 'invalidAttributeValue', message: expect.stringContaining('requirements of the domain') as string });
    expect((error as Error).message).not.toContain('tooweak');
  });

  it('are reset with the new one only, and changed with the current one [ldap 87]', async () => {
    const { name, uid } = await person();
    await put(session, uid, { __PASSWORD__: new GuardedString(OTHER) });
    expect((await logIn(name, OTHER)).value).toBe(uid.value);
    const wrong = put(session, uid, { __PASSWORD__: new GuardedString('Passw0rd!three'), __CURRENT_PASSWORD__: new GuardedString('Passw0rd!wrong') });
    await expect(wrong).rejects.toMatchObject({ kind: 'invalidCredential' });
    await put(session, uid, { __PASSWORD__: new GuardedString('Passw0rd!three'), __CURRENT_PASSWORD__: new GuardedString(OTHER) });
    expect((await logIn(name, 'Passw0rd!three')).value).toBe(uid.value);
    await expect(logIn(name, OTHER)).rejects.toMatchObject({ kind: 'invalidCredential' });
  });

  it('go into unicodePwd, in quotes and UTF-16LE [ldap 51] [ldap 88]', async () => {
    const { dn } = await person({ __PASSWORD__: new GuardedString('Pässw0rd!"ünï\\') });
    expect(await canBind(session, dn, new GuardedString('Pässw0rd!"ünï\\'))).toBe(true);
  });
});

describe('account controls', () => {
  it('are read from userAccountControl, and __ENABLE__ rewrites it [ldap 78]', async () => {
    const { name, dn, uid } = await person();
    expect((await get(session, uid, SPECIALS))['__ENABLE__']).toBe(true);
    await put(session, uid, { __ENABLE__: false });
    expect(await held(session, dn, 'userAccountControl')).toEqual(['514']);
    expect((await get(session, uid, ['__ENABLE__']))['__ENABLE__']).toBe(false);
    await expect(logIn(name, PASSWORD)).rejects.toMatchObject({ kind: 'invalidCredential', message: expect.stringContaining('disabled') as string });
    await put(session, uid, { __ENABLE__: true });
    expect((await logIn(name, PASSWORD)).value).toBe(uid.value);
  });

  it.each([512, 514, 544, 546, 66048, 66050, 66080, 66082])('userAccountControl %d means what its bits mean [ldap 79]', async (flags) => {
    const { uid } = await person({ userAccountControl: String(flags) });
    expect(await get(session, uid, SPECIALS)).toMatchObject({
      __ENABLE__: (flags & 2) === 0, __PASSWORD_NOTREQD__: (flags & 32) !== 0, __DONT_EXPIRE_PASSWORD__: (flags & 65536) !== 0, __SMARTCARD_REQUIRED__: false,
    });
  });

  it.each([262656, 262658, 262688, 262690, 328192, 328194, 328224, 328226])('userAccountControl %d means that a smartcard is required [ldap 80]', async (flags) => {
    const { uid } = await person({ userAccountControl: String(flags) });
    expect(await get(session, uid, SPECIALS)).toMatchObject({
      __ENABLE__: (flags & 2) === 0, __PASSWORD_NOTREQD__: (flags & 32) !== 0, __DONT_EXPIRE_PASSWORD__: (flags & 65536) !== 0, __SMARTCARD_REQUIRED__: true,
    });
  });

  it.each([['__PASSWORD_NOTREQD__', 32], ['__DONT_EXPIRE_PASSWORD__', 65536], ['__SMARTCARD_REQUIRED__', 262144]])('%s sets and clears bit %d and leaves the others [ldap 81]', async (name, bit) => {
    const { dn, uid } = await person();
    await put(session, uid, { [name]: true });
    expect(await held(session, dn, 'userAccountControl')).toEqual([String(512 | bit)]);
    await put(session, uid, { [name]: false, __ENABLE__: false });
    expect(await held(session, dn, 'userAccountControl')).toEqual(['514']);
  });

  it('are set in the number that the same request gives', async () => {
    const { dn, uid } = await person({ userAccountControl: '66048', __ENABLE__: false });
    expect(await held(session, dn, 'userAccountControl')).toEqual(['66050']);
    await put(session, uid, { userAccountControl: '512', __DONT_EXPIRE_PASSWORD__: true });
    expect(await held(session, dn, 'userAccountControl')).toEqual(['66048']);
  });

  it('that are no booleans are refused, as are several values and those of groups', async () => {
    const { uid } = await person();
    for (const value of ['perhaps', null, [true, false]] as const) await expect(put(session, uid, { __ENABLE__: value as IcfValue })).rejects.toMatchObject({ kind: 'invalidAttributeValue' });
    await expect(put(session, uid, { __GROUP_SCOPE__: 'global' })).rejects.toMatchObject({ kind: 'invalidAttributeValue', message: expect.stringContaining('no counterpart') as string });
  });

  it('can be searched for', async () => {
    const [on, off] = [await person(), await person({ userAccountControl: '66050' })];
    const names = async (filter: Filter): Promise<unknown[]> => (await find(session, { kind: 'and', operands: [filter, { kind: 'or', operands: [equals('cn', on.name), equals('cn', off.name)] }] }, ['cn'])).map((object) => object.get('cn')?.single);
    expect(await names(equals('__ENABLE__', true))).toEqual([on.name]);
    expect(await names(equals('__ENABLE__', false))).toEqual([off.name]);
    expect(await names(equals('__DONT_EXPIRE_PASSWORD__', true))).toEqual([off.name]);
    expect(await names(equals('__LOCK_OUT__', false))).toEqual(expect.arrayContaining([on.name, off.name]));
    expect(await names({ kind: 'not', operand: equals('__ENABLE__', true) })).toEqual([off.name]);
  });
});

describe('states of an account', () => {
  it('__ACCOUNT_EXPIRES__ takes 0 for never and an ISO 8601 date, and nothing else [ldap 82]', async () => {
    const { dn, uid } = await person();
    await put(session, uid, { __ACCOUNT_EXPIRES__: '0' });
    expect(await held(session, dn, 'accountExpires')).toEqual(['0']);
    await put(session, uid, { __ACCOUNT_EXPIRES__: '2020-12-31T00:00:00Z' });
    expect(await held(session, dn, 'accountExpires')).toEqual(['132538464000000000']);
    await expect(put(session, uid, { __ACCOUNT_EXPIRES__: 'tomorrow' })).rejects.toMatchObject({ kind: 'invalidAttributeValue' });
  });

  it('accountExpires shows the date that __ACCOUNT_EXPIRES__ set [ldap 83]', async () => {
    const { name, uid } = await person();
    await put(session, uid, { __ACCOUNT_EXPIRES__: '2020-12-31T00:00:00Z' });
    expect(await get(session, uid, ['accountExpires', '__ACCOUNT_EXPIRES__'])).toMatchObject({ accountExpires: '2020-12-31T00:00:00Z', __ACCOUNT_EXPIRES__: '2020-12-31T00:00:00Z' });
    await expect(logIn(name, PASSWORD)).rejects.toMatchObject({ kind: 'invalidCredential' });
    // What was read can be written.
    await put(session, uid, { accountExpires: '2031-12-31T00:00:00Z' });
    expect(await get(session, uid, ['accountExpires'])).toMatchObject({ accountExpires: '2031-12-31T00:00:00Z' });
    expect((await logIn(name, PASSWORD)).value).toBe(uid.value);
  });

  it('__LOCK_OUT__ tells of a lock, false takes it away, true changes nothing and is logged [ldap 84]', async () => {
    const { name, dn, uid } = await person();
    const failures = async (): Promise<boolean> => {
      await logIn(name, 'Passw0rd!wrong').catch(() => undefined);
      return (await get(session, uid, ['__LOCK_OUT__']))['__LOCK_OUT__'] === true;
    };
    await until(failures, 'the account is locked');
    await expect(logIn(name, PASSWORD)).rejects.toMatchObject({ kind: 'invalidCredential', message: expect.stringContaining('locked') as string });
    await put(session, uid, { __LOCK_OUT__: false });
    expect(await held(session, dn, 'lockoutTime')).toEqual(['0']);
    expect((await get(session, uid, ['__LOCK_OUT__']))['__LOCK_OUT__']).toBe(false);
    expect((await logIn(name, PASSWORD)).value).toBe(uid.value);
    await put(session, uid, { __LOCK_OUT__: true });
    expect((await get(session, uid, ['__LOCK_OUT__']))['__LOCK_OUT__']).toBe(false);
    expect(session.log.lines.join('\n')).toContain('__LOCK_OUT__ true was ignored');
  });

  it('__PASSWORD_EXPIRED__ true writes pwdLastSet 0, false makes it now [ldap 85]', async () => {
    const { name, dn, uid } = await person();
    await put(session, uid, { __PASSWORD_EXPIRED__: true });
    expect(await held(session, dn, 'pwdLastSet')).toEqual(['0']);
    expect((await get(session, uid, ['__PASSWORD_EXPIRED__']))['__PASSWORD_EXPIRED__']).toBe(true);
    await expect(logIn(name, PASSWORD)).rejects.toMatchObject({ kind: 'passwordExpired' });
    await put(session, uid, { __PASSWORD_EXPIRED__: false });
    const { pwdLastSet, __PASSWORD_EXPIRED__: expired } = await get(session, uid, ['pwdLastSet', '__PASSWORD_EXPIRED__']);
    expect(expired).toBe(false);
    expect(Math.abs(Date.now() - Date.parse(pwdLastSet as string))).toBeLessThan(60_000);
    expect((await logIn(name, PASSWORD)).value).toBe(uid.value);
  });

  it('an account whose password has to be changed is created disabled and enabled then [ldap 86]', async () => {
    const { name, uid } = await person({ userAccountControl: null, __ENABLE__: false, __PASSWORD_EXPIRED__: true });
    expect(await get(session, uid, SPECIALS)).toMatchObject({ __ENABLE__: false, __PASSWORD_EXPIRED__: true });
    await put(session, uid, { __ENABLE__: true });
    await expect(logIn(name, PASSWORD)).rejects.toMatchObject({ kind: 'passwordExpired' });
  });
});

describe('GUIDs', () => {
  it('are dashed text in the order of PowerShell, or <GUID=…> in the old format, and found by either [ldap 90]', async () => {
    const { dn, uid } = await person();
    const bytes = (await session.directory.read(dn, ['objectGUID'], new AbortController().signal))!.attributes.get('objectguid')!.values[0]!;
    expect(uid.value).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(uid.value).toBe(guidText(bytes, false));
    const old = await open({ useOldADGUIDFormat: true });
    const [object] = await find(old, equals('__NAME__', dn), ['objectGUID']);
    expect(object!.uid.value).toBe(`<GUID=${Buffer.from(bytes).toString('hex')}>`);
    expect(object!.get('objectGUID')?.single).toBe(object!.uid.value);
    for (const on of [session, old]) for (const value of [uid.value, object!.uid.value, `{${uid.value}}`]) expect((await find(on, equals('__UID__', value))).map(({ name }) => name.value)).toEqual([dn]);
    expect(await find(session, equals('objectGUID', uid.value))).toHaveLength(1);
    expect(await find(session, equals('__UID__', 'no guid'))).toEqual([]);
    expect(guidBytes(uid.value)).toEqual(new Uint8Array(bytes));
  });

  it('written before a change of format still lead to the entry, so that a reconciliation can renew links [ldap 91]', async () => {
    const { uid } = await person();
    const old = new Uid(guidText(guidBytes(uid.value)!, true)!);
    await put(session, old, { description: 'by the old one' });
    expect((await get(session, uid, ['description']))['description']).toBe('by the old one');
    const renewed = await find(session, equals('__UID__', old.value));
    expect(renewed.map((object) => object.uid.value)).toEqual([uid.value]);
  });

  it('do not sort at the server: the agent sorts by them [ldap 48]', async () => {
    for (let i = 0; i < 3; i++) await person();
    const results = search(session, { objectClass: ACCOUNT, filter: undefined, options: OperationOptions.of({ [OPTION.sortKeys]: new IcfArray('SortKey', [new SortKey('__UID__', true)]) }) }, call());
    const uids: string[] = [];
    for await (const object of results) uids.push(object.uid.value);
    expect(uids.length).toBeGreaterThan(3);
    expect(uids).toEqual([...uids].sort());
  });

  it('of sorted pages: a cookie leads on, whether the connection of the first page is still there or not [ldap 49]', async () => {
    const ou = `OU=pages${counter++},${users}`;
    await addEntry(session, ou, { objectClass: 'organizationalUnit' });
    const names = ['d', 'a', 'g', 'c', 'f', 'b', 'e'];
    for (const name of names) await add(session, `CN=${name},${ou}`, { sAMAccountName: `sorted-${name}` });
    for (const keep of [true, false]) {
      const found: unknown[] = [];
      let cookie: string | undefined;
      do {
        const options = OperationOptions.of({ [OPTION.pageSize]: 3, [OPTION.sortKeys]: new IcfArray('SortKey', [new SortKey('cn', true)]), ...(cookie === undefined ? {} : { [OPTION.pagedResultsCookie]: cookie }) });
        const page = search(await open({ baseContexts: [ou] }), { objectClass: ACCOUNT, filter: undefined, options }, call());
        let step = await page.next();
        for (; step.done !== true; step = await page.next()) found.push(step.value.get('cn')?.single);
        cookie = step.value?.pagedResultsCookie ?? undefined;
        if (!keep) await parkedSearches.closeAll();
      } while (cookie !== undefined);
      expect(found).toEqual([...names].sort());
    }
    const inWindows = await open({ baseContexts: [ou], usePagedResultControl: false, vlvSortAttribute: 'cn', blockSize: 3 });
    expect((await find(inWindows, undefined)).map((object) => object.get('cn')?.single)).toEqual([...names].sort());
  });

  it('of an entry that is gone are unknown', async () => {
    const { uid } = await person();
    await drop(session, uid);
    await expect(drop(session, uid)).rejects.toMatchObject({ kind: 'unknownUid' });
    await expect(put(session, uid, { description: 'x' })).rejects.toMatchObject({ kind: 'unknownUid' });
  });
});

describe('a new account', () => {
  it('comes back with everything the sample shows [ldap 92]', async () => {
    const dn = `CN=Brian Smith,${users}`;
    const uid = await add(session, dn, {
      cn: 'Brian Smith', sAMAccountName: 'bsmith', userPrincipalName: 'bsmith@example.test', userAccountControl: '512', givenName: 'Brian', mail: 'bsmith@example.com', __PASSWORD__: new GuardedString(PASSWORD),
    });
    const object = await get(session, uid);
    expect(object).toMatchObject({
      __UID__: uid.value, __NAME__: dn, objectGUID: uid.value, cn: 'Brian Smith', sAMAccountName: 'bsmith', userPrincipalName: 'bsmith@example.test', userAccountControl: '512', givenName: 'Brian', mail: 'bsmith@example.com',
      __ENABLE__: true, __LOCK_OUT__: false, __PASSWORD_EXPIRED__: false, __PASSWORD_NOTREQD__: false, __DONT_EXPIRE_PASSWORD__: false, __SMARTCARD_REQUIRED__: false, accountExpires: '0',
    });
    expect(object['pwdLastSet']).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
    expect(object['whenCreated']).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
    expect(Object.keys(object)).not.toContain('unicodePwd');
  });

  it('shows what was asked for and is not set as empty, and never the password [ldap 93]', async () => {
    const { uid } = await person();
    const object = await get(session, uid, ['mobile', 'employeeType', 'otherHomePhone', 'ldapGroups', '__PASSWORD__', 'unicodePwd']);
    expect(object).toMatchObject({ mobile: null, employeeType: null, otherHomePhone: null, ldapGroups: null });
    expect(Object.keys(object)).not.toContain('__PASSWORD__');
    expect(object['unicodePwd']).toBeNull();
  });

  it('is renamed, moved and changed in one request, also where the name is given as an attribute', async () => {
    const { name, uid } = await person();
    await put(session, uid, { dn: `CN=${name} renamed,CN=Users,${server.baseDn}`, cn: `${name} renamed`, description: 'x' });
    expect(await get(session, uid, ['cn', 'description'])).toMatchObject({ cn: `${name} renamed`, description: 'x', __NAME__: `CN=${name} renamed,CN=Users,${server.baseDn}` });
  });
});

describe('groups', () => {
  const shape = (uid: Uid): Promise<Record<string, unknown>> => get(session, uid, ['__GROUP_SCOPE__', '__GROUP_TYPE__', 'groupType'], GROUP);

  it('need a DN only, and are global security groups then [ldap 94]', async () => {
    const { uid } = await group();
    expect(await shape(uid)).toMatchObject({ __GROUP_SCOPE__: 'global', __GROUP_TYPE__: 'security', groupType: '-2147483646' });
  });

  it.each([['global', 'security', -2147483646], ['domain', 'security', -2147483644], ['universal', 'security', -2147483640], ['global', 'distribution', 2], ['domain', 'distribution', 4]])('of scope %s and type %s have groupType %d [ldap 95]', async (scope, type, value) => {
    const { uid } = await group({ __GROUP_SCOPE__: scope, __GROUP_TYPE__: type });
    expect(await shape(uid)).toMatchObject({ __GROUP_SCOPE__: scope, __GROUP_TYPE__: type, groupType: String(value) });
  });

  it('of another scope or type are refused by name', async () => {
    await expect(group({ __GROUP_SCOPE__: 'galactic' })).rejects.toMatchObject({ kind: 'invalidAttributeValue', message: expect.stringContaining('global, domain, universal') as string });
  });

  it('can be universal distribution groups, and be changed and searched for [ldap 96]', async () => {
    const { name, uid } = await group({ __GROUP_SCOPE__: 'universal', __GROUP_TYPE__: 'distribution' });
    expect(await shape(uid)).toMatchObject({ groupType: '8', __GROUP_SCOPE__: 'universal', __GROUP_TYPE__: 'distribution' });
    await put(session, uid, { __GROUP_TYPE__: 'security' }, GROUP);
    expect(await shape(uid)).toMatchObject({ groupType: '-2147483640', __GROUP_SCOPE__: 'universal' });
    const universal = await find(session, { kind: 'and', operands: [equals('__GROUP_SCOPE__', 'universal'), equals('__GROUP_TYPE__', 'security')] }, ['cn'], GROUP);
    expect(universal.map((object) => object.get('cn')?.single)).toContain(name);
  });

  it('leave out the members of nested groups in a plain query [ldap 97]', async () => {
    const member = await person();
    const inner = await group({ member: member.dn });
    const outer = await group({ member: inner.dn });
    expect(await find(session, equals('memberOf', outer.dn), ['cn'])).toEqual([]);
    expect(await find(session, equals('memberOf', inner.dn), ['cn'])).toHaveLength(1);
  });

  it('tell them by the rule in the attribute name [ldap 98]', async () => {
    const member = await person();
    const inner = await group({ member: member.dn });
    const outer = await group({ member: inner.dn });
    const found = await find(session, equals('memberOf:1.2.840.113556.1.4.1941:', outer.dn), ['cn']);
    expect(found.map((object) => object.get('cn')?.single)).toEqual([member.name]);
  });

  it('are joined and left by ldapGroups, which memberOf or the static groups tell [ldap 58]', async () => {
    const member = await person();
    const [first, second] = [await group(), await group()];
    await put(session, member.uid, { ldapGroups: [first.dn, second.dn] });
    const bySearch = await open({ ldapGroupsUseStaticGroups: true });
    for (const on of [session, bySearch]) expect(new Set((await get(on, member.uid, ['ldapGroups']))['ldapGroups'] as string[])).toEqual(new Set([first.dn, second.dn]));
    await put(session, member.uid, { ldapGroups: [second.dn] });
    expect((await get(session, member.uid, ['ldapGroups']))['ldapGroups']).toBe(second.dn);
  });

  it('take a member that is in already, and give up one that is not, as done', async () => {
    const [member, other] = [await person(), await person()];
    const { dn, uid } = await group({ member: member.dn });
    const onGroup = (...members: string[]) => request(GROUP, { uid, attributes: attributes({ member: members }) });
    const onMember = request(ACCOUNT, { uid: member.uid, attributes: attributes({ ldapGroups: [dn] }) });
    await addValues(session, onMember, call());
    await addValues(session, onGroup(member.dn, other.dn), call());
    expect(new Set(await held(session, dn, 'member'))).toEqual(new Set([member.dn, other.dn]));
    await removeValues(session, onGroup(other.dn), call());
    await removeValues(session, onGroup(member.dn, other.dn), call());
    await removeValues(session, onMember, call());
    expect(await held(session, dn, 'member')).toEqual([]);
  });

  it('follow renames and deletes of members by themselves, whatever maintainLdapGroupMembership says [ldap 55]', async () => {
    const keeping = await open({ maintainLdapGroupMembership: true });
    const member = await person();
    const { dn } = await group({ member: member.dn });
    await put(keeping, member.uid, { dn: `CN=${member.name}x,${users}` });
    expect(await held(session, dn, 'member')).toEqual([`CN=${member.name}x,${users}`]);
    await drop(keeping, member.uid);
    expect(await held(session, dn, 'member')).toEqual([]);
  });

  it('give the uids of their members where that is configured [ldap 59]', async () => {
    const member = await person();
    const { uid } = await group({ member: member.dn });
    const telling = await open({ getGroupMemberId: true });
    expect((await get(telling, uid, undefined, GROUP))['_memberId']).toBe(member.uid.value);
    expect(Object.keys(await get(session, uid, undefined, GROUP))).not.toContain('_memberId');
  });
});

describe('trees', () => {
  it('are deleted only with allowTreeDelete [ldap 60]', async () => {
    const dn = `OU=tree${counter++},${users}`;
    await addEntry(session, dn, { objectClass: 'organizationalUnit' });
    await addEntry(session, `OU=below,${dn}`, { objectClass: 'organizationalUnit' });
    const [object] = await find(session, equals('__NAME__', dn), ['ou'], 'organizationalUnit');
    const whole = await open({ allowTreeDelete: true });
    const deletion = { ...request('organizationalUnit', { uid: object!.uid }) };
    await expect(remove(session, deletion, call())).rejects.toMatchObject({ kind: 'connector', message: expect.stringContaining('allowTreeDelete') as string });
    await remove(whole, deletion, call());
    expect(await held(session, dn, 'ou')).toBeUndefined();
  });
});

describe('times', () => {
  it('are ISO 8601, and can be compared with ISO 8601 [ldap 99]', async () => {
    const { name, uid, dn } = await person();
    const { pwdLastSet, whenCreated } = await get(session, uid, ['pwdLastSet', 'whenCreated']) as { pwdLastSet: string; whenCreated: string };
    const alone = async (filter: Filter): Promise<unknown[]> => (await find(session, { kind: 'and', operands: [equals('cn', name), filter] }, ['cn'])).map((object) => object.get('cn')?.single);
    const compare = (kind: 'greaterThan' | 'greaterThanOrEqual' | 'lessThan' | 'lessThanOrEqual', attribute: string, value: string): Filter => ({ kind, attribute: new Attribute(attribute, [value]) });
    for (const [attribute, value] of [['pwdLastSet', pwdLastSet], ['whenCreated', whenCreated]] as const) {
      expect(await alone(equals(attribute, value))).toEqual([name]);
      expect(await alone(compare('greaterThanOrEqual', attribute, value))).toEqual([name]);
      expect(await alone(compare('lessThanOrEqual', attribute, value))).toEqual([name]);
      expect(await alone(compare('greaterThan', attribute, value))).toEqual([]);
      expect(await alone(compare('lessThan', attribute, value))).toEqual([]);
      expect(await alone(compare('greaterThan', attribute, '2001-01-01T00:00:00Z'))).toEqual([name]);
    }
    expect(await held(session, dn, 'accountExpires')).toEqual(['9223372036854775807']);
    expect(await alone(equals('accountExpires', '0'))).toEqual([name]);
  });

  it('stay 0 where nothing has happened yet [ldap 101]', async () => {
    const { uid } = await person();
    expect(await get(session, uid, ['lastLogon', 'accountExpires'])).toMatchObject({ lastLogon: '0', accountExpires: '0' });
  });
});

describe('a global catalog', () => {
  // Samba's has all attributes and the members of all groups, whatever is replicated to one.
  it('is known as one, and answers for accounts and groups of the domain [ldap 102]', async () => {
    const member = await person({ givenName: 'in it' });
    const outer = await group({ __GROUP_SCOPE__: 'universal', member: member.dn });
    const catalog = await open({ port: server.globalCatalogTlsPort });
    expect((await catalog.directory.rootDse(new AbortController().signal)).serverType).toBe('adGlobalCatalog');
    expect((await get(catalog, member.uid, ['givenName', 'cn']))['givenName']).toBe('in it');
    expect((await get(catalog, outer.uid, ['member'], GROUP))['member']).toBe(member.dn);
  });
});

describe('the schema', () => {
  it('has the attributes that stand for flags, with GUIDs as text', async () => {
    const { objectClasses } = await schema(session, call());
    const of = (type: string): Map<string, string> => new Map(objectClasses.find((one) => one.type === type)!.attributes.map(({ name, type: valueType }) => [name, valueType]));
    const account = of(ACCOUNT);
    for (const name of SPECIALS) expect(account.get(name)).toBe('boolean');
    expect(account.get('objectGUID')).toBe('String');
    expect(account.has('sAMAccountName')).toBe(true);
    expect(of(GROUP).get('__GROUP_SCOPE__')).toBe('String');
    const required = objectClasses.find((one) => one.type === GROUP)!.attributes.filter(({ flags }) => flags.includes('REQUIRED')).map(({ name }) => name);
    expect(required).toEqual(['__NAME__']);
  });
});

async function contractTarget(): Promise<ContractTarget> {
  const ou = `OU=contract,${server.baseDn}`;
  await addEntry(session, ou, { objectClass: 'organizationalUnit' });
  return {
    connector: ldap as unknown as AnyConnector,
    configuration: {
      host: server.host, port: server.tlsPort, ssl: true, principal: server.adminName, credentials: new GuardedString(server.adminPassword), baseContexts: new IcfArray('String', [ou]),
      uidAttribute: 'objectGUID', passwordAttribute: 'unicodePwd', groupMemberAttribute: 'member', useBlocks: true, usePagedResultControl: true, blockSize: 4,
      accountObjectClasses: new IcfArray('String', ['top', 'person', 'organizationalPerson', 'user']), accountUserNameAttributes: new IcfArray('String', ['sAMAccountName']), vlvSortAttribute: 'cn',
    },
    trustedCertificates: [server.ca],
    objectClass: ACCOUNT,
    sample: (index) => [
      new Attribute(NAME, [`CN=Sample ${index},${ou}`]), new Attribute('sAMAccountName', [`sample${index}`]), new Attribute('sn', [`Name${String.fromCharCode(97 + index)}`]),
      new Attribute('givenName', [index % 2 === 0 ? 'even' : 'odd']), new Attribute('employeeNumber', [String(1000 + index)]),
    ],
    change: new Attribute('givenName', ['changed']),
    multiValued: { name: 'otherTelephone', values: ['+1 1', '+1 2', '+1 3'] },
    filters: [
      equals('givenName', 'even'), { kind: 'startsWith', attribute: new Attribute('cn', ['Sample 1']) }, { kind: 'contains', attribute: new Attribute('employeeNumber', ['00']) },
      { kind: 'not', operand: equals('givenName', 'even') }, { kind: 'or', operands: [equals('cn', 'Sample 2'), equals('sn', 'Namee')] }, equals('__ENABLE__', false),
    ],
    broken: { credentials: new GuardedString('not the password') },
    secrets: [server.adminPassword, 'not the password'],
    behind: { name: 'Samba as an Active Directory domain controller', real: true },
    filterAttributes: ['cn', 'sn', 'givenName', 'employeeNumber'],
    // Nothing is `optional`: the negation of a value is true of an entry without the attribute (RFC 4511, section 4.5.1.7).
    ignoresCase: true,
    freeText: ['sn', 'givenName'],
    outage: { begin: () => server.pause(), end: () => server.resume() },
    stop: async () => {},
  };
}

describeConnectorContract('ldap on Active Directory', contractTarget);
