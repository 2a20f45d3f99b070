import { hashPassword } from '../../../controller/authentication/password-hash.js';
import type { World } from '../../support/causeway-world.js';
import { freePorts } from '../../support/free-ports.js';
import { JavaHost, type JavaHostOptions } from '../support/java-host.js';
import type { AcceptanceHost, OpenHost } from './acceptance-host.js';
import { SHARED_KEY, listServer } from './connector-servers.js';

const COMMON = { bundles: ['csvfile', 'ldap', 'test'], jvmArguments: ['-Dfile.encoding=UTF-8'] } as const;

class JavaOpenHost implements OpenHost {
  readonly name: string;
  readonly controllerSettings: Readonly<Record<string, unknown>>;
  readonly #options: (gatewayUrl: string) => JavaHostOptions;
  #gatewayUrl = '';
  #host: JavaHost | undefined;

  constructor(name: string, controllerSettings: Readonly<Record<string, unknown>>, options: (gatewayUrl: string) => JavaHostOptions) {
    this.name = name;
    this.controllerSettings = controllerSettings;
    this.#options = options;
  }

  async join({ gatewayUrl }: { readonly gatewayUrl: string }): Promise<void> {
    this.#gatewayUrl = gatewayUrl;
    if (this.#host === undefined) await this.restart();
  }

  async kill(): Promise<void> {
    await this.#host?.kill();
  }

  async restart(): Promise<void> {
    if (this.#host?.isRunning === true) await this.#host.kill();
    this.#host = await JavaHost.start(this.#options(this.#gatewayUrl));
  }

  log(): string {
    return this.#host?.log() ?? 'the Java host was not started';
  }
}

/** The Java connector server as it is mostly run: it listens, the controller dials it. */
export const javaServer: AcceptanceHost = {
  title: 'the Java connector server, dialled by the controller', kind: 'java', direction: 'controller -> java (server mode)',
  async open(world) {
    const [port] = await freePorts(1) as [number];
    const { certificate, key, ca } = world.controllerKeys;
    await listServer(world, { name: 'rcs1', port, useSSL: true });
    const settings = { systems: { configuration: world.path('conf'), remoteServerAuthorities: ca, remoteServerMinVersion: 'TLSv1.2' } };
    const host = new JavaOpenHost('rcs1', settings, () => ({ ...COMMON, mode: 'server', port, key: SHARED_KEY, tls: { certificate, key } }));
    await host.restart();
    return host;
  },
};

/** The Java connector server behind a firewall: its framework's dialler connects to our gateway, with a password. */
export const javaClient: AcceptanceHost = {
  title: 'the Java connector server, dialling the controller', kind: 'java', direction: 'controller -> java (client mode)',
  async open(world) {
    return new JavaOpenHost('java1', { gateway: await gatewayFor(world) }, (url) => ({
      ...COMMON, mode: 'client', url, principal: 'java1', password: SHARED_KEY, trust: world.controllerKeys.ca,
    }));
  },
};

/** Java diallers have no client certificate. */
async function gatewayFor(world: World): Promise<object> {
  return { tls: { ...world.controllerKeys, clientCertificates: 'optional', minVersion: 'TLSv1.2' }, agents: [{ name: 'java1', passwordHash: await hashPassword(SHARED_KEY) }] };
}
