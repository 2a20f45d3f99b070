import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import groovy from '../../../connectors/catalog/scripted-groovy/index.js';
import rest from '../../../connectors/catalog/scripted-rest/index.js';
import sql from '../../../connectors/catalog/scripted-sql/index.js';
import type { ScriptSandbox } from '../../../connectors/engines/scripted/sandbox/index.js';
import { defaultConfiguration, type AnyConnector } from '../../../connectors/framework/index.js';
import { GuardedString, IcfArray, IcfUri, Name, type IcfValue } from '../../../protocol/model/index.js';
import { operationSandbox, scriptedSystem, scriptFolder } from '../../support/scripted.js';

let runner: ScriptSandbox;
beforeAll(async () => { runner = await operationSandbox(); });
afterAll(() => runner.close());

const SCRIPTED: readonly (readonly [string, AnyConnector])[] = [['scripted-groovy', groovy], ['scripted-rest', rest], ['scripted-sql', sql]];
const shown = (value: IcfValue): unknown => (value instanceof IcfArray ? [...value.items] : value);

describe.each(SCRIPTED)('the configuration %s publishes', (_, connector) => {
  const published = defaultConfiguration(connector).properties;

  it('has the defaults of the script engine [scripted-groovy 31-33] [scripted-rest 31]', () => {
    const names = ['scriptExtensions', 'sourceEncoding', 'minimumRecompilationInterval', 'tolerance', 'warningLevel', 'recompileGroovySource', 'debug', 'verbose'];
    expect(Object.fromEntries(names.map((name) => [name, shown(published.find((property) => property.name === name)?.value ?? null)]))).toEqual({
      scriptExtensions: ['groovy'], sourceEncoding: 'UTF-8', minimumRecompilationInterval: 100, tolerance: 10, warningLevel: 1, recompileGroovySource: false, debug: false, verbose: false,
    });
  });

  it('names no script of its own [scripted-groovy 35] [scripted-rest 32]', () => {
    const slots = published.filter(({ name }) => name.endsWith('ScriptFileName'));
    expect(slots).toHaveLength(11);
    expect(slots.filter(({ value }) => value !== null)).toEqual([]);
  });
});

describe('what is confidential', () => {
  it.each<[string, AnyConnector, readonly string[]]>([
    ['the toolkit [scripted-groovy 8]', groovy, ['customSensitiveConfiguration']],
    ['Scripted REST [scripted-rest 29]', rest, ['OAuthClientSecret', 'OAuthRefreshToken', 'customSensitiveConfiguration', 'password', 'proxyPassword']],
    ['Scripted SQL [scripted-sql 48]', sql, ['customSensitiveConfiguration', 'password']],
  ])('of %s is published as such, for controllers to encrypt', (_, connector, names) => {
    expect(defaultConfiguration(connector).properties.filter(({ confidential }) => confidential).map(({ name }) => name).sort()).toEqual(names);
  });

  it('of Scripted REST is a secret for its scripts [scripted-rest 29]', async () => {
    const names = ['password', 'proxyPassword', 'OAuthClientSecret', 'OAuthRefreshToken', 'customSensitiveConfiguration'];
    const system = await scriptedSystem({
      connector: rest, runner, scripts: { 'Create.js': `return ${JSON.stringify(names)}.map((name) => String(configuration[name])).join()` },
      values: { createScriptFileName: 'Create.js', serviceAddress: new IcfUri('http://localhost:1/'), defaultAuthMethod: 'NONE', ...Object.fromEntries(names.map((name) => [name, new GuardedString(`${name} = 'v4lue'`)])) },
    });
    expect((await system.create([new Name('a')]))?.value).toBe('***,***,***,***,***');
  });
});

it('Scripted REST finds scripts in classpath where scriptRoots is not given or empty [scripted-rest 30]', async () => {
  const folder = await scriptFolder({ 'Create.js': 'return "by classpath"' });
  for (const scriptRoots of [null, []]) {
    const system = await scriptedSystem({ connector: rest, runner, values: { scriptRoots, classpath: [folder], createScriptFileName: 'Create.js', serviceAddress: new IcfUri('http://localhost:1/'), defaultAuthMethod: 'NONE' } });
    expect((await system.create([new Name('a')]))?.value).toBe('by classpath');
  }
});
