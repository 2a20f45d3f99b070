import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority, type Authority, type ControllerRequest } from '../../../certs/index.js';
import { walk, type Walked } from '../../../agent/doctor/walk.js';
import { startWorld, type World } from '../../integration/controller/start-controller.js';
import { makeTestCertificates, type TestCertificates } from '../../integration/agent/support/test-certificates.js';
import { startTinyproxy } from '../../integration/agent/support/tinyproxy.js';
import { ldapProvisioner } from '../../support/provisioners.js';
import { startOpenLdap, type OpenLdap } from '../../targets/openldap.js';
import { startPlace, type ControllerTraits, type Place } from './places.js';
import { startTimeServer, type TimeServerTraits } from './time-server.js';

/** Longest wait of the doctor in these tests. */
export const TIMEOUT_MS = 1500;

/** What one seeded fault hands to the doctor. */
export interface Seed {
  /** Besides or instead of what a healthy agent's configuration holds. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly url?: string;
  readonly systems?: readonly string[];
  readonly revocationList?: string;
  /** A name or an address, and the port of a time server. */
  readonly timeServer?: { readonly host: string; readonly port: number };
}

/** Everything the faults are seeded into: a real controller, an OpenLDAP, certificates, and places that are closed at the end. */
export class DoctorWorld {
  readonly certificates: TestCertificates;
  /** Whose certificates nobody here trusts. */
  readonly strangers: Authority;
  readonly controller: World;
  readonly directory: OpenLdap;
  /** A healthy controller of which nothing but the way is of interest. */
  readonly place: Place;
  readonly #places = new Set<{ close(): Promise<void> }>();
  #files = 0;

  private constructor(parts: Pick<DoctorWorld, 'certificates' | 'strangers' | 'controller' | 'directory' | 'place'>) {
    ({ certificates: this.certificates, strangers: this.strangers, controller: this.controller, directory: this.directory, place: this.place } = parts);
  }

  static async start(): Promise<DoctorWorld> {
    const certificates = await makeTestCertificates();
    const [strangers, controller, directory, place] = await Promise.all([
      createAuthority(join(certificates.directory, 'strangers'), { commonName: 'Some other authority' }),
      startWorld({ gateway: () => 'onlyListedAgents: true\n  agents: [{ name: listed }]' }),
      startOpenLdap({ modules: [] }),
      startPlace({ tls: certificates.server }),
    ]);
    await mkdir(join(certificates.directory, 'state'));
    return new DoctorWorld({ certificates, strangers, controller, directory, place });
  }

  path(name: string): string {
    return join(this.certificates.directory, name);
  }

  /** Closed when the test is over. */
  keep<T extends { close(): Promise<void> }>(place: T): T {
    this.#places.add(place);
    return place;
  }

  async placeWith(traits: ControllerTraits): Promise<string> {
    return `wss://localhost:${this.keep(await startPlace({ tls: this.certificates.server, ...traits })).port}/openicf`;
  }

  /** A time server of its own, closed when the test is over. */
  async timeServer(traits: TimeServerTraits = {}): Promise<{ readonly host: string; readonly port: number }> {
    return { host: '127.0.0.1', port: this.keep(await startTimeServer(traits)).port };
  }

  async proxy(settings: readonly string[] = []): Promise<number> {
    const { port, stop } = await startTinyproxy(settings);
    return this.keep({ port, close: stop }).port;
  }

  /** TLS options of a server whose certificate differs. */
  async serverWith(request: Partial<ControllerRequest>, authority = this.certificates.authority): Promise<ControllerTraits> {
    const { certificate, privateKey } = await authority.issueController({ names: ['localhost', '127.0.0.1'], ...request });
    return { tls: { ...this.certificates.server, cert: certificate, key: privateKey } };
  }

  /** A provisioner file of the directory, with other properties than the right ones. */
  async system(properties: Readonly<Record<string, unknown>> = {}): Promise<string> {
    return this.write(`provisioner.openicf-staff${++this.#files}.json`, JSON.stringify(ldapProvisioner(this.directory, 'site-1', properties, 'staff')));
  }

  async write(name: string, text: string): Promise<string> {
    const path = this.path(name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  }

  async configuration({ config = {}, url }: Seed): Promise<string> {
    const healthy = { agent: { name: 'site-1', stateDirectory: this.path('state') }, tls: this.certificates.agent, controllers: [{ url: url ?? `wss://localhost:${this.place.port}/openicf` }] };
    return this.write(`agent-${++this.#files}.yaml`, JSON.stringify({ ...healthy, ...config }));
  }

  async walk(seed: Seed): Promise<Walked> {
    const { systems, revocationList, timeServer } = seed;
    return walk({ file: await this.configuration(seed), systems, revocationList, timeServer, timeout: TIMEOUT_MS, signal: new AbortController().signal });
  }

  /** What one fault opened. */
  async clear(): Promise<void> {
    const places = [...this.#places];
    this.#places.clear();
    await Promise.all(places.map((place) => place.close()));
  }

  async stop(): Promise<void> {
    await this.clear();
    await Promise.all([this.controller.stop(), this.directory.stop(), this.place.close()]);
    await this.certificates.remove();
  }
}

/** An agent's configuration with a certificate of the real controller's own authority. */
export async function controllerIdentity(world: DoctorWorld, name: string): Promise<Readonly<Record<string, unknown>>> {
  const { authority, folder } = world.controller;
  return { agent: { name, stateDirectory: world.path('state') }, tls: { ca: join(folder, 'ca', 'ca.crt'), ...await world.certificates.write(`${name}-there`, await authority.issueAgent({ name })) } };
}
