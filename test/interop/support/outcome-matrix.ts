/** Which operation is to be proven in which direction with which connector. A cell nobody recorded fails the run. */

export const DIRECTIONS = [
  'java -> agent',
  'controller -> agent',
  'controller -> java (server mode)',
  'controller -> java (client mode)',
  'java -> agent -> java (relay)',
  'controller -> agent -> java (relay)',
] as const;
export type Direction = (typeof DIRECTIONS)[number];

export const OPERATIONS = [
  'list', 'validate', 'test', 'schema', 'create', 'get', 'search', 'search-paged', 'search-sorted', 'search-stopped', 'search-cancelled',
  'sync', 'latest-sync-token', 'update', 'add-values', 'remove-values', 'delete', 'authenticate', 'resolve-username',
  'script-on-connector', 'script-on-resource', 'batch', 'subscribe-objects', 'subscribe-changes', 'errors',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** `test` is the connector that has every operation: our own Java bundle, or a connector of the tests in our agent. */
export const CONNECTORS = ['csv', 'ldap', 'test'] as const;
export type Connector = (typeof CONNECTORS)[number];

export interface Cell {
  readonly operation: Operation;
  readonly direction: Direction;
  readonly connector: Connector;
}

/** `refused`: the connector lacks the operation, and the caller must be told so by the right ICF exception. */
export interface ExpectedCell extends Cell {
  readonly expected: 'performed' | 'refused';
}

/** Whose connectors a direction ends at, and which of them it is to be proven with. */
const ENDS: Readonly<Record<Direction, { readonly host: 'ours' | 'java'; readonly connectors: readonly Connector[] }>> = {
  'java -> agent': { host: 'ours', connectors: ['csv', 'ldap', 'test'] },
  'controller -> agent': { host: 'ours', connectors: ['csv', 'ldap'] },
  'controller -> java (server mode)': { host: 'java', connectors: ['csv', 'ldap', 'test'] },
  'controller -> java (client mode)': { host: 'java', connectors: ['csv', 'ldap', 'test'] },
  'java -> agent -> java (relay)': { host: 'java', connectors: ['csv', 'test'] },
  'controller -> agent -> java (relay)': { host: 'java', connectors: ['csv', 'ldap', 'test'] },
};

/** What a connector does not have. The Java framework runs Groovy scripts for any connector; ours runs none. Java's CSV and LDAP have no events. */
const LACKS: Readonly<Record<'ours' | 'java', Readonly<Record<Connector, readonly Operation[]>>>> = {
  ours: {
    csv: ['script-on-connector', 'script-on-resource'],
    ldap: ['script-on-connector', 'script-on-resource', 'batch'],
    test: [],
  },
  java: {
    csv: ['script-on-resource', 'subscribe-objects', 'subscribe-changes'],
    ldap: ['script-on-resource', 'batch', 'subscribe-objects', 'subscribe-changes'],
    test: [],
  },
};

export function expectedCells(): ExpectedCell[] {
  return DIRECTIONS.flatMap((direction) => ENDS[direction].connectors.flatMap((connector) =>
    OPERATIONS.map((operation) => expectedCell({ operation, direction, connector }))));
}

/** A cell with what is expected of it, also when nobody asks for it to be proven. */
export function expectedCell(cell: Cell): ExpectedCell {
  const lacks = LACKS[ENDS[cell.direction].host][cell.connector];
  return { ...cell, expected: lacks.includes(cell.operation) ? 'refused' : 'performed' };
}
