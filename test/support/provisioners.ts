import type { DatabaseServer } from '../targets/database-server.js';
import type { OpenLdap } from '../targets/openldap.js';

type Property = Readonly<Record<string, unknown>>;

const text = (nativeName: string, more: Property = {}): Property => ({ type: 'string', nativeName, nativeType: 'string', ...more });
const list = (nativeName: string): Property => ({ type: 'array', items: { type: 'string', nativeType: 'string' }, nativeName, nativeType: 'string' });
const password: Property = { type: 'string', nativeName: '__PASSWORD__', nativeType: 'JAVA_TYPE_GUARDEDSTRING', flags: ['NOT_READABLE', 'NOT_RETURNED_BY_DEFAULT'] };

function objectType(nativeType: string, properties: Readonly<Record<string, Property>>): object {
  return { $schema: 'http://json-schema.org/draft-03/schema', id: nativeType, type: 'object', nativeType, properties };
}

export const LDAP_REF = {
  connectorName: 'org.identityconnectors.ldap.LdapConnector', bundleName: 'org.forgerock.openicf.connectors.ldap-connector', bundleVersion: '[1.5.0.0,1.6.0.0)',
};
export const CSV_REF = {
  connectorName: 'org.forgerock.openicf.csvfile.CSVFileConnector', bundleName: 'org.forgerock.openicf.connectors.csvfile-connector', bundleVersion: '[1.5.0.0,1.6.0.0)',
};

/** `provisioner.openicf-<name>.json` of an OpenLDAP behind the agent. */
export function ldapProvisioner(server: OpenLdap, agent: string, configurationProperties: object = {}, name = 'ldap'): object {
  return {
    name,
    connectorRef: { ...LDAP_REF, connectorHostRef: agent },
    configurationProperties: {
      host: server.host, port: server.port, principal: server.adminDn, credentials: server.adminPassword,
      baseContexts: [server.baseDn], baseContextsToSynchronize: [server.baseDn], useBlocks: true, usePagedResultControl: true, blockSize: 500,
      accountUserNameAttributes: ['uid'], groupObjectClasses: ['top', 'groupOfNames'], groupMemberAttribute: 'member', ...configurationProperties,
    },
    objectTypes: {
      account: objectType('__ACCOUNT__', {
        dn: text('__NAME__', { required: true }), uid: text('uid'), givenName: text('givenName'), sn: text('sn', { required: true }), cn: text('cn', { required: true }),
        mail: text('mail'), title: text('title'), employeeNumber: text('employeeNumber'), departmentNumber: text('departmentNumber'),
        telephoneNumber: list('telephoneNumber'), description: text('description'), roomNumber: { type: 'integer', nativeName: 'roomNumber', nativeType: 'string' }, password,
      }),
      group: objectType('__GROUP__', { dn: text('__NAME__', { required: true }), cn: text('cn', { required: true }), member: list('member'), description: text('description') }),
    },
  };
}

/** `provisioner.openicf-<name>.json` of a CSV file on the agent's machine. */
export function csvProvisioner(csvFile: string, agent: string, configurationProperties: object = {}, name = 'csv'): object {
  return {
    name,
    connectorRef: { ...CSV_REF, connectorHostRef: agent },
    configurationProperties: { csvFile, headerUid: 'uid', ...configurationProperties },
    objectTypes: {
      account: objectType('__ACCOUNT__', {
        uid: text('__NAME__', { required: true }), firstName: text('firstName'), lastName: text('lastName'), email: text('email'),
        badge: { type: 'integer', nativeName: 'badge', nativeType: 'string' }, password,
      }),
    },
  };
}

export const TABLE_REF = {
  connectorName: 'org.identityconnectors.databasetable.DatabaseTableConnector', bundleName: 'org.forgerock.openicf.connectors.databasetable-connector', bundleVersion: '[1.5.0.0,1.6.0.0)',
};

/** `provisioner.openicf-<name>.json` of a table with the key `uid` and further columns of text. */
export function tableProvisioner({ jdbcUrl, user, password: secret }: Pick<DatabaseServer, 'jdbcUrl' | 'user' | 'password'>, table: string, agent: string, columns: readonly string[], name = table): object {
  return {
    name,
    connectorRef: { ...TABLE_REF, connectorHostRef: agent },
    configurationProperties: { url: jdbcUrl, username: user, password: secret, table, keyColumn: 'uid' },
    objectTypes: { account: objectType('__ACCOUNT__', { uid: text('__NAME__', { required: true }), ...Object.fromEntries(columns.map((column) => [column, text(column)])) }) },
  };
}
