import { config as databaseTable } from '../../connectors/catalog/database-table/properties.js';
import { config as kerberos } from '../../connectors/catalog/kerberos/properties.js';
import { config as scriptedGroovy } from '../../connectors/catalog/scripted-groovy/properties.js';
import { config as scriptedRest } from '../../connectors/catalog/scripted-rest/properties.js';
import { config as scriptedSql } from '../../connectors/catalog/scripted-sql/properties.js';
import { config as ssh } from '../../connectors/catalog/ssh/properties.js';
import type { PropertyTable } from '../../connectors/framework/index.js';

/** A property table that stands before its connector does. */
export interface PreparedTable {
  /** Specification, and folder under connectors/catalog. */
  readonly system: string;
  /** Class of the Java connector. */
  readonly connectorName: string;
  readonly table: PropertyTable;
}

export const PREPARED_TABLES: readonly PreparedTable[] = [
  { system: 'database-table', connectorName: 'org.identityconnectors.databasetable.DatabaseTableConnector', table: databaseTable },
  { system: 'ssh', connectorName: 'org.forgerock.openicf.connectors.ssh.SSHConnector', table: ssh },
  { system: 'kerberos', connectorName: 'org.forgerock.openicf.connectors.kerberos.KerberosConnector', table: kerberos },
  { system: 'scripted-groovy', connectorName: 'org.forgerock.openicf.connectors.groovy.ScriptedConnector', table: scriptedGroovy },
  { system: 'scripted-groovy', connectorName: 'org.forgerock.openicf.connectors.groovy.ScriptedPoolableConnector', table: scriptedGroovy },
  { system: 'scripted-rest', connectorName: 'org.forgerock.openicf.connectors.scriptedrest.ScriptedRESTConnector', table: scriptedRest },
  { system: 'scripted-sql', connectorName: 'org.forgerock.openicf.connectors.scriptedsql.ScriptedSQLConnector', table: scriptedSql },
];
