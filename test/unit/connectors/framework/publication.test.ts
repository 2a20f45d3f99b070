import { describe, expect, it } from 'vitest';
import { connectorInfo, describeConnector, offeredOperations, readableName } from '../../../../connectors/framework/index.js';
import { MemoryTarget, memoryConnector } from '../../../support/memory-connector.js';
import { IcfArray, IcfFile } from '../../../../protocol/model/index.js';

describe('what a connector publishes', () => {
  const connector = memoryConnector(new MemoryTarget());
  const info = connectorInfo(connector);
  const rows = info.defaultConfiguration.properties;

  it('holds every property with its default in the type of the wire, in order from 1', () => {
    expect(rows.map(({ order, name, type, value }) => [order, name, type, value])).toEqual([
      [1, 'host', 'String', null], [2, 'port', 'int', 42], [3, 'maxAge', 'long', 60n], [4, 'tls', 'boolean', false],
      [5, 'credentials', 'GuardedString', null], [6, 'bases', 'String[]', new IcfArray('String', ['o=all'])], [7, 'store', 'File', null],
    ]);
    expect(rows.filter(({ confidential }) => confidential).map(({ name }) => name)).toEqual(['credentials']);
    expect(rows.filter(({ required }) => required).map(({ name }) => name)).toEqual(['host']);
  });

  it('gives a default of type File as a file', () => {
    const store = { ...connector.properties.store!, default: '/var/lib/x' };
    const other = connectorInfo({ ...connector, properties: { store } });
    expect(other.defaultConfiguration.properties[0]?.value).toEqual(new IcfFile('/var/lib/x'));
  });

  it('hazard 23: has a text for every key it names', () => {
    const messages = info.messages.get('');
    const keys = [info.displayNameKey, info.categoryKey, ...rows.flatMap(({ helpMessageKey, displayMessageKey, groupMessageKey }) => [helpMessageKey, displayMessageKey, groupMessageKey])];
    for (const key of keys) expect(messages?.get(key ?? 'none')).toMatch(/\S/);
    expect(messages?.get('port.help')).toBe('Its port.');
    expect(messages?.get('store.display')).toBe('Store file');
    expect(messages?.get('maxAge.display')).toBe('Max Age');
  });

  it('hazard 22: does not promise what it cannot do', () => {
    const readOnly = memoryConnector(new MemoryTarget(), { without: ['create', 'update', 'delete', 'sync', 'authenticate', 'test', 'schema'] });
    expect([...offeredOperations(readOnly)].sort()).toEqual(['GetApiOp', 'SearchApiOp', 'ValidateApiOp']);
    expect([...info.defaultConfiguration.supportedOperations].sort()).toEqual([
      'AuthenticationApiOp', 'BatchApiOp', 'ConnectorEventSubscriptionApiOp', 'CreateApiOp', 'DeleteApiOp', 'GetApiOp', 'SchemaApiOp',
      'SearchApiOp', 'SyncApiOp', 'SyncEventSubscriptionApiOp', 'TestApiOp', 'UpdateApiOp', 'ValidateApiOp',
    ]);
    expect(info.defaultConfiguration.connectorPoolingSupported).toBe(true);
  });

  it('describes itself with the keys of the specifications', () => {
    const description = describeConnector(connector);
    expect(description).toMatchObject({ id: 'memory', title: 'Memory', interfaces: ['Authenticate', 'Batch', 'Create', 'Delete', 'Schema', 'Search', 'Sync', 'Test', 'Update'] });
    expect(description.configurationProperties[1]).toEqual({ group: 'Configuration properties', name: 'port', type: 'int', default: 42, confidential: false, required: false, purpose: 'Its port.' });
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
  });

  it.each([['useDNSSRVRecord', 'Use DNSSRV Record'], ['host', 'Host'], ['convertGTToISO8601', 'Convert GT To ISO8601']])('reads %s as %s', (name, text) => {
    expect(readableName(name)).toBe(text);
  });
});
