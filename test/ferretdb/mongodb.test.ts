import { readFile } from 'node:fs/promises';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import mongodb from '../../connectors/catalog/mongodb/index.js';
import type { ScriptSandbox } from '../../connectors/engines/scripted/sandbox/index.js';
import { ACCOUNT, Attribute, GuardedString, IcfDouble, Name, OPTION, OperationOptions, PASSWORD, type Filter, type IcfValue, type SyncDelta, type SyncToken } from '../../protocol/model/index.js';
import { PLAIN_VALUES, anyDocuments, expectExactFilters } from '../connectors/mongodb/any-filter.js';
import { mongoSystem, PEOPLE, person, type MongoSystem } from '../connectors/mongodb/fixture.js';
import { calling } from '../support/memory-facade.js';
import { failureOf, filled, operationSandbox, scriptedSystem } from '../support/scripted.js';
import { secret } from '../support/secret-values.js';
import { startFerretDb, type FerretDb } from '../targets/ferretdb.js';

let server: FerretDb;
let runner: ScriptSandbox;
let client: MongoClient;
let databases = 0;

beforeAll(async () => {
  server = await startFerretDb();
  runner = await operationSandbox();
  client = new MongoClient(`mongodb://127.0.0.1:${server.port}/`, { auth: { username: server.user, password: server.password }, authSource: 'admin' });
});
afterAll(async () => {
  await client.close();
  await runner.close();
  await server.stop();
});

/** As the Java connector's sample provisioner file has it, port as text, on a database of the test's own. */
function sample(values: Record<string, IcfValue> = {}): Record<string, IcfValue> {
  return {
    host: server.host, port: String(server.port), user: server.user, password: new GuardedString(server.password), userDatabase: 'admin', database: `test${databases}`, sslEnabled: false, ...values,
  };
}

async function people(values: Record<string, IcfValue> = {}): Promise<MongoSystem> {
  databases++;
  return mongoSystem(sample({ ...PEOPLE, ...values }));
}
const stored = (collection = 'people') => client.db(`test${databases}`).collection(collection);

/** The first changes of a run that is broken off then. */
async function someChanges(system: MongoSystem, token: SyncToken | null, most: number): Promise<SyncDelta[]> {
  const results = system.facade.stream({ kind: 'sync', objectClass: ACCOUNT, token, options: OperationOptions.none }, calling());
  const deltas: SyncDelta[] = [];
  for await (const delta of results) {
    deltas.push(delta);
    if (deltas.length >= most) break;
  }
  return deltas;
}

describe('a login', () => {
  it('of the sample provisioner file works, and with another password is an invalid credential [mongodb 5, 6]', async () => {
    await (await mongoSystem(sample())).perform({ kind: 'test' });
    const wrong = await mongoSystem(sample({ password: new GuardedString(secret('wrong password of FerretDB')) }));
    expect(await wrong.failure({ kind: 'test' })).toMatchObject({ kind: 'invalidCredential' });
  });

  it('by an address that wins over everything else [mongodb 9]', async () => {
    const connectionURI = `mongodb://${server.user}:${server.password}@127.0.0.1:${server.port}/test?authSource=admin`;
    await (await mongoSystem(sample({ connectionURI, host: 'nowhere.invalid', port: 1, user: 'nobody', sslEnabled: true }))).perform({ kind: 'test' });
  });

  it('over TLS, verified by certificate and name [mongodb 17]', async () => {
    const environment = { trustedCertificates: [await readFile(server.tls.caFile, 'utf8')] };
    const values = sample({ host: 'localhost', port: server.tlsPort, sslEnabled: true });
    await (await mongoSystem(values, environment)).perform({ kind: 'test' });
    const quick = (host: string) => ({ database: 'test', connectionURI: `mongodb://${server.user}:${server.password}@${host}:${server.tlsPort}/?authSource=admin&tls=true&serverSelectionTimeoutMS=500` });
    expect((await (await mongoSystem(quick('localhost'))).failure({ kind: 'test' })).kind).toBe('connectorSecurity');
    expect((await (await mongoSystem(quick('127.0.0.1'), environment)).failure({ kind: 'test' })).kind).toBe('connectorSecurity');
    await (await mongoSystem({ ...values, host: '127.0.0.1', sslHostNameValidation: false }, environment)).perform({ kind: 'test' });
  });
});

describe('users of a database, without any script [mongodb 20]', () => {
  const word = secret('password of a FerretDB user');

  it('are refused when there already, or not there', async () => {
    databases++;
    const system = await mongoSystem(sample());
    await system.create([new Name('ann'), Attribute.of(PASSWORD, new GuardedString(word))]);
    expect((await failureOf(system.create([new Name('ann'), Attribute.of(PASSWORD, new GuardedString(word))]))).kind).toBe('alreadyExists');
    expect((await failureOf(system.remove('nobody'))).kind).toBe('unknownUid');
    expect(await system.get('nobody')).toBeNull();
  });

  it('log in with the password they were given last, and are gone when dropped', async () => {
    databases++;
    const system = await mongoSystem(sample());
    const again = secret('second password of a FerretDB user');
    const as = (password: string) => mongoSystem(sample({ user: 'bob', password: new GuardedString(password), userDatabase: `test${databases}` }));
    await system.create([new Name('bob'), Attribute.of(PASSWORD, new GuardedString(word)), Attribute.of('mechanisms', 'SCRAM-SHA-256')]);
    expect((await system.search()).items.map(({ name, attributes }) => [name.value, attributes.find((attribute) => attribute.is('mechanisms'))?.values])).toEqual([['bob', ['SCRAM-SHA-256']]]);
    await (await as(word)).perform({ kind: 'test' });
    await system.change('REPLACE', 'bob', [Attribute.of(PASSWORD, new GuardedString(again))]);
    await (await as(again)).perform({ kind: 'test' });
    expect((await (await as(word)).failure({ kind: 'test' })).kind).toBe('invalidCredential');
    await system.remove('bob');
    expect((await system.search()).items).toEqual([]);
  });
});

describe('documents', () => {
  it('keep types, lists, dates and documents within, under the field ICFName says [mongodb 12, 13, 16]', async () => {
    const system = await people({ dateAttributes: ['born'], arrayAttributes: ['tags'], ICFName: 'login' });
    const address = new Map<IcfValue, IcfValue>([['city', 'Paris'], ['geo', [new IcfDouble(1.5)]]]);
    const uid = (await system.create(person('ann', { born: '2000-01-02T03:04:05Z', tags: 'x', age: 7, big: 2n ** 60n, address, photo: Uint8Array.of(0, 255) })))!.value;
    expect(await stored().findOne({}, { promoteLongs: true })).toMatchObject({ login: 'ann', born: new Date('2000-01-02T03:04:05Z'), tags: ['x'], age: 7 });
    const read = await system.get(uid);
    expect(read?.name.value).toBe('ann');
    for (const [name, value] of [['born', '2000-01-02T03:04:05Z'], ['big', 2n ** 60n], ['address', address], ['photo', Uint8Array.of(0, 255)]] as const) expect(read?.get(name)?.values).toEqual([value]);
  });

  it('are left without null and empty lists, or with them [mongodb 14, 15]', async () => {
    await (await people()).create(person('ann', { mail: null, teams: [] }));
    expect(Object.keys(await stored().findOne() ?? {}).sort()).toEqual(['_id', 'name']);
    const keeping = await people({ includeNullValue: true, includeEmptyList: true });
    // An upsert of FerretDB drops both.
    const uid = (await keeping.create(person('ann')))!.value;
    await keeping.change('REPLACE', uid, [new Attribute('mail', null), new Attribute('teams', [])]);
    expect(await stored().findOne()).toMatchObject({ mail: null, teams: [] });
  });

  it('are not created twice by many at once', async () => {
    const system = await people();
    await stored().createIndexes([{ key: { name: 1 }, name: 'name', unique: true }]);
    const made = await Promise.allSettled(Array.from({ length: 8 }, () => system.create(person('ann'))));
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await stored().countDocuments()).toBe(1);
  });

  // One after the other: FerretDB loses updates of one document at a time, those of $inc too.
  it.each([[['members']], [[]]])('get and lose single values, with arrayAttributes %j [mongodb 13]', async (arrayAttributes) => {
    const system = await people({ arrayAttributes });
    const uid = (await system.create(person('ann')))!.value;
    for (const member of ['a', 'b', 'a', 'c']) await system.change('ADD', uid, [Attribute.of('members', member)]);
    expect((await system.get(uid))?.get('members')?.values).toEqual(['a', 'b', 'c']);
    for (const member of ['b', 'unknown', 'a']) await system.change('REMOVE', uid, [Attribute.of('members', member)]);
    expect((await stored().findOne())?.['members']).toEqual(arrayAttributes.length > 0 ? ['c'] : 'c');
    await system.change('REMOVE', uid, [Attribute.of('members', 'c')]);
    expect(await stored().findOne()).not.toHaveProperty('members');
  });

  it('are found by what a filter means, whatever is stored', async () => {
    const system = await people();
    await stored().insertMany(anyDocuments(PLAIN_VALUES));
    await expectExactFilters(system, 200);
  });

  it('come once each over pages, with a filter and without, and stay apart from what is deleted meanwhile', async () => {
    const system = await people();
    await stored().insertMany(Array.from({ length: 2_000 }, (_, index) => ({ name: `n${index}`, mail: `m${index % 10}@example.com` })));
    for (const [filter, count] of [[undefined, 2_000], [{ kind: 'endsWith', attribute: Attribute.of('mail', '7@example.com') }, 200]] as readonly (readonly [Filter | undefined, number])[]) {
      const seen: string[] = [];
      let cookie: string | null | undefined;
      do {
        const page = await system.search(filter, { [OPTION.pageSize]: 150, ...(typeof cookie === 'string' ? { [OPTION.pagedResultsCookie]: cookie } : {}) });
        seen.push(...page.items.map(({ uid }) => uid.value));
        cookie = page.end?.pagedResultsCookie;
      } while (typeof cookie === 'string');
      expect([seen.length, new Set(seen).size]).toEqual([count, count]);
    }
  });

  it('tell of their changes by timestamps, each once and in order, also after a break', async () => {
    const system = await people({ syncMode: 'timestamp', timestampField: 'changed' });
    const at = (index: number) => new Date(Date.UTC(2026, 0, 1) + Math.floor(index / 3) * 1000);
    await stored().insertMany(Array.from({ length: 1_000 }, (_, index) => ({ _id: `p${String(index).padStart(4, '0')}` as never, name: `n${index}`, changed: at(index) })));
    const seen: string[] = [];
    let token: SyncToken | null = null;
    for (let rounds = 0; seen.length < 1_000 && rounds < 20; rounds++) {
      const agent = rounds % 2 === 0 ? system : await mongoSystem(sample({ ...PEOPLE, syncMode: 'timestamp', timestampField: 'changed' }));
      const deltas = await someChanges(agent, token, 97);
      seen.push(...deltas.map(({ uid }) => uid.value));
      token = deltas.at(-1)?.token ?? token;
    }
    expect(seen).toEqual(Array.from({ length: 1_000 }, (_, index) => `p${String(index).padStart(4, '0')}`));
    await stored().updateOne({ name: 'n5' }, { $set: { changed: new Date(Date.now() - 5_000) } });
    expect((await someChanges(system, token, 2)).map(({ uid }) => uid.value)).toEqual(['p0005']);
  });
});

describe('scripts of one\'s own', () => {
  it('reach the database by connection [mongodb 2, 26, 27]', async () => {
    databases++;
    const own = filled({
      search: 'for await (const one of connection.collection("staff").find(filter ? { login: filter.equals[1] } : {}, { sort: { login: 1 } })) handler({ uid: one._id.$oid, id: one.login, attributes: { count: one.count } });',
      create: 'const { insertedId } = await connection.collection("staff").insertOne({ login: id, count: 3 }); return insertedId.$oid;',
      resolveUsername: 'return (await connection.collection("staff").findOne({ login: username }))._id.$oid;',
    });
    const system = await scriptedSystem({ connector: mongodb, runner, scripts: own.scripts ?? {}, values: { ...sample(), ...own.values, deleteScriptFileName: '', schemaScriptFileName: '', testScriptFileName: '', updateScriptFileName: '' } });
    const uid = await system.create([new Name('ann')]);
    await system.create([new Name('bob')]);
    expect((await system.search()).items.map(({ name }) => name.value)).toEqual(['ann', 'bob']);
    expect(await system.perform({ kind: 'resolveUsername', objectClass: ACCOUNT, username: 'ann', options: OperationOptions.none })).toEqual(uid);
  });
});
