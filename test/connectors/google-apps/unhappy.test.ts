import { describe, expect, it } from 'vitest';
import { ACCOUNT, Attribute, GROUP, Name, Uid, type Filter } from '../../../protocol/model/index.js';
import { failure } from '../../support/connector-caller.js';
import { fault } from '../../targets/rest/faults.js';
import { googleError } from '../gcp/users.js';
import { callerFor, user, watchedWorkspace } from './system.js';

const BASE = '/admin/directory/v1';
const at = watchedWorkspace('unhappy');
const CLASSES: readonly (readonly [objectClass: string, list: string])[] = [
  [ACCOUNT, `${BASE}/users`], [GROUP, `${BASE}/groups`], ['Member', `${BASE}/groups/one@example.com/members`], ['OrgUnit', `${BASE}/customer/my_customer/orgunits`],
  ['Role', `${BASE}/customer/my_customer/roles`], ['RoleAssignment', `${BASE}/customer/my_customer/roleassignments`], ['Privilege', `${BASE}/customer/my_customer/roles/ALL/privileges`],
];
const group = (name: string, ...more: Attribute[]) => at.caller.create(GROUP, new Name(`${name}@example.com`), ...more);
const member = (name: string) => at.caller.create('Member', new Name('x'), Attribute.of('groupKey', 'one@example.com'), Attribute.of('email', `${name}@example.com`));

describe('Google', () => {
  it.each([['429', fault.tooMany(1)], ['503', fault.serverError(503)]])('that answers %s is asked again', async (_, wrong) => {
    at.workspace.directory.faults.next(wrong, { on: `GET ${BASE}/users` });
    await at.caller.test();
    expect(at.workspace.directory.seenOf(`GET ${BASE}/users`)).toHaveLength(2);
  });

  it('that has not completed a user yet is asked again for what follows', async () => {
    const incomplete = { status: 412, body: { error: { code: 412, message: 'User creation is not complete.', errors: [{ reason: 'conditionNotMet' }] } } };
    at.workspace.directory.faults.next(fault.answer(incomplete), { on: `POST ${BASE}/users/` });
    const uid = await at.caller.create(ACCOUNT, ...user('ana'), Attribute.of('aliases', 'a@example.com'));
    expect((await at.caller.values(ACCOUNT, uid))['aliases']).toBe('a@example.com');
  });

  it('that answers HTML or half an answer has no list of theirs', async () => {
    await group('one');
    for (const [objectClass, list] of CLASSES) {
      for (const wrong of [fault.loginPage(), fault.truncatedJson()]) {
        at.workspace.directory.faults.next(wrong, { on: ({ method, path }) => method === 'GET' && decodeURIComponent(path) === list });
        expect((await failure(at.caller.search(objectClass))).message, `${objectClass}, ${wrong.name}`).toContain('GoogleApps Connector');
        expect(at.workspace.directory.faults.left).toBe(0);
      }
    }
  });

  it('that fails in a create leaves open what became of it', async () => {
    for (const wrong of [fault.serverError(500), fault.loginPage(), fault.resetAfter()]) {
      at.workspace.directory.faults.next(wrong, { on: `POST ${BASE}/users` });
      expect((await failure(at.caller.create(ACCOUNT, ...user('ana')))).outcome, wrong.name).not.toBe('notApplied');
      at.workspace.users.byId.clear();
    }
  });

  it('that refuses what follows a create leaves what was created, and the error says so', async () => {
    at.workspace.directory.faults.next(fault.forbidden(googleError(403, 'Not Authorized')), { on: ({ method, path, body }) => method === 'POST' && path.endsWith('/members') && (body as { email: string }).email === 'b@example.com' });
    const error = await failure(group('one', Attribute.of('_MEMBERS_', 'a@example.com', 'b@example.com', 'c@example.com')));
    const [[id]] = [...at.workspace.groups] as unknown as [[string]];
    expect(error).toMatchObject({ kind: 'permissionDenied', outcome: 'applied', message: expect.stringContaining(`The __GROUP__ was created with the uid '${id}'. Of 3 changes of _MEMBERS_ 1 were made`) as unknown });
    expect([...at.workspace.members.get(id)!.values()].map(({ email }) => email)).toEqual(['a@example.com']);
    at.workspace.directory.faults.next(fault.forbidden(googleError(403, 'Not Authorized')), { on: `POST ${BASE}/users/` });
    expect(await failure(at.caller.create(ACCOUNT, ...user('ana'), Attribute.of('aliases', 'a2@example.com')))).toMatchObject({ outcome: 'applied' });
    expect(at.workspace.users.byId.size).toBe(1);
  });

  it('that knows a name already says so', async () => {
    await group('one');
    expect(await failure(group('one'))).toMatchObject({ kind: 'alreadyExists', outcome: 'notApplied' });
    await member('a');
    expect((await failure(member('a'))).kind).toBe('alreadyExists');
    await at.caller.create(ACCOUNT, ...user('ana'));
    expect((await failure(at.caller.create(ACCOUNT, ...user('ana')))).kind).toBe('alreadyExists');
  });

  it('that has no such object says so, whatever is asked of it', async () => {
    await group('one');
    const change: Readonly<Record<string, Attribute>> = { [ACCOUNT]: Attribute.of('suspended', true), [GROUP]: Attribute.of('name', 'x'), Member: Attribute.of('role', 'OWNER'), OrgUnit: Attribute.of('description', 'x'), Role: Attribute.of('roleName', 'x') };
    for (const [objectClass, uid] of [[ACCOUNT, '1'], [GROUP, 'x'], ['Member', 'one@example.com/x@example.com'], ['Member', 'none@example.com/x@example.com'], ['Member', 'x'], ['OrgUnit', 'id:x'], ['Role', '1'], ['RoleAssignment', '1']] as const) {
      expect(await at.caller.get(objectClass, new Uid(uid)), objectClass).toBeNull();
      expect((await failure(at.caller.remove(objectClass, new Uid(uid)))).kind, objectClass).toBe('unknownUid');
      const changed = change[objectClass];
      if (changed !== undefined) expect((await failure(at.caller.update(objectClass, new Uid(uid), changed))).kind, objectClass).toBe('unknownUid');
    }
  });
});

describe('a list of Google\'s', () => {
  const inOne: Filter = { kind: 'equals', attribute: Attribute.of('groupKey', 'one@example.com') };

  it('may end with an empty page, and must not go round in circles', async () => {
    for (const name of ['one', 'two', 'three']) await group(name);
    for (const name of ['a', 'b', 'c']) await member(name);
    const small = callerFor(at.workspace, { groupsMaxResults: 1, membersMaxResults: 2 });
    at.workspace.directory.pages.oddity = 'emptyLast';
    expect((await small.search(GROUP)).items).toHaveLength(3);
    expect((await small.search('Member')).items).toHaveLength(3);
    at.workspace.directory.pages.oddity = 'duplicate';
    for (const [objectClass, filter] of [[GROUP], ['Member'], ['Member', inOne]] as const) expect((await failure(small.search(objectClass, filter))).message).toContain('again and again');
    await small.dispose();
  });

  it('goes on by cookie where it is made of the members of all groups', async () => {
    for (const name of ['one', 'two']) await group(name);
    for (const name of ['a', 'b', 'c']) await member(name);
    await at.caller.create('Member', new Name('x'), Attribute.of('groupKey', 'two@example.com'), Attribute.of('email', 'a@example.com'));
    const seen: string[] = [];
    for (let cookie: string | undefined, pages = 0; pages === 0 || (cookie !== undefined && pages < 9); pages++) {
      const page = await at.caller.search('Member', undefined, { _PAGE_SIZE: 2, ...(cookie === undefined ? {} : { _PAGED_RESULTS_COOKIE: cookie }) });
      seen.push(...page.items.map(({ uid }) => uid.value));
      cookie = page.cookie;
    }
    expect(seen).toEqual(['one@example.com/a@example.com', 'one@example.com/b@example.com', 'one@example.com/c@example.com', 'two@example.com/a@example.com']);
  });

  it('is empty where the group has gone, or nobody is in it', async () => {
    await group('one');
    expect((await at.caller.search('Member', inOne)).items).toEqual([]);
    expect((await at.caller.search('Member', { kind: 'equals', attribute: Attribute.of('groupKey', 'gone@example.com') })).items).toEqual([]);
  });
});
