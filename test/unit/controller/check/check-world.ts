import { cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, openAuthority, type Authority, type IssuedCertificate } from '../../../../certs/index.js';
import { checkFile } from '../../../../controller/check/check-controller.js';
import type { CheckResult } from '../../../../controller/check/check-result.js';
import { revocationList } from '../../../support/revocation-lists.js';
import { PROVISIONER } from '../start-rest.js';

interface Files { certificate: string; key: string }

/** As they stand in the YAML. */
export interface Settings {
  rest: { port: number; tls: Files };
  gateway: { port: number; tls: Files & { ca: string; crl?: string } };
  enrolment: { port: number; authority: string; trust: string; tls?: Files };
  metrics: { port: number };
  systems: { cryptoKeys: Record<string, { file: string }>; remoteServerAuthorities: string };
  telemetry: { endpoint: string; headers: Record<string, { file: string } | { env: string }>; tls: { ca: string } };
  data?: string;
}

const MAPPING = { name: 'one', source: 'system/memory/account', target: 'system/memory/account', properties: [{ target: 'mail', source: 'mail' }] };

const SCHEDULE = { schedule: '0 0 * * * ?', invokeService: 'sync', invokeContext: { action: 'reconcile', mapping: 'one' } };

/** A configuration that names every kind of file, each in order. */
const healthy = (): Settings => ({
  rest: { port: 8080, tls: { certificate: 'rest.crt', key: 'rest.key' } },
  gateway: { port: 8443, tls: { certificate: 'gateway.crt', key: 'gateway.key', ca: 'ca/ca.crt', crl: 'agents.crl' } },
  enrolment: { port: 8444, authority: 'ca', trust: 'further.pem' },
  metrics: { port: 9464 },
  systems: { cryptoKeys: { sym: { file: 'sym.b64' } }, remoteServerAuthorities: 'further.pem' },
  telemetry: { endpoint: 'https://collector.example:4318/v1/traces', headers: { Authorization: { file: 'otlp.header' } }, tls: { ca: 'further.pem' } },
});

/** The folder of one configuration; what a test changes in it is gone with it. */
export class CheckWorld {
  readonly folder: string;
  readonly authority: Authority;

  private constructor(folder: string, authority: Authority) {
    this.folder = folder;
    this.authority = authority;
  }

  /** With everything in order. */
  static async make(): Promise<CheckWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'causeway-check-'));
    const authority = await createAuthority(join(folder, 'ca'));
    const world = new CheckWorld(folder, authority);
    await mkdir(join(folder, 'conf'));
    await world.pair('rest', await authority.issueController({ names: ['localhost'] }));
    await world.pair('gateway', await authority.issueController({ names: ['localhost'] }));
    await world.write('agents.crl', await revocationList(join(folder, 'ca'), ['1A2B']));
    await world.write('further.pem', authority.certificate);
    await world.write('sym.b64', Buffer.alloc(16, 7).toString('base64'));
    await world.write('otlp.header', 'Bearer of a token\n');
    await world.write('conf/provisioner.openicf-memory.json', JSON.stringify(PROVISIONER));
    await world.write('conf/sync.json', JSON.stringify({ mappings: [MAPPING] }));
    await world.write('conf/schedule-hourly.json', JSON.stringify(SCHEDULE));
    return world;
  }

  /** A copy to spoil. */
  async copy(): Promise<CheckWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'causeway-check-'));
    await cp(this.folder, folder, { recursive: true });
    return new CheckWorld(folder, await openAuthority(join(folder, 'ca')));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(this.path(name), text, { mode: 0o600 });
  }

  async pair(name: string, { certificate, privateKey }: IssuedCertificate): Promise<void> {
    await this.write(`${name}.crt`, certificate);
    await this.write(`${name}.key`, privateKey);
  }

  /** Another authority, in a folder of its own. */
  stranger(name: string, options: Parameters<typeof createAuthority>[1] = { commonName: 'Some other authority' }): Promise<Authority> {
    return createAuthority(this.path(name), options);
  }

  async configuration(change: (settings: Settings) => void = () => undefined): Promise<string> {
    const settings = healthy();
    change(settings);
    await this.write('controller.yaml', JSON.stringify(settings));
    return this.path('controller.yaml');
  }

  async check(change?: (settings: Settings) => void, now?: number): Promise<readonly CheckResult[]> {
    return (await checkFile(await this.configuration(change), now)).results;
  }

  /** Every file with its size and time of change. */
  async files(): Promise<string[]> {
    const names = await readdir(this.folder, { recursive: true });
    return (await Promise.all(names.map(async (name) => {
      const { size, mtimeMs, mode } = await stat(this.path(name));
      return `${name} ${size} ${mtimeMs} ${mode}`;
    }))).sort();
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
