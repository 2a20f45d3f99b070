import { beforeEach, describe, expect, it } from 'vitest';
import duo from '../../../connectors/catalog/duo/index.js';
import { describeConnector } from '../../../connectors/framework/index.js';
import { ACCOUNT, Attribute, GROUP, IcfArray, Name, OPTION, Uid } from '../../../protocol/model/index.js';
import { failure, plain, type ConnectorCaller } from '../../support/connector-caller.js';
import { scriptOnConnector } from '../../support/script-on-connector.js';
import { connected } from '../../support/tested-service.js';
import { fault } from '../../targets/rest/faults.js';
import type { FakeDuo } from './fake.js';
import { callerFor, configuration, DUO } from './system.js';

let fake: FakeDuo;
let caller: ConnectorCaller;

beforeEach(async () => { ({ fake, caller } = await connected(DUO)); });

const attributesOf = (given: Record<string, unknown>): Attribute[] => Object.entries(given).map(([name, value]) => (name === '__NAME__' ? new Name(value as string) : new Attribute(name, value === null ? null : Array.isArray(value) ? value as string[] : [value as string])));
const user = (more: Record<string, unknown> = {}): Promise<Uid> => caller.create(ACCOUNT, ...attributesOf({ __NAME__: 'jdoe', userType: 'user', email: 'jane_doe@example.com', ...more }));
const admin = (more: Record<string, unknown> = {}): Promise<Uid> => caller.create(ACCOUNT, ...attributesOf({ __NAME__: 'Jhon Doe', userType: 'admin', email: 'jhon_doe@example.com', ...more }));
const read = (uid: Uid): Promise<Record<string, unknown>> => caller.values(ACCOUNT, uid);
const change = (uid: Uid, more: Record<string, unknown>): Promise<Uid> => caller.update(ACCOUNT, uid, ...attributesOf(more));
const sent = (line: string): readonly unknown[] => fake.service.seenOf(line).map(({ body }) => body);
const refused = async (work: Promise<unknown>): Promise<string> => {
  const error = await failure(work);
  expect(error).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
  return error.message;
};

describe('test', () => {
  it('passes with the three properties, under the connector\'s own names [duo 1, 46]', async () => {
    await caller.test();
    expect(duo.displayName).toBe('org.forgerock.openicf.connectors.duo.DuoConnector');
    expect(duo.key).toMatchObject({ bundleName: 'org.forgerock.openicf.connectors.duo-connector', connectorName: 'org.forgerock.openicf.connectors.duo.DuoConnector' });
    expect(describeConnector(duo).objectClasses.map(({ name }) => name)).toEqual([ACCOUNT, GROUP]);
    expect(duo.properties['secretKey'].confidential).toBe(true);
    for (const host of ['https://api-x.duosecurity.com', 'api-x.duosecurity.com/', '']) {
      const other = callerFor(fake, { endpoint: null, host });
      expect((await failure(other.test())).kind).toBe('configuration');
      await other.dispose();
    }
  });

  it('asks for users, groups and administrators, and fails where it may not or nobody answers [duo 2]', async () => {
    await caller.test();
    expect(fake.service.seen.map(({ path }) => path)).toEqual(['/admin/v1/users', '/admin/v1/groups', '/admin/v1/admins']);
    fake.service.faults.next(fault.forbidden({ stat: 'FAIL', code: 40301, message: 'Access forbidden' }), { on: 'GET /admin/v1/admins' });
    expect(await failure(caller.test())).toMatchObject({ kind: 'permissionDenied', message: expect.stringContaining('administrators') as string });
    const without = callerFor(fake, { administrators: false });
    fake.service.faults.always(fault.forbidden({ stat: 'FAIL', code: 40301, message: 'Access forbidden' }), { on: 'GET /admin/v1/admins' });
    await without.test();
    expect((await without.search(ACCOUNT)).items).toEqual([]);
    await without.dispose();
  });

  it.each([
    ['a page for people', fault.loginPage(), 'connectorIo'], ['half an answer', fault.truncatedJson(), 'connectorIo'], ['a failure', fault.serverError(500), 'connectorIo'],
    ['a refusal under a good status', fault.errorBody({ stat: 'FAIL', code: 50000, message: 'oops' }), 'connector'],
  ] as const)('fails with %s', async (_, what, kind) => {
    fake.service.faults.always(what);
    expect((await failure(caller.search(GROUP))).kind).toBe(kind);
  });
});

it('waits where Duo is asked too often, and asks again', async () => {
  fake.service.faults.next(fault.tooMany(1));
  await caller.test();
});

it('a script on the connector has the configured connector and its arguments [duo 3]', async () => {
  expect(await scriptOnConnector(caller, duo, configuration(fake), "await connector.create(icf.GROUP, { __NAME__: name }); return configuration.integrationKey;", new Map([['name', 'Scripted']]))).toBe(fake.integrationKey);
  expect([...fake.kept.group.values()].map(({ name }) => name)).toEqual(['Scripted']);
});

describe('users', () => {
  it('need name, email and userType, which is user or admin [duo 5, 6]', async () => {
    for (const missing of ['__NAME__', 'email', 'userType']) {
      const given = attributesOf({ __NAME__: 'a', userType: 'user', email: 'a@example.com' }).filter(({ name }) => name !== missing);
      expect(await refused(caller.create(ACCOUNT, ...given))).toContain(missing);
    }
    expect(await refused(user({ userType: 'robot' }))).toContain('user, admin');
    expect((await read(await user()))['userType']).toBe('user');
    expect((await read(await admin()))['userType']).toBe('admin');
  });

  it('have empty texts and lists where nothing is set [duo 7]', async () => {
    const { alias1, alias2, alias3, alias4, last_login, ...values } = await read(await user());
    expect(values).toMatchObject({ __NAME__: 'jdoe', userType: 'user', email: 'jane_doe@example.com', tokens: [], phones: [], __GROUPS__: [], notes: '', realname: '', __ENABLE__: true });
    expect([alias1, alias2, alias3, alias4, last_login].map((value) => value ?? null)).toEqual([null, null, null, null, null]);
  });

  it('are created with everything they can have, phones first and then assigned [duo 8, 9]', async () => {
    const [group, token] = [fake.add('group', { name: 'one' }), fake.add('token')];
    const uid = await user({ __GROUPS__: [group], tokens: [token], phones: ['+1 212-555-1212', '2125551213'], notes: 'example', __ENABLE__: false, realname: 'Jane Doe', alias1: 'a', alias2: 'b', alias3: 'c', alias4: 'd' });
    expect(await read(uid)).toMatchObject({ __GROUPS__: group, tokens: token, phones: ['+12125551212', '+12125551213'], notes: 'example', __ENABLE__: false, realname: 'Jane Doe', alias1: 'a', alias2: 'b', alias3: 'c', alias4: 'd' });
    const lines = fake.service.seen.map(({ method, path }) => `${method} ${path}`);
    expect(lines.indexOf('POST /admin/v1/phones')).toBeLessThan(lines.indexOf(`POST /admin/v1/users/${uid.value}/phones`));
    expect(sent('POST /admin/v1/phones')).toEqual([{ number: '+12125551212' }, { number: '+12125551213' }]);
  });

  it('lose phones that nobody has any more, on update and on delete; a shared one stays [duo 10]', async () => {
    const one = await user({ phones: ['+12125551212', '+12125551213'] });
    const other = await user({ __NAME__: 'other', phones: ['+12125551213'] });
    expect(fake.kept.phone.size).toBe(2);
    await change(one, { phones: ['+12125551213'] });
    expect([...fake.kept.phone.values()].map(({ number }) => number)).toEqual(['+12125551213']);
    await caller.remove(ACCOUNT, one);
    expect(fake.kept.phone.size).toBe(1);
    await caller.remove(ACCOUNT, other);
    expect(fake.kept.phone.size).toBe(0);
  });

  it('have aliases without case, each once; an empty text clears one, null and silence change nothing [duo 11-15]', async () => {
    const uid = await user({ alias1: 'Jane', alias2: 'JANE', alias3: null, alias4: 'Last', phones: ['+12125551212'], tokens: [fake.add('token')] });
    expect(await read(uid)).toMatchObject({ alias1: 'jane', alias4: 'last' });
    expect((await read(uid))['alias2'] ?? null).toBeNull();
    expect(sent('POST /admin/v1/users')[0]).toEqual({ username: 'jdoe', email: 'jane_doe@example.com', alias1: 'Jane', alias4: 'Last' });
    await change(uid, { alias4: '', notes: 'n', realname: null, alias1: null });
    expect(sent(`POST /admin/v1/users/${uid.value}`)).toContainEqual({ alias4: '', notes: 'n' });
    const after = await read(uid);
    expect(after).toMatchObject({ alias1: 'jane', phones: '+12125551212', tokens: expect.stringMatching(/^DH/) as string });
    expect(after['alias4'] ?? null).toBeNull();
  });

  it('are changed in all the update may change; [] leaves no group, null leaves all [duo 16, 17]', async () => {
    const groups = [fake.add('group', { name: 'one' }), fake.add('group', { name: 'two' })];
    const uid = await user({ __GROUPS__: groups });
    const all = { alias1: 'a', alias2: 'b', alias3: 'c', alias4: 'd', notes: 'n', email: 'new@example.com', __ENABLE__: false, realname: 'New Name', __NAME__: 'newname' };
    await change(uid, { ...all, __GROUPS__: null });
    expect(await read(uid)).toMatchObject({ ...all, __GROUPS__: groups });
    await change(uid, { __GROUPS__: [] });
    expect((await read(uid))['__GROUPS__']).toEqual([]);
  });

  it('who need no second factor are enabled, and stay as they are when enabled again', async () => {
    const uid = new Uid(fake.add('user', { username: 'vip', email: 'v@example.com', status: 'bypass' }));
    expect((await read(uid))['__ENABLE__']).toBe(true);
    await change(uid, { __ENABLE__: true, notes: 'n' });
    expect(fake.kept.user.get(uid.value)).toMatchObject({ status: 'bypass', notes: 'n' });
    await change(uid, { __ENABLE__: false });
    expect(fake.kept.user.get(uid.value)!['status']).toBe('disabled');
  });

  it('and administrators are read, listed and deleted alike; a deletion comes after a last reading [duo 18-20]', async () => {
    const uids = [await user({ alias1: 'a', phones: ['+12125551212'] }), await admin({ phones: ['+12125551213'] })];
    for (const uid of uids) expect((await caller.get(ACCOUNT, uid))?.uid.value).toBe(uid.value);
    const found = (await caller.search(ACCOUNT)).items.map(plain);
    expect(found.map(({ __UID__ }) => __UID__)).toEqual(uids.map(({ value }) => value));
    expect(found[0]).toMatchObject({ __NAME__: 'jdoe', realname: '', userType: 'user', phones: '+12125551212', __GROUPS__: [], tokens: [], notes: '', __ENABLE__: true, email: 'jane_doe@example.com', alias1: 'a' });
    for (const uid of uids) {
      await caller.remove(ACCOUNT, uid);
      expect(await caller.get(ACCOUNT, uid)).toBeNull();
      expect((await failure(caller.remove(ACCOUNT, uid))).kind).toBe('unknownUid');
    }
  });

  it('come with administrators behind them, page by page, and in one envelope [duo 4]', async () => {
    for (let index = 0; index < 3; index++) fake.add('user', { username: `u${index}` });
    for (let index = 0; index < 3; index++) fake.add('admin', { name: `a${index}`, email: `a${index}@example.com` });
    const names: string[] = [];
    let cookie: string | undefined;
    do {
      const page = await caller.search(ACCOUNT, undefined, { [OPTION.pageSize]: 2, ...(cookie === undefined ? {} : { [OPTION.pagedResultsCookie]: cookie }) });
      names.push(...page.items.map(({ name }) => name.value));
      ({ cookie } = page);
    } while (cookie !== undefined);
    expect(names).toEqual(['u0', 'u1', 'u2', 'a0', 'a1', 'a2']);
    fake.service.pages.oddity = 'duplicate';
    expect((await failure(caller.search(ACCOUNT, undefined, { [OPTION.pageSize]: 2 }).then(async ({ cookie: next }) => caller.search(ACCOUNT, undefined, { [OPTION.pageSize]: 7, [OPTION.pagedResultsCookie]: next! })))).message).toBeTruthy();
  });

  it('that were created but got no group say so', async () => {
    const error = await failure(user({ __GROUPS__: ['DGNOSUCHGROUP'] }));
    expect(error).toMatchObject({ outcome: 'applied', message: expect.stringMatching(/was created with the uid 'DU.*__GROUPS__ 0 were made/) as string });
    fake.service.faults.next(fault.serverError(500), { on: 'DELETE /admin/v1/phones/' });
    const uid = await user({ __NAME__: 'second', phones: ['+12125551212'] });
    await caller.remove(ACCOUNT, uid);
    expect(caller.log.entries.some(({ level }) => level === 'warn')).toBe(true);
  });

  it('take aliases of all eight positions, unless alias1 to alias4 are given', async () => {
    const uid = await user({ aliases: ['one', 'ONE', 'two'] });
    expect(await read(uid)).toMatchObject({ aliases: ['one', 'two'], alias1: 'one', alias2: 'two' });
    await change(uid, { aliases: ['three'] });
    expect((await read(uid))['aliases']).toBe('three');
    await change(uid, { aliases: ['lost'], alias1: 'four' });
    expect((await read(uid))['aliases']).toBe('four');
  });
});

describe('administrators', () => {
  it('need name and email, and have what Duo gives them [duo 21, 22, 24]', async () => {
    expect(await refused(caller.create(ACCOUNT, ...attributesOf({ __NAME__: 'a', userType: 'admin' })))).toContain('email');
    const minimal = await read(await admin());
    expect(minimal).toMatchObject({ __NAME__: 'Jhon Doe', role: 'Owner' });
    expect(sent('POST /admin/v1/admins')).toEqual([{ name: 'Jhon Doe', email: 'jhon_doe@example.com' }]);
    const values = await read(await admin({ email: 'b@example.com', role: 'Owner', phones: ['+12125551212'], realname: 'Jhon Doe', restricted_by_admin_units: false }));
    expect(values).toEqual({ __UID__: expect.stringMatching(/^DE/) as string, __NAME__: 'Jhon Doe', userType: 'admin', phones: '+12125551212', email: 'b@example.com', __ENABLE__: false, restricted_by_admin_units: 'false', role: 'Owner' });
  });

  it('have a role of Duo\'s, spelt as Duo does [duo 23]', async () => {
    expect(await refused(admin({ role: 'owner' }))).toContain('Read-only');
    for (const role of ['Administrator', 'Application Manager', 'User Manager', 'Security Analyst', 'Help Desk', 'Billing', 'Phishing Manager', 'Read-only']) {
      expect((await read(await admin({ role, email: `${role.replace(' ', '')}@example.com` })))['role']).toBe(role);
    }
  });

  it('have one telephone number at most, in E.164, which stays [duo 25-28]', async () => {
    expect(await refused(admin({ phones: ['+12125551212', '+12125551213'] }))).toContain('one telephone number');
    expect(await refused(admin({ phones: [] }))).toContain('cannot be empty');
    expect(await refused(admin({ phones: ['call me'] }))).toContain('is no telephone number');
    const uid = await admin({ phones: ['734 555-1212'] });
    expect(sent('POST /admin/v1/admins')).toEqual([expect.objectContaining({ phone: '+17345551212' })]);
    expect(await refused(change(uid, { phones: [] }))).toContain('cannot be removed');
    await change(uid, { phones: ['+44 20 7946 0000'] });
    expect((await read(uid))['phones']).toBe('+442079460000');
  });

  it('are restricted by administrative units only when told so, and never as Owner [duo 29-31]', async () => {
    expect((await read(await admin()))['restricted_by_admin_units']).toBe('false');
    const uid = await admin({ email: 'b@example.com', role: 'Help Desk', restricted_by_admin_units: 'true' });
    expect(fake.kept.admin.get(uid.value)!['restricted_by_admin_units']).toBe(true);
    expect(await refused(admin({ email: 'c@example.com', restricted_by_admin_units: true }))).toContain('Owner');
    expect(await refused(change(uid, { role: 'Owner', restricted_by_admin_units: true }))).toContain('Owner');
    expect(await refused(admin({ restricted_by_admin_units: 'perhaps' }))).toContain('true or false');
  });

  it('are invited as asked for: mail, hardware token, days [duo 32-34]', async () => {
    await admin({ send_email: 1, token_id: 'DHAAA00BB0C0D0EE0TTT', valid_days: 31 });
    expect(sent('POST /admin/v1/admins')).toEqual([expect.objectContaining({ send_email: '1', token_id: 'DHAAA00BB0C0D0EE0TTT', valid_days: '31' })]);
    expect(await refused(admin({ valid_days: 32 }))).toContain('1 to 31');
    expect(await refused(admin({ send_email: 2 }))).toContain('0 to 1');
  });

  it('are not enabled before they have activated their account, and can be disabled afterwards [duo 35, 36]', async () => {
    const uid = await admin({ __ENABLE__: true });
    expect((await read(uid))['__ENABLE__']).toBe(false);
    expect(await refused(change(uid, { __ENABLE__: true }))).toContain('not activated');
    await change(uid, { __ENABLE__: false, role: 'Billing' });
    expect((await read(uid))['role']).toBe('Billing');
    fake.kept.admin.get(uid.value)!['status'] = 'Disabled';
    await change(uid, { role: 'Read-only', __ENABLE__: true });
    expect(await read(uid)).toMatchObject({ role: 'Read-only', __ENABLE__: true, email: 'jhon_doe@example.com', userType: 'admin', restricted_by_admin_units: 'false' });
  });

  it('keep address and kind, and have no groups', async () => {
    const uid = await admin();
    expect(await refused(change(uid, { email: 'other@example.com' }))).toContain('email');
    expect(await refused(change(uid, { userType: 'user' }))).toContain('userType');
    expect(await refused(change(uid, { __GROUPS__: ['DG1'] }))).toContain('__GROUPS__');
    await change(uid, { email: 'Jhon_Doe@example.com', userType: 'admin' });
  });
});

describe('groups', () => {
  const group = (more: Record<string, unknown> = {}): Promise<Uid> => caller.create(GROUP, ...attributesOf({ __NAME__: 'Group 1', desc: 'Generic Description', ...more }));

  it('are created, and have id, name, description and whether they are enabled [duo 37, 41]', async () => {
    const uid = await group({ __ENABLE__: true });
    expect(await caller.values(GROUP, uid)).toEqual({ __UID__: uid.value, __NAME__: 'Group 1', desc: 'Generic Description', __ENABLE__: true, group_id: uid.value });
    expect(sent('POST /admin/v1/groups')).toEqual([{ name: 'Group 1', desc: 'Generic Description', status: 'active' }]);
  });

  it('come in pages of 100 at most [duo 38]', async () => {
    for (let index = 0; index < 150; index++) fake.add('group', { name: `g${index}` });
    const { items } = await caller.search(GROUP, undefined, { [OPTION.attributesToGet]: new IcfArray('String', ['__NAME__']) });
    expect(items).toHaveLength(150);
    expect(fake.service.seenOf('GET /admin/v1/groups').map(({ query }) => query)).toEqual([{ offset: '0', limit: '100' }, { offset: '100', limit: '100' }]);
  });

  it('keep __ENABLE__ in an update that does not say it [duo 39]', async () => {
    const uid = await group({ __ENABLE__: false });
    await caller.update(GROUP, uid, ...attributesOf({ desc: 'New tests', __NAME__: 'New Group tests' }));
    expect(await caller.values(GROUP, uid)).toMatchObject({ __NAME__: 'New Group tests', desc: 'New tests', __ENABLE__: false });
    fake.kept.group.get(uid.value)!['status'] = 'Bypass';
    await caller.update(GROUP, uid, ...attributesOf({ __ENABLE__: true }));
    expect(fake.kept.group.get(uid.value)!['status']).toBe('Bypass');
  });

  it('are gone once deleted, and deleted once [duo 40]', async () => {
    const uid = await group();
    expect(await caller.values(GROUP, uid)).toMatchObject({ desc: 'Generic Description' });
    await caller.remove(GROUP, uid);
    expect((await failure(caller.remove(GROUP, uid))).kind).toBe('unknownUid');
  });
});

it('all attributes mappings name are there, to read and to write [duo 42-45]', () => {
  const classes = new Map(describeConnector(duo).objectClasses.map(({ name, attributes }) => [name, attributes.map((attribute) => attribute.name)]));
  expect(classes.get(ACCOUNT)).toEqual(expect.arrayContaining(['_id', '__NAME__', 'alias1', 'alias2', 'alias3', 'alias4', 'aliases', 'realname', 'email', 'notes', 'phones', '__ENABLE__', 'u2f_tokens', 'enable_auto_prompt', 'external_id', '__GROUPS__', 'is_enrolled', 'last_directory_sync', 'lockout_reason', 'tokens', 'webauthncredentials']));
  expect(classes.get(GROUP)).toEqual(expect.arrayContaining(['_id', 'group_id', '__NAME__', 'desc', '__ENABLE__']));
  expect(classes.has('__GROUPS__')).toBe(false);
});

it('attributes the mappings send back are taken, those Duo decides by itself unsent [duo 43]', async () => {
  const uid = await user();
  await change(uid, { u2f_tokens: [], enable_auto_prompt: true, external_id: 'x', is_enrolled: false, last_directory_sync: '1', lockout_reason: 'r', webauthncredentials: [], last_login: '1', notes: 'n' });
  expect(sent(`POST /admin/v1/users/${uid.value}`)).toEqual([{ notes: 'n' }]);
});
