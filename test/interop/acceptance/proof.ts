import { expect, it } from 'vitest';
import type { Connector, Operation } from '../support/outcome-matrix.js';
import { outcome } from '../support/outcome-table.js';
import type { AcceptanceHost } from './acceptance-host.js';
import type { AcceptanceWorld } from './acceptance-world.js';
import { KNOWN_DIFFERENCES, type DifferenceName } from './known-differences.js';

/** A test of one operation of one connector; what comes of it goes into the outcome table. */
export type Prove = (operation: Operation, connector: Connector, title: string, check: () => Promise<void>, timeout?: number) => void;

/** What every part of the suite works with. */
export interface Proofs<W = AcceptanceWorld> {
  readonly host: AcceptanceHost;
  /** Of a running test. */
  readonly world: () => W;
  readonly proves: Prove;
  /** What to expect of this host where Java's is known to differ; both values are asserted, each at its host. */
  expected<T>(difference: DifferenceName, ours: T, java: T): T;
}

const asserted = new Map<AcceptanceHost, Set<DifferenceName>>();

/** The proofs of one host. */
export function proofsOf<W>(host: AcceptanceHost, world: () => W): Proofs<W> {
  const seen = asserted.get(host) ?? new Set<DifferenceName>();
  asserted.set(host, seen);
  return {
    host, world,
    proves: (operation, connector, title, check, timeout) => {
      it(title, () => outcome({ operation, direction: host.direction, connector }, check), ...(timeout === undefined ? [] : [timeout]));
    },
    expected: (difference, ours, java) => {
      seen.add(difference);
      return host.kind === 'java' ? java : ours;
    },
  };
}

/** After all suites of a host: the table of differences names nothing that no test asserted. */
export function describeKnownDifferences(host: AcceptanceHost): void {
  it('asserted every known difference', () => {
    expect([...asserted.get(host) ?? []].sort()).toEqual(Object.keys(KNOWN_DIFFERENCES).sort());
  });
}
