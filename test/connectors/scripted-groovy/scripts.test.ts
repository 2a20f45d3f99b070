import { mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import groovy from '../../../connectors/catalog/scripted-groovy/index.js';
import poolable from '../../../connectors/catalog/scripted-groovy-poolable/index.js';
import type { ScriptSandbox } from '../../../connectors/engines/scripted/sandbox/index.js';
import { ScriptFiles } from '../../../connectors/engines/scripted/script-files.js';
import { scriptRoots } from '../../../connectors/engines/scripted/script-roots.js';
import { defaultConfiguration, describeConnector, type ScriptRun } from '../../../connectors/framework/index.js';
import { Name, OperationOptions } from '../../../protocol/model/index.js';
import { filled, operationSandbox, scriptFolder, scriptedSystem } from '../../support/scripted.js';

const system = (scripts: Record<string, string>, values = {}) => scriptedSystem({ connector: groovy, runner, scripts, values });
const create = { kind: 'create', objectClass: '__ACCOUNT__', attributes: [new Name('a')], options: OperationOptions.none } as const;

let runner: ScriptSandbox;
beforeAll(async () => { runner = await operationSandbox(); });
afterAll(() => runner.close());

describe('a Groovy script', () => {
  it('is refused at validation, with its file, slot, and the page that shows how to rewrite it', async () => {
    const own = await system({ 'CreateScript.groovy': 'return "1"' }, { createScriptFileName: 'CreateScript.groovy' });
    const { folder } = own;
    const error = await own.failure({ kind: 'validate' });
    expect(error.kind).toBe('configuration');
    expect(error.message).toContain('createScriptFileName');
    expect(error.message).toContain(join(folder, 'CreateScript.groovy'));
    expect(error.message).toContain('docs/groovy-migration.md');
    expect(error.message).toContain('CreateScript.js');
  });

  it('is replaced by the JavaScript beside it, so that the configuration stays as it is', async () => {
    const own = await system({ 'hr/Create.groovy': 'return "groovy"', 'hr/Create.js': 'return "javascript"' }, { createScriptFileName: 'hr/Create.groovy' });
    await own.perform({ kind: 'validate' });
    expect((await own.create([new Name('a')]))?.value).toBe('javascript');
  });

  it('with its JavaScript in another root than the first is found there', async () => {
    const other = await scriptFolder({ 'Create.js': 'return "second root"' });
    const own = await system({ 'Create.groovy': '' }, { createScriptFileName: 'Create.groovy' });
    const both = await system({}, { createScriptFileName: 'Create.groovy', scriptRoots: [own.folder, other] });
    expect((await both.create([new Name('a')]))?.value).toBe('second root');
    await rm(other, { recursive: true });
  });
});

describe('a script file', () => {
  it.each([
    ['/etc/passwd', /below one of the scriptRoots/], ['../outside.js', /below one of the scriptRoots/], ['a/../../outside.js', /below one of the scriptRoots/], ['..\\outside.js', /below/], ['C:\\x.js', /below/],
    ['Create.ts', /TypeScript.*compile/], ['nothing.js', /there is no script 'nothing.js'/],
  ])('%s is refused', async (name, message) => {
    const error = await (await system({}, { createScriptFileName: name })).failure(create);
    expect(error).toMatchObject({ kind: 'configuration' });
    expect(error.message).toMatch(message);
    expect(error.message).toContain('createScriptFileName');
  });

  it('is looked for in classpath when there are no scriptRoots [scripted-groovy 7]', async () => {
    const folder = await scriptFolder({ 'Create.js': 'return "by classpath"' });
    const own = await system({}, { scriptRoots: [], classpath: [folder], createScriptFileName: 'Create.js' });
    expect((await own.create([new Name('a')]))?.value).toBe('by classpath');
    await rm(folder, { recursive: true });
  });

  it('needs roots, or the connector says so', async () => {
    const own = await system({}, { scriptRoots: [], createScriptFileName: 'Create.js' });
    expect((await own.failure({ kind: 'validate' })).message).toMatch(/scriptRoots/);
  });

  it.each([false, true])('is kept, and read again when its time has changed, with recompileGroovySource %s [scripted-groovy 29, 30]', async (recompileGroovySource) => {
    const own = await system({ 'Create.js': 'return "first"' }, { createScriptFileName: 'Create.js', minimumRecompilationInterval: 0, recompileGroovySource });
    const file = join(own.folder, 'Create.js');
    expect((await own.create([new Name('a')]))?.value).toBe('first');
    await writeFile(file, 'return "second"');
    expect((await own.create([new Name('a')]))?.value).toBe('second');
    await writeFile(file, 'return "thirdd"');
    await utimes(file, new Date(), new Date(Date.now() + 5_000));
    expect((await own.create([new Name('a')]))?.value).toBe('thirdd');
  });

  it('is not looked at more often than minimumRecompilationInterval says [scripted-groovy 33]', async () => {
    const folder = await scriptFolder({ 'a.js': 'return 1' });
    let now = 0;
    const files = new ScriptFiles({ scriptRoots: [folder], classpath: [], sourceEncoding: 'UTF-8', minimumRecompilationInterval: 100 }, new Map(), undefined, () => now);
    expect((await files.load('test', 'a.js')).text).toBe('return 1');
    await writeFile(join(folder, 'a.js'), 'return 22');
    now = 99;
    expect((await files.load('test', 'a.js')).text).toBe('return 1');
    now = 101;
    expect((await files.load('test', 'a.js')).text).toBe('return 22');
    await rm(folder, { recursive: true });
  });

  it('is read in its encoding, and refused in another [scripted-groovy 32]', async () => {
    const latin = await system({}, { createScriptFileName: 'Create.js', sourceEncoding: 'ISO-8859-1' });
    await writeFile(join(latin.folder, 'Create.js'), Buffer.from('return "Müller"', 'latin1'));
    expect((await latin.create([new Name('a')]))?.value).toBe('Müller');
    const utf8 = await system({}, { createScriptFileName: 'Create.js', scriptRoots: [latin.folder] });
    expect((await utf8.failure(create)).message).toMatch(/Create\.js' cannot be read/);
    expect((await (await system({}, { sourceEncoding: 'KLINGON' })).failure({ kind: 'validate' })).message).toMatch(/sourceEncoding/);
  });

  it('that is a folder, or too large, is told', async () => {
    const own = await system({}, { createScriptFileName: 'Create.js' });
    await mkdir(join(own.folder, 'Create.js'));
    expect((await own.failure(create)).message).toMatch(/is no file/);
  });

  it('runs only from the folders the agent allows, wherever links lead', async () => {
    const [allowed, other] = [await scriptFolder({ 'Create.js': 'return "allowed"' }), await scriptFolder({ 'Create.js': 'return "other"' })];
    await symlink(join(other, 'Create.js'), join(allowed, 'Link.js'));
    await symlink(allowed, join(other, 'back'));
    const limited = { folders: [allowed], run: (run: ScriptRun) => runner.run(run) };
    const under = (scriptRoots: string, createScriptFileName: string) => scriptedSystem({ connector: groovy, runner: limited, values: { scriptRoots: [scriptRoots], createScriptFileName } });
    expect((await (await under(allowed, 'Create.js')).create([new Name('a')]))?.value).toBe('allowed');
    await symlink(allowed, join(allowed, 'again'));
    expect((await (await under(join(allowed, 'again'), 'Create.js')).create([new Name('a')]))?.value).toBe('allowed');
    // Not even one that leads back: whether it does can only be seen by looking outside.
    for (const [root, name] of [[other, 'Create.js'], [allowed, 'Link.js'], [`${allowed}-beside`, 'Create.js'], [join(other, 'back'), 'Create.js']] as const) {
      const error = await (await under(root, name)).failure(create);
      expect(error).toMatchObject({ kind: 'configuration' });
      // The line to add; the folder a link leads to, not the link's.
      expect(error.message).toContain(`scripts: { roots: ["${root === allowed ? other : root}"] }`);
    }
    const within = await under(join(allowed, 'hr'), 'Create.js');
    expect((await within.failure(create)).message).toMatch(/there is no script/);
    await Promise.all([allowed, other].map((folder) => rm(folder, { recursive: true })));
  });

  it('outside of them is no matter of validation: it says the same whether there is one or not', async () => {
    const [allowed, other] = [await scriptFolder({ 'Known.groovy': '' }), await scriptFolder({ 'Both.groovy': '', 'Both.js': '', 'Groovy.groovy': '' })];
    const limited = { folders: [allowed], run: (run: ScriptRun) => runner.run(run) };
    const said = async (root: string, createScriptFileName: string): Promise<string> => {
      const own = await scriptedSystem({ connector: groovy, runner: limited, values: { scriptRoots: [root], createScriptFileName } });
      return (await own.failure({ kind: 'validate' })).message.replace(createScriptFileName, 'it');
    };
    const [both, ...others] = await Promise.all(['Both.groovy', 'Groovy.groovy', 'None.groovy'].map((name) => said(other, name)));
    expect(both).toContain(`scripts: { roots: ["${other}"] }`);
    expect(others).toEqual([both, both]);
    expect(await said(allowed, 'Known.groovy')).toMatch(/is a Groovy script/);
    await Promise.all([allowed, other].map((folder) => rm(folder, { recursive: true })));
  });

  it('may be one the connector brings along, named as in a Java bundle', () => {
    expect(scriptRoots({ scriptRoots: ['jar:file:connectors/ssh-connector.jar!/script/ssh/'], classpath: [] })).toEqual({ folders: [], bundled: true });
    expect(scriptRoots({ scriptRoots: ['!/ssh', '/own'], classpath: [] })).toEqual({ folders: ['/own'], bundled: true });
    expect(scriptRoots({ scriptRoots: ['file:///own'], classpath: ['/x'] })).toEqual({ folders: ['/own'], bundled: false });
    expect(scriptRoots({ scriptRoots: [], classpath: [] })).toEqual({ folders: [], bundled: true });
  });
});

describe('both variants [scripted-groovy 2-4, 31]', () => {
  it('have the same properties and offer the same, under keys of their own', () => {
    expect(describeConnector(poolable).configurationProperties).toEqual(describeConnector(groovy).configurationProperties);
    expect(describeConnector(groovy).configurationProperties).toHaveLength(26);
    expect(describeConnector(poolable).interfaces).toEqual(describeConnector(groovy).interfaces);
    expect(defaultConfiguration(groovy).properties.find(({ name }) => name === 'scriptExtensions')?.value).toMatchObject({ items: ['groovy'] });
    expect([groovy, poolable].map(({ key, pooled }) => [key.connectorName.split('.').at(-1), pooled])).toEqual([['ScriptedConnector', false], ['ScriptedPoolableConnector', true]]);
  });

  it('keep what scripts put into instance as long as a session lives: with the pooled variant, from one operation to the next', async () => {
    const scripts = filled({ create: 'const count = (await instance.get("count") ?? 0) + 1; await instance.set("count", count); await propertyBag.set("all", (await propertyBag.get("all") ?? 0) + 1); return `${count} ${await propertyBag.get("all")}`' });
    const answers = async (connector: typeof groovy): Promise<unknown[]> => {
      const own = await scriptedSystem({ connector, runner, ...scripts });
      return [(await own.create([new Name('a')]))?.value, (await own.create([new Name('a')]))?.value];
    };
    expect(await answers(groovy)).toEqual(['1 1', '1 2']);
    expect(await answers(poolable)).toEqual(['1 1', '2 2']);
  });
});
