import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import mongodb from '../../../connectors/catalog/mongodb/index.js';
import type { ScriptSandbox } from '../../../connectors/engines/scripted/sandbox/index.js';
import { ACCOUNT, Attribute, GuardedString, Name, OperationOptions, PASSWORD, Script, Uid, type IcfValue } from '../../../protocol/model/index.js';
import { filled, operationSandbox, scriptFolder, scriptedSystem } from '../../support/scripted.js';
import { secret } from '../../support/secret-values.js';
import { rm } from 'node:fs/promises';
import { until } from '../../support/until.js';
import { DATABASE, PEOPLE, asAdministrator, byHost, mongo } from './fixture.js';

let runner: ScriptSandbox;
beforeAll(async () => { runner = await operationSandbox(); });
afterAll(() => runner.close());

async function system(scripts: Record<string, string>, values: Record<string, IcfValue> = {}) {
  const server = await mongo();
  const own = filled(scripts);
  const built = await scriptedSystem({ connector: mongodb, runner, scripts: own.scripts ?? {}, values: { ...byHost(server), ...BUNDLED, ...own.values, ...values } });
  return { server, system: built };
}
/** Other slots stay what the connector has built in. */
const BUNDLED: Record<string, IcfValue> = { scriptRoots: ['!/scripts/mongodb/'] };

async function withFolder(scripts: Record<string, string>, values: Record<string, IcfValue> = {}) {
  const own = filled(scripts);
  const folder = await scriptFolder(own.scripts ?? {});
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return system({}, { ...own.values, scriptRoots: [folder, '!/scripts/mongodb/'], ...values });
}

describe('a script of one\'s own', () => {
  it('that is Groovy, or not there, is refused with its slot [mongodb 2]', async () => {
    const groovy = await withFolder({}, { createScriptFileName: 'people/Create.groovy' });
    const error = await groovy.system.failure({ kind: 'validate' });
    expect(error).toMatchObject({ kind: 'configuration' });
    expect(error.message).toMatch(/createScriptFileName.*Groovy.*groovy-migration/);
    const gone = await withFolder({}, { createScriptFileName: 'Gone.js' });
    expect((await gone.system.failure({ kind: 'test' })).message).toMatch(/createScriptFileName.*Gone\.js/);
  });

  it('works on the database by connection, beside what is built in [mongodb 2] [mongodb 21]', async () => {
    const { server, system: own } = await withFolder({
      create: 'const { insertedId } = await connection.collection("staff").insertOne({ login: id, born: { $date: "2000-01-01T00:00:00.000Z" }, count: 3 }); return insertedId.$oid;',
      search: 'for await (const one of connection.collection("staff").find(filter ? { login: filter.equals[1] } : {}, { sort: { login: 1 } })) handler({ uid: one._id.$oid, id: one.login, attributes: { born: one.born.$date, count: one.count } });',
    });
    const uid = await own.create([new Name('ann')]);
    expect(server.documents(DATABASE, 'staff')[0]).toMatchObject({ login: 'ann', born: new Date('2000-01-01T00:00:00Z') });
    const { items } = await own.search();
    expect(items.map((object) => [object.uid.value, object.name.value, object.get('born')?.single])).toEqual([[uid?.value, 'ann', '2000-01-01T00:00:00.000Z']]);
    expect((await own.perform({ kind: 'schema' }))?.objectClasses.map(({ type }) => type)).toContain('role');
    await own.perform({ kind: 'test' });
  });

  it('is looked for in classpath where scriptRoots is empty [mongodb 21]', async () => {
    const folder = await scriptFolder({ 'Create.js': 'return "by classpath"' });
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const { system: own } = await system({}, { scriptRoots: [], classpath: [folder, '!/scripts/mongodb/'], createScriptFileName: 'Create.js' });
    expect(await own.create([new Name('ann')])).toEqual(new Uid('by classpath'));
    expect(await own.get('ann')).toBeNull();
  });

  it('reads by the handful and leaves no cursor, however it ends', async () => {
    const { server, system: own } = await withFolder({ search: 'let count = 0; for await (const one of connection.collection("staff").find()) { if (++count > 250) throw new Error("enough"); handler({ uid: one.name, id: one.name }); }' });
    for (let index = 0; index < 2_000; index++) server.storage.insert(DATABASE, 'staff', { name: `n${index}` });
    await expect(own.search()).rejects.toThrow(/enough/);
    await until(() => server.cursors.count === 0, 'the cursor to be closed');
  });

  it('gets the errors of the database as they are told elsewhere, and whether something was changed', async () => {
    const { server, system: own } = await withFolder({ create: 'await connection.collection("staff").insertOne({ _id: id }); return id;', delete: 'await connection.collection("staff").countDocuments({}); await connection.command({ nonsense: 1 });' });
    await own.create([new Name('ann')]);
    const error = await own.failure({ kind: 'create', objectClass: ACCOUNT, attributes: [new Name('ann')], options: OperationOptions.none });
    expect(error).toMatchObject({ kind: 'alreadyExists' });
    expect(server.documents(DATABASE, 'staff')).toHaveLength(1);
    expect((await own.failure({ kind: 'delete', objectClass: ACCOUNT, uid: new Uid('ann'), options: OperationOptions.none })).message).toMatch(/no such command/);
  });

  it('hands a password on without seeing it', async () => {
    const server = await mongo({ auth: true });
    const word = secret('password through a MongoDB script');
    const own = filled({ create: 'await connection.command({ createUser: id, pwd: attributes.__PASSWORD__[0], roles: [] }); return id;' });
    const folder = await scriptFolder(own.scripts ?? {});
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const scripted = await scriptedSystem({ connector: mongodb, runner, values: { ...asAdministrator(server), ...own.values, scriptRoots: [folder], ...NO_OTHERS } });
    await scripted.create([new Name('ann'), Attribute.of(PASSWORD, new GuardedString(word))]);
    const login = await scriptedSystem({ connector: mongodb, runner, values: { ...byHost(server), user: 'ann', userDatabase: DATABASE, password: new GuardedString(word), ...BUNDLED } });
    await login.perform({ kind: 'test' });
    expect(JSON.stringify(scripted.log.entries)).not.toContain(word);
  });

  it('takes the place of what is built in when its file stands in a folder before', async () => {
    const { system: own } = await withFolder({});
    await mkdir(join(own.folder, 'roots/usersRoles'), { recursive: true });
    await writeFile(join(own.folder, 'roots/usersRoles/Create.js'), 'return "made by a script"');
    const replaced = await system({}, { scriptRoots: [join(own.folder, 'roots'), '!/scripts/mongodb/'] });
    expect(await replaced.system.create([new Name('ann')])).toEqual(new Uid('made by a script'));
    expect(await replaced.system.get('ann')).toBeNull();
  });

  it('is read again after a change only with recompileGroovySource [mongodb 23]', async () => {
    for (const recompiles of [false, true]) {
      const folder = await scriptFolder({ 'Create.js': 'return "first"' });
      onTestFinished(() => rm(folder, { recursive: true, force: true }));
      const { system: own } = await system({}, { createScriptFileName: 'Create.js', scriptRoots: [folder, '!/scripts/mongodb/'], recompileGroovySource: recompiles, minimumRecompilationInterval: 0 });
      expect(await own.create([new Name('ann')])).toEqual(new Uid('first'));
      await writeFile(join(folder, 'Create.js'), 'return "second time"');
      expect(await own.create([new Name('ann')])).toEqual(new Uid(recompiles ? 'second time' : 'first'));
    }
  });

  it('adds and removes values by reading and replacing, where update is a script', async () => {
    const { server, system: own } = await withFolder({
      update: 'await connection.collection("people").updateOne({ name: "ann" }, { $set: { teams: attributes.teams } }); return uid;',
    }, { ...PEOPLE });
    const uid = await own.create([new Name('ann'), Attribute.of('teams', 'a', 'b')]);
    await own.perform({ kind: 'update', updateType: 'ADD', uid: uid!, objectClass: ACCOUNT, attributes: [Attribute.of('teams', 'c')], options: OperationOptions.none });
    expect(server.documents(DATABASE, 'people')[0]).toMatchObject({ teams: ['a', 'b', 'c'] });
  });
});

/** Slots without a script, where nothing is built in. */
const NO_OTHERS: Record<string, IcfValue> = { deleteScriptFileName: '', schemaScriptFileName: '', searchScriptFileName: '', testScriptFileName: '', updateScriptFileName: '' };

describe('operations that need a script', () => {
  it('work with one: authenticate, resolve username, script on resource, sync [mongodb 22] [mongodb 26] [mongodb 27]', async () => {
    const { server, system: own } = await withFolder({
      authenticate: 'const found = await connection.collection("staff").findOne({ name: username }); if (!found) throw icf.error("invalidCredential", "No."); return found._id.$oid;',
      resolveUsername: 'const found = await connection.collection("staff").findOne({ name: username }); if (!found) throw icf.error("unknownUid", "No."); return found._id.$oid;',
      scriptOnResource: 'return await connection.collection("staff").countDocuments({});',
      sync: 'if (operation === "GET_LATEST_SYNC_TOKEN") return 5; handler({ token: 6, kind: "CREATE_OR_UPDATE", uid: "u", object: { uid: "u", id: "ann" } }); return 6;',
    });
    const { _id: id } = server.storage.insert(DATABASE, 'staff', { name: 'ann' });
    const onAnna = { objectClass: ACCOUNT, username: 'ann', options: OperationOptions.none } as const;
    expect((await own.perform({ kind: 'authenticate', ...onAnna, password: new GuardedString('of-ann-alone') }))?.value).toBe(String(id));
    expect((await own.perform({ kind: 'resolveUsername', ...onAnna }))?.value).toBe(String(id));
    expect((await own.failure({ kind: 'resolveUsername', ...onAnna, username: 'nobody' })).kind).toBe('unknownUid');
    expect(await own.perform({ kind: 'scriptOnResource', script: new Script('javascript', 'count'), scriptArguments: new Map(), options: OperationOptions.none })).toBe(1);
    expect((await own.sync({ value: 5 })).items.map(({ uid }) => uid.value)).toEqual(['u']);
  });
});
