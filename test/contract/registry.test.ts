import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectorInfo, connectorKeys, defaultConfiguration, describeConnector, offeredOperations } from '../../connectors/framework/index.js';
import { allConnectors, connectorByKey, connectorIds, connectorInfos, loadConnector } from '../../connectors/registry.js';
import { API_OPERATIONS, connectorKeyText } from '../../protocol/model/index.js';
import { parseVersionRange } from '../../protocol/model/version-range.js';
import { FORMATTABLE } from './formattable.js';
import { besideSpecification, interfacesBeside, specificationOf, undescribed } from './specification.js';

const TESTS = join(import.meta.dirname, '..');
/** Types a configuration property may have (protocol section 8.2); one unknown name hides the whole list from a Java peer. */
const SCALARS = ['String', 'long', 'Long', 'char', 'Character', 'double', 'Double', 'float', 'Float', 'int', 'Integer', 'boolean', 'Boolean', 'URI', 'File', 'GuardedByteArray', 'GuardedString', 'Script'];
const TYPES = [...SCALARS, ...SCALARS.map((type) => `${type}[]`)];

describe('the registry', () => {
  it('knows nobody by a wrong id or key', async () => {
    expect(await loadConnector('nobody')).toBeUndefined();
    expect(await loadConnector('toString')).toBeUndefined();
    const [connector] = await allConnectors();
    expect(await connectorByKey({ ...connector!.key, bundleVersion: '9.9.9.9' })).toBeUndefined();
  });

  it('loads every connector under its own id and finds it by each of its keys', async () => {
    expect(connectorIds.length).toBeGreaterThan(0);
    for (const id of connectorIds) {
      const connector = await loadConnector(id);
      expect(connector?.id).toBe(id);
      for (const key of connectorKeys(connector!)) expect(await connectorByKey(key)).toBe(connector);
    }
  });

  it('publishes every key once, and the same configuration under all keys of a connector', async () => {
    const infos = await connectorInfos();
    expect(new Set(infos.map(({ key }) => connectorKeyText(key))).size).toBe(infos.length);
    for (const id of connectorIds) {
      const connector = (await loadConnector(id))!;
      const own = await connectorInfos([id, 'nobody']);
      expect(own.map(({ key }) => key)).toEqual(connectorKeys(connector));
      for (const info of own) expect(info).toEqual({ ...own[0], key: info.key });
    }
  });

  // Ranges found in provisioner files of OpenIDM 6 and 7 (Open Identity Platform), OpenIDM 4 (ForgeRock) and PingIDM.
  it.each([
    ['org.openidentityplatform.openicf.connectors', '[2.0.0.0,3)'], ['org.openidentityplatform.openicf.connectors', '[1.4.0.0,2)'],
    ['org.openidentityplatform.openicf.connectors', '[1.5.1.4,2)'], ['org.forgerock.openicf.connectors', '[1.4.0.0,2.0.0.0)'],
    ['org.forgerock.openicf.connectors', '[1.5.1.4,1.6.0.0)'], ['org.forgerock.openicf.connectors', '[1.5.0.0,1.6.0.0)'],
  ])('has CSV and LDAP for files that ask for bundles of %s %s', async (distribution, range) => {
    const keys = (await connectorInfos()).map(({ key }) => key).filter(({ bundleVersion }) => parseVersionRange(range).includes(bundleVersion));
    expect(keys).toContainEqual(expect.objectContaining({ bundleName: `${distribution}.csvfile-connector`, connectorName: 'org.forgerock.openicf.csvfile.CSVFileConnector' }));
    expect(keys).toContainEqual(expect.objectContaining({ bundleName: `${distribution}.ldap-connector`, connectorName: 'org.identityconnectors.ldap.LdapConnector' }));
  });
});

/** The test files that run the contract suite, alone or for several targets, each with its text. */
const suites = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, text: readFileSync(join(TESTS, name), 'utf8') })).filter(({ text }) => /\bdescribe(?:Connector|Service)Contract\(/.test(text));

describe.each(connectorIds)('the definition of %s', (id) => {
  const load = async () => (await loadConnector(id))!;

  it('runs the contract suite', () => {
    expect(suites.some(({ name, text }) => name.startsWith(join('connectors', id, '/')) || text.includes(`connectors/catalog/${id}/index.js'`))).toBe(true);
  });

  it('has the properties of its specification: names, types, defaults, confidential, required', async () => {
    const { ours, specified } = await besideSpecification(id, (await load()).properties);
    expect(ours).toEqual(specified);
  });

  it('offers the interfaces of its specification', async () => {
    const { ours, specified } = await interfacesBeside(await load());
    expect(ours).toEqual(specified);
  });

  it('describes every object class and attribute of its specification', async () => {
    expect(await undescribed(await load())).toEqual([]);
  });

  it('has the key of the Java connector, within the version range of existing provisioner files', async () => {
    const { key } = await load();
    const identity = (await specificationOf(id)).behaviours.find((line) => line.startsWith('Connector identity'));
    if (identity !== undefined) {
      expect(identity).toContain(key.bundleName);
      expect(identity).toContain(key.connectorName);
    }
    const [major, minor, ...rest] = key.bundleVersion.split('.').map(Number);
    // The .NET connector has versions of its own.
    expect([major, minor]).toEqual([1, id === 'powershell' ? 4 : 5]);
    expect(rest.every((part) => Number.isInteger(part) && part >= 0)).toBe(true);
  });

  it('hazard 24: publishes only what a Java peer can read', async () => {
    const connector = await load();
    const { defaultConfiguration: published } = connectorInfo(connector);
    for (const property of published.properties) {
      expect(TYPES).toContain(property.type);
      expect(property.operations.every((operation) => API_OPERATIONS.includes(operation))).toBe(true);
    }
    const orders = published.properties.map(({ order }) => order);
    expect(orders).toEqual([...orders].sort((a, b) => a - b));
    expect(published.supportedOperations).toEqual(offeredOperations(connector));
    expect(published.supportedOperations.has('ValidateApiOp')).toBe(true);
  });

  it('has a help text, a display name and a group for every property, which a Java peer can format', async () => {
    const { defaultConfiguration: published, messages } = connectorInfo(await load());
    for (const { name, helpMessageKey, displayMessageKey, groupMessageKey } of published.properties) {
      for (const key of [helpMessageKey, displayMessageKey, groupMessageKey]) expect(messages.get('')?.get(key ?? ''), name).toMatch(FORMATTABLE);
    }
  });

  it('reads its own defaults', async () => {
    const connector = await load();
    for (const { name, value } of defaultConfiguration(connector).properties) {
      const property = connector.properties[name]!;
      expect(property.read(value), name).toEqual(property.type === 'String[]' ? property.default ?? [] : property.default);
    }
  });

  it('describes no attribute twice', async () => {
    const { objectClasses } = describeConnector(await load());
    for (const { attributes } of objectClasses) expect(new Set(attributes.map(({ name }) => name.toLowerCase())).size).toBe(attributes.length);
  });
});
