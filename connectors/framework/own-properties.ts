import type { PropertyTable } from './properties.js';

/** Heading of the configuration properties that are ours: no specification and no Java connector has them. */
export const OWN_PROPERTIES = 'Causeway';

/** The properties that the connector's specification lists. */
export function specifiedProperties(table: PropertyTable): PropertyTable {
  return Object.fromEntries(Object.entries(table).filter(([, { group }]) => group !== OWN_PROPERTIES));
}
