import {
  DEFAULT_POOL, DEFAULT_RESULTS_HANDLER,
  type ApiConfiguration, type ConfigurationProperty, type ConnectorInfo,
} from '../../protocol/model/index.js';
import type { AnyConnector } from './define-connector.js';
import { offeredOperations } from './offered-operations.js';
import type { PropertyDefinition } from './properties.js';
import { wireValue } from './wire-value.js';

/** Results a Java peer's facade buffers; kept for the peers' sake, ours pull. */
const PRODUCER_BUFFER = 100;

export const displayNameKey = (connector: AnyConnector): string => `${connector.id}.connector.display`;
const categoryKey = (connector: AnyConnector): string => `${connector.id}.connector.category`;

function wireProperty([name, property]: [string, PropertyDefinition<unknown>], index: number): ConfigurationProperty {
  return {
    order: index + 1,
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

function messagesOf(connector: AnyConnector): Map<string, string> {
  const messages = new Map([[displayNameKey(connector), connector.displayName], [categoryKey(connector), connector.family]]);
  for (const [name, property] of Object.entries(connector.properties)) {
    messages.set(`${name}.help`, property.help);
    messages.set(`${name}.display`, property.displayName ?? readableName(name));
    messages.set(`${name}.group`, property.group);
  }
  return messages;
}

/** The configuration as the connector list publishes it: every property with its default, no timeouts, honest operations. */
export function defaultConfiguration(connector: AnyConnector): ApiConfiguration {
  return {
    producerBufferSize: PRODUCER_BUFFER,
    connectorPoolingSupported: connector.pooled,
    pool: DEFAULT_POOL,
    resultsHandler: DEFAULT_RESULTS_HANDLER,
    properties: Object.entries(connector.properties).map(wireProperty),
    timeouts: new Map(),
    supportedOperations: offeredOperations(connector),
  };
}

/** What an agent publishes of a connector (protocol section 2.4). Messages stand under the default locale, ''. */
export function connectorInfo(connector: AnyConnector): ConnectorInfo {
  return {
    key: connector.key,
    displayNameKey: displayNameKey(connector),
    categoryKey: categoryKey(connector),
    messages: new Map([['', messagesOf(connector)]]),
    defaultConfiguration: defaultConfiguration(connector),
  };
}
