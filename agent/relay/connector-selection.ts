import type { ConnectorKey } from '../../protocol/model/index.js';
import { parseVersionRange } from '../../protocol/model/version-range.js';

/** Connectors of a server, as the configuration names them. What is not given fits any. */
export interface ConnectorChoice {
  readonly bundleName: string;
  readonly connectorName?: string | undefined;
  /** A version or a range such as `[1.4.0.0,2.0.0.0)`. */
  readonly bundleVersion?: string | undefined;
}

export type ConnectorSelection = (key: ConnectorKey) => boolean;

/** Undefined choices: no selection, which is not the same as one that fits everything (see relay-table.ts). */
export function selectionOf(choices: readonly ConnectorChoice[] | undefined): ConnectorSelection | undefined {
  if (choices === undefined) return undefined;
  const tests = choices.map(({ bundleName, connectorName, bundleVersion }): ConnectorSelection => {
    const range = bundleVersion === undefined ? undefined : parseVersionRange(bundleVersion);
    return (key) => key.bundleName === bundleName && (connectorName ?? key.connectorName) === key.connectorName && (range?.includes(key.bundleVersion) ?? true);
  });
  return (key) => tests.some((fits) => fits(key));
}
