import type { KnownConnector } from '../../../agent/config/known-connectors.js';
import { getKey, isObject, writeJson, type JsonObject, type JsonValue } from '../../../protocol/crest/json.js';
import { pathOf } from '../finding.js';
import type { Point } from './migration.js';

/** What is said of a property that has a value; `attention`: it does not work before somebody has acted. */
interface Remark {
  /** Ids of connectors; all without it. */
  readonly connectors?: readonly string[];
  readonly properties: readonly string[];
  readonly attention?: true;
  readonly text: string;
  /** @default everything but null, false, and empty texts and lists */
  readonly applies?: (value: JsonValue) => boolean;
  /** Another property that makes the remark needless when it has a value. */
  readonly unless?: string;
}

const SCRIPTED = ['kerberos', 'mongodb', 'scripted-groovy', 'scripted-groovy-poolable', 'scripted-rest', 'scripted-sql', 'ssh'];
const SQL = ['database-table', 'oracle-ebs', 'sap-hana-database', 'scripted-sql'];
const isFalse = (value: JsonValue): boolean => value === false || value === 'false';
const isNoPkcs12 = (value: JsonValue): boolean => typeof value === 'string' && !/^(pkcs-?12|pem)?$/i.test(value.trim());

/** From the pages of the connectors (docs/connectors), where each says how it differs from Java's. */
const REMARKS: readonly Remark[] = [
  { connectors: SCRIPTED, properties: ['scriptRoots', 'classpath'], text: 'the agent runs scripts only from folders its own agent.yaml names: add scripts: { roots: [FOLDER] } there (docs/groovy-migration.md)' },
  { connectors: SCRIPTED, properties: ['debug', 'disabledGlobalASTTransformations', 'scriptBaseClass', 'scriptExtensions', 'targetDirectory', 'tolerance', 'verbose', 'warningLevel'], text: 'belongs to the compiler of Groovy and has no effect' },
  { connectors: SQL, properties: ['dataSourceJNDI'], attention: true, text: 'there are no JNDI data sources here: give the address of the database in url, and user name and password' },
  { connectors: SQL, properties: ['jdbcInterceptors'], text: 'names Java classes, which are not run' },
  { connectors: SQL, properties: ['validatorClassName'], text: "names a Java class, which is not run; the driver's own check stands for it" },
  { connectors: SQL, properties: ['driverClassName'], text: 'is not needed: url says which database it is' },
  { connectors: SQL, properties: ['initialSize'], text: 'connections are opened when they are wanted, not at the start', applies: (value) => Number(value) > 0 },
  { connectors: SQL, properties: ['jmxEnabled'], text: 'has no effect: there is no JMX here; see docs/monitoring.md' },
  { connectors: ['ldap'], properties: ['alternateKeyStoreType'], attention: true, applies: isNoPkcs12, text: 'only PKCS12 and PEM can be read; convert the key store: keytool -importkeystore -srckeystore OLD -destkeystore NEW.p12 -deststoretype PKCS12' },
  { connectors: ['ldap'], properties: ['privateKeyAlias'], attention: true, unless: 'alternateKeyStore', text: 'names a key in the key store of IDM, which the agent has not: export it (keytool -importkeystore -srckeystore KEYSTORE -srcalias ALIAS -destkeystore client.p12 -deststoretype PKCS12) to the agent\'s machine, and name the file in alternateKeyStore' },
  { properties: ['clientCertAlias'], attention: true, unless: 'clientCertificateFile', text: 'names a certificate in the key store of IDM, which the agent has not: export it (keytool -importkeystore -srckeystore KEYSTORE -srcalias ALIAS -destkeystore client.p12 -deststoretype PKCS12) to the agent\'s machine, and name the file in clientCertificateFile' },
  { connectors: ['database-table'], properties: ['datasource', 'jndiProperties'], attention: true, text: 'there are no JNDI data sources here: give the address of the database in url, and username and password' },
  { connectors: ['database-table'], properties: ['host', 'port', 'user', 'database', 'jdbcDriver', 'jdbcUrlTemplate'], attention: true, text: 'belongs to versions before 1.5 of the connector: give url (jdbc:postgresql://HOST:PORT/DATABASE and the like) and username' },
  { connectors: ['ldap'], properties: ['alternateKeyStore'], text: "is a path on the agent's machine; without privateKeyAlias no client certificate is sent" },
  { connectors: ['ldap'], properties: ['gssapiLoginContext'], text: 'is a name of JAAS and chooses nothing: the ticket or keytab of the agent counts, and the npm package kerberos has to be installed (docs/connectors/ldap.md)' },
  { connectors: ['as400'], properties: ['isThreadUsed', 'cleanupInterval'], text: 'belongs to the Java library and has no effect' },
  { connectors: ['aws'], properties: ['parentId'], text: 'is not used' },
  { connectors: ['dropbox', 'webex'], properties: ['accessToken', 'tokenExpiration'], text: 'is not used: the connector gets tokens itself and keeps them in memory' },
  { connectors: ['google-apps'], properties: ['validateCertificate'], applies: isFalse, text: 'false accepts a certificate that signed itself, for whatever host; one of an authority of your own needs that authority in connectors.ca of the agent' },
  { connectors: ['csv'], properties: ['csvFile', 'headerFile'], text: "is a path on the agent's machine, and its policy may have to allow it" },
];

/** What is worth saying of the given properties of a connector, in the order of the file. */
export function propertyRemarks(given: JsonObject, { description }: KnownConnector): { readonly attention: readonly Point[]; readonly notes: readonly Point[] } {
  const attention: Point[] = [];
  const notes: Point[] = [];
  for (const [name, value] of Object.entries(given)) {
    const preset = description.configurationProperties.find((property) => property.name === name)?.default;
    if (preset !== undefined && isPreset(value, preset)) continue;
    const path = pathOf('configurationProperties', name);
    for (const remark of remarksOn(name, given, description.id)) (remark.attention === true ? attention : notes).push({ path, text: remark.text });
    attention.push(...scriptPoints(path, name, value));
  }
  return { attention, notes };
}

function remarksOn(name: string, given: JsonObject, id: string): readonly Remark[] {
  return REMARKS.filter(({ connectors, properties, applies = isSet, unless }) => properties.includes(name)
    && (connectors === undefined || connectors.includes(id)) && applies(getKey(given, name) ?? null) && !(unless !== undefined && isSet(getKey(given, unless) ?? null)));
}

function isSet(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.some(isSet);
  return value !== null && value !== false && value !== 'false' && value !== '' && !(isObject(value) && Object.keys(value).length === 0);
}

function isPreset(value: JsonValue, preset: unknown): boolean {
  return writeJson(value) === JSON.stringify(preset) || (typeof value === 'string' && value === String(preset));
}

/** Scripts some connectors bring along are there under the names Java has for them. */
const BROUGHT_ALONG = /(?:Linux|Kerberos)\.groovy$|^usersRoles\//;

function scriptPoints(path: string, name: string, value: JsonValue): Point[] {
  if (typeof value !== 'string' || !/ScriptFileName$/i.test(name) || !/\.groovy$/i.test(value) || BROUGHT_ALONG.test(value)) return [];
  return [{ path, text: `${value} is Groovy: rewrite it as ${value.replace(/\.groovy$/i, '.js')}, in the same folder on the agent's machine; the property stays as it is (docs/groovy-migration.md)` }];
}
