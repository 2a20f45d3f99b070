import { PEOPLE, SUFFIX } from './world.js';

const text = (nativeName: string, more: object = {}): object => ({ type: 'string', nativeName, nativeType: 'string', ...more });

/** `provisioner.openicf-hr.json`: the HR department's CSV file, behind the agent. */
export function hrProvisioner(csvFile: string, agent: string): object {
  return {
    name: 'hr',
    connectorRef: {
      connectorHostRef: agent,
      connectorName: 'org.forgerock.openicf.csvfile.CSVFileConnector',
      bundleName: 'org.forgerock.openicf.connectors.csvfile-connector',
      bundleVersion: '[1.5.0.0,1.6.0.0)',
    },
    configurationProperties: { csvFile, headerUid: 'uid' },
    objectTypes: {
      account: {
        $schema: 'http://json-schema.org/draft-03/schema', id: '__ACCOUNT__', type: 'object', nativeType: '__ACCOUNT__',
        properties: {
          uid: text('__NAME__', { required: true }), givenName: text('givenName'), sn: text('sn'), cn: text('cn'), mail: text('mail'),
          departmentNumber: text('departmentNumber'), title: text('title'), employeeNumber: text('employeeNumber'),
        },
      },
    },
  };
}

/** `provisioner.openicf-ldap.json`: the directory, behind the agent. */
export function ldapProvisioner(port: number, adminDn: string, password: string, agent: string): object {
  return {
    name: 'ldap',
    connectorRef: {
      connectorHostRef: agent,
      connectorName: 'org.identityconnectors.ldap.LdapConnector',
      bundleName: 'org.forgerock.openicf.connectors.ldap-connector',
      bundleVersion: '[1.5.0.0,1.6.0.0)',
    },
    configurationProperties: {
      host: '127.0.0.1', port, principal: adminDn, credentials: password, baseContexts: [PEOPLE], baseContextsToSynchronize: [SUFFIX],
      useBlocks: true, usePagedResultControl: true, blockSize: 1000, accountUserNameAttributes: ['uid'],
    },
    objectTypes: {
      account: {
        $schema: 'http://json-schema.org/draft-03/schema', id: '__ACCOUNT__', type: 'object', nativeType: '__ACCOUNT__',
        properties: {
          dn: text('__NAME__', { required: true }), uid: text('uid'), givenName: text('givenName'), sn: text('sn', { required: true }),
          cn: text('cn', { required: true }), mail: text('mail'), departmentNumber: text('departmentNumber'), title: text('title'),
          employeeNumber: text('employeeNumber'), userPassword: text('__PASSWORD__', { nativeType: 'JAVA_TYPE_GUARDEDSTRING', flags: ['NOT_READABLE', 'NOT_RETURNED_BY_DEFAULT'] }),
        },
      },
    },
  };
}

const SAME = ['uid', 'givenName', 'sn', 'cn', 'mail', 'departmentNumber', 'title', 'employeeNumber'];

/** `sync.json`: everybody in the HR file has an account in the directory, with HR's data. */
export function syncMappings(): object {
  return {
    mappings: [{
      name: 'hr_ldap',
      source: 'system/hr/account',
      target: 'system/ldap/account',
      correlation: [{ source: '/uid', target: '/uid', ignoreCase: true }],
      properties: [
        { target: 'dn', template: `uid={{dn:uid}},${PEOPLE}` },
        ...SAME.map((name) => ({ source: name, target: name })),
      ],
      policies: [
        { situation: 'CONFIRMED', action: 'UPDATE' }, { situation: 'FOUND', action: 'UPDATE' }, { situation: 'ABSENT', action: 'CREATE' },
        { situation: 'MISSING', action: 'CREATE' }, { situation: 'SOURCE_MISSING', action: 'DELETE' }, { situation: 'UNASSIGNED', action: 'REPORT' },
        { situation: 'AMBIGUOUS', action: 'REPORT' }, { situation: 'FOUND_ALREADY_LINKED', action: 'REPORT' },
      ],
      taskThreads: 16,
      thresholds: { DELETE: '5%' },
    }],
  };
}

/** `schedule-nightly.json`: the reconciliation of each night. */
export function nightlySchedule(): object {
  return { enabled: true, persisted: true, schedule: '0 0 2 * * ?', invokeService: 'sync', invokeContext: { action: 'reconcile', mapping: 'hr_ldap' } };
}
