import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ADMIN, ADMIN_PASSWORD, type KeyFiles, type World } from './causeway-world.js';
import { freePorts } from './free-ports.js';
import { ManagedProcess, type Ended } from './managed-process.js';
import { RestClient } from './rest-client.js';

/** The build that is tested; `CAUSEWAY_DIST` names another one. */
const DIST = resolve(process.env['CAUSEWAY_DIST'] ?? join(import.meta.dirname, '../../dist'));
export const CLI = join(DIST, 'deploy/cli/causeway.js');

/** Starts one of our processes from the build. `nodeOptions` go before the script. */
export function spawnCauseway(name: string, args: readonly string[], nodeOptions: readonly string[] = []): ManagedProcess {
  if (!existsSync(CLI)) throw new Error(`${CLI} is missing: these tests run the build. Make it with: npm run build`);
  // What the test runner wants of Node is not meant for them.
  const config = args[args.indexOf('--config') + 1];
  return new ManagedProcess(name, process.execPath, [...nodeOptions, CLI, ...args], {
    env: { ...process.env, NODE_OPTIONS: '' }, writesBelow: args.includes('--config') && config !== undefined ? dirname(config) : undefined,
  });
}

/** A controller or an agent that can be stopped, killed and started again on the same ports. */
export abstract class CausewayProcess {
  readonly name: string;
  readonly #args: readonly string[];
  readonly #nodeOptions: readonly string[];
  #process: ManagedProcess;

  constructor(name: string, args: readonly string[], nodeOptions: readonly string[]) {
    this.name = name;
    this.#args = args;
    this.#nodeOptions = nodeOptions;
    this.#process = spawnCauseway(name, args, nodeOptions);
  }

  /** The process running now, or the one that ended last. */
  get process(): ManagedProcess {
    return this.#process;
  }

  abstract ready(): Promise<void>;

  stop(): Promise<Ended> {
    return this.#process.stop();
  }

  kill(): Promise<void> {
    return this.#process.kill();
  }

  /** Starts it after it has ended; resolves when it answers. */
  async restart(): Promise<void> {
    if (this.#process.isRunning) await this.#process.stop();
    this.#process = spawnCauseway(this.name, this.#args, this.#nodeOptions);
    await this.ready();
  }
}

export interface ControllerOptions {
  /** Settings besides or instead of the usual ones; one level of nesting is merged. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly keys?: KeyFiles;
  readonly nodeOptions?: readonly string[];
}

export class Controller extends CausewayProcess {
  readonly gatewayUrl: string;
  readonly rest: RestClient;

  constructor(configFile: string, ports: { readonly rest: number; readonly gateway: number }, nodeOptions: readonly string[]) {
    super('controller', ['controller', 'run', '--config', configFile], nodeOptions);
    this.gatewayUrl = `wss://localhost:${ports.gateway}/openicf`;
    this.rest = new RestClient(`http://127.0.0.1:${ports.rest}`, ADMIN, ADMIN_PASSWORD);
  }

  async ready(): Promise<void> {
    await this.process.ready(() => this.rest.send('/openidm/info/ping').then(({ status }) => status === 200, () => false), 'the controller to answer');
  }

  /** Waits until the system's test succeeds: its agent is connected and its target answers. */
  async systemReady(system: string, milliseconds = 30_000): Promise<void> {
    let last: unknown;
    const isOk = async (): Promise<boolean> => {
      last = await this.rest.send(`/openidm/system/${system}?_action=test`, { method: 'POST' }).then(({ body }) => body, (error: unknown) => String(error));
      return typeof last === 'object' && last !== null && 'ok' in last && last.ok === true;
    };
    await this.process.ready(isOk, `system ${system} to pass its test`, milliseconds).catch((error: unknown) => {
      throw new Error(`${error instanceof Error ? error.message : String(error)}\nlast answer: ${JSON.stringify(last)}`);
    });
  }
}

/** Starts a controller with the world's certificates and provisioner files; resolves when it answers. */
export async function startController(world: World, { config = {}, keys = world.controllerKeys, nodeOptions = [] }: ControllerOptions = {}): Promise<Controller> {
  const [rest, gateway] = await freePorts(2) as [number, number];
  const file = world.path('controller.yaml');
  const settings = {
    rest: { port: rest, address: '127.0.0.1', users: [{ name: ADMIN, passwordHash: world.passwordHash }] },
    gateway: { port: gateway, address: '127.0.0.1', tls: { ...keys, clientCertificates: 'required' } },
    systems: { configuration: world.path('conf') },
    data: world.path('data'),
    shutdownGrace: '10s',
  };
  await writeFile(file, JSON.stringify(merged(settings, config), null, 2)); // JSON is YAML
  return started(new Controller(file, { rest, gateway }, nodeOptions));
}

export interface AgentOptions {
  readonly name?: string;
  /** Where it dials. Undefined: server mode only, so `config.listeners` has to be given. */
  readonly controller?: { readonly gatewayUrl: string } | undefined;
  readonly keys?: KeyFiles;
  /** Settings besides or instead of the usual ones; one level of nesting is merged. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly nodeOptions?: readonly string[];
  /** False: do not wait until it is connected. */
  readonly connected?: boolean;
}

export class Agent extends CausewayProcess {
  readonly health: RestClient;

  constructor(name: string, configFile: string, healthPort: number, nodeOptions: readonly string[]) {
    super(name, ['agent', 'run', '--config', configFile], nodeOptions);
    this.health = new RestClient(`http://127.0.0.1:${healthPort}`, '', '');
  }

  async ready(): Promise<void> {
    await this.process.ready(() => this.isConnected(), `${this.name} to be connected`);
  }

  /** Whether it serves a controller, by its own account. */
  isConnected(): Promise<boolean> {
    return this.health.send('/readyz').then(({ status }) => status === 200, () => false);
  }

  isAlive(): Promise<boolean> {
    return this.health.send('/livez').then(({ status }) => status === 200, () => false);
  }
}

/** Reconnecting is quick here, so that tests need not wait; the bound they check is this one. */
export const BACKOFF_CAP_MS = 2_000;

/** Starts an agent; resolves when it is connected. */
export async function startAgent(world: World, { name = 'site1', controller, keys, config = {}, nodeOptions = [], connected = true }: AgentOptions = {}): Promise<Agent> {
  const [port] = await freePorts(1) as [number];
  const files = keys ?? await world.agentKeys(name);
  const file = world.path(`${name}.yaml`);
  const settings = {
    agent: { name, stateDirectory: world.path(`${name}-state`), shutdownGrace: '20s' },
    tls: files,
    ...(controller === undefined ? {} : { controllers: [{ url: controller.gatewayUrl }] }),
    session: { backoffBase: '100ms', backoffCap: `${BACKOFF_CAP_MS}ms` },
    health: { port },
  };
  await writeFile(file, JSON.stringify(merged(settings, config), null, 2));
  const agent = new Agent(name, file, port, nodeOptions);
  if (connected) return started(agent);
  await agent.process.ready(() => agent.isAlive(), `${name} to live`);
  return agent;
}

async function started<T extends CausewayProcess>(child: T): Promise<T> {
  try {
    await child.ready();
    return child;
  } catch (error) {
    await child.kill();
    throw error;
  }
}

function merged(settings: Readonly<Record<string, unknown>>, changes: Readonly<Record<string, unknown>>): object {
  const result: Record<string, unknown> = { ...settings };
  for (const [key, change] of Object.entries(changes)) {
    const known = result[key];
    result[key] = isSection(known) && isSection(change) ? { ...known, ...change } : change;
  }
  return result;
}

function isSection(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
