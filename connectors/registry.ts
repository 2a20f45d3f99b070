import { connectorKeyText, type ConnectorInfo, type ConnectorKey } from '../protocol/model/index.js';
import { connectorKeys, publishedInfos } from './framework/connector-keys.js';
import type { AnyConnector } from './framework/define-connector.js';
import { offerSnapshotSync } from './framework/snapshot/offer-snapshot-sync.js';

type Loader = () => Promise<{ readonly default: AnyConnector }>;

/** Every connector, one line each, loaded when first asked for: an agent for CSV files loads no LDAP driver. */
const connectors: Readonly<Record<string, Loader>> = {
  'adobe-admin-console': () => import('./catalog/adobe-admin-console/index.js'),
  as400: () => import('./catalog/as400/index.js'),
  aws: () => import('./catalog/aws/index.js'),
  'aws-iam-identity-center': () => import('./catalog/aws-iam-identity-center/index.js'),
  box: () => import('./catalog/box/index.js'),
  csv: () => import('./catalog/csv/index.js'),
  'database-table': () => import('./catalog/database-table/index.js'),
  docusign: () => import('./catalog/docusign/index.js'),
  dropbox: () => import('./catalog/dropbox/index.js'),
  duo: () => import('./catalog/duo/index.js'),
  gcp: () => import('./catalog/gcp/index.js'),
  'google-apps': () => import('./catalog/google-apps/index.js'),
  kerberos: () => import('./catalog/kerberos/index.js'),
  ldap: () => import('./catalog/ldap/index.js'),
  mongodb: () => import('./catalog/mongodb/index.js'),
  'ms-graph': () => import('./catalog/ms-graph/index.js'),
  'oracle-ebs': () => import('./catalog/oracle-ebs/index.js'),
  pingone: () => import('./catalog/pingone/index.js'),
  powershell: () => import('./catalog/powershell/index.js'),
  racf: () => import('./catalog/racf/index.js'),
  salesforce: () => import('./catalog/salesforce/index.js'),
  'sap-hana-database': () => import('./catalog/sap-hana-database/index.js'),
  scim: () => import('./catalog/scim/index.js'),
  'scripted-groovy': () => import('./catalog/scripted-groovy/index.js'),
  'scripted-groovy-poolable': () => import('./catalog/scripted-groovy-poolable/index.js'),
  'scripted-rest': () => import('./catalog/scripted-rest/index.js'),
  'scripted-sql': () => import('./catalog/scripted-sql/index.js'),
  servicenow: () => import('./catalog/servicenow/index.js'),
  ssh: () => import('./catalog/ssh/index.js'),
  teamdynamix: () => import('./catalog/teamdynamix/index.js'),
  webex: () => import('./catalog/webex/index.js'),
};

/** Ids in alphabetical order; folder names under `catalog`. */
export const connectorIds: readonly string[] = Object.keys(connectors).sort();

/** Undefined for an id nobody has. */
export async function loadConnector(id: string): Promise<AnyConnector | undefined> {
  const load = Object.hasOwn(connectors, id) ? connectors[id] : undefined;
  return load === undefined ? undefined : offerSnapshotSync((await load()).default);
}

export async function allConnectors(): Promise<readonly AnyConnector[]> {
  const loaded = await Promise.all(connectorIds.map(loadConnector));
  return loaded.filter((connector) => connector !== undefined);
}

/** By any of a connector's keys. They compare exactly: a version range never travels (protocol section 7.1). */
export async function connectorByKey(key: ConnectorKey): Promise<AnyConnector | undefined> {
  const wanted = connectorKeyText(key);
  return (await allConnectors()).find((connector) => connectorKeys(connector).some((own) => connectorKeyText(own) === wanted));
}

/** What the agent publishes of all connectors, or of those named: an info for each key. */
export async function connectorInfos(ids: readonly string[] = connectorIds): Promise<readonly ConnectorInfo[]> {
  const loaded = await Promise.all(ids.map(loadConnector));
  return loaded.filter((connector) => connector !== undefined).flatMap(publishedInfos);
}
