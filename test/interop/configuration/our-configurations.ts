import { connectorInfo, propertyMessages, publishedProperties, type PropertyTable } from '../../../connectors/framework/index.js';
import { allConnectors } from '../../../connectors/registry.js';
import { GuardedString, IcfArray, IcfFile, IcfUri, type ApiConfiguration, type ConfigurationProperty, type IcfValue } from '../../../protocol/model/index.js';
import { PREPARED_TABLES } from '../../contract/property-tables.js';

/** What ours is like, to be laid beside Java's. */
export interface OurConfiguration {
  /** Folder under connectors/catalog. */
  readonly id: string;
  readonly connectorName: string;
  /** Undefined while there is only the property table. */
  readonly configuration: ApiConfiguration | undefined;
  readonly properties: readonly ConfigurationProperty[];
  /** Message key → text. */
  readonly messages: ReadonlyMap<string, string>;
}

/** All connectors an agent publishes, then the property tables of those to come. */
export async function ourConfigurations(): Promise<readonly OurConfiguration[]> {
  const published = (await allConnectors()).map((connector): OurConfiguration => {
    const { key, defaultConfiguration, messages } = connectorInfo(connector);
    return { id: connector.id, connectorName: key.connectorName, configuration: defaultConfiguration, properties: defaultConfiguration.properties, messages: messages.get('') ?? new Map() };
  });
  const prepared = PREPARED_TABLES
    .filter(({ connectorName }) => !published.some((connector) => connector.connectorName === connectorName))
    .map(({ system, connectorName, table }): OurConfiguration => ({ id: system, connectorName, configuration: undefined, ...tablePublished(table) }));
  return [...published, ...prepared];
}

function tablePublished(table: PropertyTable): Pick<OurConfiguration, 'properties' | 'messages'> {
  return { properties: publishedProperties(table), messages: propertyMessages(table) };
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
