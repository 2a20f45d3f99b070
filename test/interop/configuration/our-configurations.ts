import { connectorInfo, publishedProperties, specifiedProperties } from '../../../connectors/framework/index.js';
import { allConnectors } from '../../../connectors/registry.js';
import { GuardedString, IcfArray, IcfFile, IcfUri, type ApiConfiguration, type ConfigurationProperty, type IcfValue } from '../../../protocol/model/index.js';

/** What ours is like, to be laid beside Java's. */
export interface OurConfiguration {
  /** Folder under connectors/catalog. */
  readonly id: string;
  readonly connectorName: string;
  readonly configuration: ApiConfiguration;
  readonly properties: readonly ConfigurationProperty[];
  /** Message key → text. */
  readonly messages: ReadonlyMap<string, string>;
}

/** All connectors an agent publishes. */
export async function ourConfigurations(): Promise<readonly OurConfiguration[]> {
  return (await allConnectors()).map((connector): OurConfiguration => {
    const { key, defaultConfiguration, messages } = connectorInfo(connector);
    return { id: connector.id, connectorName: key.connectorName, configuration: defaultConfiguration, properties: publishedProperties(specifiedProperties(connector.properties)), messages: messages.get('') ?? new Map() };
  });
}

/** A default as JSON data, as the Java program prints it. */
export function plainValue(value: IcfValue): unknown {
  if (value instanceof IcfArray) return value.items.map(plainValue);
  if (value instanceof IcfFile) return value.path;
  if (value instanceof IcfUri) return value.value;
  if (value instanceof GuardedString) return value.reveal();
  if (typeof value === 'bigint') return Number(value);
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw new TypeError(`A default of ${value.constructor.name} cannot be compared.`);
}
