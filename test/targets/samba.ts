import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { secret } from '../support/secret-values.js';
import { issueTlsFiles, type TlsFiles } from './tls-files.js';

const run = promisify(execFile);
const SAMBA = '/usr/sbin/samba';
const TOOL = '/usr/bin/samba-tool';
const PYTHON = '/usr/bin/python3';
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 5_000;
const REALM = 'EXAMPLE.TEST';
const BASE = 'DC=example,DC=test';
const HOST = 'dc1.example.test';
/** Complex enough for the domain's policy. */
const PASSWORD = `Aa1!${secret('password of the domain administrator')}`;
/** `sys.argv`: smb.conf, domain DN, user. Not even an administrator may do this over LDAP before becoming the owner of the container. */
const ALLOW_READING_DELETED = `
import sys
from ldb import FLAG_MOD_REPLACE, SCOPE_BASE, Message, MessageElement
from samba.auth import system_session
from samba.dcerpc import security
from samba.ndr import ndr_pack, ndr_unpack
from samba.param import LoadParm
from samba.samdb import SamDB

settings = LoadParm()
settings.load(sys.argv[1])
database = SamDB(session_info=system_session(), lp=settings)
(user,) = database.search(sys.argv[2], expression='(sAMAccountName=%s)' % sys.argv[3], attrs=['objectSid'])
sid = ndr_unpack(security.dom_sid, user['objectSid'][0])
shown = ['show_deleted:1', 'sd_flags:1:4']
(container,) = database.search('CN=Deleted Objects,' + sys.argv[2], SCOPE_BASE, attrs=['nTSecurityDescriptor'], controls=shown)
rights = ndr_unpack(security.descriptor, container['nTSecurityDescriptor'][0])
entry = security.ace()
entry.trustee = sid
entry.flags = security.SEC_ACE_FLAG_CONTAINER_INHERIT
entry.access_mask = security.SEC_ADS_LIST | security.SEC_ADS_READ_PROP
rights.dacl_add(entry)
change = Message(container.dn)
change['rights'] = MessageElement(ndr_pack(rights), FLAG_MOD_REPLACE, 'nTSecurityDescriptor')
database.modify(change, controls=shown)
`;
/** What LDAP and Kerberos need; no file shares, no replication. */
const SERVICES = ['ldap', 'cldap', 'kdc'];

export interface SambaOptions {
  /** Arguments of `samba-tool domain passwordsettings set`; no minimum age and a lockout after three failures by default. */
  readonly passwordSettings?: readonly string[];
  /** Further lines of smb.conf. */
  readonly settings?: readonly string[];
}

export interface Samba {
  /** A loopback address of its own: the ports of Active Directory are fixed, so that two servers need two addresses. */
  readonly host: string;
  readonly port: 389;
  readonly tlsPort: 636;
  readonly globalCatalogPort: 3268;
  readonly globalCatalogTlsPort: 3269;
  /** Name in the server certificate, beside the address. */
  readonly hostName: string;
  readonly realm: string;
  readonly baseDn: string;
  readonly adminDn: string;
  /** What the administrator binds as. */
  readonly adminName: string;
  readonly adminPassword: string;
  readonly tls: TlsFiles;
  /** PEM of the CA. */
  readonly ca: string;
  readonly directory: string;
  readonly pid: number;
  /** Runs samba-tool on the database of this server; answers its output. */
  tool(...words: readonly string[]): Promise<string>;
  /** Gives a user List Contents and Read Property on the container of deleted objects. */
  allowReadingDeleted(user: string): Promise<void>;
  /** Stops the server without cleaning up; `resume` starts it again. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => resolve(false));
  });
}

/** Linux answers on all of 127.0.0.0/8. */
async function freeAddress(): Promise<string> {
  for (;;) {
    const address = `127.${randomInt(10, 250)}.${randomInt(1, 250)}.${randomInt(2, 250)}`;
    if (!await answers(address, 389) && !await answers(address, 636)) return address;
  }
}

async function provision(directory: string, address: string): Promise<void> {
  await run(TOOL, [
    'domain', 'provision', `--targetdir=${join(directory, 'dc')}`, `--realm=${REALM}`, `--domain=${REALM.split('.')[0] ?? ''}`, '--server-role=dc', '--dns-backend=NONE',
    `--adminpass=${PASSWORD}`, '--host-name=dc1', `--host-ip=${address}`, `--option=interfaces=${address}/8`, '--option=bind interfaces only=yes', '--use-rfc2307',
  ], { timeout: START_LIMIT_MS });
}

/** The settings of this server, in the place of what provisioning wrote. */
async function configure(file: string, directory: string, address: string, tls: TlsFiles, more: readonly string[]): Promise<void> {
  const lines = [
    // Otherwise shared by all of a machine, so that only one of them starts.
    `pid directory = ${directory}`, `ncalrpc dir = ${join(directory, 'ncalrpc')}`, `log file = ${join(directory, 'log.%m')}`,
    `interfaces = ${address}/8`, 'bind interfaces only = yes', `server services = ${SERVICES.join(', ')}`, 'dns proxy = no', 'tls enabled = yes',
    // By default, as on Windows, a password is still taken for an hour after it was changed.
    'old password allowed period = 0',
    // Nothing of it has to outlive the machine.
    'ldb:nosync = true',
    `tls keyfile = ${tls.keyFile}`, `tls certfile = ${tls.certificateFile}`, `tls cafile = ${tls.caFile}`, ...more,
  ];
  const names = new Set(lines.map((line) => line.split('=')[0]?.trim()));
  const kept = (await readFile(file, 'utf8')).split('\n').filter((line) => !names.has(line.split('=')[0]?.trim()));
  await writeFile(file, kept.join('\n').replace('[global]', ['[global]', ...lines].join('\n\t')));
  // Samba takes no key that others can read.
  await chmod(tls.keyFile, 0o600);
}

class Server {
  readonly #configuration: string;
  readonly #address: string;
  #process: ChildProcess | undefined;
  #output = '';

  constructor(configuration: string, address: string) {
    this.#configuration = configuration;
    this.#address = address;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  async start(): Promise<void> {
    // A process group of its own: it forks one process for each service.
    const child = spawn(SAMBA, ['-s', this.#configuration, '-F', '--no-process-group', '--debug-stdout', '-d1'], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { this.#output = (this.#output + chunk.toString()).slice(-4000); });
    this.#process = child;
    const onExit = (): void => this.#signal('SIGKILL');
    process.once('exit', onExit);
    child.once('exit', () => process.off('exit', onExit));
    const deadline = Date.now() + START_LIMIT_MS;
    for (const port of [389, 636, 3269]) {
      while (!await answers(this.#address, port)) {
        if (child.exitCode !== null) throw new Error(`samba ended with ${child.exitCode}: ${this.#output}`);
        if (Date.now() > deadline) throw new Error(`samba did not answer on ${this.#address}:${port} within ${START_LIMIT_MS} ms: ${this.#output}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined) return;
    const exited = child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : once(child, 'exit').then(() => undefined);
    this.#signal('SIGTERM', child);
    const timer = setTimeout(() => this.#signal('SIGKILL', child), STOP_LIMIT_MS);
    await exited;
    clearTimeout(timer);
    this.#signal('SIGKILL', child);
  }

  #signal(signal: NodeJS.Signals, child = this.#process): void {
    try {
      if (child?.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // The group has gone.
    }
  }
}

/** A Samba Active Directory domain controller of its own, in a temporary directory; takes some ten seconds. `stop` removes it all. */
export async function startSamba({ passwordSettings = ['--min-pwd-age=0', '--account-lockout-threshold=3'], settings = [] }: SambaOptions = {}): Promise<Samba> {
  if (![SAMBA, TOOL].every((path) => existsSync(path))) {
    throw new Error('Samba is not installed. On Debian: apt-get install --no-install-recommends samba samba-ad-provision samba-dsdb-modules samba-vfs-modules winbind python3-samba ldb-tools');
  }
  const directory = await mkdtemp(join(tmpdir(), 'causeway-samba-'));
  const address = await freeAddress();
  const configuration = join(directory, 'dc/etc/smb.conf');
  const server = new Server(configuration, address);
  const tool = async (...words: readonly string[]): Promise<string> => (await run(TOOL, [...words, '-s', configuration], { timeout: START_LIMIT_MS })).stdout;
  const clean = async (): Promise<void> => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await mkdir(join(directory, 'tls'));
    const tls = await issueTlsFiles(join(directory, 'tls'), [HOST, address]);
    await provision(directory, address);
    await configure(configuration, directory, address, tls, settings);
    await tool('domain', 'passwordsettings', 'set', ...passwordSettings);
    await server.start();
    return {
      host: address, port: 389, tlsPort: 636, globalCatalogPort: 3268, globalCatalogTlsPort: 3269, hostName: HOST, realm: REALM, baseDn: BASE,
      adminDn: `CN=Administrator,CN=Users,${BASE}`, adminName: `Administrator@${REALM}`, adminPassword: PASSWORD,
      tls, ca: await readFile(tls.caFile, 'utf8'), directory, get pid() { return server.pid; }, tool, stop: clean,
      allowReadingDeleted: async (user) => { await run(PYTHON, ['-c', ALLOW_READING_DELETED, configuration, BASE, user], { timeout: START_LIMIT_MS }); },
      pause: () => server.stop(), resume: () => server.start(),
    };
  } catch (error) {
    await clean();
    throw error;
  }
}
