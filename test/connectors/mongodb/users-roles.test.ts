import { describe, expect, it } from 'vitest';
import { loadConnector } from '../../../connectors/registry.js';
import { ACCOUNT, Attribute, GuardedString, IcfArray, Name, OPTION, OperationOptions, PASSWORD, Uid, type IcfValue } from '../../../protocol/model/index.js';
import { calling, drain } from '../../support/memory-facade.js';
import { failureOf } from '../../support/scripted.js';
import { secret } from '../../support/secret-values.js';
import { DATABASE, asAdministrator, byHost, mongo, mongoSystem, type MongoSystem } from './fixture.js';

const WORD = secret('password of a MongoDB user');
const password = (): Attribute => Attribute.of(PASSWORD, new GuardedString(WORD));
const role = (name: string, db = DATABASE) => new Map<IcfValue, IcfValue>([['role', name], ['db', db]]);
const privilege = (collection: string, ...actions: string[]) => new Map<IcfValue, IcfValue>([['resource', new Map<IcfValue, IcfValue>([['db', DATABASE], ['collection', collection]])], ['actions', actions]]);
const names = async (system: MongoSystem, objectClass: string, entries: Record<string, IcfValue> = {}) => {
  const { items, end } = await drain(system.facade.stream({ kind: 'search', objectClass, filter: undefined, options: OperationOptions.of(entries) }, calling()));
  return { names: items.map((object) => object.name.value), cookie: end?.pagedResultsCookie ?? undefined, items };
};

async function onServer() {
  const server = await mongo({ auth: true });
  return { server, system: await mongoSystem(asAdministrator(server)) };
}

describe('a user of the database', () => {
  it('that is refused changes nothing: no password, no such role, no such attribute, there already', async () => {
    const { server, system } = await onServer();
    await system.create([new Name('bob'), password()]);
    const refused = [
      [[new Name('ann')], 'invalidAttributeValue', /__PASSWORD__ is missing/],
      [[new Name('ann'), password(), Attribute.of('roles', 'unheardOf')], 'invalidAttributeValue', /unheardOf@test/],
      [[new Name('ann'), password(), Attribute.of('mail', 'a@x')], 'invalidAttributeValue', /no mail/],
      [[new Name('ann'), password(), Attribute.of('userId', 'x')], 'invalidAttributeValue', /cannot be written/],
      [[new Name('ann'), password(), Attribute.of('roles', 7)], 'invalidAttributeValue', /role/],
      [[new Name('ann'), password(), Attribute.of('customData', 'x')], 'invalidAttributeValue', /one map/],
      [[new Name('bob'), password()], 'alreadyExists', /bob@test/],
    ] as const;
    for (const [attributes, kind, message] of refused) {
      const error = await failureOf(system.create([...attributes]));
      expect(error.kind).toBe(kind);
      expect(error.message).toMatch(message);
    }
    expect(server.principals.usersInfo(DATABASE, { usersInfo: 1 }).map((user) => String(user['user']))).toEqual(['bob']);
  });

  it('is unknown as such to reads and writes when it is not there', async () => {
    const { system } = await onServer();
    expect(await system.get('nobody')).toBeNull();
    const writes = [
      () => system.remove('nobody'), () => system.change('REPLACE', 'nobody', [password()]), () => system.change('REPLACE', 'nobody', []),
      () => system.change('ADD', 'nobody', [Attribute.of('roles', 'read')]), () => system.change('ADD', 'nobody', [Attribute.of('mechanisms', 'SCRAM-SHA-1')]),
    ];
    for (const write of writes) {
      expect((await failureOf(write())).kind).toBe('unknownUid');
    }
  });

  it('is created with roles, data and mechanisms, and read, by default, without any script [mongodb 20] [mongodb 16]', async () => {
    const { system } = await onServer();
    const data = new Map<IcfValue, IcfValue>([['team', 'a'], ['level', 3]]);
    const uid = await system.create([new Name('ann'), password(), Attribute.of('roles', 'read', role('readWrite', 'other')), Attribute.of('customData', data), Attribute.of('mechanisms', 'SCRAM-SHA-256')]);
    expect(uid).toEqual(new Uid('ann'));
    const read = await system.get('ann');
    expect(read?.name.value).toBe('ann');
    const values = new Map(read?.attributes.map((attribute) => [attribute.name, attribute.values]));
    expect(values.get('roles')).toEqual([role('read'), role('readWrite', 'other')]);
    expect(values.get('customData')).toEqual([data]);
    expect(values.get('mechanisms')).toEqual(['SCRAM-SHA-256']);
    expect(values.get('db')).toEqual([DATABASE]);
    expect(values.get('userId')).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect([...values.keys()]).not.toContain('credentials');
  });

  it('is changed in one command, and dropped [mongodb 20]', async () => {
    const { server, system } = await onServer();
    await system.create([new Name('ann'), password(), Attribute.of('roles', 'read'), Attribute.of('customData', new Map<IcfValue, IcfValue>([['team', 'a']]))]);
    await system.change('REPLACE', 'ann', [Attribute.of('roles', 'dbAdmin'), new Attribute('customData', null)]);
    expect(server.commands.filter((name) => name === 'updateUser')).toHaveLength(1);
    const changed = await system.get('ann');
    expect(changed?.get('roles')?.values).toEqual([role('dbAdmin')]);
    expect(changed?.get('customData')?.values).toEqual([new Map()]);
    await system.remove('ann');
    expect(server.principals.user(DATABASE, 'ann')).toBeUndefined();
  });

  it('logs in with the password it was given last', async () => {
    const { server, system } = await onServer();
    await system.create([new Name('ann'), password(), Attribute.of('roles', 'readWrite')]);
    const again = secret('second password of a MongoDB user');
    await system.change('REPLACE', 'ann', [Attribute.of(PASSWORD, new GuardedString(again))]);
    const as = (word: string) => mongoSystem({ ...byHost(server), user: 'ann', password: new GuardedString(word), userDatabase: DATABASE });
    await (await as(again)).perform({ kind: 'test' });
    const error = await (await as(WORD)).failure({ kind: 'test' });
    expect(error).toMatchObject({ kind: 'invalidCredential' });
    expect(error.message).not.toContain(WORD);
  });

  it('keeps its name, which MongoDB cannot change', async () => {
    const { system } = await onServer();
    await system.create([new Name('ann'), password()]);
    expect((await failureOf(system.change('REPLACE', 'ann', [new Name('anna')]))).message).toMatch(/cannot rename the user ann/);
    expect(await system.change('REPLACE', 'ann', [new Name('ann')])).toEqual(new Uid('ann'));
  });

  it('is granted and revoked roles one by one, beside what others grant meanwhile', async () => {
    const { server, system } = await onServer();
    await system.create([new Name('ann'), password(), Attribute.of('roles', 'read')]);
    await Promise.all(['readWrite', 'dbAdmin', 'userAdmin'].map((name) => system.change('ADD', 'ann', [Attribute.of('roles', name)])));
    expect(server.principals.user(DATABASE, 'ann')?.roles.map((held) => held.role).sort()).toEqual(['dbAdmin', 'read', 'readWrite', 'userAdmin']);
    await system.change('REMOVE', 'ann', [Attribute.of('roles', role('read'), 'dbAdmin')]);
    expect(server.principals.user(DATABASE, 'ann')?.roles.map((held) => held.role).sort()).toEqual(['readWrite', 'userAdmin']);
    await system.change('REMOVE', 'ann', [Attribute.of('mechanisms', 'SCRAM-SHA-1')]);
    expect((await system.get('ann'))?.get('mechanisms')?.values).toEqual(['SCRAM-SHA-256']);
    expect((await failureOf(system.change('ADD', 'ann', [Attribute.of('roles', 'unheardOf')]))).kind).toBe('invalidAttributeValue');
  });

  it('shows what it inherits when asked, alone and among others', async () => {
    const { system } = await onServer();
    await system.create([new Name('staff'), Attribute.of('privileges', privilege('people', 'find'))], 'role');
    await system.create([new Name('ann'), password(), Attribute.of('roles', 'staff')]);
    await system.create([new Name('bob'), password()]);
    const asked = { [OPTION.attributesToGet]: new IcfArray('String', ['inheritedPrivileges']) };
    const all = (await names(system, ACCOUNT, asked)).items;
    expect(all.map((object) => object.get('inheritedPrivileges')?.values?.length)).toEqual([1, 0]);
    expect((await system.get('ann'))?.get('inheritedPrivileges')).toBeUndefined();
  });

  it('is found page by page in the order of names', async () => {
    const { system } = await onServer();
    const all = ['a', 'B', 'c', 'd.e', 'é', 'z'];
    for (const name of [...all].reverse()) await system.create([new Name(name), password()]);
    const paged: string[] = [];
    let cookie: string | undefined;
    do {
      const page = await names(system, ACCOUNT, { [OPTION.pageSize]: 4, ...(cookie === undefined ? {} : { [OPTION.pagedResultsCookie]: cookie }) });
      paged.push(...page.names);
      ({ cookie } = page);
    } while (cookie !== undefined);
    expect(paged).toEqual(['B', 'a', 'c', 'd.e', 'z', 'é']);
    expect((await system.search({ kind: 'equals', attribute: new Name('d.e') })).items.map((object) => object.uid.value)).toEqual(['d.e']);
  });
});

describe('a role of the database [mongodb 20]', () => {
  it('that is not there, or inherits what is not there, is told apart', async () => {
    const { system } = await onServer();
    expect(await system.get('none', 'role')).toBeNull();
    expect((await failureOf(system.remove('none', 'role'))).kind).toBe('unknownUid');
    expect((await failureOf(system.change('REPLACE', 'none', [Attribute.of('roles', 'read')], 'role'))).kind).toBe('unknownUid');
    expect((await failureOf(system.create([new Name('staff'), Attribute.of('roles', 'none')], 'role'))).kind).toBe('invalidAttributeValue');
    await system.create([new Name('staff')], 'role');
    expect((await failureOf(system.create([new Name('staff')], 'role'))).kind).toBe('alreadyExists');
    expect((await failureOf(system.change('REPLACE', 'staff', [Attribute.of('roles', 'none')], 'role'))).kind).toBe('invalidAttributeValue');
    expect((await failureOf(system.create([new Name('x'), password()], 'role'))).message).toMatch(/role of MongoDB has no __PASSWORD__/);
  });

  it('is created, changed value by value and dropped', async () => {
    const { system } = await onServer();
    await system.create([new Name('staff'), Attribute.of('roles', 'read'), Attribute.of('privileges', privilege('people', 'find'))], 'role');
    await system.change('ADD', 'staff', [Attribute.of('privileges', privilege('people', 'insert'))], 'role');
    await system.change('ADD', 'staff', [Attribute.of('roles', 'dbAdmin')], 'role');
    const read = await system.get('staff', '__ROLE__');
    expect(read?.objectClass).toBe('__ROLE__');
    expect(read?.get('privileges')?.values).toEqual([privilege('people', 'find', 'insert')]);
    expect(read?.get('roles')?.values).toEqual([role('read'), role('dbAdmin')]);
    expect(read?.get('isBuiltin')?.values).toEqual([false]);
    await system.change('REMOVE', 'staff', [Attribute.of('privileges', privilege('people', 'find', 'insert'))], 'role');
    expect((await system.get('staff', 'role'))?.get('privileges')?.values).toEqual([]);
    expect((await names(system, 'role')).names).toEqual(['staff']);
    await system.remove('staff', 'role');
    expect((await names(system, 'role')).names).toEqual([]);
  });
});

describe('changes of users and roles', () => {
  it('are told by snapshots, deletions among them', async () => {
    const server = await mongo();
    const system = await mongoSystem({ ...byHost(server), snapshotSync: true }, {}, await loadConnector('mongodb'));
    for (const name of ['ann', 'bob', 'cid']) await system.create([new Name(name), password()]);
    const first = await system.sync(await system.perform({ kind: 'latestSyncToken', objectClass: ACCOUNT }));
    expect(first.items).toEqual([]);
    await system.change('REPLACE', 'ann', [Attribute.of('roles', 'read')]);
    await system.remove('bob');
    await system.create([new Name('dan'), password()]);
    const { items } = await system.sync(first.end ?? null);
    expect(items.map(({ kind, uid }) => `${kind} ${uid.value}`).sort()).toEqual(['CREATE dan', 'DELETE bob', 'UPDATE ann']);
  });
});

describe('the schema', () => {
  it('has accounts and roles, and no operation that needs a script [mongodb 8] [mongodb 22]', async () => {
    const { system } = await onServer();
    const schema = await system.perform({ kind: 'schema' });
    expect(schema?.objectClasses.map(({ type }) => type)).toEqual([ACCOUNT, 'role']);
    for (const operation of ['AuthenticationApiOp', 'ResolveUsernameApiOp', 'SyncApiOp', 'ScriptOnResourceApiOp'] as const) {
      expect(system.facade.supportedOperations.has(operation)).toBe(false);
      expect(schema?.objectClassesByOperation.has(operation)).toBe(false);
    }
  });

  it('knows no other class', async () => {
    const { system } = await onServer();
    expect((await failureOf(system.get('x', '__GROUP__'))).message).toMatch(/no object class __GROUP__/);
  });
});

describe('a user of the connector without the rights', () => {
  it('is told which right is missing, as permission denied', async () => {
    const server = await mongo({ auth: true });
    server.principals.createUser(DATABASE, { createUser: 'reader', pwd: WORD, roles: ['read'] });
    const system = await mongoSystem({ ...byHost(server), user: 'reader', password: new GuardedString(WORD), userDatabase: DATABASE });
    await system.perform({ kind: 'test' });
    const error = await failureOf(system.create([new Name('ann'), password()]));
    expect(error).toMatchObject({ kind: 'permissionDenied' });
    expect(error.message).toMatch(/not authorized on test.*Grant/s);
    expect(error.message).not.toContain(WORD);
  });
});
