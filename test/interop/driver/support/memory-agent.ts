import { MemoryTarget, memoryConnector, type MemoryOptions } from '../../../support/memory-connector.js';
import type { JavaConnection } from '../../support/java-connection.js';
import { JavaDriver } from '../../support/java-driver.js';
import type { JavaConfigureOptions, JavaConnectOptions } from '../../support/java-driver-types.js';
import type { JavaFacade } from '../../support/java-facade.js';
import { KEY, ListeningAgent, type ListeningAgentOptions } from './listening-agent.js';

export const MEMORY_CONNECTOR = 'example.MemoryConnector';

/** An agent whose only connector is one over objects in memory, and a Java driver connected to it. */
export interface MemoryWorld {
  readonly target: MemoryTarget;
  readonly agent: ListeningAgent;
  readonly driver: JavaDriver;
  readonly connection: JavaConnection;
  readonly facade: JavaFacade;
  /** A facade of its own with other settings. */
  configure(options: JavaConfigureOptions): Promise<JavaFacade>;
  stop(): Promise<void>;
}

export interface MemoryWorldOptions {
  readonly connector?: MemoryOptions;
  readonly agent?: Partial<ListeningAgentOptions>;
  readonly connect?: Partial<JavaConnectOptions>;
  /** One that is there already, and stays when the world is stopped. */
  readonly driver?: JavaDriver;
}

export async function startMemoryWorld({ connector = {}, agent: agentOptions = {}, connect = {}, driver: shared }: MemoryWorldOptions = {}): Promise<MemoryWorld> {
  const target = new MemoryTarget();
  const agent = await ListeningAgent.start({ connectors: [memoryConnector(target, connector)], ...agentOptions });
  const driver = shared ?? await JavaDriver.start();
  const configure = (options: JavaConfigureOptions): Promise<JavaFacade> => connection.configure(MEMORY_CONNECTOR, { host: 'localhost' }, options);
  const connection = await driver.connect({ port: agent.port, key: KEY, ...connect });
  return {
    target, agent, driver, connection, configure,
    facade: await configure({}),
    stop: async () => {
      await (shared === undefined ? driver.stop() : connection.disconnect());
      await agent.stop();
    },
  };
}
