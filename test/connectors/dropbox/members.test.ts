import { describe, expect, it } from 'vitest';
import { ACCOUNT, Attribute, IcfArray, OPTION, OperationOptions, Uid, type IcfValue } from '../../../protocol/model/index.js';
import { failure, plain } from '../../support/connector-caller.js';
import { connected } from '../../support/tested-service.js';
import { fault } from '../../targets/rest/faults.js';
import type { FakeDropbox } from './fake.js';
import { DROPBOX } from './system.js';

const of = (name: string, ...values: IcfValue[]): Attribute => new Attribute(name, values);
const only = (...names: string[]) => ({ [OPTION.attributesToGet]: new IcfArray('String', names) });
const bodies = (fake: FakeDropbox, path: string) => fake.service.seenOf(`POST /2/team${path}`).map(({ body }) => body as Record<string, unknown>);
const ROLE = 'pid_dbtmr:3456';

describe('a member of a Dropbox team', () => {
  it('is invited by an email, and nothing else is needed [dropbox 4]', async () => {
    const { caller, fake } = await connected(DROPBOX);
    expect(await failure(caller.create(ACCOUNT, of('given_name', 'Ann')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied', message: expect.stringContaining('email') as string });
    const uid = await caller.create(ACCOUNT, of('email', 'ann@example.com'));
    expect(bodies(fake, '/members/add_v2')).toEqual([{ new_members: [{ member_email: 'ann@example.com' }] }]);
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ email: 'ann@example.com', member_status: 'invited', invited_on: '2023-01-01T00:00:00Z' });
  });

  it('has names and a role from its invitation, which change no more [dropbox 5]', async () => {
    const { caller } = await connected(DROPBOX);
    const uid = await caller.create(ACCOUNT, of('email', 'ann@example.com'), of('given_name', 'Ann'), of('surname', 'Lee'), of('role_id', ROLE));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ given_name: 'Ann', surname: 'Lee', role_id: ROLE });
    for (const name of ['given_name', 'surname', 'role_id']) expect(await failure(caller.update(ACCOUNT, uid, of(name, 'other')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    await caller.update(ACCOUNT, uid, of('email', 'lee@example.com'));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ email: 'lee@example.com' });
  });

  it('has the team member id for its uid, in answers and in requests [dropbox 6-7]', async () => {
    const { caller, fake } = await connected(DROPBOX);
    const uid = await caller.create(ACCOUNT, of('email', 'ann@example.com'), of('given_name', 'Ann'), of('surname', 'Lee'), of('role_id', ROLE));
    expect([...fake.members.keys()]).toEqual([uid.value]);
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ __UID__: uid.value, team_member_id: uid.value, email: 'ann@example.com', role_id: ROLE });
    await caller.remove(ACCOUNT, uid);
    expect(bodies(fake, '/members/get_info_v2')[0]).toEqual({ members: [{ '.tag': 'team_member_id', team_member_id: uid.value }] });
    expect(bodies(fake, '/members/remove')).toEqual([{ user: { '.tag': 'team_member_id', team_member_id: uid.value } }]);
  });

  it('is among the ids of all, which are asked for by the thousand at most [dropbox 8]', async () => {
    const { caller, fake } = await connected(DROPBOX);
    for (let index = 0; index < 1_203; index++) fake.addMember(`p${index}@example.com`);
    expect((await caller.search(ACCOUNT, undefined, only())).items.map(({ uid }) => uid.value)).toEqual([...fake.members.keys()]);
    expect(bodies(fake, '/members/list')).toEqual([{ limit: 1_000 }, { cursor: expect.any(String) as string }]);
    const first = await caller.search(ACCOUNT, undefined, { ...only(), [OPTION.pageSize]: 5_000 });
    expect(bodies(fake, '/members/list_v2').at(-1)).toEqual({ limit: 1_000 });
    expect(first.items).toHaveLength(1_203);
  });

  it('is read with its groups as objects, and everything the documentation shows [dropbox 10]', async () => {
    const { caller, fake } = await connected(DROPBOX);
    const id = fake.addMember('ann@example.com', { givenName: 'Ann', surname: 'Lee', role: ROLE, secondary: ['a@example.com', 'b@example.com'] });
    const [sales, own] = [fake.addGroup('Sales', { members: new Map([[id, 'member']]) }), fake.addGroup('Own', { type: 'user_managed', members: new Map([[id, 'owner']]) })];
    expect(await caller.values(ACCOUNT, new Uid(id))).toEqual({
      __UID__: id, __NAME__: 'ann@example.com', team_member_id: id, email: 'ann@example.com', given_name: 'Ann', surname: 'Lee', abbreviated_name: 'AL', email_verified: true,
      groups: [{ access_type: 'member', group_id: sales }, { access_type: 'owner', group_id: own }], joined_on: '2023-01-01T00:00:00Z', member_status: 'active', membership_type: 'full',
      role_id: ROLE, secondary_emails: ['a@example.com', 'b@example.com'],
    });
    fake.service.seen.length = 0;
    fake.addMember('bob@example.com', {});
    for (const member of fake.members.keys()) fake.groups.get(sales)!.members.set(member, 'member');
    await caller.search(ACCOUNT);
    // Once a search for each group, however many are in it.
    expect(bodies(fake, '/groups/get_info')).toHaveLength(2);
  });

  it('is read with its email alone where nothing else is asked for [dropbox 11]', async () => {
    const { caller, fake } = await connected(DROPBOX);
    const id = fake.addMember('ann@example.com');
    fake.addGroup('Sales', { members: new Map([[id, 'member']]) });
    const object = await caller.get(ACCOUNT, new Uid(id), OperationOptions.of(only('email')));
    expect(plain(object!)).toEqual({ __UID__: id, __NAME__: 'ann@example.com', email: 'ann@example.com' });
    expect(bodies(fake, '/groups/get_info')).toEqual([]);
  });

  it('can be read until it is taken out of the team, and then no more [dropbox 12]', async () => {
    const { caller, fake } = await connected(DROPBOX);
    const uid = new Uid(fake.addMember('ann@example.com'));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ email: 'ann@example.com' });
    await caller.remove(ACCOUNT, uid);
    expect(fake.members.get(uid.value)?.status).toBe('removed');
    expect(await caller.get(ACCOUNT, uid)).toBeNull();
    expect((await failure(caller.remove(ACCOUNT, uid))).kind).toBe('unknownUid');
    expect((await failure(caller.update(ACCOUNT, uid, of('email', 'b@example.com')))).kind).toBe('unknownUid');
  });

  it('is waited for where Dropbox makes a job of it', async () => {
    const { caller, fake } = await connected(DROPBOX);
    fake.jobsTake = 1;
    const uid = await caller.create(ACCOUNT, of('email', 'ann@example.com'));
    await caller.remove(ACCOUNT, uid);
    expect([bodies(fake, '/members/add/job_status/get_v2').length, bodies(fake, '/members/remove/job_status/get').length]).toEqual([2, 2]);
    fake.service.faults.next(fault.answer({ status: 200, body: { '.tag': 'failed', failed: 'no reason' } }), { on: 'POST /2/team/members/add/job_status' });
    expect(await failure(caller.create(ACCOUNT, of('email', 'bob@example.com')))).toMatchObject({ kind: 'connector', outcome: 'unknown', message: expect.stringContaining('no reason') as string });
  });

  it('is refused with what Dropbox says', async () => {
    const { caller, fake } = await connected(DROPBOX);
    const uid = new Uid(fake.addMember('ann@example.com'));
    fake.addMember('bob@example.com');
    expect(await failure(caller.create(ACCOUNT, of('email', 'ann@example.com')))).toMatchObject({ kind: 'alreadyExists', outcome: 'notApplied' });
    expect(await failure(caller.create(ACCOUNT, of('email', 'x@other.team')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    expect((await failure(caller.update(ACCOUNT, uid, of('email', 'bob@example.com')))).kind).toBe('alreadyExists');
    fake.service.faults.next(fault.answer({ status: 409, body: { error_summary: 'remove_last_admin/..', error: { '.tag': 'remove_last_admin' } } }), { on: 'POST /2/team/members/remove' });
    expect(await failure(caller.remove(ACCOUNT, uid))).toMatchObject({ kind: 'permissionDenied', outcome: 'notApplied', message: expect.stringContaining('remove_last_admin') as string });
    fake.service.faults.next(fault.answer({ status: 409, body: { error_summary: 'param_cannot_be_empty/', error: { '.tag': 'param_cannot_be_empty' } } }), { on: 'POST /2/team/members/set_profile' });
    expect((await failure(caller.update(ACCOUNT, uid, of('email', 'c@example.com')))).kind).toBe('invalidAttributeValue');
  });

  it('is found in spite of an expired token and a busy service; what broke otherwise is said', async () => {
    const { caller, fake } = await connected(DROPBOX);
    fake.addMember('ann@example.com');
    await caller.test();
    fake.service.tokens.expireAll();
    expect((await caller.search(ACCOUNT)).items).toHaveLength(1);
    fake.service.faults.next(fault.tooMany(1), { on: 'POST /2/team/members/list_v2' });
    fake.service.faults.next(fault.serverError(503), { on: 'POST /2/team/members/list_v2' });
    expect((await caller.search(ACCOUNT)).items).toHaveLength(1);
    for (const broken of [fault.loginPage(), fault.truncatedJson()]) {
      fake.service.faults.next(broken, { on: 'POST /2/team/members/list_v2' });
      expect(await failure(caller.search(ACCOUNT))).toMatchObject({ kind: 'connectorIo', outcome: undefined });
    }
    fake.service.faults.next(fault.serverError(500), { on: 'POST /2/team/members/add_v2' });
    expect(await failure(caller.create(ACCOUNT, of('email', 'bob@example.com')))).toMatchObject({ kind: 'connectorIo', outcome: 'unknown' });
  });

  it('is listed once where a page comes twice, or an empty one at the end', async () => {
    const { caller, fake } = await connected(DROPBOX);
    for (let index = 0; index < 1_001; index++) fake.addMember(`p${index}@example.com`);
    fake.service.pages.oddity = 'emptyLast';
    expect((await caller.search(ACCOUNT, undefined, only())).items).toHaveLength(1_001);
    fake.service.pages.oddity = 'duplicate';
    expect((await failure(caller.search(ACCOUNT, undefined, only()))).message).toContain('same page');
  });
});
