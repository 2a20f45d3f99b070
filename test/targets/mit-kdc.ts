import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../support/free-ports.js';
import { secret } from '../support/secret-values.js';
import { ListeningServer } from './listening-server.js';

const run = promisify(execFile);

/** A Kerberos realm of its own on loopback: KDC, kadmind and database of MIT Kerberos. */
export interface MitKdc {
  readonly realm: string;
  /** `kadmin.local` and `kadmin` of this realm: they set the environment and become the real ones. */
  readonly kadminLocal: string;
  readonly kadmin: string;
  /** Has every right. */
  readonly admin: { readonly principal: string; readonly password: string };
  /** May look and list, and nothing else. */
  readonly reader: { readonly principal: string; readonly password: string };
  /** Has every right, by a keytab. */
  readonly robot: { readonly principal: string; readonly keytab: string };
  /** `host:port` of kadmind. */
  readonly adminServer: string;
  readonly directory: string;
  /** A command of kadmin.local, past the connector; what it prints. */
  local(...words: readonly string[]): Promise<string>;
  /** Whether the principal gets a ticket with this password; what kinit says otherwise. */
  kinit(principal: string, password: string): Promise<{ readonly ok: boolean; readonly says: string }>;
  /** How long a ticket the principal gets is good for, and can be renewed, when it asks for more than that; seconds. */
  ticketLives(principal: string, password: string): Promise<{ readonly life: number; readonly renewable: number }>;
  /** Stops the KDC and kadmind; the database stays. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

export async function startMitKdc(): Promise<MitKdc> {
  for (const program of ['/usr/sbin/krb5kdc', '/usr/sbin/kadmind', '/usr/bin/kinit', '/usr/bin/kadmin']) {
    if (!existsSync(program)) throw new Error(`${program} is not installed. On Debian: apt-get install krb5-kdc krb5-admin-server krb5-user`);
  }
  const directory = await mkdtemp(join(tmpdir(), 'causeway-kdc-'));
  await chmod(directory, 0o755);
  const [kdc = 0, kadmind = 0, kpasswd = 0] = await freePorts(3);
  const realm = 'CAUSEWAY.TEST';
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', KRB5_CONFIG: join(directory, 'krb5.conf'), KRB5_KDC_PROFILE: join(directory, 'kdc.conf'), LC_ALL: 'C', TZ: 'UTC' };
  const servers: ListeningServer[] = [];
  const stop = async (): Promise<void> => {
    for (const server of servers) await server.stop();
    await rm(directory, { recursive: true, force: true });
  };
  const local = async (...words: readonly string[]): Promise<string> => (await run('/usr/sbin/kadmin.local', ['-r', realm, ...words], { env })).stdout;
  try {
    await writeFile(env.KRB5_CONFIG, krb5Conf(realm, kdc, kadmind, kpasswd));
    await writeFile(env.KRB5_KDC_PROFILE, kdcConf(directory, realm, kdc, kadmind, kpasswd));
    const admin = { principal: `admin/admin@${realm}`, password: secret('password of the kadmin principal') };
    const reader = { principal: `reader/viewer@${realm}`, password: secret('password of the kadmin reader') };
    const robot = { principal: `robot/admin@${realm}`, keytab: join(directory, 'robot.keytab') };
    await writeFile(join(directory, 'kadm5.acl'), `*/admin@${realm} *\nreader/viewer@${realm} il\n`);
    await run('/usr/sbin/kdb5_util', ['create', '-s', '-r', realm, '-P', secret('master password of the realm')], { env });
    await local('addprinc', '-pw', admin.password, admin.principal);
    await local('addprinc', '-pw', reader.password, reader.principal);
    await local('addprinc', '-randkey', robot.principal);
    await local('ktadd', '-k', robot.keytab, '-norandkey', robot.principal);
    const bin = join(directory, 'bin');
    await mkdir(bin);
    for (const program of ['/usr/sbin/kadmin.local', '/usr/bin/kadmin']) await writeWrapper(bin, program, env);
    servers.push(
      new ListeningServer('/usr/sbin/krb5kdc', ['-n', '-r', realm], kdc, env),
      new ListeningServer('/usr/sbin/kadmind', ['-nofork', '-r', realm, '-P', join(directory, 'kadmind.pid')], kadmind, env),
    );
    for (const server of servers) await server.start();
    return {
      realm, admin, reader, robot, directory, local, kadminLocal: join(bin, 'kadmin.local'), kadmin: join(bin, 'kadmin'), adminServer: `127.0.0.1:${kadmind}`, stop,
      kinit: (principal, password) => kinit(principal, password, { ...env, KRB5CCNAME: `MEMORY:${principal}` }),
      ticketLives: (principal, password) => ticketLives(principal, password, { ...env, KRB5CCNAME: `FILE:${join(directory, 'tickets')}` }),
      async pause() { for (const server of servers) await server.stop(); },
      async resume() { for (const server of servers) await server.start(); },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function krb5Conf(realm: string, kdc: number, kadmind: number, kpasswd: number): string {
  return [
    '[libdefaults]', `default_realm = ${realm}`, 'dns_lookup_kdc = false', 'dns_lookup_realm = false', 'rdns = false', 'dns_canonicalize_hostname = false', 'udp_preference_limit = 1',
    '[realms]', `${realm} = {`, `kdc = 127.0.0.1:${kdc}`, `admin_server = 127.0.0.1:${kadmind}`, `kpasswd_server = 127.0.0.1:${kpasswd}`, '}', '',
  ].join('\n');
}

function kdcConf(directory: string, realm: string, kdc: number, kadmind: number, kpasswd: number): string {
  return [
    '[kdcdefaults]', `kdc_listen = 127.0.0.1:${kdc}`, `kdc_tcp_listen = 127.0.0.1:${kdc}`,
    '[realms]', `${realm} = {`, `database_name = ${directory}/principal`, `acl_file = ${directory}/kadm5.acl`, `key_stash_file = ${directory}/stash`,
    `kadmind_listen = 127.0.0.1:${kadmind}`, `kpasswd_listen = 127.0.0.1:${kpasswd}`, 'max_life = 10h 0m 0s', 'max_renewable_life = 7d 0h 0m 0s', 'default_principal_flags = +preauth', '}',
    '[logging]', `kdc = FILE:${directory}/kdc.log`, `admin_server = FILE:${directory}/kadmind.log`, '',
  ].join('\n');
}

/** Sudo hands no environment on, so a program of this realm has to bring its own. */
async function writeWrapper(bin: string, program: string, env: { readonly KRB5_CONFIG: string; readonly KRB5_KDC_PROFILE: string }): Promise<void> {
  const file = join(bin, program.split('/').pop() ?? '');
  await writeFile(file, `#!/bin/sh\nKRB5_CONFIG='${env.KRB5_CONFIG}' KRB5_KDC_PROFILE='${env.KRB5_KDC_PROFILE}' exec ${program} "$@"\n`);
  await chmod(file, 0o755);
}

/** klist(1) in the C locale: `11/22/26 13:00:00  11/22/26 13:10:00  krbtgt/R@R`, then `renew until 11/23/26 13:00:00`. */
async function ticketLives(principal: string, password: string, env: Readonly<Record<string, string>>): Promise<{ readonly life: number; readonly renewable: number }> {
  const got = await kinit(principal, password, env, ['-l', '30d', '-r', '30d']);
  if (!got.ok) throw new Error(`kinit ${principal}: ${got.says}`);
  const [from = NaN, to = NaN, until = NaN] = (await run('/usr/bin/klist', { env })).stdout.match(/\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d/g)?.map((text) => Date.parse(`${text} UTC`) / 1000) ?? [];
  return { life: to - from, renewable: until - from };
}

async function kinit(principal: string, password: string, env: Readonly<Record<string, string>>, options: readonly string[] = []): Promise<{ readonly ok: boolean; readonly says: string }> {
  const child = spawn('/usr/bin/kinit', [...options, principal], { env, stdio: 'pipe' });
  let says = '';
  for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => { says += chunk.toString(); });
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${password}\n`);
  const [code] = await once(child, 'close') as [number | null];
  return { ok: code === 0, says };
}
