import type { Difference } from './differences.js';

/**
 * Every difference between the configuration our agent publishes and that of the Java bundles 2.0.1, with its reason. What is
 * not listed fails the test, and so does an entry that no longer differs.
 */
export interface AcceptedDifference extends Difference {
  readonly reason: string;
}

const CSV = 'org.forgerock.openicf.csvfile.CSVFileConnector';
const LDAP = 'org.identityconnectors.ldap.LdapConnector';
const DATABASE_TABLE = 'org.identityconnectors.databasetable.DatabaseTableConnector';
const SSH = 'org.forgerock.openicf.connectors.ssh.SSHConnector';
const KERBEROS = 'org.forgerock.openicf.connectors.kerberos.KerberosConnector';
const SCRIPTED_REST = 'org.forgerock.openicf.connectors.scriptedrest.ScriptedRESTConnector';
const SCRIPTED_SQL = 'org.forgerock.openicf.connectors.scriptedsql.ScriptedSQLConnector';
const TOOLKIT = ['groovy.ScriptedConnector', 'groovy.ScriptedPoolableConnector'].map((name) => `org.forgerock.openicf.connectors.${name}`);

const NEWER = 'The specified connector, 1.5.20.26, has it; the open-source 2.0.1 is an older relative.';
const NEWER_POOL = 'The specified connector, 1.5.20.26, is made with a newer Tomcat JDBC pool.';
const SPECIFIED_DEFAULT = 'The default of the specified connector, 1.5.20.26.';

function onlyOurs(connectorName: string, reason: string, ...properties: string[]): AcceptedDifference[] {
  return properties.map((property) => ({ connectorName, property, aspect: 'presence', java: 'absent', ours: 'present', reason }));
}

function onlyJava(connectorName: string, reason: string, ...properties: string[]): AcceptedDifference[] {
  return properties.map((property) => ({ connectorName, property, aspect: 'presence', java: 'present', ours: 'absent', reason }));
}

function otherDefault(connectorName: string, property: string, java: unknown, ours: unknown, reason: string): AcceptedDifference {
  return { connectorName, property, aspect: 'default', java, ours, reason };
}

/** The facade makes event subscriptions of sync for every connector that has it. */
function subscriptions(connectorName: string, java: readonly string[]): AcceptedDifference {
  const ours = [...java, 'ConnectorEventSubscriptionApiOp', 'SyncEventSubscriptionApiOp'].sort();
  return { connectorName, property: '', aspect: 'supported operations', java, ours, reason: 'Ours can be subscribed to as well: the facade makes event subscriptions of sync.' };
}

const LDAP_OPERATIONS = [
  'AuthenticationApiOp', 'CreateApiOp', 'DeleteApiOp', 'GetApiOp', 'ResolveUsernameApiOp', 'SchemaApiOp', 'ScriptOnConnectorApiOp',
  'SearchApiOp', 'SyncApiOp', 'TestApiOp', 'UpdateApiOp', 'ValidateApiOp',
];

/** Those of every scripted connector. */
const SCRIPTED_OPERATIONS = [...LDAP_OPERATIONS, 'ScriptOnResourceApiOp'].sort();

const csv = [
  subscriptions(CSV, ['BatchApiOp', ...LDAP_OPERATIONS].sort()),
  ...onlyOurs(CSV, NEWER, 'spaceReplacementString', 'escapeCharacter'),
];

const ldap = [
  subscriptions(LDAP, LDAP_OPERATIONS),
  ...onlyOurs(
    LDAP, NEWER,
    'timestampSyncOffset', 'alternateKeyStorePassword', 'privateKeyAlias', 'checkAliveMinInterval', 'convertGTToISO8601', 'hostNameVerification',
    'convertADIntervalToISO8601', 'hostNameVerifierPattern', 'lastCheckAlive', 'ldapGroupsUseStaticGroups', 'allowTreeDelete', 'alternateKeyStoreType',
    'alternateKeyStore', 'connectionTimeout', 'customOctetStringAttributes', 'useOldADGUIDFormat', 'sendCAUDTxId', 'gssapiLoginContext',
  ),
  ...onlyJava(
    LDAP, 'Synchronization of passwords from the change log of a Sun directory; the specified connector, 1.5.20.26, no longer has it.',
    'passwordAttributeToSynchronize', 'passwordDecryptionInitializationVector', 'synchronizePasswords', 'passwordDecryptionKey',
  ),
];

const databaseTable = [
  subscriptions(DATABASE_TABLE, LDAP_OPERATIONS),
  ...onlyJava(
    DATABASE_TABLE, 'The specified connector, 1.5.20.26, has the settings of a JDBC pool instead: url, driverClassName, username, validationQuery and others.',
    'host', 'port', 'user', 'database', 'jdbcDriver', 'jdbcUrlTemplate', 'validConnectionQuery', 'datasource', 'jndiProperties',
  ),
  ...onlyOurs(
    DATABASE_TABLE, 'A setting of the JDBC pool of the specified connector, 1.5.20.26; 2.0.1 has no pool of its own.',
    'connectionProperties', 'propagateInterruptState', 'useDisposableConnectionFacade', 'defaultCatalog', 'validationInterval', 'ignoreExceptionOnPreLoad',
    'jmxEnabled', 'commitOnReturn', 'logAbandoned', 'maxIdle', 'testWhileIdle', 'removeAbandoned', 'abandonWhenPercentageFull', 'minIdle', 'defaultReadOnly',
    'maxWait', 'logValidationErrors', 'driverClassName', 'name', 'useStatementFacade', 'initSQL', 'validationQueryTimeout', 'validationQuery',
    'rollbackOnReturn', 'alternateUsernameAllowed', 'validatorClassName', 'suspectTimeout', 'useEquals', 'removeAbandonedTimeout', 'defaultAutoCommit',
    'testOnConnect', 'jdbcInterceptors', 'initialSize', 'defaultTransactionIsolation', 'numTestsPerEvictionRun', 'url', 'testOnBorrow', 'fairQueue',
    'accessToUnderlyingConnectionAllowed', 'maxAge', 'minEvictableIdleTimeMillis', 'timeBetweenEvictionRunsMillis', 'testOnReturn', 'useLock', 'maxActive',
    'username',
  ),
  ...onlyOurs(DATABASE_TABLE, NEWER, 'disablePaging', 'inclusiveSync', 'returnGeneratedKeys'),
  otherDefault(DATABASE_TABLE, 'quoting', '', 'NONE', SPECIFIED_DEFAULT),
  otherDefault(DATABASE_TABLE, 'table', '', 'TABLE_NAME', SPECIFIED_DEFAULT),
  otherDefault(DATABASE_TABLE, 'keyColumn', '', 'KEY_COLUMN', SPECIFIED_DEFAULT),
  otherDefault(DATABASE_TABLE, 'passwordColumn', '', null, SPECIFIED_DEFAULT),
  otherDefault(DATABASE_TABLE, 'changeLogColumn', '', null, SPECIFIED_DEFAULT),
  {
    connectorName: DATABASE_TABLE, property: 'password', aspect: 'type' as const, java: 'GuardedString', ours: 'String',
    reason: 'The type of the specified connector, 1.5.20.26, whose password belongs to the JDBC pool.',
  },
];

const shell = [SSH, KERBEROS].flatMap((name) => onlyOurs(name, NEWER, 'promptReadyTimeout'));

const BUNDLED = 'The specified connector, 1.5.20.26, names the scripts and settings it is delivered with.';

const kerberos = [
  otherDefault(KERBEROS, 'scriptRoots', null, ['!/scripts/kerberos'], BUNDLED),
  otherDefault(KERBEROS, 'customConfiguration', null, "kadmin { cmd = '/usr/sbin/kadmin.local'; user='<KADMIN USERNAME>'; default_realm='<REALM, e.g. EXAMPLE.COM>' }", BUNDLED),
  ...[
    ['create', 'Create'], ['delete', 'Delete'], ['schema', 'Schema'], ['scriptOnResource', 'ScriptOnResource'], ['search', 'Search'], ['test', 'Test'], ['update', 'Update'],
  ].map(([slot, script]) => otherDefault(KERBEROS, `${slot}ScriptFileName`, null, `${script}Kerberos.groovy`, BUNDLED)),
];

const scripted = [
  ...[...TOOLKIT, SCRIPTED_REST, SCRIPTED_SQL, SSH, KERBEROS].map((name) => subscriptions(name, SCRIPTED_OPERATIONS)),
  ...onlyOurs(
    SCRIPTED_REST, NEWER,
    'proxyUsername', 'proxyPassword', 'OAuthTokenEndpoint', 'OAuthClientId', 'OAuthClientSecret', 'OAuthRefreshToken', 'OAuthScope', 'OAuthGrantType',
    'readRateLimit', 'writeRateLimit',
  ),
  {
    connectorName: SCRIPTED_SQL, property: '', aspect: 'pooling' as const, java: false, ours: true,
    reason: 'Java lends connections of a JDBC pool within the connector; ours are sessions of the facade, whose pool has the limits of that one.',
  },
  ...onlyOurs(SCRIPTED_SQL, NEWER_POOL, 'useStatementFacade'),
  otherDefault(SCRIPTED_SQL, 'validationInterval', 30_000, 3000, NEWER_POOL),
  otherDefault(SCRIPTED_SQL, 'name', 'Tomcat Connection Pool[by chance]', null, 'Java makes up a name in each process, so there is no default to be equal to.'),
];

export const ACCEPTED_DIFFERENCES: readonly AcceptedDifference[] = [...csv, ...ldap, ...databaseTable, ...shell, ...kerberos, ...scripted];
