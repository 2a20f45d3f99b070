import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../support/free-ports.js';
import { ManagedProcess } from '../support/managed-process.js';
import { issueTlsFiles } from './tls-files.js';

export interface PebbleOptions {
  /** Accounts need one of these bindings: kid → HMAC key in Base64url. */
  readonly externalAccounts?: Readonly<Record<string, string>>;
  /** Every challenge passes, unseen. */
  readonly alwaysValid?: boolean;
  /** Percent of good nonces that are refused. */
  readonly nonceReject?: number;
  /** Life of certificates, in seconds. */
  readonly life?: number;
}

/** Let's Encrypt's test authority, with a DNS server of its own: every name leads to 127.0.0.1. */
export interface Pebble {
  readonly directory: string;
  /** PEM file of the authority of its HTTPS certificate. */
  readonly ca: string;
  /** PEM file of the root that certificates lead to. */
  readonly root: string;
  /** Where it looks for HTTP challenges. */
  readonly httpPort: number;
  /** Base URL at which TXT records are set and cleared, by `POST set-txt|clear-txt {host, value}`. */
  readonly dnsUrl: string;
  /** What it has printed. */
  printed(text: string | RegExp): number;
  /** Nobody answers any more, until it goes on. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

const START_LIMIT_MS = 30_000;

export async function startPebble({ externalAccounts, alwaysValid = false, nonceReject = 0, life }: PebbleOptions = {}): Promise<Pebble> {
  const folder = await mkdtemp(join(tmpdir(), 'causeway-pebble-'));
  const tls = await issueTlsFiles(folder);
  const [port, management, httpPort, tlsPort, dns, dnsManagement] = await freePorts(6) as [number, number, number, number, number, number];
  await writeFile(join(folder, 'pebble.json'), JSON.stringify({ pebble: {
    listenAddress: `127.0.0.1:${port}`, managementListenAddress: `127.0.0.1:${management}`, certificate: tls.certificateFile, privateKey: tls.keyFile, httpPort, tlsPort,
    externalAccountBindingRequired: externalAccounts !== undefined, externalAccountMACKeys: externalAccounts ?? {}, ...(life === undefined ? {} : { certificateValidityPeriod: life }),
  } }));
  const names = new ManagedProcess('pebble-challtestsrv', '/usr/bin/pebble-challtestsrv', [
    '-dns01', `127.0.0.1:${dns}`, '-management', `127.0.0.1:${dnsManagement}`, '-http01', '', '-https01', '', '-tlsalpn01', '', '-defaultIPv6', '',
  ]);
  const server = new ManagedProcess('pebble', '/usr/bin/pebble', ['-config', join(folder, 'pebble.json'), '-dnsserver', `127.0.0.1:${dns}`], { env: {
    PATH: process.env['PATH'], PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: String(nonceReject), PEBBLE_AUTHZREUSE: '0', ...(alwaysValid ? { PEBBLE_VA_ALWAYS_VALID: '1' } : {}),
  } });
  const stop = async (): Promise<void> => {
    if (server.isRunning) process.kill(server.pid, 'SIGCONT');
    await Promise.all([server.kill(), names.kill()]);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const ca = await readFile(tls.caFile, 'utf8');
    const root = join(folder, 'root.pem');
    await server.ready(async () => {
      const pem = await get(`https://localhost:${management}/roots/0`, ca).catch(() => '');
      if (pem !== '') await writeFile(root, pem);
      return pem !== '';
    }, 'pebble to answer', START_LIMIT_MS);
    await names.ready(() => fetch(`http://127.0.0.1:${dnsManagement}/`).then(() => true, () => false), 'the DNS server to answer', START_LIMIT_MS);
    return {
      directory: `https://localhost:${port}/dir`, ca: tls.caFile, root, httpPort, dnsUrl: `http://127.0.0.1:${dnsManagement}/`,
      printed: (text) => server.logged(text).length,
      pause: () => { process.kill(server.pid, 'SIGSTOP'); },
      resume: () => { process.kill(server.pid, 'SIGCONT'); },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function get(url: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request(url, { ca, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => { text += part; }).on('end', () => { resolve(text); });
    }).on('error', reject).end();
  });
}
