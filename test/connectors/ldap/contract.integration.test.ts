import type { IcfValue } from '../../../protocol/model/index.js';
import { describeConnectorContract, type ContractTarget } from '../../contract/connector-contract.js';
import { startOpenLdap } from '../../targets/openldap.js';
import { peopleUnder } from './people-contract.js';

async function start(configuration: Record<string, IcfValue>): Promise<ContractTarget> {
  const server = await startOpenLdap();
  return peopleUnder(`ou=people,${server.baseDn}`, server, 'OpenLDAP', configuration);
}

describeConnectorContract('ldap', () => start({}));
describeConnectorContract('ldap with paged results', () => start({ useBlocks: true, usePagedResultControl: true, blockSize: 2 }));
describeConnectorContract('ldap with virtual list views', () => start({ useBlocks: true, blockSize: 2 }));
describeConnectorContract('ldap with the DN as uid and no schema', () => start({ uidAttribute: 'dn', readSchema: false }));
