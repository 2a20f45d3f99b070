import {
  DEFAULT_POOL, DEFAULT_RESULTS_HANDLER,
  type ApiConfiguration, type ConfigurationProperty, type ConnectorInfo, type ConnectorKey,
} from '../../protocol/model/index.js';
import type { AnyConnector } from './define-connector.js';
import { offeredOperations } from './offered-operations.js';
import type { PropertyDefinition, PropertyTable } from './properties.js';
import { wireValue } from './wire-value.js';

/** Results a Java peer's facade buffers; kept for the peers' sake, ours pull. */
const PRODUCER_BUFFER = 100;

export const displayNameKey = (connector: AnyConnector): string => `${connector.id}.connector.display`;
const categoryKey = (connector: AnyConnector): string => `${connector.id}.connector.category`;

function wireProperty([name, property]: [string, PropertyDefinition<unknown>]): ConfigurationProperty {
  return {
    order: property.order,
    confidential: property.confidential,
    required: property.required,
    name,
    helpMessageKey: `${name}.help`,
    displayMessageKey: `${name}.display`,
    groupMessageKey: `${name}.group`,
    type: property.type,
    value: wireValue(property.type, property.default),
    operations: property.operations,
  };
}

/** `useDNSSRVRecord` → `Use DNSSRV Record`: for properties without a display name of their own. */
export function readableName(name: string): string {
  const spaced = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/([A-Z])([A-Z][a-z])/g, '$1 $2');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** The properties of a table as they are published: by their `order`, equal ones as in the table, like the Java framework. */
export function publishedProperties(table: PropertyTable): readonly ConfigurationProperty[] {
  return Object.entries(table).map(wireProperty).sort((a, b) => a.order - b.order);
}

/** Texts of a table's properties under the message keys that `publishedProperties` gives them. */
export function propertyMessages(table: PropertyTable): Map<string, string> {
  return new Map(Object.entries(table).flatMap(([name, property]): [string, string][] => [
    [`${name}.help`, property.help],
    [`${name}.display`, property.displayName ?? readableName(name)],
    [`${name}.group`, property.group],
  ]));
}

function messagesOf(connector: AnyConnector): Map<string, string> {
  return new Map([[displayNameKey(connector), connector.displayName], [categoryKey(connector), connector.family], ...propertyMessages(connector.properties)]);
}

/** The configuration as the connector list publishes it: every property with its default, no timeouts, honest operations. */
export function defaultConfiguration(connector: AnyConnector): ApiConfiguration {
  return {
    producerBufferSize: PRODUCER_BUFFER,
    connectorPoolingSupported: connector.pooled,
    pool: DEFAULT_POOL,
    resultsHandler: DEFAULT_RESULTS_HANDLER,
    properties: publishedProperties(connector.properties),
    timeouts: new Map(),
    supportedOperations: offeredOperations(connector),
  };
}

/** What an agent publishes of a connector under one of its keys (protocol section 2.4). Messages stand under the default locale, ''. */
export function connectorInfo(connector: AnyConnector, key: ConnectorKey = connector.key): ConnectorInfo {
  return {
    key,
    displayNameKey: displayNameKey(connector),
    categoryKey: categoryKey(connector),
    messages: new Map([['', messagesOf(connector)]]),
    defaultConfiguration: defaultConfiguration(connector),
  };
}
