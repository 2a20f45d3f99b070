import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../support/free-ports.js';
import { secret } from '../support/secret-values.js';

const run = promisify(execFile);
const SERVER = '/usr/sbin/ns-slapd';
const CREATE = '/usr/sbin/dscreate';
const DEFAULTS = '/usr/share/dirsrv/inf/defaults.inf';
const INSTANCE = 'causeway';
const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 10_000;
const BASE = 'dc=example,dc=com';
const ADMIN = 'cn=Directory Manager';
const PASSWORD = secret('password of the directory manager');
const PLUGINS_ON = ['Retro Changelog Plugin', 'MemberOf Plugin', 'referential integrity postoperation'];
/** Puts the immutable id of the changed entry, and who changed it, into the change log. */
const LOGGED = ['nsuniqueid:targetUniqueId', 'entryUUID:targetEntryUUID', 'modifiersName:changeInitiatorsName'];

export interface Directory389 {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly adminDn: string;
  readonly adminPassword: string;
  readonly baseDn: string;
  readonly pid: number;
  /** Stops the server without cleaning up; `resume` starts it again. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

export interface Directory389Options {
  /** `nsslapd-attribute` lines of the Retro Changelog Plugin; none logs no ids. */
  readonly logged?: readonly string[];
}

/** dscreate's defaults with everything an instance writes moved below `root`. */
async function writeDefaults(root: string): Promise<void> {
  const text = await readFile(DEFAULTS, 'utf8');
  const moved = text
    .replace(/^with_systemd = .*$/m, 'with_systemd = 0')
    .replace(/^(tmp_dir) = .*$/m, `$1 = ${root}/tmp`)
    .replace(/= \/(etc|run|var|dev\/shm)(\/|$)/gm, `= ${root}/$1$2`);
  await mkdir(join(root, 'share/dirsrv/inf'), { recursive: true });
  await writeFile(join(root, 'share/dirsrv/inf/defaults.inf'), moved);
  for (const name of ['etc/dirsrv', 'etc/default', 'run/dirsrv', 'run/lock/dirsrv', 'var/log/dirsrv', 'var/lib/dirsrv', 'dev/shm', 'tmp']) await mkdir(join(root, name), { recursive: true });
  for (const name of ['config', 'schema']) await cp(`/etc/dirsrv/${name}`, join(root, 'etc/dirsrv', name), { recursive: true });
}

async function createInstance(root: string, port: number): Promise<void> {
  const answers = [
    '[general]', 'config_version = 2', 'full_machine_name = localhost', 'start = False', 'strict_host_checking = False', 'systemd = False', 'selinux = False',
    '[slapd]', `instance_name = ${INSTANCE}`, `root_password = ${PASSWORD}`, `port = ${port}`, 'secure_port = 0', 'self_sign_cert = False',
    '[backend-userroot]', `suffix = ${BASE}`, 'create_suffix_entry = True', '',
  ];
  await writeFile(join(root, 'instance.inf'), answers.join('\n'));
  // The instance runs as the user dirsrv, which the package made.
  await run('chown', ['-R', 'dirsrv:dirsrv', root]);
  await chmod(root, 0o755);
  // Debian's Python, which has lib389, whatever other Python is first in PATH.
  await run('/usr/bin/python3', [CREATE, 'from-file', join(root, 'instance.inf')], { env: { ...process.env, PREFIX: root }, timeout: 60_000 });
}

/** Loopback only, and the plugins a test needs: settings that take effect at the start. */
async function configure(file: string, port: number, logged: readonly string[]): Promise<void> {
  const entries = (await readFile(file, 'utf8')).replace(`nsslapd-port: ${port}`, `nsslapd-port: ${port}\nnsslapd-listenhost: 127.0.0.1`).split('\n\n');
  const changed = entries.map((entry) => {
    const plugin = /^dn: cn=([^,]+),cn=plugins,cn=config/.exec(entry)?.[1];
    if (plugin === undefined || !PLUGINS_ON.includes(plugin)) return entry;
    const on = entry.replace('nsslapd-pluginEnabled: off', 'nsslapd-pluginEnabled: on');
    return plugin.startsWith('Retro') ? [on, ...logged.map((line) => `nsslapd-attribute: ${line}`)].join('\n') : on;
  });
  await writeFile(file, changed.join('\n\n'));
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => resolve(false));
  });
}

async function launch(configuration: string, root: string, port: number): Promise<ChildProcess> {
  const child = spawn(SERVER, ['-D', configuration, '-i', join(root, 'run/server.pid'), '-d', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => { output = (output + chunk.toString()).slice(-4000); });
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`ns-slapd ended with ${child.exitCode}: ${output}`);
    if (Date.now() > deadline) {
      await halt(child);
      throw new Error(`ns-slapd did not answer on port ${port} within ${START_LIMIT_MS} ms: ${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return child;
}

async function halt(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await exited;
  clearTimeout(timer);
}

/** A 389 Directory Server of its own with change log, memberOf and referential integrity; takes some seconds. `stop` removes it all. */
export async function startDirectory389({ logged = LOGGED }: Directory389Options = {}): Promise<Directory389> {
  if (![SERVER, CREATE, DEFAULTS].every((path) => existsSync(path))) {
    throw new Error('389 Directory Server is not installed. On Debian: apt-get install --no-install-recommends 389-ds-base python3-lib389');
  }
  const root = await mkdtemp(join(tmpdir(), 'causeway-389-'));
  let child: ChildProcess | undefined;
  const clean = async (): Promise<void> => {
    await halt(child);
    await rm(root, { recursive: true, force: true });
  };
  try {
    const [port] = await freePorts(1) as [number];
    await writeDefaults(root);
    await createInstance(root, port);
    const configuration = join(root, `etc/dirsrv/slapd-${INSTANCE}`);
    await configure(join(configuration, 'dse.ldif'), port, logged);
    const resume = async (): Promise<void> => { child = await launch(configuration, root, port); };
    await resume();
    return {
      url: `ldap://127.0.0.1:${port}`, host: '127.0.0.1', port, adminDn: ADMIN, adminPassword: PASSWORD, baseDn: BASE, get pid() { return child?.pid ?? 0; },
      pause: () => halt(child), resume, stop: clean,
    };
  } catch (error) {
    await clean();
    throw error;
  }
}
