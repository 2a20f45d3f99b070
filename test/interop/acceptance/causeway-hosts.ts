import { startAgent, type Agent, type AgentOptions } from '../../support/causeway-processes.js';
import type { World } from '../../support/causeway-world.js';
import { freePorts } from '../../support/free-ports.js';
import type { AcceptanceHost, OpenHost } from './acceptance-host.js';
import { SHARED_KEY, listServer } from './connector-servers.js';

const CONNECTORS = { connectors: { enabled: ['csv', 'ldap'] } };

class AgentHost implements OpenHost {
  readonly name: string;
  readonly controllerSettings: Readonly<Record<string, unknown>>;
  readonly #world: World;
  #agent: Agent | undefined;

  constructor(name: string, world: World, controllerSettings: Readonly<Record<string, unknown>> = {}) {
    this.name = name;
    this.#world = world;
    this.controllerSettings = controllerSettings;
  }

  async start(options: AgentOptions): Promise<void> {
    this.#agent = await startAgent(this.#world, { name: this.name, ...options });
  }

  /** It dials: see {@link dialling}. */
  async join(controller: { readonly gatewayUrl: string }): Promise<void> {
    if (this.#agent === undefined) await this.start({ controller, config: CONNECTORS });
  }

  async kill(): Promise<void> {
    await this.#agent?.process.kill();
  }

  async restart(): Promise<void> {
    await this.#agent?.restart();
  }

  log(): string {
    return this.#agent?.process.tail() ?? 'the agent was not started';
  }
}

/** Our agent, dialling out with its certificate. */
export const dialling: AcceptanceHost = {
  title: 'our agent, dialling the controller', kind: 'causeway', direction: 'controller -> agent',
  open: async (world) => new AgentHost('site1', world),
};

/** Our agent as a connector server, dialled by the controller over TLS. */
export const dialled: AcceptanceHost = {
  title: 'our agent, dialled by the controller', kind: 'causeway', direction: 'controller -> agent',
  async open(world) {
    const [port] = await freePorts(1) as [number];
    const { certificate, key, ca } = world.controllerKeys;
    await listServer(world, { name: 'rcs1', port, useSSL: true });
    const host = new AgentHost('rcs1', world, { systems: { configuration: world.path('conf'), remoteServerAuthorities: ca } });
    await host.start({ config: { ...CONNECTORS, listeners: [{ port, address: '127.0.0.1', key: SHARED_KEY, tls: { certificate, key } }] }, connected: false });
    return host;
  },
};
