import ldap from '../../../connectors/catalog/ldap/index.js';
import { ACCOUNT, Attribute, GuardedString, IcfArray, NAME, type Filter, type IcfValue } from '../../../protocol/model/index.js';
import type { ContractTarget } from '../../contract/connector-contract.js';
import type { OpenLdap } from '../../targets/openldap.js';

const on = (kind: 'equals' | 'startsWith' | 'endsWith' | 'contains' | 'containsAllValues', name: string, value: string): Filter => ({ kind, attribute: new Attribute(name, [value]) });

type Server = Pick<OpenLdap, 'host' | 'port' | 'adminDn' | 'adminPassword' | 'pause' | 'resume' | 'stop'>;

/** Accounts of a directory server in a unit of their own, which is there and empty. */
export function peopleUnder(unit: string, server: Server, name: string, configuration: Record<string, IcfValue> = {}): ContractTarget {
  return {
    connector: ldap,
    configuration: {
      host: server.host, port: server.port, principal: server.adminDn, credentials: new GuardedString(server.adminPassword),
      baseContexts: new IcfArray('String', [unit]), ...configuration,
    },
    objectClass: ACCOUNT,
    sample: (index) => [
      new Attribute(NAME, [`uid=sample${index},${unit}`]), new Attribute('cn', [`Sample ${index}`]),
      new Attribute('sn', [`Name${String.fromCharCode(97 + index)}`]), new Attribute('givenName', [index % 2 === 0 ? 'even' : 'odd']), new Attribute('employeeNumber', [String(1000 + index)]),
    ],
    change: new Attribute('givenName', ['changed']),
    multiValued: { name: 'telephoneNumber', values: ['+1 1', '+1 2', '+1 3'] },
    filters: [
      on('equals', 'givenName', 'even'), on('startsWith', 'cn', 'Sample 1'), on('endsWith', 'sn', 'c'), on('contains', 'employeeNumber', '00'), on('containsAllValues', 'cn', 'Sample 3'),
      { kind: 'not', operand: on('equals', 'givenName', 'even') }, { kind: 'presence', name: 'employeeNumber' },
      { kind: 'and', operands: [on('equals', 'givenName', 'odd'), { kind: 'not', operand: on('startsWith', 'employeeNumber', '1001') }] },
      { kind: 'or', operands: [on('equals', 'cn', 'Sample 2'), on('equals', 'sn', 'Namee')] },
      { kind: 'greaterThan', attribute: new Attribute('sn', ['Namee']) }, { kind: 'lessThanOrEqual', attribute: new Attribute('cn', ['Sample 4']) },
    ],
    broken: { credentials: new GuardedString('not the password') },
    secrets: [server.adminPassword, 'not the password'],
    behind: { name, real: true },
    filterAttributes: ['cn', 'sn', 'givenName'],
    outage: { begin: () => server.pause(), end: () => server.resume() },
    stop: () => server.stop(),
  };
}
