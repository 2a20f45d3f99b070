import type { JavaConnectorKey } from '../../support/java-driver-types.js';

/** As existing provisioner files name them. The agent answers to the names of the open source bundles too. */
export const CSV_KEY: JavaConnectorKey = {
  bundleName: 'org.forgerock.openicf.connectors.csvfile-connector', bundleVersion: '1.5.20.26', connectorName: 'org.forgerock.openicf.csvfile.CSVFileConnector',
};
export const LDAP_KEY: JavaConnectorKey = {
  bundleName: 'org.forgerock.openicf.connectors.ldap-connector', bundleVersion: '1.5.20.26', connectorName: 'org.identityconnectors.ldap.LdapConnector',
};
