import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import scriptedSql from '../../../connectors/catalog/scripted-sql/index.js';
import type { ScriptSandbox } from '../../../connectors/engines/scripted/sandbox/index.js';
import type { AnyConnector } from '../../../connectors/framework/index.js';
import { ACCOUNT, Attribute, GuardedString, Name, OperationOptions, Script, Uid, type IcfValue } from '../../../protocol/model/index.js';
import { failureOf, filled, operationSandbox, scriptedSystem, type ScriptedSystem } from '../../support/scripted.js';
import { embeddedDatabase } from '../database-table/databases.js';
import type { TestDatabase } from '../database-table/table-facade.js';
import { describeScriptConnection, sharedBy } from './script-connection.js';
import { SCRIPTS, tables } from './sql-scripts.js';

const connector: AnyConnector = scriptedSql;
const none = OperationOptions.none;
const start = sharedBy(2, embeddedDatabase);
let runner: ScriptSandbox;
let shared: TestDatabase;
beforeAll(async () => { [runner, shared] = await Promise.all([operationSandbox(), start()]); });
afterAll(async () => {
  await runner.close();
  await shared.stop();
});

async function database(scripts: Readonly<Record<string, string>> = SCRIPTS, values: Record<string, IcfValue> = {}): Promise<ScriptedSystem> {
  const own = filled({ scriptOnResource: SCRIPTS['scriptOnResource']!, ...scripts });
  for (const statement of tables()) await shared.query(statement);
  return scriptedSystem({ connector, runner, scripts: own.scripts ?? {}, values: { ...shared.configuration, minIdle: 0, ...own.values, ...values } });
}

const anna = [new Name('anna'), Attribute.of('mail', 'a@example.com'), Attribute.of('age', 44n), Attribute.of('groups', 'staff', 'admins'), Attribute.of('__PASSWORD__', new GuardedString("Tr0ub'4dor"))];

describe('the operations of a database behind scripts [scripted-sql 1, 14-16]', () => {
  let system: ScriptedSystem;
  beforeEach(async () => { system = await database(); });

  it('create, read, update, delete', async () => {
    expect(await system.create(anna)).toMatchObject({ value: 'anna' });
    const read = await system.get('anna');
    expect(Object.fromEntries(read!.attributes.map(({ name, values }) => [name, values]))).toMatchObject({ mail: ['a@example.com'], age: [44n], active: [true], groups: ['admins', 'staff'] });
    const change = (attributes: readonly Attribute[]) => system.perform({ kind: 'update', updateType: 'REPLACE', objectClass: ACCOUNT, uid: new Uid('anna'), attributes, options: none });
    await change([new Attribute('mail', null), Attribute.of('groups', 'staff')]);
    expect((await system.get('anna'))?.get('mail')?.values).toBeNull();
    expect((await system.get('anna'))?.get('groups')?.values).toEqual(['staff']);
    expect((await change([new Name('anne')]))?.value).toBe('anne');
    expect(await system.get('anna')).toBeNull();
    await system.perform({ kind: 'delete', objectClass: ACCOUNT, uid: new Uid('anne'), options: none });
    expect(await system.get('anne')).toBeNull();
    expect(await system.failure({ kind: 'delete', objectClass: ACCOUNT, uid: new Uid('anne'), options: none })).toMatchObject({ kind: 'unknownUid' });
  });

  it('refuse a second object of one name as existing, with nothing of the transaction left', async () => {
    await system.create(anna);
    expect(await system.failure({ kind: 'create', objectClass: ACCOUNT, attributes: [...anna, Attribute.of('x', 1)], options: none })).toMatchObject({ kind: 'alreadyExists' });
    expect((await system.get('anna'))?.get('groups')?.values).toEqual(['admins', 'staff']);
  });

  it('authenticate and resolve user names, with the password bound and never shown', async () => {
    await system.create(anna);
    const asked = { objectClass: ACCOUNT, username: 'anna', options: none } as const;
    expect((await system.perform({ kind: 'authenticate', ...asked, password: new GuardedString("Tr0ub'4dor") }))?.value).toBe('anna');
    expect(await system.failure({ kind: 'authenticate', ...asked, password: new GuardedString("' or 'a' = 'a") })).toMatchObject({ kind: 'invalidCredential' });
    expect((await system.perform({ kind: 'resolveUsername', ...asked }))?.value).toBe('anna');
  });

  it('sync what has changed since a token [scripted-sql 17]', async () => {
    const before = await system.perform({ kind: 'latestSyncToken', objectClass: ACCOUNT });
    await system.create(anna);
    await system.create([new Name('bert')]);
    await system.perform({ kind: 'delete', objectClass: ACCOUNT, uid: new Uid('bert'), options: none });
    const { items, end } = await system.sync(before);
    expect(items.map(({ kind, uid }) => [kind, uid.value])).toEqual([['CREATE_OR_UPDATE', 'anna'], ['DELETE', 'bert'], ['DELETE', 'bert']]);
    expect((await system.sync(end ?? null)).items).toEqual([]);
    expect(await system.perform({ kind: 'latestSyncToken', objectClass: ACCOUNT })).toEqual(end);
  });

  it('test the connection and the scripts [scripted-sql 21]', async () => {
    await system.perform({ kind: 'test' });
    expect((await (await database({ test: 'await connection.firstRow("select 1 from nowhere")' })).failure({ kind: 'test' })).message).toMatch(/nowhere/);
  });

  it('run a script on the resource by the script of its slot [scripted-sql 4, 12]', async () => {
    expect(await system.perform({ kind: 'scriptOnResource', script: new Script('sql', 'select 1 union select 2'), scriptArguments: new Map(), options: none })).toBe(2);
  });

  it('hand over thousands of rows in a stream', async () => {
    const streaming = await database({ search: 'await connection.eachRow("select uid, mail from people order by uid", ({ uid, ...attributes }) => handler({ uid, attributes }))' });
    await shared.query("insert into people (uid, mail) select 'p' || lpad(n::text, 6, '0'), 'p@example.com' from generate_series(1, 3000) n");
    const { items } = await streaming.search();
    expect(items).toHaveLength(3000);
    expect(items[2999]?.uid.value).toBe('p003000');
  });
});

describeScriptConnection('embedded PostgreSQL', start);

describe('what a script is given of the database', () => {
  const answer = async (text: string, values = {}): Promise<unknown> => {
    const system = await database({ create: `return JSON.stringify(await (async () => { ${text} })(), (key, value) => (typeof value === 'bigint' ? value + 'n' : value))` }, values);
    return JSON.parse((await system.create([new Name('a'), Attribute.of('secret', new GuardedString('s3cret'))]))!.value);
  };

  it('keeps every type', async () => {
    expect(await answer(`return connection.firstRow("select 1::smallint as s, 2::int as i, 9007199254740993::bigint as l, 1.5::float8 as d, 12.340::numeric as n, true as b, 'x'::text as t, null as z, '2024-02-29'::date as day, '2024-02-29 13:05:09.123456'::timestamp as at")`))
      .toEqual({ s: 1, i: 2, l: '9007199254740993n', d: 1.5, n: '12.340', b: true, t: 'x', z: null, day: '2024-02-29', at: '2024-02-29 13:05:09.123456' });
    expect(await answer(`await connection.execute('insert into people (uid, photo) values (?, ?)', ['x', new Uint8Array([0, 255])]); return [...(await connection.firstRow('select photo from people')).photo];`)).toEqual([0, 255]);
  });

  it('takes any text as a value and gives it back', { timeout: 60_000 }, async () => {
    const system = await database({ create: 'await connection.execute`insert into people (uid, mail) values (${id}, ${attributes.mail[0]})`; return (await connection.firstRow("select mail from people where uid = ? and mail = ?", [id, attributes.mail[0]])).mail' });
    let count = 0;
    await fc.assert(fc.asyncProperty(fc.string({ minLength: 1, maxLength: 30 }).filter((text) => text.trim() !== '' && !text.includes('\0')), async (text) => {
      expect((await system.create([new Name(`u${++count}`), Attribute.of('mail', text)]))?.value).toBe(text);
    }), { numRuns: 60 });
  });

  it.each<[string, RegExp]>([
    ['await connection.execute("")', /statement has to be a text/], ['await connection.rows("select ?", [1, 2])', /1 placeholders.*2 values/], ['await connection.rows("select ?", [{}])', /parameter of a statement/],
    ['await connection.rows("select ?", [["a", "b"]])', /several values/], ['await connection.rows("select * from nowhere")', /nowhere/],
  ])('says what is wrong: %s', async (text, message) => {
    const error = await (await database({ create: `${text}; return id` })).failure({ kind: 'create', objectClass: ACCOUNT, attributes: [new Name('a')], options: none });
    expect(error.message).toMatch(message);
  });

  it('becomes that of another user only where alternateUsernameAllowed says so [scripted-sql 26, 27]', async () => {
    const text = 'return String(await connection.as("other", "pw"))';
    const refused = await database({ create: text });
    expect((await refused.create([new Name('a')]))?.value).toBe('false');
    expect(refused.log.at('warn').some((line) => line.includes('alternateUsernameAllowed'))).toBe(true);
    expect((await (await database({ create: text }, { alternateUsernameAllowed: true })).create([new Name('a')]))?.value).toBe('true');
    const within = await database({ create: `await connection.begin(); ${text}` }, { alternateUsernameAllowed: true });
    expect((await within.failure({ kind: 'create', objectClass: ACCOUNT, attributes: [new Name('a')], options: none })).message).toMatch(/Commit or roll back before/);
  });

  it('keeps the password of the configuration secret [scripted-sql 48]', async () => {
    expect(await answer('return { password: String(configuration.password), user: configuration.username }', { password: 'db-s3cret', username: 'hr' })).toEqual({ password: '***', user: 'hr' });
  });
});

describe('the configuration', () => {
  it('finds scripts in classpath where scriptRoots is not given or empty [scripted-sql 24]', async () => {
    for (const scriptRoots of [null, []]) {
      const { folder } = await database({ create: 'return "by classpath"' });
      const own = await scriptedSystem({ connector, runner, values: { ...shared.configuration, minIdle: 0, scriptRoots, classpath: [folder], createScriptFileName: 'createScript.js' } });
      expect((await own.create([new Name('a')]))?.value).toBe('by classpath');
    }
  });

  it('may be tested before anybody has validated it: what is wrong with it comes first [scripted-sql 23]', async () => {
    const unread = await scriptedSystem({ connector, runner, values: { url: 'jdbc:nothing:x', testScriptFileName: 'none.js' } });
    const error = await unread.failure({ kind: 'test' });
    expect(error).toMatchObject({ kind: 'configuration' });
    expect(error.message).toMatch(/url/);
    await (await database({ test: 'await connection.firstRow("select 1")' })).perform({ kind: 'test' });
  });

  it.each<[string, Record<string, IcfValue>, RegExp]>([
    ['no address', {}, /url/], ['a JNDI name alone', { dataSourceJNDI: 'java:comp/env/jdbc/hr' }, /JNDI.*url/s], ['an address nobody understands', { url: 'jdbc:h2:mem:x' }, /H2/],
    ['connection properties that are none', { url: 'jdbc:pglite:memory', connectionProperties: 'a' }, /connectionProperties/],
  ])('with %s is refused [scripted-sql 25]', async (_, values, message) => {
    const system = await scriptedSystem({ connector, runner, values });
    expect((await failureOf(system.perform({ kind: 'validate' }))).message).toMatch(message);
  });

  it('leads to its database and its script folders', () => {
    const targets = (values: object) => connector.targets?.({ scriptRoots: ['/scripts'], classpath: [], url: null, ...values });
    expect(targets({ url: 'jdbc:postgresql://db.example.com/hr' })).toEqual([{ host: 'db.example.com', port: 5432 }, { path: '/scripts' }]);
    expect(targets({ scriptRoots: [], classpath: ['/more'], url: 'jdbc:pglite:memory' })).toEqual([{ path: '/more' }]);
  });
});
