import { describe, expect, it } from 'vitest';
import { connectorInfo, defaultConfiguration, describeConnector, offeredOperations } from '../../connectors/framework/index.js';
import { allConnectors, connectorByKey, connectorIds, connectorInfos, loadConnector } from '../../connectors/registry.js';
import { ACCOUNT, API_OPERATIONS } from '../../protocol/model/index.js';
import { specificationOf } from './specification.js';

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

  it('loads every connector under its own id and finds it by its key', async () => {
    expect(connectorIds.length).toBeGreaterThan(0);
    for (const id of connectorIds) {
      const connector = await loadConnector(id);
      expect(connector?.id).toBe(id);
      expect(await connectorByKey(connector!.key)).toBe(connector);
    }
  });

  it('gives every connector a key and a configuration of its own', async () => {
    const infos = await connectorInfos();
    expect(new Set(infos.map(({ key }) => `${key.bundleName} ${key.connectorName}`)).size).toBe(infos.length);
    expect(await connectorInfos([connectorIds[0]!, 'nobody'])).toHaveLength(1);
  });
});

describe.each(connectorIds)('the definition of %s', (id) => {
  const load = async () => (await loadConnector(id))!;

  it('has the properties of its specification: names, types, defaults, confidential, required', async () => {
    const described = describeConnector(await load()).configurationProperties;
    const row = ({ name, type, default: value, confidential, required }: { name: string; type: string; default: unknown; confidential: boolean | null; required: boolean | null }) =>
      ({ name, type, default: value, confidential: confidential ?? false, required: required ?? false });
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    expect(described.map(row).sort(byName)).toEqual((await specificationOf(id)).configurationProperties.map(row).sort(byName));
  });

  it('offers the interfaces of its specification', async () => {
    expect(describeConnector(await load()).interfaces).toEqual((await specificationOf(id)).interfaces);
  });

  it('has the key of the Java connector, within the version range of existing provisioner files', async () => {
    const { key } = await load();
    const identity = (await specificationOf(id)).behaviours.find((line) => line.startsWith('Connector identity'));
    if (identity !== undefined) {
      expect(identity).toContain(key.bundleName);
      expect(identity).toContain(key.connectorName);
    }
    const [major, minor, ...rest] = key.bundleVersion.split('.').map(Number);
    expect([major, minor]).toEqual([1, 5]);
    expect(rest.every((part) => Number.isInteger(part) && part >= 0)).toBe(true);
  });

  it('hazard 24: publishes only what a Java peer can read', async () => {
    const connector = await load();
    const { defaultConfiguration: published, messages } = connectorInfo(connector);
    for (const property of published.properties) {
      expect(TYPES).toContain(property.type);
      expect(property.operations.every((operation) => API_OPERATIONS.includes(operation))).toBe(true);
      expect(messages.get('')?.get(property.helpMessageKey ?? '')).toMatch(/\S/);
    }
    expect(published.properties.map(({ order }) => order)).toEqual(published.properties.map((_, index) => index + 1));
    expect(published.supportedOperations).toEqual(offeredOperations(connector));
    expect(published.supportedOperations.has('ValidateApiOp')).toBe(true);
  });

  it('reads its own defaults', async () => {
    const connector = await load();
    for (const { name, value } of defaultConfiguration(connector).properties) {
      const property = connector.properties[name]!;
      const read = property.read(value);
      expect(read ?? null, name).toEqual(property.default);
    }
  });

  it('documents its object classes, accounts among them', async () => {
    const { objectClasses } = describeConnector(await load());
    expect(objectClasses.map(({ name }) => name)).toContain(ACCOUNT);
    for (const { attributes } of objectClasses) expect(new Set(attributes.map(({ name }) => name.toLowerCase())).size).toBe(attributes.length);
  });
});
