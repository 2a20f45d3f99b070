import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './test-controller.js';
import { secret } from '../../../support/secret-values.js';

const PROGRAM = '/usr/bin/tinyproxy';

export interface Tinyproxy {
  readonly port: number;
  log(): Promise<string>;
  stop(): Promise<void>;
}

/** A real HTTP proxy that asks for the credentials `agent` and the secret `password at the proxy`. `settings`: further lines of its configuration. */
export async function startTinyproxy(settings: readonly string[] = []): Promise<Tinyproxy> {
  if (!existsSync(PROGRAM)) throw new Error('These tests need the Debian package tinyproxy: apt-get install tinyproxy-bin');
  const directory = await mkdtemp(join(tmpdir(), 'causeway-proxy-'));
  const port = await freePort();
  const logFile = join(directory, 'log');
  await writeFile(join(directory, 'conf'), [`Port ${port}`, 'Listen 127.0.0.1', 'Timeout 60', `LogFile "${logFile}"`, 'LogLevel Info', 'MaxClients 20', `BasicAuth agent ${secret('password at the proxy')}`, ...settings, ''].join('\n'));
  const child = spawn(PROGRAM, ['-d', '-c', join(directory, 'conf')], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => { child.once('exit', () => { resolve(); }); });
  await until(() => new Promise<boolean>((resolve) => {
    const probe = connect(port, '127.0.0.1', () => { probe.destroy(); resolve(true); });
    probe.once('error', () => { resolve(false); });
  }), 'tinyproxy to listen');
  return {
    port,
    log: () => readFile(logFile, 'utf8'),
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => { server.close(resolve); });
  return port;
}
