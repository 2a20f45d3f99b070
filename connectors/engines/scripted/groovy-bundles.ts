import { openIdentityPlatformBundles } from '../../framework/connector-keys.js';
import type { Bundle } from '../../framework/spi.js';

/**
 * Bundles scripted connectors were in before each had one of its own: provisioner files of OpenIDM up to 4 ask for them there, and so do
 * those of the Open Identity Platform.
 */
export const groovyBundles: readonly Bundle[] = [
  { bundleName: 'org.forgerock.openicf.connectors.groovy-connector', bundleVersion: '1.5.20.26' }, ...openIdentityPlatformBundles('groovy-connector'),
];
