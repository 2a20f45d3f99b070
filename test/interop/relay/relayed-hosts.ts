import { writeFile } from 'node:fs/promises';
import { startAgent, type Agent } from '../../support/causeway-processes.js';
import type { World } from '../../support/causeway-world.js';
import { freePorts } from '../../support/free-ports.js';
import type { AcceptanceHost, OpenHost } from '../acceptance/acceptance-host.js';
import { JavaHost } from '../support/java-host.js';

const SERVER_KEY = 'the key of the server behind';

/** Our agent, which dials the controller, and the Java connector server that it passes everything on to. */
class RelayedHost implements OpenHost {
  readonly name = 'site1';
  readonly controllerSettings = {};
  readonly #world: World;
  readonly #port: number;
  #java: JavaHost | undefined;
  #agent: Agent | undefined;

  constructor(world: World, port: number) {
    this.#world = world;
    this.#port = port;
  }

  async startServer(): Promise<void> {
    const { certificate, key } = this.#world.controllerKeys;
    this.#java = await JavaHost.start({
      mode: 'server', port: this.#port, key: SERVER_KEY, tls: { certificate, key }, bundles: ['csvfile', 'ldap', 'test'], jvmArguments: ['-Dfile.encoding=UTF-8'],
    });
  }

  async join(controller: { readonly gatewayUrl: string }): Promise<void> {
    if (this.#agent !== undefined) return;
    const relay = { name: 'legacy', host: 'localhost', port: this.#port, useSSL: true, key: SERVER_KEY, tls: { ca: this.#world.controllerKeys.ca, minVersion: 'TLSv1.2' } };
    const policy = this.#world.path('policy.yaml');
    await writeFile(policy, 'version: 1\ndefault: allow\nscripts: {any: true}\n'); // Java scripts are part of what is compared
    this.#agent = await startAgent(this.#world, { name: this.name, controller, config: { connectors: { enabled: [] }, policy: { file: policy }, relays: [relay] } });
  }

  /** Both machines lose power. */
  async kill(): Promise<void> {
    await this.#agent?.process.kill();
    await this.#java?.kill();
  }

  async restart(): Promise<void> {
    if (this.#java?.isRunning === true) await this.#java.kill();
    await this.startServer();
    await this.#agent?.restart();
  }

  log(): string {
    return `${this.#agent?.process.tail() ?? 'the agent was not started'}\n--- the Java server\n${this.#java?.log() ?? 'was not started'}`;
  }
}

/** The Java connector server behind our agent, over TLS on both ways; only the agent dials the controller. */
export const relayedJava: AcceptanceHost = {
  title: 'the Java connector server behind our agent', kind: 'java', direction: 'controller -> agent -> java (relay)',
  async open(world) {
    const [port] = await freePorts(1) as [number];
    const host = new RelayedHost(world, port);
    await host.startServer();
    return host;
  },
};
