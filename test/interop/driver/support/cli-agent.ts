import { writeFile } from 'node:fs/promises';
import { startAgent, type Agent } from '../../../support/causeway-processes.js';
import { makeWorld, type World } from '../../../support/causeway-world.js';
import { freePorts } from '../../../support/free-ports.js';
import { KEY } from './listening-agent.js';

/** The built agent as a process of its own, in server mode on loopback. */
export interface CliAgent {
  readonly world: World;
  readonly process: Agent;
  readonly port: number;
  stop(): Promise<void>;
}

export interface CliAgentOptions {
  readonly connectors?: readonly string[];
  readonly secure?: boolean;
  /** Text of its policy file. */
  readonly policy?: string;
}

/** Starts it; resolves when it listens. With `secure`, its certificate is of the world's authority, for localhost. */
export async function startCliAgent({ connectors = ['csv', 'ldap'], secure = false, policy }: CliAgentOptions = {}): Promise<CliAgent> {
  const world = await makeWorld();
  const [port] = await freePorts(1) as [number];
  const { certificate, key } = world.controllerKeys;
  const listener = { port, address: '127.0.0.1', key: KEY, ...(secure ? { tls: { certificate, key, minVersion: 'TLSv1.2' } } : {}) };
  try {
    if (policy !== undefined) await writeFile(world.path('policy.yaml'), policy);
    const process = await startAgent(world, { config: { listeners: [listener], connectors: { enabled: connectors }, ...(policy === undefined ? {} : { policy: { file: world.path('policy.yaml') } }) } });
    return {
      world, process, port,
      stop: async () => {
        await process.kill();
        await world.remove();
      },
    };
  } catch (error) {
    await world.remove();
    throw error;
  }
}
