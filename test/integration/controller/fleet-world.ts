import { mkdir, writeFile } from 'node:fs/promises';
import { ADMIN, makeWorld, type KeyFiles, type World } from '../../support/causeway-world.js';
import { Controller, startAgent, type Agent } from '../../support/causeway-processes.js';
import { freePorts } from '../../support/free-ports.js';
import { until } from '../../support/until.js';
import { prepareNats, type Nats } from '../../targets/nats.js';

export const HEARTBEAT_MS = 1_500;

export interface FleetWorld {
  readonly world: World;
  readonly nats: Nats;
  /** A controller process of that name, answering; not yet one of the fleet. */
  controller(node: string, nodeOptions?: readonly string[], config?: Readonly<Record<string, unknown>>): Promise<Controller>;
  /** An agent process that dials these, and has a file of that many people. */
  agent(name: string, controllers: readonly Controller[], config?: Readonly<Record<string, unknown>>, keys?: KeyFiles): Promise<Agent>;
  stop(): Promise<void>;
}

/** Controllers that share a NATS server and provisioner files, each with a data folder and ports of its own. */
export async function makeFleetWorld(nodes: readonly string[] = ['c1', 'c2', 'c3']): Promise<FleetWorld> {
  const world = await makeWorld();
  const nats = await prepareNats(world.path('nats'), world.authority, nodes);
  const running: { kill(): Promise<void> }[] = [];
  return {
    world, nats,
    controller: async (node, nodeOptions = [], config = {}) => {
      const [rest, gateway] = await freePorts(2) as [number, number];
      await mkdir(world.path(node), { recursive: true });
      const file = world.path(node, 'controller.yaml');
      await writeFile(file, JSON.stringify({
        rest: { port: rest, address: '127.0.0.1', users: [{ name: ADMIN, passwordHash: world.passwordHash }] },
        gateway: { port: gateway, address: '127.0.0.1', tls: { ...world.controllerKeys, clientCertificates: 'required' }, certificateGroups: 'any' },
        fleet: { node, servers: [nats.url], tls: await nats.credentials(node), heartbeatInterval: `${HEARTBEAT_MS}ms` },
        systems: { configuration: world.path('conf') }, data: world.path(node, 'data'), shutdownGrace: '3s', ...config,
      }));
      const controller = new Controller(file, { rest, gateway }, nodeOptions);
      running.push(controller);
      await controller.ready();
      return controller;
    },
    agent: async (name, controllers, config = {}, keys?: KeyFiles) => {
      const agent = await startAgent(world, { name, ...(keys === undefined ? {} : { keys }), config: { controllers: controllers.map(({ gatewayUrl }) => ({ url: gatewayUrl })), ...config } });
      running.push(agent);
      return agent;
    },
    stop: async () => {
      await Promise.all(running.map((each) => each.kill().catch(() => undefined)));
      await nats.stop();
      await world.remove();
    },
  };
}

/** Waits until a controller says that the agent or group can be used. */
export async function sees(controller: Controller, name: string, isOk = true, milliseconds = 15_000): Promise<void> {
  await until(async () => {
    const { body } = await controller.rest.send('/openidm/system?_action=testConnectorServers', { method: 'POST' });
    const servers = body['openicf'] as readonly { readonly name: string; readonly ok: boolean }[];
    return (servers.find((server) => server.name === name)?.ok ?? false) === isOk;
  }, `${name} to be ${isOk ? 'there' : 'gone'}`, milliseconds);
}

/** A file of that many people for the connector of CSV files. */
export async function writePeople(world: World, file: string, count: number): Promise<string> {
  const path = world.path(file);
  const lines = Array.from({ length: count }, (_, index) => `user${String(index).padStart(6, '0')},First${index},Last${index},user${index}@example.com,${index}`);
  await writeFile(path, `uid,firstName,lastName,email,badge\n${lines.join('\n')}\n`);
  return path;
}
