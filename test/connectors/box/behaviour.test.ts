import { beforeEach, describe, expect, it } from 'vitest';
import box from '../../../connectors/catalog/box/index.js';
import { describeConnector } from '../../../connectors/framework/index.js';
import { ACCOUNT, ALL, Attribute, GROUP, GuardedString, IcfArray, Name, OPTION, type ConnectorError, type IcfValue, type Uid } from '../../../protocol/model/index.js';
import { failure, plain, type ConnectorCaller } from '../../support/connector-caller.js';
import { scriptOnConnector } from '../../support/script-on-connector.js';
import { connected } from '../../support/tested-service.js';
import { fault } from '../../targets/rest/faults.js';
import type { FakeBox } from './fake.js';
import { BOX, callerFor, configuration } from './system.js';

let fake: FakeBox;
let caller: ConnectorCaller;
beforeEach(async () => { ({ fake, caller } = await connected(BOX)); });

const text = (name: string, ...values: string[]): Attribute => Attribute.of(name, ...values);
const newUser = (name: string, ...more: Attribute[]): Promise<Uid> => caller.create(ACCOUNT, new Name(name), text('login', `${name.toLowerCase()}@example.com`), ...more);
const newGroup = (name: string, ...more: Attribute[]): Promise<Uid> => caller.create(GROUP, new Name(name), ...more);
async function refused(changes: Record<string, IcfValue>): Promise<ConnectorError> {
  const other = callerFor(fake, changes);
  try {
    return await failure(other.test());
  } finally {
    await other.dispose();
  }
}

describe('the Box connector', () => {
  it('[box 1] has the key of the Java connector', () => {
    expect(box.key).toEqual({ bundleName: 'org.forgerock.openicf.connectors.box-connector', connectorName: 'org.forgerock.openicf.connectors.box.BoxConnector', bundleVersion: '1.5.20.26' });
  });

  it('[box 2] [box 35] tests its credentials at Box, without having been validated before, and has the two object classes', async () => {
    await caller.test();
    expect(fake.service.seenOf('GET /2.0/users/me')).toHaveLength(1);
    expect(describeConnector(box).objectClasses.map(({ name }) => name).sort()).toEqual([ACCOUNT, GROUP]);
    expect(await refused({ clientSecret: new GuardedString('another') })).toMatchObject({ kind: 'invalidCredential' });
  });

  it('[box 4] [box 5] takes client_credentials only, and a subject of the two kinds', async () => {
    expect(await refused({ grantType: 'refresh_token', refreshToken: new GuardedString('r') })).toMatchObject({ kind: 'configuration', message: expect.stringContaining('client_credentials') as string });
    expect(await refused({ boxSubjectType: 'Group' })).toMatchObject({ kind: 'configuration', message: expect.stringContaining('boxSubjectType') as string });
    await caller.test();
    expect(fake.service.tokens.issued).toBe(1);
  });

  it('[box 6] takes a rate a minute or a second, and none that is none', async () => {
    for (const rateLimit of ['997/min', '600/sec']) {
      const other = callerFor(fake, { rateLimit });
      await other.test();
      await other.dispose();
    }
    expect(await refused({ rateLimit: 'often' })).toMatchObject({ kind: 'configuration', message: expect.stringContaining('rateLimit') as string });
  });

  it('[box 7] verifies certificates and host names unless told otherwise', () => {
    expect(box.properties.acceptSelfSignedCertificates).toMatchObject({ default: false });
    expect(box.properties.disableHostNameVerifier).toMatchObject({ default: false });
  });

  it('[box 34] gives scripts on the connector the connector, its configuration without secrets, and their arguments', async () => {
    const script = `
      const uid = await connector.create(icf.ACCOUNT, { __NAME__: args.name, login: 'script@example.com' });
      return [configuration.boxSubjectId, 'clientSecret' in configuration];`;
    expect(await scriptOnConnector(caller, box, configuration(fake), script, new Map([['name', 'Scripted']]))).toEqual(['42', false]);
    expect([...fake.users.values()].map(({ name }) => name)).toEqual(['Scripted']);
  });

  it('[box 30-33] has the attributes the documentation maps, writable where a mapping writes them', () => {
    const [user, group] = [ACCOUNT, GROUP].map((type) => new Set(box.objectClasses.find(({ name }) => name === type)?.attributes.map(({ name }) => name)));
    for (const name of ['id', 'login', 'space_amount', 'enterprise', 'external_app_user_id', 'type', 'address', 'avatar_url', 'can_see_managed_users', 'hostname', 'is_exempt_from_device_limits', 'is_exempt_from_login_verification', 'job_title', 'phone', 'max_upload_size', 'language', 'status', 'memberof', 'is_sync_enabled', 'is_external_collab_restricted', 'is_platform_access_only', 'role']) expect(user).toContain(name);
    for (const name of ['_id', 'permissions', 'can_invite_as_collaborator', 'group_type', 'invitability_level', 'external_sync_identifier', 'provenance', 'description', 'member_viewability_level', 'type']) expect(group).toContain(name);
  });
});

describe('users of Box', () => {
  it('[box 8] need a login and a name', async () => {
    expect(await failure(caller.create(ACCOUNT, new Name('Jane')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied', message: expect.stringContaining('login') as string });
    expect(await failure(caller.create(ACCOUNT, text('login', 'a@example.com')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    expect(fake.users.size).toBe(0);
  });

  it('[box 9] [box 10] show what Box makes of one created by login and name, flags and sizes as texts', async () => {
    expect(await caller.values(ACCOUNT, await newUser('Jane'))).toMatchObject({
      type: 'user', role: 'user', status: 'active', language: 'en', groups: [], job_title: '', phone: '', address: '', is_exempt_from_device_limits: 'false', can_see_managed_users: 'true',
      is_external_collab_restricted: 'false', is_exempt_from_login_verification: 'false', is_sync_enabled: 'true', is_platform_access_only: 'false', space_amount: '1.0E15', max_upload_size: '5.36870912E10',
    });
  });

  it('[box 10] [box 11] [box 12] [box 26] are created by the documentation\'s full sample, what Box decides by itself left out', async () => {
    const [one, two] = [fake.addGroup('one'), fake.addGroup('two')];
    const uid = await caller.create(
      ACCOUNT, new Name('Miguel Benitez'), text('is_exempt_from_device_limits', 'false'), text('type', 'user'), text('job_title', 'Designer'), text('space_amount', '1.000000456753152E15'), text('phone', '578945621'),
      text('status', 'active'), Attribute.of('enterprise', new Map<IcfValue, IcfValue>([['type', 'enterprise'], ['name', 'testing']])), text('can_see_managed_users', 'true'), text('is_external_collab_restricted', 'false'),
      new Attribute('external_app_user_id', null), text('is_exempt_from_login_verification', 'false'), text('is_sync_enabled', 'true'), text('groups', one, two), text('max_upload_size', '5.36870912E10'), text('language', 'en'),
      text('login', 'someone@example.com'), text('avatar_url', 'https://app.box.com/api/avatar/large/34721853021'), text('role', 'user'), text('address', 'San Carlos Buenos Aires'), text('is_platform_access_only', 'false'),
    );
    expect(fake.service.seenOf('POST /2.0/users')[0]?.body).toEqual({
      name: 'Miguel Benitez', is_exempt_from_device_limits: false, job_title: 'Designer', space_amount: 1_000_000_456_753_152, phone: '578945621', status: 'active', can_see_managed_users: true,
      is_external_collab_restricted: false, is_exempt_from_login_verification: false, is_sync_enabled: true, language: 'en', login: 'someone@example.com', role: 'user', address: 'San Carlos Buenos Aires', is_platform_access_only: false,
    });
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ groups: [one, two], space_amount: '1.000000456753152E15', enterprise: { id: '1162568706', type: 'enterprise', name: 'testing' } });
  });

  it.each([['job_title', 100], ['phone', 100], ['address', 255]])('[box 13] may have a %s of %i characters', async (name, longest) => {
    const uid = await newUser('Jane', text(name, 'ä'.repeat(longest)));
    expect(await failure(caller.update(ACCOUNT, uid, text(name, 'ä'.repeat(longest + 1))))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    expect((await caller.values(ACCOUNT, uid))[name]).toBe('ä'.repeat(longest));
  });

  it.each([['role', ['coadmin', 'user'], 'admin'], ['status', ['active', 'inactive', 'cannot_delete_edit', 'cannot_delete_edit_upload'], 'gone']])('[box 14] [box 15] have a %s of %j', async (name, good, bad) => {
    const uid = await newUser('Jane');
    for (const value of good) {
      await caller.update(ACCOUNT, uid, text(name, value));
      expect((await caller.values(ACCOUNT, uid))[name]).toBe(value);
    }
    expect(await failure(caller.update(ACCOUNT, uid, text(name, bad)))).toMatchObject({ kind: 'invalidAttributeValue', message: expect.stringContaining(good.join(', ')) as string });
  });

  it('[box 16] [box 18] have space in bytes, without limit at -1, as numbers for Box', async () => {
    const uid = await newUser('Jane', text('space_amount', '-1'));
    expect((await caller.values(ACCOUNT, uid))['space_amount']).toBe('-1.0');
    await caller.update(ACCOUNT, uid, text('space_amount', '1.000000456753152E15'));
    expect(fake.users.get(uid.value)?.['space_amount']).toBe(1_000_000_456_753_152);
    fake.users.set(uid.value, { ...fake.users.get(uid.value), space_amount: 999_999_999_999_999 });
    expect((await caller.values(ACCOUNT, uid))['space_amount']).toBe('9.99999999999999E14');
    expect(await failure(caller.update(ACCOUNT, uid, text('space_amount', 'much')))).toMatchObject({ kind: 'invalidAttributeValue' });
  });

  it('[box 17] have a language and a time zone by their codes', async () => {
    const uid = await newUser('Jane', text('language', 'de'), text('timezone', 'Africa/Bujumbura'));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ language: 'de', timezone: 'Africa/Bujumbura' });
  });

  it('[box 19] keep the login an update leaves out', async () => {
    const uid = await newUser('Jane');
    expect((await caller.update(ACCOUNT, uid, text('job_title', 'Web Developer'))).value).toBe(uid.value);
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ login: 'jane@example.com', job_title: 'Web Developer' });
  });

  it('lose a text by an empty one, for Box takes no null', async () => {
    const names = ['job_title', 'phone', 'address', 'external_app_user_id'];
    const uid = await newUser('Jane', ...names.map((name) => text(name, 'something')));
    await caller.update(ACCOUNT, uid, ...names.map((name) => new Attribute(name, null)));
    expect(fake.service.seenOf('PUT /2.0/users/').map(({ body }) => body)).toEqual([Object.fromEntries(names.map((name) => [name, '']))]);
    const group = await newGroup('Staff', text('description', 'All of them'));
    await caller.update(GROUP, group, new Attribute('description', null));
    expect(fake.service.seenOf('PUT /2.0/groups/').map(({ body }) => body)).toEqual([{ description: '' }]);
  });

  it('[box 20] keep their login while Box refuses another, and the caller is told why', async () => {
    const uid = await newUser('Jane');
    fake.service.faults.next(fault.answer({ status: 400, body: { type: 'error', status: 400, code: 'bad_request', message: 'User email is not confirmed' } }), { on: 'PUT /2.0/users/' });
    expect(await failure(caller.update(ACCOUNT, uid, text('login', 'other@example.com')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied', message: expect.stringContaining('not confirmed') as string });
    expect((await caller.values(ACCOUNT, uid))['login']).toBe('jane@example.com');
  });

  it('[box 21] are gone once deleted, with their memberships; groups likewise', async () => {
    const group = fake.addGroup('staff');
    const uid = await newUser('Jane', text('groups', group));
    expect((await caller.values(ACCOUNT, uid))['groups']).toBe(group);
    await caller.remove(ACCOUNT, uid);
    expect(await caller.get(ACCOUNT, uid)).toBeNull();
    expect(fake.memberships.size).toBe(0);
    expect(await failure(caller.remove(ACCOUNT, uid))).toMatchObject({ kind: 'unknownUid' });
  });

  it('[box 22] are searched at Box by the beginning of their name; any other filter is applied to what Box gives', async () => {
    for (const name of ['Anna', 'Anton', 'Berta']) await newUser(name);
    const names = async (filter: Parameters<ConnectorCaller['search']>[1]) => (await caller.search(ACCOUNT, filter)).items.map(({ name }) => name.value);
    const lists = () => fake.service.seen.filter(({ method, path }) => method === 'GET' && path === '/2.0/users');
    expect(await names({ kind: 'startsWith', attribute: new Name('An') })).toEqual(['Anna', 'Anton']);
    expect(lists().at(-1)?.query['filter_term']).toBe('An');
    expect(await names({ kind: 'endsWith', attribute: Attribute.of('login', 'ta@example.com') })).toEqual(['Berta']);
    expect(lists().at(-1)?.query).not.toHaveProperty('filter_term');
    // The login begins so, the name does not.
    await caller.create(ACCOUNT, new Name('Zoe'), text('login', 'anzoe@example.com'));
    expect(await names({ kind: 'startsWith', attribute: new Name('an') })).toEqual([]);
  });

  it('[box 23] [box 24] [box 25] are given page by page, as ids alone where only those are asked for, to the end', async () => {
    for (const name of ['A', 'B', 'C', 'D']) await newUser(name);
    fake.service.pages.oddity = 'emptyLast';
    const found: string[] = [];
    let cookie: string | undefined;
    do {
      const page = await caller.search(ACCOUNT, undefined, { [OPTION.pageSize]: 2, ...(cookie === undefined ? {} : { [OPTION.pagedResultsCookie]: cookie }) });
      found.push(...page.items.map(({ name }) => name.value));
      ({ cookie } = page);
    } while (cookie !== undefined);
    expect(found).toEqual(['A', 'B', 'C', 'D']);
  });
});

describe('groups of Box', () => {
  it('[box 27] are created by the documentation\'s sample; permissions are Box\'s to decide', async () => {
    const uid = await newGroup(
      'Support', text('type', 'group'), text('description', 'Support Group - as imported from Active Directory'), text('external_sync_identifier', 'AD:123456'), text('group_type', 'managed_group'),
      text('invitability_level', 'admins_only'), text('member_viewability_level', 'admins_only'), Attribute.of('permissions', new Map<IcfValue, IcfValue>([['can_invite_as_collaborator', true]])), text('provenance', 'Active Directory'),
    );
    const given = await caller.values(GROUP, uid);
    expect(given).toMatchObject({
      __NAME__: 'Support', type: 'group', description: 'Support Group - as imported from Active Directory', external_sync_identifier: 'AD:123456', group_type: 'managed_group',
      invitability_level: 'admins_only', member_viewability_level: 'admins_only', provenance: 'Active Directory',
    });
    expect(given).not.toHaveProperty('permissions');
  });

  it('[box 28] are renamed by name, and say __NAME__', async () => {
    const uid = await newGroup('Helpdesk');
    await caller.update(GROUP, uid, text('name', 'Support'));
    expect((await caller.values(GROUP, uid))['__NAME__']).toBe('Support');
  });

  it('[box 29] have levels of three kinds, and a provenance of 255 characters', async () => {
    const uid = await newGroup('Support', text('provenance', 'p'.repeat(255)));
    for (const name of ['invitability_level', 'member_viewability_level']) {
      for (const level of ['admins_only', 'admins_and_members', 'all_managed_users']) await caller.update(GROUP, uid, text(name, level));
      expect(await failure(caller.update(GROUP, uid, text(name, 'nobody')))).toMatchObject({ kind: 'invalidAttributeValue' });
    }
    expect(await failure(caller.update(GROUP, uid, text('provenance', 'p'.repeat(256))))).toMatchObject({ kind: 'invalidAttributeValue' });
  });

  it('[box 21] are gone once deleted', async () => {
    const uid = await newGroup('Support');
    await caller.remove(GROUP, uid);
    expect(await caller.get(GROUP, uid)).toBeNull();
  });
});

describe('memberships', () => {
  it('that cannot be made after the user was are told, with what has been done', async () => {
    const groups = ['a', 'b', 'c'].map((name) => fake.addGroup(name));
    fake.groups.delete(groups[1] ?? '');
    const error = await failure(newUser('Jane', text('groups', ...groups)));
    const [uid] = [...fake.users.keys()];
    expect(error).toMatchObject({ outcome: 'applied', message: expect.stringMatching(new RegExp(`created with the uid '${uid}'.*3 changes of groups 1 `)) as string });
    expect((await caller.values(ACCOUNT, (await caller.search(ACCOUNT)).items[0]!.uid))['groups']).toBe(groups[0]);
  });

  it('are added and removed one by one, and what is as wanted already is no failure', async () => {
    const [a, b] = ['a', 'b'].map((name) => fake.addGroup(name)) as [string, string];
    const uid = await newUser('Jane', text('groups', a));
    fake.service.faults.next(fault.answer({ status: 409, body: { type: 'error', status: 409, code: 'conflict', message: 'a member already' } }), { on: 'POST /2.0/group_memberships' });
    await caller.update(ACCOUNT, uid, text('groups', b));
    expect([...fake.memberships.values()]).toEqual([]);
    await caller.update(ACCOUNT, uid, text('groups', b));
    expect([...fake.memberships.values()].map(({ group }) => group)).toEqual([b]);
    const names = await caller.search(ACCOUNT, undefined, { [OPTION.attributesToGet]: new IcfArray('String', ['memberof']) });
    expect(names.items.map(plain)).toEqual([expect.objectContaining({ memberof: 'b' })]);
  });
});

it('syncs nothing by itself', async () => {
  expect(await failure(caller.sync(ALL, null))).toMatchObject({ kind: 'unsupportedOperation' });
});
