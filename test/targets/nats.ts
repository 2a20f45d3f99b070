import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeIssued, type Authority } from '../../certs/index.js';
import { freePorts } from '../support/free-ports.js';
import { ListeningServer } from './listening-server.js';

const CONF = resolve(import.meta.dirname, '../../deploy/nats/nats-server.conf');
const PROGRAM = '/usr/sbin/nats-server';

export interface Nats {
  readonly url: string;
  /** Certificate files of a controller that is a user of the server. */
  credentials(node: string): Promise<{ readonly certificate: string; readonly key: string; readonly ca: string }>;
  start(): Promise<void>;
  /** SIGKILL by default, as a machine that is lost. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** A nats-server with JetStream, by the configuration file we ship: mutual TLS, and for each of `nodes` the permissions of a controller. Not started yet. */
export async function prepareNats(folder: string, authority: Authority, nodes: readonly string[]): Promise<Nats> {
  await mkdir(folder, { recursive: true });
  const [port] = await freePorts(1) as [number];
  const own = await writeIssued(join(folder, 'server'), 'server', await authority.issueController({ names: ['localhost', '127.0.0.1'] }), authority);
  const shipped = await readFile(CONF, 'utf8');
  const user = /^ {4}\{\n[\s\S]*?^ {4}\}\n/m.exec(shipped)?.[0];
  if (user === undefined) throw new Error(`${CONF} has no user to copy`);
  const conf = shipped
    .replace(user, () => nodes.map((node) => user.replaceAll('controller-a', node)).join(''))
    .replace('0.0.0.0:4222', `127.0.0.1:${port}`)
    .replace('/var/lib/nats', join(folder, 'jetstream'))
    .replace('/etc/nats/server.crt', own.certificate).replace('/etc/nats/server.key', own.key).replace('/etc/nats/fleet-ca.crt', own.ca);
  const file = join(folder, 'nats.conf');
  await writeFile(file, conf);
  const server = new ListeningServer(PROGRAM, ['-c', file], port);
  return {
    url: `tls://localhost:${port}`,
    credentials: async (node) => writeIssued(join(folder, node), node, await authority.issueAgent({ name: node }), authority),
    start: () => server.start(),
    stop: (signal = 'SIGKILL') => server.stop(signal),
  };
}
