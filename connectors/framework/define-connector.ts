import type { PropertyTable } from './properties.js';
import type { ConnectorDefinition } from './spi.js';

/** A definition whose types are closed over; what the registry and the facade work with. */
export type AnyConnector = ConnectorDefinition<PropertyTable, unknown>;

/** Checks a definition's types; the one way to make a connector. */
export function defineConnector<P extends PropertyTable, S>(definition: ConnectorDefinition<P, S>): ConnectorDefinition<P, S> {
  return definition;
}
