import type { Connector, Operation } from '../../support/outcome-matrix.js';
import { outcome } from '../../support/outcome-table.js';

export type Proof = <T>(operation: Operation, check: () => Promise<T>) => Promise<T>;

/** Runs a check and records what comes of it as a cell of this connector. */
export function provenOn(connector: Connector): Proof {
  return (operation, check) => outcome({ operation, direction: 'java -> agent', connector }, check);
}
