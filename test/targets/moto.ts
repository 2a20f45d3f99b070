import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../support/free-ports.js';
import { ListeningServer } from './listening-server.js';

const PROGRAM = join(import.meta.dirname, '../../var/moto/bin/moto_server');

/** AWS as moto stands in for it; every service at one address. */
export interface Moto {
  readonly name: string;
  readonly endpoint: string;
  /** Forgets everything that was made. */
  reset(): Promise<void>;
  /** Stops the server without cleaning up; what it knew is gone, as it keeps all in memory. */
  stop(): Promise<void>;
}

export const isMotoInstalled = (): boolean => existsSync(join(PROGRAM, '../../installed'));

/**
 * moto 5.2.1 (http://docs.getmoto.org), installed by scripts/rest-targets.mjs. It differs from AWS: ListUsers of IAM takes no
 * MaxItems, so that nothing comes in pages; DeleteUser lets a user with groups go; UpdateUser of the identity store fails with 500.
 */
export async function startMoto(): Promise<Moto> {
  if (!isMotoInstalled()) throw new Error('moto is not installed: run node scripts/rest-targets.mjs');
  const [port] = await freePorts(1) as [number];
  const server = new ListeningServer(PROGRAM, ['-H', '127.0.0.1', '-p', String(port)], port);
  await server.start();
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    name: 'moto 5.2.1', endpoint,
    // https://docs.getmoto.org/en/latest/docs/server_mode.html: the API of the server itself
    reset: async () => {
      const { status } = await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
      if (status !== 200) throw new Error(`moto did not reset: it answered ${status}`);
    },
    stop: () => server.stop('SIGKILL'),
  };
}
