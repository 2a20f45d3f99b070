import { beforeEach, describe, expect, it } from 'vitest';
import servicenow from '../../../connectors/catalog/servicenow/index.js';
import { Attribute, GuardedString, IcfArray, Name, OPTION, OperationOptions, Uid, type Filter } from '../../../protocol/model/index.js';
import { failure, plain, type ConnectorCaller } from '../../support/connector-caller.js';
import { calling } from '../../support/memory-facade.js';
import { scriptOnConnector } from '../../support/script-on-connector.js';
import { connected } from '../../support/tested-service.js';
import type { FakeServiceNow } from './fake.js';
import { callerFor, configuration, SERVICENOW } from './system.js';

let fake: FakeServiceNow;
let caller: ConnectorCaller;
beforeEach(async () => { ({ fake, caller } = await connected(SERVICENOW)); });

/** The user of the documentation's sample. */
const LUCIUS = {
  sys_id: '02826bf03710200044e0bfc8bcbe5d3f', department: '5d7f17f03710200044e0bfc8bcbe5d43', sys_mod_count: '5', location: '0002c0a93790200044e0bfc8bcbe5df5', company: '81fd65ecac1d55eb42a426568fc87a63', gender: 'Male',
  email: 'lucius.bagnoli@example.com', user_password: 'md5230ls7L', user_name: 'lucius.bagnoli', last_name: 'Bagnoli', first_name: 'Lucius',
};
const BARBARA = [new Name('bjensen@example.com'), Attribute.of('first_name', 'Barbara'), Attribute.of('last_name', 'Jensen'), Attribute.of('email', 'bjensen@example.com'), Attribute.of('phone', '555-123-1234')];
const CLASSES = ['company', 'costCenter', 'delegate', 'department', 'group', 'location', 'role', 'user', 'userHasGroup', 'userHasRole'];
const bodies = (start: string) => fake.service.seenOf(start).map(({ body }) => body);

describe('the configuration of ServiceNow', () => {
  it('[servicenow 1] has the names existing provisioner files ask for', () => {
    expect([servicenow.key, servicenow.displayName]).toEqual([{
      bundleName: 'org.forgerock.openicf.connectors.servicenow-connector', bundleVersion: '1.5.20.26', connectorName: 'org.forgerock.openicf.connectors.servicenow.ServiceNowConnector',
    }, 'ServiceNow Connector']);
  });

  it('[servicenow 19] keeps both secrets confidential', () => {
    const { password, clientSecret } = servicenow.properties;
    expect([password.type, password.confidential, clientSecret.type, clientSecret.confidential]).toEqual(['GuardedString', true, 'GuardedString', true]);
  });

  it('[servicenow 20] takes an instance with and without a slash, and without a scheme as HTTPS', () => {
    const targets = (instance: string) => servicenow.targets?.({ instance } as never);
    const expected = [{ host: 'example.service-now.com', port: 443 }];
    for (const instance of ['example.service-now.com/', 'example.service-now.com', ' https://example.service-now.com ']) expect(targets(instance)).toEqual(expected);
  });

  it.each([
    [{ instance: 'example.service-now.com/login.do' }, /without a path/], [{ instance: 'ftp://example.service-now.com' }, /http/], [{ instance: 'a b' }, /instance/],
    [{ pageSize: 0 }, /pageSize/], [{ pageSize: 10_001 }, /pageSize/], [{ username: ' ', clientSecret: new GuardedString('') }, /username/],
  ])('is refused with %j', async (changes, message) => {
    const broken = callerFor(fake, changes);
    const error = await failure(broken.test());
    expect([error.kind, error.message]).toEqual(['configuration', expect.stringMatching(message)]);
    await broken.dispose();
  });
});

describe('the test of ServiceNow', () => {
  it('[servicenow 2] passes where the instance can be reached, and there are the documented object classes', async () => {
    await caller.test();
    const { objectClasses } = (await caller.facade.perform({ kind: 'schema' }, calling()))!;
    expect(objectClasses.map(({ type }) => type).sort()).toEqual(CLASSES);
    expect(servicenow.objectClasses.map(({ name }) => name)).toContain('__ALL__');
  });

  it('[servicenow 27] tries the credentials at the instance', async () => {
    await caller.test();
    expect(fake.service.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /oauth_token.do', 'GET /api/now/table/sys_user']);
    for (const changes of [{ password: new GuardedString('wrong') }, { clientSecret: new GuardedString('wrong') }, { username: 'nobody' }]) {
      const wrong = callerFor(fake, changes);
      expect((await failure(wrong.test())).kind).toBe('invalidCredential');
      await wrong.dispose();
    }
  });

  it('[servicenow 29] may come before any validation', async () => {
    const unvalidated = callerFor(fake);
    await unvalidated.test();
    await unvalidated.dispose();
  });
});

describe('reading ServiceNow', () => {
  it('[servicenow 3] lists ids and names, all of them', async () => {
    for (let index = 0; index < 250; index++) fake.add('sys_user', { email: `user${index}@example.com` });
    const { items, cookie } = await caller.search('user', undefined, { [OPTION.attributesToGet]: new IcfArray('String', []) });
    expect(items).toHaveLength(250);
    expect(cookie).toBeUndefined();
    expect(items.every((object) => object.attributes.length === 2 && /^user\d+@example\.com$/.test(object.name.value) && /^[0-9a-f]{32}$/.test(object.uid.value))).toBe(true);
  });

  it('[servicenow 4-8] gives the whole record: references as sys_id, flags and numbers as texts but two, the password\'s digest, and nothing for what has no value', async () => {
    fake.add('sys_user', LUCIUS);
    for (const read of [() => caller.values('user', new Uid(LUCIUS.sys_id)), async () => plain((await caller.search('User')).items[0]!)]) {
      const values = await read();
      expect(values).toMatchObject({
        ...LUCIUS, __UID__: LUCIUS.sys_id, __NAME__: LUCIUS.email, active: 'true', locked_out: 'false', password_needs_reset: 'false', vip: 'false', internal_integration_user: false, web_service_access_only: false,
        notification: '2', calendar_integration: '1', sys_domain: 'global', sys_domain_path: '/', sys_class_name: 'sys_user', sys_created_by: 'admin', sys_updated_on: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/) as string,
      });
      for (const empty of ['phone', 'title', 'manager', 'middle_name']) expect(values).not.toHaveProperty(empty);
    }
  });

  it('goes on behind pages in which the user may see less, or nothing, and asks in an order that stays', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => fake.add('sys_user', { email: `u${index}@x.org`, sys_id: index.toString(16).padStart(32, '0') }));
    for (const hidden of ids.slice(2, 9)) fake.hidden.add(hidden);
    const small = callerFor(fake, { pageSize: 3 });
    expect((await small.search('user')).items.map(({ uid }) => uid.value)).toEqual([...ids.slice(0, 2), ...ids.slice(9)]);
    expect(fake.queries.every((query) => query === 'ORDERBYsys_id')).toBe(true);
    fake.tells = false;
    expect((await small.search('user')).items.map(({ uid }) => uid.value)).toEqual(ids.slice(0, 2));
    await small.dispose();
  });

  it('misses nothing when records before its place go away meanwhile', async () => {
    const ids = Array.from({ length: 9 }, (_, index) => fake.add('sys_user', { email: `u${index}@x.org`, sys_id: index.toString(16).padStart(32, '0') }));
    fake.beforePage = (offset) => { if (offset === 3) for (const gone of ids.slice(0, 2)) fake.table('sys_user').delete(gone); };
    const small = callerFor(fake, { pageSize: 3 });
    const found = new Set((await small.search('user')).items.map(({ uid }) => uid.value));
    expect([...found].sort()).toEqual(ids);
    await small.dispose();
  });

  it('asks the instance for what an encoded query can say, and for no more', async () => {
    fake.add('sys_user', LUCIUS);
    const on = (kind: 'equals' | 'contains' | 'startsWith', name: string, value: string): Filter => ({ kind, attribute: Attribute.of(name, value) });
    const rows: readonly [Filter, string][] = [
      [on('equals', 'user_name', 'lucius.bagnoli'), 'user_name=lucius.bagnoli^ORDERBYsys_id'],
      [on('equals', '__NAME__', LUCIUS.email), `email=${LUCIUS.email}^ORsys_id=${LUCIUS.email}^ORDERBYsys_id`],
      [{ kind: 'and', operands: [on('startsWith', 'last_name', 'Bag'), { kind: 'or', operands: [on('contains', 'email', '@example'), { kind: 'presence', name: 'phone' }] }] }, 'last_nameSTARTSWITHBag^emailLIKE@example^ORphoneISNOTEMPTY^ORDERBYsys_id'],
      [{ kind: 'or', operands: [on('equals', 'user_name', 'lucius.bagnoli'), { kind: 'and', operands: [on('equals', 'gender', 'x'), on('equals', 'title', 'y')] }] }, 'ORDERBYsys_id'],
    ];
    for (const [filter, query] of rows) {
      fake.queries.length = 0;
      expect((await caller.search('user', filter)).items).toHaveLength(1);
      expect(fake.queries).toEqual([query]);
    }
    // Words of the platform, and what cannot be quoted, are the facade's.
    for (const value of ['a^ORactive=true', 'javascript:gs.getUserID()', 'NULL', ' x', 'a\nb', 'xSTARTSWITHy', '50%']) {
      fake.queries.length = 0;
      expect((await caller.search('user', on('equals', 'user_name', value))).items).toEqual([]);
      expect(fake.queries).toEqual(['ORDERBYsys_id']);
    }
  });

  it('[servicenow 18] each object class is a table', async () => {
    const tables = { user: 'sys_user', role: 'sys_user_role', group: 'sys_user_group', userHasRole: 'sys_user_has_role', userHasGroup: 'sys_user_grmember', delegate: 'sys_user_delegate', company: 'core_company', department: 'cmn_department', costCenter: 'cmn_cost_center', location: 'cmn_location' };
    for (const [objectClass, table] of Object.entries(tables)) {
      const id = fake.add(table, table.startsWith('c') || table.endsWith('role') && table === 'sys_user_role' ? { name: 'One' } : {});
      expect((await caller.search(objectClass)).items.map(({ uid }) => uid.value)).toEqual([id]);
      expect(fake.service.seen.at(-1)?.path).toBe(`/api/now/table/${table}`);
    }
  });

  it('offers with readSchema what the instance has besides, inherited columns and custom ones', async () => {
    fake.add('sys_db_object', { name: 'cmn_location', 'super_class.name': 'cmn_base' });
    fake.add('sys_db_object', { name: 'cmn_base' });
    for (const [name, element] of [['cmn_base', 'u_inherited'], ['sys_user', 'u_badge'], ['sys_user', 'email']] as const) fake.add('sys_dictionary', { name, element, internal_type: 'string' });
    const reading = callerFor(fake, { readSchema: true });
    const { objectClasses } = (await reading.facade.perform({ kind: 'schema' }, calling()))!;
    const names = (type: string) => objectClasses.find((one) => one.type === type)?.attributes.map(({ name }) => name) ?? [];
    expect(names('user')).toContain('u_badge');
    expect(names('location')).toContain('u_inherited');
    const uid = await reading.create('user', new Name('b@x.org'), Attribute.of('u_badge', '17'));
    expect((await reading.values('user', uid))['u_badge']).toBe('17');
    expect((await reading.search('user', { kind: 'equals', attribute: Attribute.of('u_badge', '17') })).items).toHaveLength(1);
    expect(fake.service.seenOf('GET /api/now/table/sys_user').at(-1)?.query['sysparm_query']).toContain('u_badge=17');
    await reading.dispose();
    expect((await failure(caller.create('user', new Name('c@x.org'), Attribute.of('u_badge', '17')))).kind).toBe('invalidAttributeValue');
  });
});

describe('writing to ServiceNow', () => {
  it('[servicenow 9, 10] creates a user of name, names, address and phone; the instance decides the rest', async () => {
    const uid = await caller.create('user', ...BARBARA);
    expect(bodies('POST /api/now/table/sys_user')).toEqual([{ email: 'bjensen@example.com', first_name: 'Barbara', last_name: 'Jensen', phone: '555-123-1234' }]);
    const values = await caller.values('user', uid);
    expect(values).toMatchObject({
      __NAME__: 'bjensen@example.com', email: 'bjensen@example.com', sys_id: uid.value, active: 'true', locked_out: 'false', notification: '2', calendar_integration: '1', vip: 'false', sys_mod_count: '0', sys_domain: 'global', sys_class_name: 'sys_user',
    });
    expect(values).not.toHaveProperty('user_name');
  });

  it('[servicenow 11] updates a user; what callers send back of the instance\'s own is not sent on', async () => {
    fake.now = () => Date.parse('2018-02-27T13:33:38Z');
    const uid = await caller.create('user', ...BARBARA);
    fake.now = () => Date.parse('2018-02-27T13:35:32Z');
    await caller.update('user', uid, ...BARBARA.slice(0, 4), Attribute.of('phone', '555-000-0000'), Attribute.of('sys_mod_count', '0'), Attribute.of('sys_updated_on', 'x'), Attribute.of('sys_id', uid.value));
    expect(await caller.values('user', uid)).toMatchObject({ phone: '555-000-0000', sys_mod_count: '1', sys_created_on: '2018-02-27 13:33:38', sys_updated_on: '2018-02-27 13:35:32' });
  });

  it('[servicenow 12] deletes a user, whose last state could be read until then', async () => {
    const uid = await caller.create('user', ...BARBARA);
    expect(await caller.values('user', uid)).toMatchObject({ phone: '555-123-1234' });
    await caller.remove('user', uid);
    expect(await caller.get('user', uid)).toBeNull();
    expect(fake.table('sys_user').size).toBe(0);
  });

  it('[servicenow 13] takes what a patch adds for the whole value', async () => {
    const uid = await caller.create('user', ...BARBARA);
    await caller.facade.perform({ kind: 'update', updateType: 'ADD', objectClass: 'user', uid, attributes: [Attribute.of('phone', '555-000-0000')], options: OperationOptions.none }, calling());
    expect((await caller.values('user', uid))['phone']).toBe('555-000-0000');
  });

  it('clears with an empty text', async () => {
    const uid = await caller.create('user', ...BARBARA);
    await caller.update('user', uid, new Attribute('phone', null));
    expect(bodies('PATCH ')).toEqual([{ phone: '' }]);
    expect(await caller.values('user', uid)).not.toHaveProperty('phone');
  });

  it('renames by __NAME__ or by email, whichever is not as before, and refuses two new ones', async () => {
    const uid = await caller.create('user', ...BARBARA);
    await caller.update('user', uid, new Name('new@example.com'), Attribute.of('email', 'bjensen@example.com'));
    await caller.update('user', uid, new Name('new@example.com'), Attribute.of('email', 'newer@example.com'));
    expect((await caller.values('user', uid))['__NAME__']).toBe('newer@example.com');
    expect(await failure(caller.update('user', uid, new Name('a@b.c'), Attribute.of('email', 'd@e.f')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    expect(await failure(caller.create('user', new Name('a@b.c'), Attribute.of('email', 'd@e.f')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
  });

  it('has passwords digested, in a request of their own, and sends no digest back', async () => {
    const uid = await caller.create('user', ...BARBARA, Attribute.of('__PASSWORD__', new GuardedString('Passw0rd')));
    const digest = fake.table('sys_user').get(uid.value)?.['user_password'];
    expect(digest).toMatch(/^md5/);
    expect(bodies('POST /api/now')).toEqual([expect.not.objectContaining({ user_password: expect.anything() as unknown })]);
    await caller.update('user', uid, Attribute.of('user_password', digest!), Attribute.of('phone', '1'));
    expect(fake.table('sys_user').get(uid.value)).toMatchObject({ user_password: digest, phone: '1' });
  });

  it('says that the user is there when only the password failed', async () => {
    fake.service.faults.next({ name: 'refused', instead: { status: 403, body: { error: { message: 'Operation Failed', detail: 'ACL: Passw0rd' }, status: 'failure' } } }, { on: 'PATCH ' });
    const error = await failure(caller.create('user', ...BARBARA, Attribute.of('__PASSWORD__', new GuardedString('Passw0rd'))));
    const [uid] = fake.table('sys_user').keys();
    expect(error).toMatchObject({ kind: 'permissionDenied', outcome: 'applied' });
    expect(error.message).toContain(`created with the uid '${uid}'`);
    expect(error.message).not.toContain('Passw0rd');
  });

  it('gives roles and memberships as records of their own', async () => {
    const user = await caller.create('user', ...BARBARA);
    const group = await caller.create('group', new Name('Staff'));
    const uid = await caller.create('userHasGroup', new Name('x'), Attribute.of('user', user.value), Attribute.of('group', group.value));
    expect(await caller.values('userHasGroup', uid)).toMatchObject({ __NAME__: uid.value, user: user.value, group: group.value });
    await caller.remove('userHasGroup', uid);
    expect(fake.table('sys_user_grmember').size).toBe(0);
  });
});

describe('scripts on the ServiceNow connector', () => {
  it('[servicenow 25, 26] see its configuration, call it, and get what the caller passes', async () => {
    fake.add('sys_user', LUCIUS);
    const text = 'return configuration.username + " " + name + " " + (await connector.get("user", id)).name;';
    const answer = await scriptOnConnector(caller, servicenow, configuration(fake), text, new Map([['name', 'x'], ['id', LUCIUS.sys_id]]));
    expect(answer).toBe(`${fake.owner.username} x ${LUCIUS.email}`);
  });
});
