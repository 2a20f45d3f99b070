import type { ConnectorInfo, ConnectorKey } from '../../protocol/model/index.js';
import { connectorInfo } from './default-configuration.js';
import type { AnyConnector } from './define-connector.js';
import type { Bundle } from './spi.js';

/**
 * Versions under which the bundles of the Open Identity Platform distribution are answered for: provisioner files of its
 * OpenIDM 7 ask for `[2.0.0.0,3)`, those of OpenIDM 6 for ranges such as `[1.4.0.0,2)` and `[1.5.1.4,2)`. No released
 * bundle has exactly these versions (but 2.0.1, 1.8.0 and so on), so a real one that is relayed keeps a key of its own.
 */
const OPEN_IDENTITY_PLATFORM_VERSIONS = ['2.0.0.0', '1.5.20.26'];

/** The names the Open Identity Platform distribution has for a bundle, e.g. of `csvfile-connector`. */
export function openIdentityPlatformBundles(artifact: string): readonly Bundle[] {
  return OPEN_IDENTITY_PLATFORM_VERSIONS.map((bundleVersion) => ({ bundleName: `org.openidentityplatform.openicf.connectors.${artifact}`, bundleVersion }));
}

/** The key of a connector that the documentation describes, in its version: bundle and class below `org.forgerock.openicf.connectors`. */
export function documentedKey(bundle: string, connectorClass: string): ConnectorKey {
  const distribution = 'org.forgerock.openicf.connectors';
  return { bundleName: `${distribution}.${bundle}`, bundleVersion: '1.5.20.26', connectorName: `${distribution}.${connectorClass}` };
}

/** Every key a connector answers to, its own first. */
export function connectorKeys({ key, alternativeBundles = [] }: AnyConnector): readonly ConnectorKey[] {
  return [key, ...alternativeBundles.map((bundle) => ({ connectorName: key.connectorName, ...bundle }))];
}

/** What an agent publishes of a connector: one info for each of its keys, with the same configuration. */
export function publishedInfos(connector: AnyConnector): readonly ConnectorInfo[] {
  return connectorKeys(connector).map((key) => connectorInfo(connector, key));
}
