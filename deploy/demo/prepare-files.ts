import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { createAuthority, writeIssued } from '../../certs/index.js';
import { hashPassword } from '../../controller/authentication/password-hash.js';
import { hrProvisioner, ldapProvisioner, nightlySchedule, syncMappings } from './provisioner-files.js';

const AGENT = 'site-1';

export interface DemoFiles {
  readonly folder: string;
  readonly controllerConfig: string;
  readonly agentConfig: string;
  readonly csvFile: string;
  /** The controller's REST API. */
  readonly baseUrl: string;
  readonly user: string;
  readonly password: string;
  readonly directoryPort: number;
  readonly directoryPassword: string;
}

/** The wanted port when it is free, else any. */
function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => (wanted !== 0 && error.code === 'EADDRINUSE' ? resolve(freePort(0)) : reject(error)));
    probe.listen(wanted, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : wanted));
    });
  });
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
}

/** Writes certificates, both configurations, the provisioner files and the mapping below `folder`. */
export async function prepareFiles(folder: string, directory: { readonly port: number; readonly adminDn: string; readonly password: string }): Promise<DemoFiles> {
  const [restPort, gatewayPort] = [await freePort(8080), await freePort(8443)];
  const authority = await createAuthority(join(folder, 'ca'));
  const controllerTls = await writeIssued(join(folder, 'controller'), 'controller', await authority.issueController({ names: ['localhost', '127.0.0.1'] }), authority);
  const agentTls = await writeIssued(join(folder, 'agent'), 'agent', await authority.issueAgent({ name: AGENT }), authority);
  const password = randomBytes(9).toString('base64url');
  const controllerConfig = join(folder, 'controller', 'controller.yaml');
  await writeFile(controllerConfig, stringify({
    rest: { port: restPort, address: '127.0.0.1', users: [{ name: 'openidm-admin', passwordHash: await hashPassword(password) }] },
    gateway: { port: gatewayPort, address: '127.0.0.1', tls: { certificate: controllerTls.certificate, key: controllerTls.key, ca: controllerTls.ca } },
    systems: { configuration: 'conf' },
  }), { mode: 0o600 });
  const agentConfig = join(folder, 'agent', 'agent.yaml');
  await writeFile(agentConfig, stringify({
    agent: { name: AGENT },
    tls: { ca: agentTls.ca, certificate: agentTls.certificate, key: agentTls.key },
    controllers: [{ url: `wss://127.0.0.1:${gatewayPort}/openicf` }],
    connectors: { enabled: ['csv', 'ldap'] },
  }), { mode: 0o600 });
  const csvFile = join(folder, 'agent', 'hr.csv');
  const conf = join(folder, 'controller', 'conf');
  await mkdir(conf, { recursive: true, mode: 0o700 });
  await writeJson(join(conf, 'provisioner.openicf-hr.json'), hrProvisioner(csvFile, AGENT));
  await writeJson(join(conf, 'provisioner.openicf-ldap.json'), ldapProvisioner(directory.port, directory.adminDn, directory.password, AGENT));
  await writeJson(join(conf, 'sync.json'), syncMappings());
  await writeJson(join(conf, 'schedule-nightly.json'), nightlySchedule());
  return {
    folder, controllerConfig, agentConfig, csvFile, baseUrl: `http://127.0.0.1:${restPort}`, user: 'openidm-admin', password,
    directoryPort: directory.port, directoryPassword: directory.password,
  };
}
