import { describe, expect, it } from 'vitest';
import { connectorInfo, describeConnector, numbered, offeredOperations, properties, publishedProperties, readableName, text, withOrder } from '../../../../connectors/framework/index.js';
import { MemoryTarget, memoryConnector } from '../../../support/memory-connector.js';
import { IcfArray, IcfFile } from '../../../../protocol/model/index.js';

describe('what a connector publishes', () => {
  const connector = memoryConnector(new MemoryTarget());
  const info = connectorInfo(connector);
  const rows = info.defaultConfiguration.properties;

  it('holds every property with its default in the type of the wire, in the order of the table', () => {
    expect(rows.map(({ name, type, value }) => [name, type, value])).toEqual([
      ['host', 'String', null], ['port', 'int', 42], ['maxAge', 'long', 60n], ['tls', 'boolean', false],
      ['credentials', 'GuardedString', null], ['bases', 'String[]', new IcfArray('String', ['o=all'])], ['store', 'File', null],
    ]);
    expect(rows.filter(({ confidential }) => confidential).map(({ name }) => name)).toEqual(['credentials']);
    expect(rows.filter(({ required }) => required).map(({ name }) => name)).toEqual(['host']);
  });

  it('lists properties by their order, equal ones as in the table; without one it is -1, as in Java', () => {
    const help = 'A text.';
    const table = properties({
      ...numbered(1, { first: text({ help }), second: text({ help }) }),
      ...withOrder(0, { plain: text({ help }), other: text({ help }) }),
      unordered: text({ help }), last: text({ order: 9, help }), alsoSecond: text({ order: 2, help }),
    });
    expect(publishedProperties(table).map(({ name, order }) => [name, order])).toEqual([
      ['unordered', -1], ['plain', 0], ['other', 0], ['first', 1], ['second', 2], ['alsoSecond', 2], ['last', 9],
    ]);
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
    expect([...offeredOperations(readOnly)].sort()).toEqual(['GetApiOp', 'ScriptOnConnectorApiOp', 'SearchApiOp', 'ValidateApiOp']);
    expect([...info.defaultConfiguration.supportedOperations].sort()).toEqual([
      'AuthenticationApiOp', 'BatchApiOp', 'ConnectorEventSubscriptionApiOp', 'CreateApiOp', 'DeleteApiOp', 'GetApiOp', 'SchemaApiOp',
      'ScriptOnConnectorApiOp', 'SearchApiOp', 'SyncApiOp', 'SyncEventSubscriptionApiOp', 'TestApiOp', 'UpdateApiOp', 'ValidateApiOp',
    ]);
    expect(info.defaultConfiguration.connectorPoolingSupported).toBe(true);
  });

  it('describes itself with the keys of the specifications', () => {
    const description = describeConnector(connector);
    expect(description).toMatchObject({ id: 'memory', title: 'Memory', interfaces: ['Authenticate', 'Batch', 'Create', 'Delete', 'Schema', 'Script on Connector', 'Search', 'Sync', 'Test', 'Update'] });
    expect(description.configurationProperties[1]).toEqual({ group: 'Configuration properties', name: 'port', type: 'int', default: 42, confidential: false, required: false, operations: [], purpose: 'Its port.' });
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
  });

  it.each([['useDNSSRVRecord', 'Use DNSSRV Record'], ['host', 'Host'], ['convertGTToISO8601', 'Convert GT To ISO8601']])('reads %s as %s', (name, text) => {
    expect(readableName(name)).toBe(text);
  });
});
