import { stringify } from 'yaml';

const HEAD = '# Made by causeway config migrate; see controller/config/example.yaml for every setting.\n';

/** A controller for the migrated folder `conf`. `clients`: agents that will dial in; with none it only dials. */
export function controllerFile(clients: readonly string[]): string {
  const gateway = {
    port: 8443,
    tls: { certificate: 'gateway.crt', key: 'gateway.key', ca: 'agents-ca.crt', clientCertificates: 'required' },
    agents: clients.map((name) => ({ name })),
  };
  return `${HEAD}${stringify({
    rest: { port: 8080, address: '127.0.0.1', users: [] },
    ...(clients.length === 0 ? {} : { gateway }),
    systems: { configuration: 'conf', project: '.' },
    data: 'data',
  }, { aliasDuplicateObjects: false })}`;
}
