import type { OpenLdap } from '../../targets/openldap.js';
import { CROWD, STAFF } from './acceptance-data.js';

type Property = Readonly<Record<string, unknown>>;

/** The Java bundles' names; our agent answers to them as well. */
export const CSV_CONNECTOR = { connectorName: 'org.forgerock.openicf.csvfile.CSVFileConnector', bundleName: 'org.openidentityplatform.openicf.connectors.csvfile-connector', bundleVersion: '[2.0.0.0,3)' };
export const LDAP_CONNECTOR = { connectorName: 'org.identityconnectors.ldap.LdapConnector', bundleName: 'org.openidentityplatform.openicf.connectors.ldap-connector', bundleVersion: '[2.0.0.0,3)' };

/** The reference of a connector, by its class. */
export function connectorOf(connectorName: string): typeof CSV_CONNECTOR {
  return connectorName === CSV_CONNECTOR.connectorName ? CSV_CONNECTOR : LDAP_CONNECTOR;
}

const text = (nativeName: string, more: Property = {}): Property => ({ type: 'string', nativeName, nativeType: 'string', ...more });
const list = (nativeName: string): Property => ({ type: 'array', items: { type: 'string', nativeType: 'string' }, nativeName, nativeType: 'string' });
const password: Property = { type: 'string', nativeName: '__PASSWORD__', nativeType: 'JAVA_TYPE_GUARDEDSTRING', flags: ['NOT_READABLE', 'NOT_RETURNED_BY_DEFAULT'] };
const objectType = (nativeType: string, properties: Property): object => ({ $schema: 'http://json-schema.org/draft-03/schema', id: nativeType, type: 'object', nativeType, properties });

/** Scripts a caller may start; none of ours runs Groovy. */
const systemActions = [
  { scriptId: 'Add', actions: [{ systemType: '.*', actionType: 'groovy', actionSource: 'return first.toInteger() + second' }] },
  { scriptId: 'Broken', actions: [{ systemType: '.*', actionType: 'groovy', actionSource: 'throw new IllegalStateException("on purpose")' }] },
];

/** A system on a CSV file of `acceptance-data`. */
export function csvSystem(name: string, csvFile: string, connectorHostRef: string): object {
  return {
    name, connectorRef: { ...CSV_CONNECTOR, connectorHostRef }, configurationProperties: { csvFile, headerUid: 'uid' }, systemActions,
    objectTypes: {
      account: objectType('__ACCOUNT__', {
        uid: text('__NAME__', { required: true }), firstName: text('firstName'), lastName: text('lastName'), email: text('email'),
        badge: { type: 'integer', nativeName: 'badge', nativeType: 'string' }, city: text('city'), password,
      }),
    },
  };
}

/** A system on the directory, with the result handlers that OpenIDM's sample configuration for LDAP sets. */
export function ldapSystem(name: string, server: OpenLdap, connectorHostRef: string, base: string = STAFF): object {
  return {
    name, connectorRef: { ...LDAP_CONNECTOR, connectorHostRef }, systemActions,
    resultsHandlerConfig: { enableNormalizingResultsHandler: true, enableFilteredResultsHandler: false, enableCaseInsensitiveFilter: false, enableAttributesToGetSearchResultsHandler: true },
    configurationProperties: {
      host: server.host, port: server.port, principal: server.adminDn, credentials: server.adminPassword,
      baseContexts: [base], baseContextsToSynchronize: [base], usePagedResultControl: true, blockSize: 500, accountUserNameAttributes: ['uid'],
    },
    objectTypes: {
      account: objectType('__ACCOUNT__', {
        dn: text('__NAME__', { required: true }), uid: text('uid'), cn: text('cn', { required: true }), sn: text('sn', { required: true }), givenName: text('givenName'),
        mail: text('mail'), title: text('title'), employeeNumber: { type: 'integer', nativeName: 'employeeNumber', nativeType: 'string' },
        number: { type: 'integer', nativeName: 'uidNumber', nativeType: 'string' },
        telephoneNumber: list('telephoneNumber'), description: text('description'), password,
      }),
    },
  };
}

export const crowdSystem = (server: OpenLdap, connectorHostRef: string): object => ldapSystem('crowd', server, connectorHostRef, CROWD);

const values = (type: string, nativeName: string, nativeType: string): Property => ({ type: 'array', items: { type, nativeType }, nativeName, nativeType });

/** A system of the Java test connector, which has every operation there is, over objects in memory; its scripts are in the language `echo`. */
export function testSystem(name: string, connectorHostRef: string, configurationProperties: object = {}): object {
  const script = (scriptId: string, actionSource: string): object => ({ scriptId, actions: [{ systemType: '.*TestConnector', actionType: 'echo', actionSource }] });
  return {
    name, configurationProperties: { store: name, objectCount: 20, ...configurationProperties },
    connectorRef: { connectorName: 'io.causeway.interop.connector.TestConnector', bundleName: 'io.causeway.interop.test-connector', bundleVersion: '[1.0,2)', connectorHostRef },
    systemActions: [
      ...['arguments', 'options', 'configuration', 'facts', 'place', 'null', 'change'].map((text) => script(text, text)),
      script('Broken', 'throw:java.lang.IllegalStateException'),
    ],
    objectTypes: {
      account: objectType('__ACCOUNT__', {
        name: text('__NAME__', { required: true }), givenName: text('givenName'), sn: text('sn'), mail: list('mail'), age: { type: 'integer', nativeName: 'age', nativeType: 'integer' },
        enabled: { type: 'boolean', nativeName: '__ENABLE__', nativeType: 'boolean' }, password,
      }),
      typed: objectType('typed', {
        name: text('__NAME__'), aString: list('aString'), anInteger: values('integer', 'anInteger', 'integer'), aLong: values('integer', 'aLong', 'JAVA_TYPE_LONG'),
        aDouble: values('number', 'aDouble', 'JAVA_TYPE_DOUBLE'), aFloat: values('number', 'aFloat', 'JAVA_TYPE_FLOAT'), aBoolean: values('boolean', 'aBoolean', 'boolean'),
        aCharacter: values('string', 'aCharacter', 'JAVA_TYPE_CHARACTER'), aByte: values('integer', 'aByte', 'JAVA_TYPE_BYTE'), bytes: values('string', 'bytes', 'JAVA_TYPE_BYTE_ARRAY'),
        aBigInteger: values('integer', 'aBigInteger', 'JAVA_TYPE_BIGINTEGER'), aBigDecimal: values('number', 'aBigDecimal', 'JAVA_TYPE_BIGDECIMAL'),
        aGuardedString: values('string', 'aGuardedString', 'JAVA_TYPE_GUARDEDSTRING'), someGuardedBytes: values('string', 'someGuardedBytes', 'JAVA_TYPE_GUARDEDBYTEARRAY'),
        aMap: { type: 'object', nativeName: 'aMap', nativeType: 'object' }, withNull: list('withNull'), empty: list('empty'), nothing: list('nothing'),
      }),
    },
  };
}

/** Values for configuration properties of every type, as a provisioner file writes them. */
export const EVERY_PROPERTY = {
  store: 'configured', objectCount: 3, payloadLength: 4, pauseMillis: 0, password: 'Gu4rded', keyBytes: 'bytes', texts: ['a', 'b', 'c'], separator: ';', optionalSeparator: '|',
  ratio: 0.25, optionalRatio: 2.5, factor: 0.5, limit: 5_000_000_000, limits: [1, 9_007_199_254_740_991], optionalCount: 42, enabled: false, optionalFlag: true,
  location: 'ldaps://directory.example:636/dc=x', directory: '/tmp/some where', script: { scriptLanguage: 'groovy', scriptText: 'return 1' }, secrets: ['one', 'two'],
} as const;
