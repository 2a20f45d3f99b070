import { describe, expect, it } from 'vitest';
import { propertyMessages, publishedProperties } from '../../connectors/framework/index.js';
import { allConnectors } from '../../connectors/registry.js';
import { FORMATTABLE } from './formattable.js';
import { PREPARED_TABLES } from './property-tables.js';
import { besideSpecification } from './specification.js';

describe.each(PREPARED_TABLES)('the property table of $connectorName', ({ system, connectorName, table }) => {
  it('has the properties of its specification: names, types, defaults, confidential, required', async () => {
    const { ours, specified } = await besideSpecification(system, table);
    expect(ours).toEqual(specified);
  });

  it('has a help text, a display name and a group for every property, which a Java peer can format', () => {
    const messages = propertyMessages(table);
    for (const { name } of publishedProperties(table)) {
      for (const kind of ['help', 'display', 'group']) expect(messages.get(`${name}.${kind}`), name).toMatch(FORMATTABLE);
    }
  });

  it('reads its own defaults', () => {
    for (const { name, value } of publishedProperties(table)) {
      const property = table[name]!;
      expect(property.read(value), name).toEqual(property.type === 'String[]' ? property.default ?? [] : property.default);
    }
  });

  it('is the table the connector has once it is registered', async () => {
    const registered = (await allConnectors()).filter(({ id, key }) => id === system || key.connectorName === connectorName);
    for (const connector of registered) expect(connector.properties, connector.id).toBe(table);
  });
});
