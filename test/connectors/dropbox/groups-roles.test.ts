import { describe, expect, it } from 'vitest';
import { ACCOUNT, Attribute, GROUP, IcfArray, OPTION, Uid, type IcfValue, type ObjectClassInfo, type Schema } from '../../../protocol/model/index.js';
import { failure, plain } from '../../support/connector-caller.js';
import { calling } from '../../support/memory-facade.js';
import { connected } from '../../support/tested-service.js';
import { fault } from '../../targets/rest/faults.js';
import type { FakeDropbox } from './fake.js';
import { DROPBOX } from './system.js';

const of = (name: string, ...values: IcfValue[]): Attribute => new Attribute(name, values);
const member = (id: string, access = 'member'): IcfValue => new Map([['access_type', access], ['team_member_id', id]]);
const bodies = (fake: FakeDropbox, path: string) => fake.service.seenOf(`POST /2/team${path}`).map(({ body }) => body as Record<string, unknown>);

describe('a group of a Dropbox team', () => {
  it('is among the ids of all, which are asked for by the thousand at most [dropbox 9]', async () => {
    const { caller, fake } = await connected(DROPBOX);
    for (let index = 0; index < 1_100; index++) fake.addGroup(`Group ${index}`);
    const { items } = await caller.search(GROUP, undefined, { [OPTION.attributesToGet]: new IcfArray('String', []) });
    expect(items.map(({ uid }) => uid.value)).toEqual([...fake.groups.keys()]);
    expect(bodies(fake, '/groups/list')).toEqual([{ limit: 1_000 }, { cursor: expect.any(String) as string }]);
  });

  it('needs a name, and is empty when it is new [dropbox 13]', async () => {
    const { caller } = await connected(DROPBOX);
    expect((await failure(caller.create(GROUP, of('group_external_id', 'x')))).message).toContain('group_name');
    const uid = await caller.create(GROUP, of('group_name', 'Sales'));
    expect(await caller.values(GROUP, uid)).toMatchObject({ group_name: 'Sales', member_count: 0, members: [] });
  });

  it('is managed by its company unless it is said to be by its users [dropbox 14]', async () => {
    const { caller, fake } = await connected(DROPBOX);
    for (const [name, type] of [['One', undefined], ['Two', 'company_managed'], ['Three', 'user_managed']] as const) {
      const uid = await caller.create(GROUP, of('group_name', name), ...(type === undefined ? [] : [of('group_management_type', type)]));
      expect((await caller.values(GROUP, uid))['group_management_type']).toBe(type ?? 'company_managed');
    }
    expect(await failure(caller.create(GROUP, of('group_name', 'Four'), of('group_management_type', 'nobody')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    expect(fake.groups.size).toBe(3);
  });

  it('is created from the documented sample [dropbox 15]', async () => {
    const { caller } = await connected(DROPBOX);
    const uid = await caller.create(GROUP, of('group_name', 'Group'), of('group_management_type', 'user_managed'), of('group_external_id', 'external'));
    expect(await caller.values(GROUP, uid)).toEqual({ __UID__: uid.value, __NAME__: 'Group', group_id: uid.value, member_count: 0, group_name: 'Group', group_external_id: 'external', group_management_type: 'user_managed', members: [] });
    expect((await failure(caller.create(GROUP, of('group_name', 'Group')))).kind).toBe('alreadyExists');
    expect((await failure(caller.create(GROUP, of('group_name', 'Other'), of('group_external_id', 'external')))).kind).toBe('alreadyExists');
  });

  it('is changed in name, external id, management and members alone [dropbox 16]', async () => {
    const { caller, fake } = await connected(DROPBOX);
    const uid = new Uid(fake.addGroup('Old', { externalId: 'x' }));
    await caller.update(GROUP, uid, of('group_name', 'New'), of('group_management_type', 'user_managed'), of('group_external_id'), of('members', member(fake.addMember('a@example.com'))));
    expect(await caller.values(GROUP, uid)).toMatchObject({ group_name: 'New', group_management_type: 'user_managed', member_count: 1 });
    await caller.update(GROUP, uid, of('group_id', 'g:other'), of('member_count', 7));
    expect(bodies(fake, '/groups/update')).toEqual([{ group: { '.tag': 'group_id', group_id: uid.value }, new_group_name: 'New', new_group_management_type: { '.tag': 'user_managed' }, new_group_external_id: '', return_members: false }]);
    expect(await caller.values(GROUP, uid)).toMatchObject({ group_id: uid.value, member_count: 1 });
  });

  it('of Dropbox\' own making cannot be changed [dropbox 17]', async () => {
    const { caller, fake } = await connected(DROPBOX);
    const uid = new Uid(fake.addGroup('Everyone', { type: 'system_managed' }));
    expect(await failure(caller.update(GROUP, uid, of('group_name', 'x')))).toMatchObject({ kind: 'permissionDenied', outcome: 'notApplied', message: expect.stringContaining('by itself') as string });
    expect((await failure(caller.remove(GROUP, uid))).kind).toBe('permissionDenied');
  });

  it('has the members an update says, all of them and no others [dropbox 18, 20]', async () => {
    const { caller, fake } = await connected(DROPBOX);
    const [ann, bob] = [fake.addMember('ann@example.com'), fake.addMember('bob@example.com')];
    const uid = new Uid(fake.addGroup('Sales'));
    await caller.update(GROUP, uid, of('members', member(ann)));
    expect(await caller.values(GROUP, uid)).toMatchObject({ member_count: 1, members: { access_type: 'member', team_member_id: ann } });
    await caller.update(GROUP, uid, of('members', member(ann), member(bob)));
    await caller.update(GROUP, uid, of('members', member(bob)));
    expect([...fake.groups.get(uid.value)!.members.keys()]).toEqual([bob]);
    await caller.update(GROUP, uid, of('members'));
    expect(fake.groups.get(uid.value)!.members.size).toBe(0);
  });

  it('takes a member with an id and an access type only [dropbox 19]', async () => {
    const { caller, fake } = await connected(DROPBOX);
    const uid = new Uid(fake.addGroup('Sales'));
    for (const wrong of [new Map([['team_member_id', fake.addMember('a@example.com')]]), new Map([['access_type', 'member']]), member('dbmid:1', 'guest')]) {
      expect(await failure(caller.update(GROUP, uid, of('members', wrong)))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied', message: expect.stringContaining('access_type') as string });
    }
    expect(bodies(fake, '/groups/members/add')).toEqual([]);
  });

  it('says what was done when a membership fails after the creation', async () => {
    const { caller, fake } = await connected(DROPBOX);
    const error = await failure(caller.create(GROUP, of('group_name', 'Sales'), of('members', member(fake.addMember('a@example.com')), member('dbmid:nobody'))));
    expect(error).toMatchObject({ outcome: 'applied', message: expect.stringMatching(/was created with the uid 'g:\d+'.*Of 2 changes of members 1 were made/) as string });
  });

  it('is deleted by its id, and could be read before [dropbox 21]', async () => {
    const { caller, fake } = await connected(DROPBOX);
    const uid = new Uid(fake.addGroup('Gone'));
    expect(await caller.values(GROUP, uid)).toMatchObject({ __UID__: uid.value, group_name: 'Gone' });
    await caller.remove(GROUP, uid);
    expect(bodies(fake, '/groups/delete')).toEqual([{ '.tag': 'group_id', group_id: uid.value }]);
    expect(await caller.get(GROUP, uid)).toBeNull();
    expect((await failure(caller.remove(GROUP, uid))).kind).toBe('unknownUid');
    expect((await failure(caller.update(GROUP, uid, of('group_name', 'x')))).kind).toBe('unknownUid');
  });

  it('shows at its members only when they are read again [dropbox 23]', async () => {
    const { caller, fake } = await connected(DROPBOX);
    const ann = new Uid(fake.addMember('ann@example.com'));
    const before = await caller.values(ACCOUNT, ann);
    const group = await caller.create(GROUP, of('group_name', 'Sales'), of('members', member(ann.value)));
    expect(before['groups']).toEqual([]);
    expect((await caller.values(ACCOUNT, ann))['groups']).toEqual({ access_type: 'member', group_id: group.value });
  });
});

describe('roles of a Dropbox team', () => {
  it('are listed with id, name and description, and given to members by id [dropbox 22]', async () => {
    const { caller, fake } = await connected(DROPBOX);
    const { items } = await caller.search('role');
    expect(items.map(plain)).toEqual(fake.roles.map(({ role_id: id, name, description }) => ({ __UID__: id, __NAME__: name, name, description })));
    const uid = await caller.create(ACCOUNT, of('email', 'a@example.com'), of('role_id', items[1]!.uid.value));
    expect(fake.members.get(uid.value)?.role).toBe(items[1]!.uid.value);
    expect((await caller.get('role', items[0]!.uid))?.name.value).toBe('Team admin');
    fake.service.faults.next(fault.forbidden({ error_summary: 'missing_scope/', error: { '.tag': 'missing_scope' } }), { on: 'POST /2/team/members/get_available' });
    expect(await failure(caller.search('role'))).toMatchObject({ kind: 'permissionDenied', message: expect.stringContaining('missing_scope') as string });
  });
});

describe('the mappings of the documentation', () => {
  const schemaOf = async (): Promise<Schema> => {
    const { caller } = await connected(DROPBOX);
    return await caller.facade.perform({ kind: 'schema' }, calling()) as Schema;
  };
  const flagsOf = (schema: Schema, objectClass: string, name: string) =>
    (schema.objectClasses.find(({ type }) => type === objectClass) as ObjectClassInfo).attributes.find((each) => each.name === name)?.flags;

  it('find every attribute they read [dropbox 24, 26-27]', async () => {
    const schema = await schemaOf();
    const users = ['team_member_id', 'email', 'surname', 'given_name', 'member_status', 'membership_type', 'email_verified', 'groups', 'secondary_emails'];
    const groups = ['group_name', 'members', 'member_count', 'group_external_id', 'group_management_type', 'group_id'];
    for (const [objectClass, names] of [[ACCOUNT, users], [GROUP, groups]] as const) for (const name of names) expect([name, flagsOf(schema, objectClass, name)?.includes('NOT_READABLE')]).toEqual([name, false]);
  });

  it('find every attribute they write [dropbox 25, 28]', async () => {
    const schema = await schemaOf();
    for (const name of ['given_name', 'surname', 'email', 'role_id']) expect([name, flagsOf(schema, ACCOUNT, name)?.includes('NOT_CREATABLE')]).toEqual([name, false]);
    for (const name of ['group_name', 'members', 'group_management_type', 'group_external_id']) expect([name, flagsOf(schema, GROUP, name)?.includes('NOT_UPDATEABLE')]).toEqual([name, false]);
  });

  it('find a group that has no external id by its group id [dropbox 27]', async () => {
    const { caller, fake } = await connected(DROPBOX);
    const id = fake.addGroup('Sales');
    const read = await caller.values(GROUP, new Uid(id));
    expect(read['group_external_id'] ?? read['group_id']).toBe(id);
  });
});
