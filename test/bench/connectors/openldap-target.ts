import { Client } from 'ldapts';
import { peopleLdif } from '../../support/people-ldif.js';
import { LDAP_REF, ldapProvisioner } from '../../support/provisioners.js';
import { startOpenLdap, type OpenLdap } from '../../targets/openldap.js';
import type { BenchTarget } from './bench-target.js';

const PAGE = 500;
/** What the connector reads for the object type of the provisioner file. */
const ATTRIBUTES = ['uid', 'givenName', 'sn', 'cn', 'mail', 'title', 'employeeNumber', 'departmentNumber', 'telephoneNumber', 'description', 'roomNumber', 'entryUUID', 'objectClass'];
const FILTER = '(&(objectClass=top)(objectClass=person)(objectClass=organizationalPerson)(objectClass=inetOrgPerson))';

/** OpenLDAP, read in simple paged results by both. A number of entries is loaded into a server of its own, before it is started. */
export function startOpenLdapTarget(): BenchTarget {
  let server: OpenLdap | undefined;
  const running = (): OpenLdap => {
    if (server === undefined) throw new Error('Nothing was loaded.');
    return server;
  };
  const stop = async (): Promise<void> => {
    await server?.stop();
    server = undefined;
  };
  return {
    name: 'ldap on OpenLDAP', driver: 'ldapts searchPaginated',
    async load(rows) {
      await stop();
      server = await startOpenLdap({ modules: [], ldif: peopleLdif(0, rows) });
    },
    provisioner: (agent) => ldapProvisioner(running(), agent, { blockSize: PAGE }, 'target'),
    java: () => {
      const { host, port, adminDn, adminPassword, baseDn } = running();
      return {
        bundle: 'ldap', connectorName: LDAP_REF.connectorName, attributes: ['uid', 'givenName', 'sn', 'cn', 'mail', 'title', 'employeeNumber', 'departmentNumber', 'telephoneNumber', 'description'],
        properties: { host, port, principal: adminDn, credentials: adminPassword, baseContexts: [baseDn], useBlocks: true, usePagedResultControl: true, blockSize: PAGE },
      };
    },
    async readDirectly() {
      const { url, adminDn, adminPassword, baseDn } = running();
      const client = new Client({ url });
      await client.bind(adminDn, adminPassword);
      let rows = 0;
      for await (const { searchEntries } of client.searchPaginated(baseDn, { scope: 'sub', filter: FILTER, attributes: ATTRIBUTES, timeLimit: 0, paged: { pageSize: PAGE } })) rows += searchEntries.length;
      await client.unbind();
      return rows;
    },
    stop,
  };
}
