import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CuttingProxy } from '../interop/driver/support/cutting-proxy.js';
import { freePorts } from '../support/free-ports.js';
import { secret } from '../support/secret-values.js';
import { ListeningServer } from './listening-server.js';

const PROGRAM = join(import.meta.dirname, '../../var/scim2-server/bin/scim2-server');

/** A SCIM 2.0 service of other people's making: the Python package scim2-server, in memory. */
export interface Scim2Server {
  readonly name: string;
  readonly address: string;
  readonly token: string;
  /** Cannot be reached any more, but keeps what it knows. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

export const isScim2ServerInstalled = (): boolean => existsSync(join(PROGRAM, '../../installed'));

/** scim2-server 0.8.3 (https://scim2-server.readthedocs.io), installed by scripts/rest-targets.mjs. */
export async function startScim2Server(): Promise<Scim2Server> {
  if (!isScim2ServerInstalled()) throw new Error('scim2-server is not installed: run node scripts/rest-targets.mjs');
  const [port] = await freePorts(1) as [number];
  const token = secret('scim2-server');
  const server = new ListeningServer(PROGRAM, ['--hostname', '127.0.0.1', '--port', String(port), '--bearer-token', token], port);
  await server.start();
  const proxy = await CuttingProxy.start(port);
  return {
    name: 'scim2-server 0.8.3', address: `http://127.0.0.1:${proxy.port}/v2`, token,
    pause: () => proxy.pause(),
    resume: () => proxy.resume(),
    async stop() {
      await proxy.stop();
      await server.stop('SIGKILL');
    },
  };
}
