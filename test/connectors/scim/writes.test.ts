import { afterEach, describe, expect, it } from 'vitest';
import { ACCOUNT, Attribute, ENABLE, GROUP, GuardedString, Name, PASSWORD, Uid, type IcfValue } from '../../../protocol/model/index.js';
import { failure, type ConnectorCaller } from '../../support/connector-caller.js';
import { fault } from '../../targets/rest/faults.js';
import { FakeScim } from './fake.js';
import { callerFor, changeValues, map } from './system.js';

const ended: (() => Promise<unknown>)[] = [];
afterEach(async () => { for (const end of ended.splice(0).reverse()) await end(); });

async function start(settings: Parameters<typeof FakeScim.start>[0], changes: Readonly<Record<string, IcfValue>> = {}): Promise<{ fake: FakeScim; scim: ConnectorCaller }> {
  const fake = await FakeScim.start(settings);
  const scim = callerFor(fake, changes);
  ended.push(() => fake.service.stop(), () => scim.dispose());
  return { fake, scim };
}

const bodies = (fake: FakeScim, method: string): unknown[] => fake.service.seen.filter((request) => request.method === method && request.path.startsWith('/scim')).map(({ body }) => body);
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const emails = (...values: readonly string[]): Attribute => new Attribute('emails', values.map((value) => map({ value, type: 'work' })));

describe('SCIM 2.0', () => {
  it('creates users with what the standard and its extension have, and never shows a password', async () => {
    const { fake, scim } = await start({ version: 2 });
    const uid = await scim.create(ACCOUNT, new Name('bjensen@example.com'), Attribute.of('name', map({ familyName: 'Jensen', givenName: 'Barbara' })), emails('bjensen@example.com'),
      Attribute.of(ENABLE, true), Attribute.of(PASSWORD, new GuardedString('t1meMa$heen')), Attribute.of('employeeNumber', '701984'), Attribute.of('manager', map({ value: '26118915' })));
    expect(bodies(fake, 'POST')).toEqual([{
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE], userName: 'bjensen@example.com', name: { familyName: 'Jensen', givenName: 'Barbara' },
      emails: [{ value: 'bjensen@example.com', type: 'work' }], active: true, password: 't1meMa$heen', [ENTERPRISE]: { employeeNumber: '701984', manager: { value: '26118915' } },
    }]);
    expect(await scim.values(ACCOUNT, uid)).toMatchObject({ __NAME__: 'bjensen@example.com', userName: 'bjensen@example.com', active: true, __ENABLE__: true, employeeNumber: '701984', manager: { value: '26118915' }, emails: { value: 'bjensen@example.com' } });
    expect(Object.keys(await scim.values(ACCOUNT, uid))).not.toContain(PASSWORD);
  });

  it('takes the name by either of its names, and wants one', async () => {
    const { scim } = await start({ version: 2 });
    const uid = await scim.create(ACCOUNT, Attribute.of('userName', 'one'));
    await scim.update(ACCOUNT, uid, new Name('one'), Attribute.of('userName', 'two'));
    expect(await scim.values(ACCOUNT, uid)).toMatchObject({ __NAME__: 'two', userName: 'two' });
    expect(await failure(scim.create(ACCOUNT, Attribute.of('title', 'x')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
  });

  it('[scim 18, 20] names the path of removals, replaces whole values, and names other paths only when told to', async () => {
    const change = [Attribute.of('title', 'Tour Guide'), emails('a@example.com', 'b@example.com'), new Attribute('nickName', null), Attribute.of('department', 'Tours'), new Attribute('costCenter', null)];
    const mail = [{ value: 'a@example.com', type: 'work' }, { value: 'b@example.com', type: 'work' }];
    const removals = [{ op: 'remove', path: 'nickName' }, { op: 'remove', path: `${ENTERPRISE}:costCenter` }];
    for (const [usePathForPatchV2, sets] of [
      [false, [{ op: 'replace', value: { title: 'Tour Guide', emails: mail, [ENTERPRISE]: { department: 'Tours' } } }]],
      [true, [{ op: 'replace', path: 'title', value: 'Tour Guide' }, { op: 'replace', path: 'emails', value: mail }, { op: 'replace', path: `${ENTERPRISE}:department`, value: 'Tours' }]],
    ] as const) {
      const { fake, scim } = await start({ version: 2, provider: { patch: true } }, { usePathForPatchV2 });
      const uid = await scim.create(ACCOUNT, new Name('bjensen'), emails('old@example.com'), Attribute.of('nickName', 'Babs'), Attribute.of('costCenter', '4130'));
      await scim.update(ACCOUNT, uid, ...change);
      expect(bodies(fake, 'PATCH')).toEqual([{ schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [...removals, ...sets] }]);
      const after = await scim.values(ACCOUNT, uid);
      expect(after).toMatchObject({ title: 'Tour Guide', emails: mail, department: 'Tours' });
      expect([after['nickName'], after['costCenter']]).toEqual([undefined, undefined]);
      // Adding a value to a list is a replacement, too.
      await changeValues(scim, 'ADD', ACCOUNT, uid, emails('c@example.com'));
      expect(JSON.stringify(bodies(fake, 'PATCH').at(-1))).toContain('"op":"replace"');
      expect((await scim.values(ACCOUNT, uid))['emails']).toHaveLength(3);
    }
  });

  it('[scim 18, 19] satisfies a service that demands paths', async () => {
    for (const usePathForPatchV2 of [true, false]) {
      const { scim } = await start({ version: 2, wantsPath: true }, { usePathForPatchV2 });
      const uid = await scim.create(GROUP, new Name('Tour Guides'));
      const changes = [() => scim.update(GROUP, uid, new Name('Guides')), () => changeValues(scim, 'ADD', GROUP, uid, Attribute.of('members', '1'))];
      for (const change of changes) {
        if (usePathForPatchV2) await change();
        else expect(await failure(change())).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied', message: expect.stringContaining('needs a path') as string });
      }
    }
  });

  it('adds members to a group and removes them without reading it, a hundred at a time', async () => {
    const { fake, scim } = await start({ version: 2, provider: { patch: true } });
    const uid = await scim.create(GROUP, new Name('Everybody'), Attribute.of('members', map({ value: 'u0', display: 'First' })));
    fake.service.seen.length = 0;
    await changeValues(scim, 'ADD', GROUP, uid, new Attribute('members', Array.from({ length: 150 }, (_, index) => `u${index + 1}`)));
    await changeValues(scim, 'REMOVE', GROUP, uid, Attribute.of('members', 'u1', map({ value: 'u"2', display: 'x' })));
    expect(fake.service.seen.filter(({ path }) => path.startsWith('/scim/Groups')).map(({ method }) => method)).toEqual(['PATCH', 'PATCH', 'PATCH']);
    expect(bodies(fake, 'PATCH').at(-1)).toMatchObject({ Operations: [{ op: 'remove', path: 'members[value eq "u1"]' }, { op: 'remove', path: 'members[value eq "u\\"2"]' }] });
    expect(fake.groups.get(uid.value)!['members']).toHaveLength(150);
    expect((await failure(changeValues(scim, 'ADD', GROUP, uid, Attribute.of('members', 5)))).kind).toBe('invalidAttributeValue');
    await scim.update(GROUP, uid, Attribute.of('members', 'u7'));
    expect(fake.groups.get(uid.value)!['members']).toEqual([{ value: 'u7' }]);
  });

  it('says how many members were changed when a later part fails', async () => {
    const { fake, scim } = await start({ version: 2, provider: { patch: true } });
    const uid = await scim.create(GROUP, new Name('Everybody'));
    let parts = 0;
    fake.service.faults.next(fault.serverError(500), { on: ({ method }) => method === 'PATCH' && ++parts === 2 });
    const error = await failure(changeValues(scim, 'ADD', GROUP, uid, new Attribute('members', Array.from({ length: 150 }, (_, index) => `u${index}`))));
    expect(error).toMatchObject({ outcome: 'applied', message: expect.stringMatching(/^Of 150 changes of members 100 were made/) as string });
  });

  it('sends the whole resource to a service without PATCH, of the version it read', async () => {
    const { fake, scim } = await start({ version: 2, provider: { patch: false, etag: true } });
    const uid = await scim.create(ACCOUNT, new Name('bjensen'), Attribute.of('title', 'old'), Attribute.of('department', 'Tours'), Attribute.of('costCenter', '4130'));
    await scim.update(ACCOUNT, uid, Attribute.of('title', 'new'), new Attribute('costCenter', null));
    expect(bodies(fake, 'PUT')).toEqual([{ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE], id: uid.value, userName: 'bjensen', title: 'new', [ENTERPRISE]: { department: 'Tours' } }]);
    fake.service.faults.next(fault.answer({ status: 412, body: { detail: 'changed meanwhile' } }), { on: 'PUT /scim/Users' });
    expect(await failure(scim.update(ACCOUNT, uid, Attribute.of('title', 'x')))).toMatchObject({ kind: 'preconditionFailed', outcome: 'notApplied' });
    const group = await scim.create(GROUP, new Name('g'), Attribute.of('members', 'a'));
    await changeValues(scim, 'ADD', GROUP, group, Attribute.of('members', 'a', 'b'));
    await changeValues(scim, 'REMOVE', GROUP, group, Attribute.of('members', 'a', 'z'));
    expect(fake.groups.get(group.value)!['members']).toEqual([{ value: 'b' }]);
    const puts = bodies(fake, 'PUT').length;
    await changeValues(scim, 'ADD', GROUP, group, Attribute.of('members', 'b'));
    expect(bodies(fake, 'PUT')).toHaveLength(puts);
  });

  it('finds the uid of a new object in the address, where the answer is empty', async () => {
    const { fake, scim } = await start({ version: 2 });
    fake.service.faults.next(fault.answer({ status: 201, headers: { location: 'https://example.com/scim/v2/Users/a%20b' } }), { on: 'POST /scim/Users' });
    expect((await scim.create(ACCOUNT, new Name('x'))).value).toBe('a b');
    fake.service.faults.next(fault.answer({ status: 201 }), { on: 'POST /scim/Users' });
    expect(await failure(scim.create(ACCOUNT, new Name('y')))).toMatchObject({ outcome: 'applied' });
  });

  it('does not tell what a service says of a request with a password', async () => {
    const { fake, scim } = await start({ version: 2 });
    const refusal = fault.answer({ status: 400, body: { detail: 'geheim is too short' } });
    fake.service.faults.next(refusal, { times: 2, on: 'POST /scim/Users' });
    expect((await failure(scim.create(ACCOUNT, new Name('x'), Attribute.of(PASSWORD, new GuardedString('geheim'))))).message).not.toContain('geheim');
    expect((await failure(scim.create(ACCOUNT, new Name('x')))).message).toContain('too short');
  });
});

describe('SCIM 1.1', () => {
  const schemas = ['urn:scim:schemas:core:1.0'];

  it('[scim 1, 20] sends whole resources, or by PATCH whole values where the service offers it', async () => {
    const put = await start({ version: 1 });
    const uid = await put.scim.create(ACCOUNT, new Name('bjensen'), Attribute.of('title', 'old'), Attribute.of('employeeNumber', '1'), emails('old@example.com'));
    await put.scim.update(ACCOUNT, uid, Attribute.of('title', 'new'), emails('new@example.com'));
    expect(bodies(put.fake, 'PUT')).toEqual([{
      schemas: [...schemas, 'urn:scim:schemas:extension:enterprise:1.0'], id: uid.value, userName: 'bjensen', title: 'new', emails: [{ value: 'new@example.com', type: 'work' }],
      'urn:scim:schemas:extension:enterprise:1.0': { employeeNumber: '1' },
    }]);
    const patch = await start({ version: 1, provider: { patch: true } });
    const other = await patch.scim.create(ACCOUNT, new Name('bjensen'), Attribute.of('nickName', 'Babs'), emails('old@example.com'));
    await patch.scim.update(ACCOUNT, other, Attribute.of('title', 'new'), emails('new@example.com'), new Attribute('nickName', null));
    expect(bodies(patch.fake, 'PATCH')).toEqual([{ schemas, title: 'new', emails: [{ value: 'new@example.com', type: 'work' }], meta: { attributes: ['emails', 'nickName'] } }]);
    const after = await patch.scim.values(ACCOUNT, other);
    expect([after['title'], after['emails'], after['nickName']]).toEqual(['new', { value: 'new@example.com', type: 'work' }, undefined]);
  });

  it('adds and removes members by PATCH', async () => {
    const { fake, scim } = await start({ version: 1, provider: { patch: true } });
    const uid = await scim.create(GROUP, new Name('g'), Attribute.of('members', 'a'));
    await changeValues(scim, 'ADD', GROUP, uid, Attribute.of('members', 'b'));
    await changeValues(scim, 'REMOVE', GROUP, uid, Attribute.of('members', 'a'));
    expect(bodies(fake, 'PATCH')).toEqual([{ schemas, members: [{ value: 'b' }] }, { schemas, members: [{ value: 'a', operation: 'delete' }] }]);
    expect(fake.groups.get(uid.value)!['members']).toEqual([{ value: 'b' }]);
  });
});

it('says of an unknown uid that nothing has it, and of a name that it is taken', async () => {
  const { scim } = await start({ version: 2 });
  const uid = new Uid('nobody');
  expect(await scim.get(ACCOUNT, uid)).toBeNull();
  for (const write of [() => scim.update(ACCOUNT, uid, Attribute.of('title', 'x')), () => scim.remove(ACCOUNT, uid), () => changeValues(scim, 'ADD', GROUP, uid, Attribute.of('members', 'a'))]) expect((await failure(write())).kind).toBe('unknownUid');
  await scim.create(ACCOUNT, new Name('taken'));
  const other = await scim.create(ACCOUNT, new Name('other'));
  expect((await failure(scim.create(ACCOUNT, new Name('TAKEN')))).kind).toBe('alreadyExists');
  expect((await failure(scim.update(ACCOUNT, other, new Name('taken')))).kind).toBe('alreadyExists');
});
