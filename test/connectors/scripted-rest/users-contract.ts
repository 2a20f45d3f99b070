import { rm } from 'node:fs/promises';
import type { AnyConnector } from '../../../connectors/framework/index.js';
import { ACCOUNT, Attribute, GuardedString, Name, type IcfValue } from '../../../protocol/model/index.js';
import type { ContractTarget } from '../../contract/connector-contract.js';
import { filled, operationSandbox, scriptFolder, withScripts } from '../../support/scripted.js';
import type { UserService } from './user-service.js';

type Scripts = Readonly<Record<string, string>>;
type Values = Readonly<Record<string, IcfValue>>;

/** A connector whose scripts manage the users of a service over HTTP. `configuration` says where it is, and as whom. */
export async function usersContract(connector: AnyConnector, service: UserService, given: { readonly scripts: Scripts; readonly configuration: Values; readonly broken: Values; readonly secrets: readonly string[] }): Promise<ContractTarget> {
  const { port } = service;
  const runner = await operationSandbox({}, 16);
  const { scripts = {}, values = {} } = filled(given.scripts);
  const folder = await scriptFolder(scripts);
  return {
    connector: withScripts(connector, runner),
    configuration: { ...values, scriptRoots: [folder], ...given.configuration },
    objectClass: ACCOUNT,
    sample: (index) => [new Name(`user${index}`), Attribute.of('mail', `m${index % 3}@example.com`), Attribute.of('__PASSWORD__', new GuardedString(`pass-w0rd-${index}`))],
    change: Attribute.of('mail', 'changed@example.com'),
    multiValued: { name: 'groups', values: ['admins', 'staff'] },
    filters: [{ kind: 'equals', attribute: Attribute.of('mail', 'm1@example.com') }],
    filterAttributes: ['mail'],
    optional: ['mail'],
    freeText: ['mail'],
    broken: given.broken,
    secrets: ['pass-w0rd-', ...given.secrets],
    behind: { name: 'a user service over HTTP made for the tests', real: false },
    outage: { begin: () => service.stop(), end: () => service.listen(port) },
    openCursors: async () => service.open,
    stop: async () => {
      await service.stop();
      await runner.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
