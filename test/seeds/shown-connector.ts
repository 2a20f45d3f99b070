import type { JsonObject } from '../../controller/crest/json.js';
import type { ConnectorKey } from '../../protocol/model/index.js';

export type { ConnectorKey } from '../../protocol/model/index.js';

/** Of a `connectorRef`: of a range of versions the lowest. */
export function parseConnectorKey({ bundleName, bundleVersion, connectorName }: JsonObject): ConnectorKey | undefined {
  if (typeof bundleName !== 'string' || typeof bundleVersion !== 'string' || typeof connectorName !== 'string') return undefined;
  return { bundleName, connectorName, bundleVersion: /[\d.]+/.exec(bundleVersion)?.[0] ?? bundleVersion };
}
