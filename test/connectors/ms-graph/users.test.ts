import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT, Attribute, GROUP, GuardedString, IcfArray, Name, OPTION, Uid } from '../../../protocol/model/index.js';
import { failure, plain } from '../../support/connector-caller.js';
import { fault } from '../../targets/rest/faults.js';
import { addUser, callerFor, fields, newUser, system, type System } from './system.js';

let at: System;
beforeAll(async () => { at = await system('users by behaviour'); });
afterAll(() => at.stop());

describe('users', () => {
  it('[ms-graph 4] are read from the directory and written to it', async () => {
    const there = at.fake.add('users', { userPrincipalName: 'there@contoso.example', displayName: 'There' });
    expect(await at.caller.values(ACCOUNT, new Uid(there))).toMatchObject({ displayName: 'There' });
    const uid = await addUser(at, { department: 'Sales' });
    expect(at.fake.find('users', uid.value).fields).toMatchObject({ displayName: 'Steve Carter', department: 'Sales' });
  });

  it('[ms-graph 9] are listed by their ids alone when nothing else is asked for', async () => {
    await addUser(at);
    const before = at.fake.service.seen.length;
    const { items } = await at.caller.search(ACCOUNT, undefined, { [OPTION.attributesToGet]: new IcfArray('String', ['__UID__']) });
    expect(items.length).toBe(at.fake.of('users').length);
    expect(items.every(({ attributes }) => attributes.every(({ name }) => name === '__UID__' || name === '__NAME__'))).toBe(true);
    expect(at.fake.service.seen.slice(before).map(({ path, query }) => [path, query['$select']])).toEqual([['/v1.0/users', 'id,userPrincipalName']]);
  });

  it('[ms-graph 10] are read with their name, the ids of their groups, and empty lists where nothing is', async () => {
    const uid = await addUser(at);
    const group = at.fake.add('groups', { displayName: 'Readers' });
    at.fake.members.set(group, new Set([uid.value]));
    const read = await at.caller.get(ACCOUNT, uid);
    const { userPrincipalName } = at.fake.find('users', uid.value).fields;
    expect(read?.uid.value).toBe(uid.value);
    expect(read?.name.value).toBe(userPrincipalName);
    expect(read?.get('memberOf')?.values).toEqual([group]);
    for (const empty of ['businessPhones', 'imAddresses', 'proxyAddresses']) expect(read?.get(empty)?.values).toEqual([]);
  });

  it('[ms-graph 11] come back from a create with what the directory adds, and without the password', async () => {
    const uid = await at.caller.create(ACCOUNT, ...newUser());
    const read = await at.caller.get(ACCOUNT, uid);
    expect(plain(read!)).toMatchObject({ surname: 'Carter', displayName: 'Steve Carter', givenName: 'Steve', userType: 'Member', accountEnabled: true, memberOf: [], createdDateTime: expect.stringMatching(/^\d{4}-.*Z$/) as string, identities: { signInType: 'userPrincipalName' } });
    expect(read?.get('__PASSWORD__')).toBeUndefined();
    expect(read?.get('onPremisesExtensionAttributes')?.values?.[0]).toEqual(expect.objectContaining({ size: 15 }));
    expect(at.fake.passwords.get(uid.value)).toBe('MyPassw0rd');
    expect(at.fake.service.seenOf('POST /v1.0/users').at(-1)?.body).toMatchObject({ passwordProfile: { password: 'MyPassw0rd', forceChangePasswordNextSignIn: false } });
  });

  it('[ms-graph 12] get a new password, which is not read', async () => {
    const uid = await addUser(at);
    await at.caller.update(ACCOUNT, uid, Attribute.of('__PASSWORD__', new GuardedString('MyNewPassw0rd')));
    expect(at.fake.passwords.get(uid.value)).toBe('MyNewPassw0rd');
    expect((await at.caller.get(ACCOUNT, uid))?.get('__PASSWORD__')).toBeUndefined();
  });

  it('are not given a password that breaks the rules of the directory, and no message repeats it', async () => {
    const uid = await addUser(at);
    const error = await failure(at.caller.update(ACCOUNT, uid, Attribute.of('__PASSWORD__', new GuardedString('short'))));
    expect(error).toMatchObject({ kind: 'invalidPassword', outcome: 'notApplied' });
    expect(error.message).not.toContain('short');
  });

  it('[ms-graph 13] change by replacing what is given, and nothing else', async () => {
    const uid = await addUser(at, { department: 'Sales' });
    await at.caller.update(ACCOUNT, uid, Attribute.of('jobTitle', 'Clerk'));
    expect(at.fake.service.seenOf('PATCH /v1.0/users').at(-1)?.body).toEqual({ jobTitle: 'Clerk' });
    expect(await at.caller.values(ACCOUNT, uid)).toMatchObject({ jobTitle: 'Clerk', department: 'Sales' });
    await at.caller.update(ACCOUNT, uid, new Attribute('jobTitle', null));
    expect(at.fake.find('users', uid.value).fields['jobTitle']).toBeNull();
  });

  it('are renamed by the name or by the property behind it, which wins', async () => {
    const uid = await addUser(at);
    await at.caller.update(ACCOUNT, uid, new Name('renamed@contoso.example'));
    expect(at.fake.find('users', uid.value).fields['userPrincipalName']).toBe('renamed@contoso.example');
    await at.caller.update(ACCOUNT, uid, new Name('renamed@contoso.example'), Attribute.of('userPrincipalName', 'again@contoso.example'));
    expect((await at.caller.get(ACCOUNT, uid))?.name.value).toBe('again@contoso.example');
  });

  it('need what Graph needs of a new one, which is said before anything is sent', async () => {
    const error = await failure(at.caller.create(ACCOUNT, new Name('few@contoso.example')));
    expect(error).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    expect(error.message).toContain('accountEnabled, displayName, mailNickname');
  });

  it('join and leave groups; one that fails after a create is told with what was done', async () => {
    const [first, second] = [at.fake.add('groups', { displayName: 'First' }), at.fake.add('groups', { displayName: 'Second' })];
    const uid = await at.caller.create(ACCOUNT, ...newUser(), Attribute.of('memberOf', first));
    expect((await at.caller.get(ACCOUNT, uid))?.get('memberOf')?.values).toEqual([first]);
    await at.caller.update(ACCOUNT, uid, Attribute.of('memberOf', second));
    expect((await at.caller.get(ACCOUNT, uid))?.get('memberOf')?.values).toEqual([second]);
    const error = await failure(at.caller.create(ACCOUNT, ...newUser(), new Attribute('memberOf', [first, 'nowhere'])));
    expect(error.outcome).toBe('applied');
    expect(error.message).toMatch(/was created with the uid '.*'.*Of 2 changes of memberOf 1 were made/);
  });

  it('are completed by the batch, twenty at a time, whatever the order of the answers and whoever is held back', async () => {
    const own = await system('batches');
    const group = own.fake.add('groups', { displayName: 'All' });
    const uids = Array.from({ length: 45 }, (_, index) => own.fake.add('users', { userPrincipalName: `u${index}@contoso.example` }));
    own.fake.members.set(group, new Set(uids.filter((_, index) => index % 2 === 0)));
    own.fake.batchFaults.push({ on: `/users/${uids[0]!}/memberOf`, status: 429, headers: { 'Retry-After': '1' } }, { on: `/users/${uids[1]!}/memberOf`, status: 503 });
    const { items } = await own.caller.search(ACCOUNT);
    expect(items.map((user) => [user.uid.value, user.get('memberOf')?.values])).toEqual(uids.map((uid, index) => [uid, index % 2 === 0 ? [group] : []]));
    expect(own.fake.service.seenOf('POST /v1.0/$batch').map(({ body }) => (body as { requests: unknown[] }).requests.length)).toEqual([20, 20, 5]);
    expect(own.fake.service.seenOf('GET /v1.0/users/').length).toBe(2);
    await own.stop();
  });

  it('ask for an index that lags behind only where a filter needs it', async () => {
    const uid = await addUser(at, { department: 'Research', displayName: "O'Neill" });
    for (const [filter, query] of [
      [{ kind: 'equals', attribute: Attribute.of('displayName', "O'Neill") }, { $filter: "displayName eq 'O''Neill'" }],
      [{ kind: 'and', operands: [{ kind: 'presence', name: 'department' }, { kind: 'startsWith', attribute: Attribute.of('department', 'Res') }] }, { $filter: "(department ne null) and (startsWith(department,'Res'))", $count: 'true' }],
    ] as const) {
      const { items } = await at.caller.search(ACCOUNT, filter);
      expect(items.map((user) => user.uid.value)).toContain(uid.value);
      const { $filter, $count } = at.fake.service.seenOf('GET /v1.0/users').filter(({ path }) => path === '/v1.0/users').at(-1)!.query;
      expect({ $filter, ...($count === undefined ? {} : { $count }) }).toEqual(query);
    }
  });

  it('[ms-graph 15] are deleted into the recycle bin, or for good', async () => {
    const uid = await addUser(at);
    await at.caller.remove(ACCOUNT, uid);
    expect(at.fake.objects.get(uid.value)?.removed).toBe('changed');
    const hard = callerFor(at.fake, { performHardDelete: true });
    for (const [objectClass, kind] of [[ACCOUNT, 'users'], [GROUP, 'groups'], ['application', 'applications']] as const) {
      const id = at.fake.add(kind, { displayName: 'gone soon', userPrincipalName: 'gone@contoso.example' });
      await hard.remove(objectClass, new Uid(id));
      expect(at.fake.objects.get(id)?.removed).toBe('deleted');
    }
    const group = at.fake.add('groups', { displayName: 'stays in the bin' });
    at.fake.service.faults.next(fault.forbidden({ error: { code: 'Authorization_RequestDenied', message: 'not for applications' } }), { on: 'DELETE /v1.0/directory/' });
    await hard.remove(GROUP, new Uid(group));
    expect([at.fake.objects.get(group)?.removed, JSON.stringify(hard.log.entries).includes('recycle bin')]).toEqual(['changed', true]);
    const left = at.fake.add('users', { userPrincipalName: 'left@contoso.example' });
    at.fake.service.faults.next({ name: '404', instead: { status: 404, body: { error: { code: 'Request_ResourceNotFound', message: 'not yet' } } } }, { on: 'DELETE /v1.0/directory/' });
    const error = await failure(hard.remove(ACCOUNT, new Uid(left)));
    expect(error.outcome).toBe('applied');
    expect(error.message).toContain('still in the recycle bin');
    await hard.dispose();
  });
});

describe('groups', () => {
  it('are security groups unless they say otherwise, with members and owners on request', async () => {
    const user = await addUser(at);
    const uid = await at.caller.create(GROUP, Attribute.of('displayName', 'New Readers'), Attribute.of('members', user.value), Attribute.of('owners', user.value));
    expect(at.fake.find('groups', uid.value).fields).toMatchObject({ displayName: 'New Readers', mailNickname: 'NewReaders', mailEnabled: false, securityEnabled: true });
    expect(await fields(at, GROUP, uid, 'members', 'owners')).toMatchObject({ members: user.value, owners: user.value });
    expect((await at.caller.get(GROUP, uid))?.get('members')).toBeUndefined();
    await at.caller.update(GROUP, uid, new Attribute('members', []));
    expect(at.fake.members.get(uid.value)?.size).toBe(0);
  });
});
