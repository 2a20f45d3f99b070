import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectorIds } from '../../../connectors/registry.js';
import type { JavaConnection } from '../support/java-connection.js';
import { JavaDriver } from '../support/java-driver.js';
import type { JavaConfigurationProperty } from '../support/java-driver-types.js';
import type { JavaValue } from '../support/java-values.js';
import { startCliAgent, type CliAgent } from './support/cli-agent.js';
import { CSV_KEY, LDAP_KEY } from './support/connector-keys.js';
import { KEY } from './support/listening-agent.js';
import { provenOn } from './support/proven.js';
import { Started } from './support/started.js';

interface SpecifiedProperty { readonly name: string; readonly type: string; readonly default: unknown; readonly confidential: boolean | null; readonly required: boolean | null }

function specified(id: 'csv' | 'ldap'): readonly SpecifiedProperty[] {
  const file = new URL(`../../specifications/systems/${id}.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { configurationProperties: SpecifiedProperty[] }).configurationProperties;
}

/** The published default as the specification writes it. */
function plain(value: JavaValue): unknown {
  if (value === null || typeof value === 'string') return value;
  switch (value.type) {
    case 'Boolean': return value.value;
    case 'Integer': case 'Long': return Number(value.value);
    case 'Array': return value.items.map(plain);
    case 'File': return value.value;
    default: return value;
  }
}

const JAVA_TYPE: Readonly<Record<string, string>> = {
  String: 'java.lang.String', 'String[]': '[Ljava.lang.String;', GuardedString: 'org.identityconnectors.common.security.GuardedString', File: 'java.io.File', int: 'int', long: 'long', boolean: 'boolean',
};

/** An empty list and none are one default to the specification. */
const listed = (value: unknown): unknown => (Array.isArray(value) && value.length === 0 ? null : value);

function expectAsSpecified(property: JavaConfigurationProperty | undefined, { name, type, default: value, confidential, required }: SpecifiedProperty): void {
  expect(property?.type, name).toBe(JAVA_TYPE[type]);
  if (confidential !== null) expect(property?.confidential, name).toBe(confidential);
  if (required !== null) expect(property?.required, name).toBe(required);
  expect(listed(plain(property?.value ?? null)), name).toEqual(listed(value));
}

const started = new Started();
let agent: CliAgent;
let driver: JavaDriver;
let connection: JavaConnection;
beforeAll(async () => {
  agent = started.add(await startCliAgent({ connectors: connectorIds }));
  driver = started.add(await JavaDriver.start());
  connection = await driver.connect({ port: agent.port, key: KEY });
});
afterAll(() => started.stopAll());

describe.each([['csv', CSV_KEY], ['ldap', LDAP_KEY]] as const)('%s', (id, key) => {
  it('is listed with the properties of its specification: names, types, defaults, confidential, required', () => provenOn(id)('list', async () => {
    const info = await connection.info(key);
    expect(info).toMatchObject(key);
    const published = new Map(info.properties.map((property) => [property.name, property]));
    expect([...published.keys()].sort()).toEqual(specified(id).map(({ name }) => name).sort());
    for (const property of specified(id)) expectAsSpecified(published.get(property.name), property);
  }));

  it('gives a default configuration that can be sent back as it is', () => provenOn(id)('list', async () => {
    const info = await connection.info(key);
    expect(info.displayName).not.toBe('');
    expect(info).toMatchObject({
      timeouts: {}, pool: { maxObjects: 10, maxIdle: 10, maxWait: '150000', minEvictableIdleTimeMillis: '120000', minIdle: 1 },
      resultsHandlers: { enableNormalizingResultsHandler: true, enableFilteredResultsHandler: true, enableCaseInsensitiveFilter: false, enableAttributesToGetSearchResultsHandler: true },
    });
    expect(info.supportedOperations).toEqual(expect.arrayContaining([
      'AuthenticationApiOp', 'CreateApiOp', 'DeleteApiOp', 'GetApiOp', 'ResolveUsernameApiOp', 'SchemaApiOp', 'ScriptOnConnectorApiOp', 'SearchApiOp', 'SyncApiOp', 'TestApiOp', 'UpdateApiOp', 'ValidateApiOp',
    ]));
    expect(info.supportedOperations.includes('BatchApiOp')).toBe(id === 'csv');
    expect(info.supportedOperations).not.toContain('ScriptOnResourceApiOp');
    const facade = await connection.configure(key);
    expect([...facade.supportedOperations].sort()).toEqual([...info.supportedOperations].sort());
  }));

  it('has a text for every property', async () => {
    for (const property of (await connection.info(key)).properties) {
      expect(property.displayName, property.name).toEqual(expect.stringMatching(/\S/));
      expect(property.helpMessage, property.name).toEqual(expect.stringMatching(/\S{3,}/));
      expect(`${property.displayName ?? ''}${property.helpMessage ?? ''}`, property.name).not.toMatch(/\{\d|\?\?\?/);
    }
  });
});

it('the list has every connector of the agent, each under one key once', async () => {
  const keys = (await connection.keys()).map(({ bundleName, bundleVersion, connectorName }) => `${bundleName} ${bundleVersion} ${connectorName}`);
  expect(new Set(keys).size).toBe(keys.length);
  for (const { bundleName, bundleVersion, connectorName } of [CSV_KEY, LDAP_KEY]) expect(keys).toContain(`${bundleName} ${bundleVersion} ${connectorName}`);
});
