import { stringify } from 'yaml';

const HEAD = '# Made by causeway config migrate; see controller/config/example.yaml for every setting.\n';

/** A controller for the migrated folder `conf`. `clients`: names of agents that will dial in; `accepts`: whether any may. */
export function controllerFile(clients: readonly string[], { accepts }: { readonly accepts: boolean }): string {
  const gateway = {
    port: 8443,
    tls: { certificate: 'gateway.crt', key: 'gateway.key', ca: 'agents-ca.crt', clientCertificates: 'required' },
    agents: clients.map((name) => ({ name })),
  };
  return `${HEAD}${stringify({
    rest: { port: 8080, address: '127.0.0.1', users: [] },
    ...(accepts ? { gateway } : {}),
    systems: { configuration: 'conf', project: '.' },
    data: 'data',
  }, { aliasDuplicateObjects: false })}`;
}
