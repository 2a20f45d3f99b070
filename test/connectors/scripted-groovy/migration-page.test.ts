import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import groovy from '../../../connectors/catalog/scripted-groovy/index.js';
import rest from '../../../connectors/catalog/scripted-rest/index.js';
import sql from '../../../connectors/catalog/scripted-sql/index.js';
import type { ScriptSandbox } from '../../../connectors/engines/scripted/sandbox/index.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, IcfUri, Name, OperationOptions, Script, Uid, type IcfValue } from '../../../protocol/model/index.js';
import { filled, operationSandbox, scriptFolder, scriptedSystem, type ScriptedSystem } from '../../support/scripted.js';
import { embeddedDatabase } from '../database-table/databases.js';
import type { TestDatabase } from '../database-table/table-facade.js';
import { UserService } from '../scripted-rest/user-service.js';
import { tables } from '../scripted-sql/sql-scripts.js';

/** Each script docs/groovy-migration.md shows is run here as it stands there, by its section and file name. */

const page = await readFile(join(import.meta.dirname, '../../../docs/groovy-migration.md'), 'utf8');
const all: { readonly section: string; readonly file: string; readonly text: string }[] = page.split(/^## /m).flatMap((part) => [...part.matchAll(/```js\n([\s\S]*?)```/g)].map(([, text = '']) => ({
  section: part.slice(0, part.indexOf('\n')), file: /^\/\/ (\w+)\.js/.exec(text)?.[1] ?? '', text,
})));
const run = new Set<string>();

/** `which`: of several with this name, the first is 0. */
function shown(section: string, file: string, which = 0): string {
  const found = all.filter((script) => script.section === section && script.file === file)[which];
  if (found === undefined) throw new Error(`The page shows no ${file} in ${section}.`);
  run.add(found.text);
  return found.text;
}

const none = OperationOptions.none;
let runner: ScriptSandbox;
beforeAll(async () => { runner = await operationSandbox(); });
afterAll(() => runner.close());

const update = (system: ScriptedSystem, uid: Uid, attributes: readonly Attribute[]) => system.perform({ kind: 'update', updateType: 'REPLACE', objectClass: ACCOUNT, uid, attributes, options: none });
const remove = (uid: string, objectClass = ACCOUNT) => ({ kind: 'delete', objectClass, uid: new Uid(uid), options: none }) as const;

describe('the scripts the page shows for every connector', () => {
  it('a schema, and settings of one\'s own', async () => {
    const settings = [...page.matchAll(/"(custom(?:Sensitive)?Configuration)": ("[^\n]*")/g)].map(([, name = '', text = '""']): [string, IcfValue] => {
      const value = JSON.parse(text) as string;
      return [name, name === 'customSensitiveConfiguration' ? new GuardedString(value) : value];
    });
    const scripts = filled({ schema: shown('What every script has', ''), create: `${shown('What every script has', '', 1)} return [cmd, user, password].map(String).join()` });
    const system = await scriptedSystem({ connector: groovy, runner, scripts: scripts.scripts ?? {}, values: { ...scripts.values, ...Object.fromEntries(settings) } });
    const schema = await system.perform({ kind: 'schema' });
    expect(schema?.objectClasses[0]?.attributes.map(({ name, type, flags }) => [name, type, [...flags]])).toEqual([
      ['__NAME__', 'String', ['REQUIRED']], ['mail', 'String', []], ['age', 'Long', []], ['groups', 'String', ['MULTIVALUED']], ['__PASSWORD__', 'GuardedString', ['NOT_READABLE', 'NOT_RETURNED_BY_DEFAULT']],
    ]);
    expect((await system.create([new Name('a')]))?.value).toBe('/usr/sbin/kadmin.local,idm/admin,***');
  });
});

describe('the scripts the page shows for Scripted SQL', () => {
  let database: TestDatabase;
  beforeAll(async () => { database = await embeddedDatabase(); });
  afterAll(() => database.stop());

  it('serve their operations on a database', async () => {
    for (const statement of tables()) await database.query(statement);
    const of = (file: string): string => shown('Scripted SQL', `${file}Script`);
    const scripts = filled({
      create: of('Create'), update: of('Update'), delete: of('Delete'), search: of('Search'), sync: of('Sync'), authenticate: of('Authenticate'), test: of('Test'),
      scriptOnResource: shown('Scripts a controller sends', 'ScriptOnResourceScript'),
    });
    const system = await scriptedSystem({ connector: sql, runner, scripts: scripts.scripts ?? {}, values: { ...database.configuration, minIdle: 0, ...scripts.values } });
    await system.perform({ kind: 'test' });
    const before = await system.perform({ kind: 'latestSyncToken', objectClass: ACCOUNT });
    const uid = await system.create([new Name('anna'), Attribute.of('mail', 'a@example.com'), Attribute.of('age', 44), Attribute.of('groups', 'x', 'y'), Attribute.of('__PASSWORD__', new GuardedString('Tr0ub4dor'))]);
    expect(uid?.value).toBe('anna');
    await update(system, new Uid('anna'), [Attribute.of('mail', 'b@example.com')]);
    const read = await system.get('anna');
    expect([read?.get('mail')?.single, read?.get('age')?.single, read?.get('groups')?.values]).toEqual(['b@example.com', 44n, ['x', 'y']]);
    expect((await system.search()).items).toHaveLength(1);
    await database.query('update people set changed = 7');
    const { items, end } = await system.sync(before);
    expect([items.map(({ uid: changed, object }) => [changed.value, object?.get('mail')?.single]), end?.value]).toEqual([[['anna', 'b@example.com']], 7n]);
    const login = { kind: 'authenticate', objectClass: ACCOUNT, username: 'anna', options: none } as const;
    expect((await system.perform({ ...login, password: new GuardedString('Tr0ub4dor') }))?.value).toBe('anna');
    expect(await system.failure({ ...login, password: new GuardedString('wrong') })).toMatchObject({ kind: 'invalidCredential' });
    const onResource = (text: string) => ({ kind: 'scriptOnResource', script: new Script('sql', text), scriptArguments: new Map<string, IcfValue>(), options: none }) as const;
    expect(await system.perform(onResource('countPeople'))).toEqual(new Map([['people', 1n]]));
    expect(await system.failure(onResource('drop table people'))).toMatchObject({ kind: 'permissionDenied' });
    await system.perform(remove('anna'));
    expect(await system.failure(remove('anna'))).toMatchObject({ kind: 'unknownUid' });
    expect(await system.failure({ kind: 'update', updateType: 'REPLACE', objectClass: ACCOUNT, uid: new Uid('anna'), attributes: [Attribute.of('mail', 'x')], options: none })).toMatchObject({ kind: 'unknownUid' });
  });
});

describe('the scripts the page shows for Scripted REST', () => {
  const of = (file: string, which = 0): string => shown('Scripted REST', `${file}Script`, which);
  const operations = () => ({ create: of('Create'), update: of('Update'), search: of('Search'), delete: of('Delete') });
  const service = async (): Promise<UserService> => {
    const started = await UserService.start();
    onTestFinished(() => started.stop());
    return started;
  };
  const system = (users: UserService, scripts: Readonly<Record<string, string>>, values: Record<string, IcfValue>): Promise<ScriptedSystem> => {
    const own = filled(scripts);
    return scriptedSystem({ connector: rest, runner, scripts: own.scripts ?? {}, values: { serviceAddress: new IcfUri(users.address), ...own.values, ...values } });
  };

  it('serve their operations on a service, with the sample\'s customizer and without [scripted-rest 5-9, 11, 13]', async () => {
    for (const customizer of [undefined, of('Customizer')]) {
      const users = await service();
      const own = await system(users, { ...operations(), ...(customizer === undefined ? {} : { customizer }) }, { defaultAuthMethod: 'NONE' });
      const uid = (await own.create([new Name('anna'), Attribute.of('mail', 'a@example.com'), Attribute.of('__PASSWORD__', new GuardedString('Tr0ub4dor'))]))!;
      await update(own, uid, [Attribute.of('mail', 'b@example.com'), Attribute.of('__PASSWORD__', new GuardedString('n3w'))]);
      expect(users.users.get(uid.value)).toMatchObject({ userName: 'anna', mail: 'b@example.com', password: 'n3w' });
      expect((await own.get(uid.value))?.get('mail')?.single).toBe('b@example.com');
      expect(await own.get('none')).toBeNull();
      expect((await own.search()).items).toHaveLength(1);
      await own.perform(remove(uid.value));
      expect(users.users.size).toBe(0);
      await own.perform(remove('staff', GROUP)).catch(() => undefined);
      expect(users.seen.at(-1)).toMatchObject({ method: 'DELETE', path: '/api/groups/staff' });
      expect(await own.failure(remove('p1', 'printer'))).toMatchObject({ kind: 'unsupportedOperation' });
      expect(users.seen.at(-1)?.headers['x-client']).toBe(customizer === undefined ? undefined : 'idm');
    }
  });

  it('get a token of a grant of their own [scripted-rest 26]', async () => {
    const users = await service();
    const forms: string[] = [];
    users.guard = ({ path, headers, body }) => {
      if (path === '/token') {
        forms.push(body);
        return { status: 200, body: { access_token: 't0k3n', expires_in: 60 } };
      }
      return headers['authorization'] === 'Bearer t0k3n' ? undefined : { status: 401 };
    };
    const own = await system(users, { ...operations(), customizer: of('Customizer', 1) }, {
      defaultAuthMethod: 'OAUTH', OAuthGrantType: 'password', OAuthTokenEndpoint: new IcfUri(`${new URL(users.address).origin}/token`), OAuthClientId: 'idm', OAuthClientSecret: new GuardedString('cl13nt'),
      username: 'svc', password: new GuardedString('pw'),
    });
    for (const name of ['anna', 'bert']) await own.create([new Name(name)]);
    expect(forms.map((form) => Object.fromEntries(new URLSearchParams(form)))).toEqual([{ grant_type: 'password', client_id: 'idm', client_secret: 'cl13nt', username: 'svc', password: 'pw' }]);
  });
});

describe('the script the page shows for Scripted Groovy', () => {
  it('runs a program without a shell', async () => {
    const folder = await scriptFolder();
    const kadmin = join(folder, 'kadmin.local');
    await writeFile(kadmin, `#!/bin/sh\nprintf '%s|' "$@" >> ${folder}/log\ncase "$2" in *taken*) echo 'Principal exists' >&2; exit 1;; esac\n`);
    await chmod(kadmin, 0o755);
    const scripts = filled({ create: shown('Scripted Groovy', 'CreateScript') });
    const own = await scriptedSystem({ connector: groovy, runner, scripts: scripts.scripts ?? {}, values: { ...scripts.values, customConfiguration: `kadmin { cmd = '${kadmin}'; default_realm = 'EXAMPLE.COM' }` } });
    expect((await own.create([new Name('anna$(id)')]))?.value).toBe('anna$(id)@EXAMPLE.COM');
    expect(await readFile(join(folder, 'log'), 'utf8')).toBe('-q|addprinc -randkey "anna$(id)@EXAMPLE.COM"|');
    expect((await own.failure({ kind: 'create', objectClass: ACCOUNT, attributes: [new Name('taken')], options: none })).message).toContain('Principal exists');
  });
});

it('no script of the page is left out here', () => {
  expect(all.filter(({ text }) => !run.has(text)).map(({ section, file }) => `${section}: ${file}`)).toEqual([]);
});
