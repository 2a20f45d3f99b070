import type { JsonValue } from '../../../controller/crest/json.js';
import { startAgent, startController, type Agent, type Controller } from '../../support/causeway-processes.js';
import { makeWorld, type World } from '../../support/causeway-world.js';
import { Child } from '../suite/child.js';
import type { BenchContext } from '../suite/scenario.js';
import type { RawSocketMethods } from './raw-socket.js';
import type { SessionEndMethods } from './session-end.js';

/** A controller and an agent of the build, and the session end without a controller around it, to which the same agent dials too. */
export interface BothEnds {
  readonly world: World;
  readonly controller: Controller;
  readonly agent: Agent;
  readonly session: Child<SessionEndMethods>;
  /** Number of the facade of each system at the session end. */
  readonly facades: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

/** Two processes with nothing but the `ws` package between them. */
export interface RawSocket {
  readonly dialler: Child<RawSocketMethods>;
  stop(): Promise<void>;
}

type Running = (() => Promise<unknown>)[];
const ended = (running: Running) => async (): Promise<void> => {
  for (const end of running.splice(0).reverse()) await end();
};

/** `systems`: content of a provisioner file by name, for an agent `site1`. Every system passes its test when it resolves. */
export async function startBothEnds(context: Pick<BenchContext, 'nodeOptions'>, systems: Readonly<Record<string, object>>): Promise<BothEnds> {
  const world = await makeWorld();
  const running: Running = [world.remove];
  const stop = ended(running);
  try {
    for (const [name, content] of Object.entries(systems)) await world.provisioner(name, { ...content, name });
    const session = await Child.start<SessionEndMethods>('/test/bench/ends/session-end.ts');
    running.push(() => session.stop());
    const port = await session.call('listen', { keys: world.controllerKeys });
    const controller = await startController(world, { nodeOptions: context.nodeOptions('controller') });
    running.push(() => controller.stop());
    const agent = await startAgent(world, {
      config: { controllers: [{ url: controller.gatewayUrl }, { url: `wss://localhost:${port}/openicf` }] }, nodeOptions: context.nodeOptions('agent'),
    });
    running.push(() => agent.stop());
    const facades = new Map<string, number>();
    for (const [name, content] of Object.entries(systems)) {
      await controller.systemReady(name);
      facades.set(name, await session.call('configure', { provisioner: { ...content, name } as unknown as JsonValue }));
    }
    return { world, controller, agent, session, facades, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export async function startRawSocket({ controllerKeys, agentKeys }: Pick<World, 'controllerKeys' | 'agentKeys'>): Promise<RawSocket> {
  const running: Running = [];
  const stop = ended(running);
  try {
    const listener = await Child.start<RawSocketMethods>('/test/bench/ends/raw-socket.ts');
    running.push(() => listener.stop());
    const dialler = await Child.start<RawSocketMethods>('/test/bench/ends/raw-socket.ts');
    running.push(() => dialler.stop());
    await dialler.call('dial', { keys: await agentKeys('raw'), port: await listener.call('listen', { keys: controllerKeys }) });
    return { dialler, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
