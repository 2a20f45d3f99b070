import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../support/free-ports.js';
import { holdSecret, secret } from '../support/secret-values.js';
import { endChildren, endSessions, removeAccounts, removeOrphans, setPassword, sudoersFile, testName } from './linux-accounts.js';
import { ListeningServer } from './listening-server.js';

const run = promisify(execFile);
const SSHD = '/usr/sbin/sshd';

export interface SshdOptions {
  /** Further lines of sshd_config. */
  readonly config?: readonly string[];
  /** What sudo lets the account do, e.g. `NOPASSWD: ALL`. @default everything, with its password */
  readonly sudo?: string;
  /** The account's login shell. @default '/bin/bash' */
  readonly shell?: '/bin/bash' | '/bin/dash';
  /** Types of host keys, as ssh-keygen names them. @default ['ed25519'] */
  readonly hostKeys?: readonly string[];
  /** Type of the account's key. @default 'ed25519' */
  readonly loginKey?: string;
  /** Form of its file, as ssh-keygen names it: RFC4716 is OpenSSH's own, PEM the one of the Java connector's sample. @default 'RFC4716' */
  readonly loginKeyFormat?: 'RFC4716' | 'PEM' | 'PKCS8';
  /** Passphrase of the account's key. @default '' */
  readonly passphrase?: string;
}

/** An OpenSSH server of its own on loopback, and an account of the machine's that may log in and use sudo. */
export interface Sshd {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** What the account's shell shows. */
  readonly prompt: string;
  /** The account's private key, in PEM form. */
  readonly privateKey: readonly string[];
  /** SHA-256 fingerprints of the host keys, in the order of `hostKeys`. */
  readonly fingerprints: readonly string[];
  /** Lines of known_hosts, in the same order. */
  readonly knownHosts: readonly string[];
  readonly directory: string;
  /** What sshd wrote to its log. */
  log(): Promise<string>;
  /** Ends every session of the account, as a crash of the server would. */
  breakSessions(): Promise<void>;
  /** Stops the server, sessions included; `resume` starts it again on the same port. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  if (!existsSync(SSHD) || !existsSync('/usr/bin/sudo')) throw new Error('OpenSSH or sudo is not installed. On Debian: apt-get install openssh-server sudo');
  if (process.getuid?.() !== 0) throw new Error('This target makes accounts of the machine, so it needs root.');
  await removeOrphans();
  const directory = await mkdtemp(join(tmpdir(), 'causeway-sshd-'));
  await chmod(directory, 0o755);
  await mkdir('/run/sshd', { recursive: true });
  const [port = 0] = await freePorts(1);
  const user = testName(randomBytes(3).toString('hex'));
  const log = join(directory, 'sshd.log');
  const server = new ListeningServer(SSHD, ['-D', '-f', join(directory, 'sshd_config'), '-E', log], port);
  const stop = async (): Promise<void> => {
    await server.stop();
    await removeAccounts(user);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const password = secret(`password of the ssh user ${user}`);
    const prompt = `${user}@target:$ `;
    await makeAccount(user, password, prompt, options.shell ?? '/bin/bash');
    await writeFile(sudoersFile(user), `Defaults:${user} !lecture\n${user} ALL=(ALL) ${options.sudo ?? 'ALL'}\n`, { mode: 0o440 });
    const { hostKeys, login } = await makeKeys(directory, user, options);
    await writeFile(join(directory, 'sshd_config'), sshdConfig(directory, port, hostKeys, options.config ?? []));
    await server.start();
    return {
      host: '127.0.0.1', port, user, password, prompt, directory,
      privateKey: login.privateKey.trim().split('\n'), fingerprints: await Promise.all(hostKeys.map(fingerprint)),
      knownHosts: hostKeys.map(({ publicKey }) => `[127.0.0.1]:${port} ${publicKey.split(' ').slice(0, 2).join(' ')}`),
      log: () => readFile(log, 'utf8'),
      breakSessions: () => endSessions(user),
      async pause() {
        // Logins under way end too: one that came through after the sessions were ended would outlive the outage.
        process.kill(server.pid, 'SIGSTOP');
        await endChildren(server.pid);
        await server.stop('SIGKILL');
        await endSessions(user);
      },
      resume: () => server.start(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The server's keys, and one of the account's that may log in. */
async function makeKeys(directory: string, user: string, options: SshdOptions): Promise<{ readonly hostKeys: readonly Key[]; readonly login: Key }> {
  const hostKeys = await Promise.all((options.hostKeys ?? ['ed25519']).map((type) => makeKey(join(directory, `host_${type}`), type, '')));
  const login = await makeKey(join(directory, 'login'), options.loginKey ?? 'ed25519', options.passphrase ?? '', user, options.loginKeyFormat);
  // A line of the middle of the key, where its private numbers are.
  holdSecret('private key of the ssh user', login.privateKey.trim().split('\n').at(-2) ?? '');
  await writeFile(join(directory, 'authorized_keys'), login.publicKey);
  return { hostKeys, login };
}

interface Key { readonly file: string; readonly privateKey: string; readonly publicKey: string }

async function makeKey(file: string, type: string, passphrase: string, comment = 'host', format = 'RFC4716'): Promise<Key> {
  await run('/usr/bin/ssh-keygen', ['-q', '-t', type, '-m', format, '-N', passphrase, '-C', comment, '-f', file]);
  return { file, privateKey: await readFile(file, 'utf8'), publicKey: await readFile(`${file}.pub`, 'utf8') };
}

async function fingerprint({ file }: Key): Promise<string> {
  const { stdout } = await run('/usr/bin/ssh-keygen', ['-l', '-E', 'sha256', '-f', `${file}.pub`]);
  return stdout.split(' ')[1] ?? '';
}

async function makeAccount(user: string, password: string, prompt: string, shell: string): Promise<void> {
  await run('/usr/sbin/useradd', ['-m', '-s', shell, user]);
  await appendFile(`/home/${user}/${shell === '/bin/bash' ? '.bashrc' : '.profile'}`, `\nPS1='${prompt}'\nPROMPT_COMMAND=\nunset HISTFILE\n`);
  await setPassword(user, password);
}

function sshdConfig(directory: string, port: number, keys: readonly Key[], more: readonly string[]): string {
  return [
    // First come, first served: sshd takes the first value of a setting.
    ...more,
    `Port ${port}`, 'ListenAddress 127.0.0.1', ...keys.map(({ file }) => `HostKey ${file}`), `PidFile ${directory}/sshd.pid`, 'UsePAM yes', 'StrictModes no',
    'PasswordAuthentication yes', 'KbdInteractiveAuthentication yes', 'PubkeyAuthentication yes', `AuthorizedKeysFile ${directory}/authorized_keys`,
    'PrintMotd no', 'PrintLastLog no', 'UseDNS no', 'LogLevel VERBOSE', 'MaxStartups 100', 'PermitRootLogin no', '',
  ].join('\n');
}
