import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type Prompt } from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../../connectors/engines/shell/host-key.js';
import { openSsh } from '../../../connectors/engines/shell/open-ssh.js';
import { ShellWords } from '../../../connectors/engines/shell/shell-words.js';
import type { SshSession } from '../../../connectors/engines/shell/ssh-session.js';
import type { SshSettings } from '../../../connectors/engines/shell/ssh-settings.js';
import { behindSudo } from '../../../connectors/engines/shell/sudo-command.js';
import { GuardedString } from '../../../protocol/model/index.js';
import { openContext } from '../../support/open-context.js';
import { freePorts } from '../../support/free-ports.js';
import { until } from '../../support/until.js';
import { startSshd, type Sshd } from '../../targets/sshd.js';
import { failing } from './fixture.js';

const { Server, utils } = ssh2;

let sshd: Sshd;
let files: string;
beforeAll(async () => {
  sshd = await startSshd({ hostKeys: ['rsa', 'ed25519'], passphrase: 'a passphrase' });
  files = await mkdtemp(join(tmpdir(), 'causeway-known-hosts-'));
});
afterAll(async () => {
  await sshd.stop();
  await rm(files, { recursive: true, force: true });
});

const options = (changes = {}) => ({ signal: new AbortController().signal, timeout: 20_000, ...changes });
const settings = (changes: Partial<SshSettings> = {}): SshSettings => ({
  host: sshd.host, port: sshd.port, user: sshd.user, login: { kind: 'password', password: new GuardedString(sshd.password) }, connectionTimeout: 10_000,
  hostKey: { pinned: sshd.fingerprints, knownHosts: [] }, ...changes,
});

/** A key nobody knows. */
function pkcs8(passphrase?: string): readonly string[] {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem', ...(passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }) }).toString().trim().split('\n');
}

async function within<T>(work: (session: SshSession) => Promise<T>, changes: Partial<SshSettings> = {}): Promise<T> {
  const session = await openSsh(settings(changes), openContext());
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

describe('opening an SSH session', () => {
  it('refuses a server whose key is not known, before the password is sent', async () => {
    const error = await failing(openSsh(settings({ hostKey: { pinned: [], knownHosts: [join(files, 'nothing')] } }), openContext()));
    expect(error).toMatchObject({ kind: 'connectorSecurity', outcome: 'notApplied' });
    expect(error.message).toContain(sshd.fingerprints[1]);
    expect((await sshd.log()).includes('Failed password')).toBe(false);
    expect((await failing(openSsh(settings({ hostKey: { pinned: [`SHA256:${'A'.repeat(43)}`], knownHosts: [] } }), openContext()))).kind).toBe('connectorSecurity');
  });

  it.each([['rsa', 0], ['ed25519', 1]] as const)('takes the key that known_hosts has, here the %s one of two', async (_type, index) => {
    const file = join(files, 'known_hosts');
    await writeFile(file, `${sshd.knownHosts[index]}\n`);
    const { stdout } = await within((session) => session.exec(ShellWords.posix('id', '-un'), options()), { hostKey: { pinned: [], knownHosts: [file] } });
    expect(stdout).toBe(`${sshd.user}\n`);
  });

  it('says that the login was refused, and nothing of the password', async () => {
    const error = await failing(openSsh(settings({ login: { kind: 'password', password: new GuardedString('not-the-password-1') } }), openContext()));
    expect(error).toMatchObject({ kind: 'invalidCredential', outcome: 'notApplied' });
    expect(error.message).not.toContain('not-the-password-1');
    // In one form only: each failure counts where accounts are locked.
    expect((await sshd.log()).match(/^Failed (?!none)/gm)).toHaveLength(1);
  });

  it('says that nobody answers, and gives up in time', async () => {
    const [port = 0] = await freePorts(1);
    expect((await failing(openSsh(settings({ port }), openContext()))).kind).toBe('connectionFailed');
    const abort = new AbortController();
    const opening = openSsh(settings(), openContext({ signal: abort.signal }));
    abort.abort(new Error('given up'));
    await expect(opening).rejects.toThrow('given up');
  });

  it('waits for a server that says nothing as long as connectionTimeout [ssh 17]', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    try {
      const error = await failing(openSsh(settings({ port: (silent.address() as AddressInfo).port, connectionTimeout: 200 }), openContext()));
      expect(error).toMatchObject({ kind: 'connectionFailed', retryable: true });
      expect(error.message).toMatch(/within connectionTimeout/);
    } finally {
      silent.close();
    }
  });

  it('refuses a key whose passphrase is another, and shows nothing of it', async () => {
    for (const key of [sshd.privateKey, pkcs8('another than this')]) {
      const error = await failing(openSsh(settings({ login: { kind: 'key', key, passphrase: new GuardedString('another') } }), openContext()));
      expect(error).toMatchObject({ kind: 'configuration', outcome: 'notApplied' });
      expect(error.message).not.toContain(sshd.privateKey[1]);
    }
  });

  it('refuses a key the server does not have, naming what the server takes', async () => {
    const error = await failing(openSsh(settings({ login: { kind: 'key', key: pkcs8(), passphrase: null } }), openContext()));
    expect(error).toMatchObject({ kind: 'invalidCredential', outcome: 'notApplied' });
    expect(error.message).toMatch(/the server takes publickey, password, keyboard-interactive/);
  });

  it.each([
    ['OpenSSH form, encrypted', {}], ['PEM, encrypted', { loginKey: 'rsa', loginKeyFormat: 'PEM' }], ['PEM, an elliptic curve', { loginKey: 'ecdsa', loginKeyFormat: 'PEM', passphrase: '' }],
    ['PEM, DSA, as in the sample of Java', { loginKey: 'dsa', loginKeyFormat: 'PEM', passphrase: '', config: ['PubkeyAcceptedAlgorithms +ssh-dss'] }],
    ['PKCS #8, encrypted', { loginKey: 'rsa', loginKeyFormat: 'PKCS8' }], ['PKCS #8, an elliptic curve', { loginKey: 'ecdsa', loginKeyFormat: 'PKCS8', passphrase: '' }],
  ] as const)('logs in by a key in %s [ssh 9]', async (_form, server) => {
    const target = await startSshd({ passphrase: 'a passphrase', ...server });
    try {
      const { passphrase = 'a passphrase' } = server as { passphrase?: string };
      const session = await openSsh({ ...settings(), port: target.port, user: target.user, login: { kind: 'key', key: target.privateKey, passphrase: new GuardedString(passphrase) }, hostKey: { pinned: target.fingerprints, knownHosts: [] } }, openContext());
      expect((await session.exec(ShellWords.posix('id', '-un'), options())).stdout).toBe(`${target.user}\n`);
      await session.close();
    } finally {
      await target.stop();
    }
  });

  it('gives a server that wants a key and the password both', async () => {
    const both = await startSshd({ config: ['AuthenticationMethods publickey,password'] });
    try {
      const login = { kind: 'key' as const, key: both.privateKey, passphrase: null };
      const there = { ...settings(), port: both.port, user: both.user, hostKey: { pinned: both.fingerprints, knownHosts: [] } };
      expect((await failing(openSsh({ ...there, login }, openContext()))).message).toMatch(/the server takes password/);
      const session = await openSsh({ ...there, login: { ...login, password: new GuardedString(both.password) } }, openContext());
      await session.close();
    } finally {
      await both.stop();
    }
  });

  it('answers a server that asks for the password as a question', async () => {
    const asking = await startSshd({ config: ['PasswordAuthentication no'] });
    try {
      const session = await openSsh({ ...settings(), port: asking.port, user: asking.user, login: { kind: 'password', password: new GuardedString(asking.password) }, hostKey: { pinned: asking.fingerprints, knownHosts: [] } }, openContext());
      expect(await session.isAlive(new AbortController().signal)).toBe(true);
      await session.close();
    } finally {
      await asking.stop();
    }
  });

  it('answers a question for the password behind a greeting, and no visible one', async () => {
    const questions: Prompt[][] = [];
    const heard: string[][] = [];
    const { private: hostKey } = utils.generateKeyPairSync('ed25519');
    const parsed = utils.parseKey(hostKey);
    if (parsed instanceof Error) throw parsed;
    const asking = new Server({ hostKeys: [hostKey] }, (client) => {
      client.on('error', () => undefined).on('authentication', (login) => {
        if (login.method !== 'keyboard-interactive') return login.reject(['keyboard-interactive']);
        const ask = (index: number): void => {
          const prompts = questions[index];
          if (prompts === undefined) login.accept();
          else login.prompt(prompts, 'Welcome', (answers) => { heard.push(answers); if (answers.length === prompts.length) ask(index + 1); else login.reject(); });
        };
        ask(0);
        return undefined;
      });
    });
    await new Promise<void>((resolve) => { asking.listen(0, '127.0.0.1', resolve); });
    try {
      const there = settings({ port: (asking.address() as AddressInfo).port, hostKey: { pinned: [fingerprintOf(parsed.getPublicSSH())], knownHosts: [] } });
      questions.push([], [{ prompt: 'Password: ', echo: false }]);
      await (await openSsh(there, openContext())).close();
      expect(heard.splice(0)).toEqual([[], [sshd.password]]);
      questions.splice(0, 2, [{ prompt: 'Your name, for everybody to see: ', echo: true }]);
      expect((await failing(openSsh(there, openContext()))).kind).toBe('invalidCredential');
      expect(heard).toEqual([[]]);
    } finally {
      await new Promise((resolve) => { asking.close(resolve); });
    }
  });
});

describe('commands over SSH', () => {
  it('give code, both outputs, and take input and any word as it is', async () => {
    await within(async (session) => {
      const { exitCode, stdout, stderr } = await session.exec(ShellWords.posix('/bin/sh', '-c', 'cat; echo "$1" >&2; exit 7', 'sh', "it's $HOME `id` \n end"), options({ stdin: 'in\n' }));
      expect([exitCode, stdout, stderr]).toEqual([7, 'in\n', "it's $HOME `id` \n end\n"]);
      expect(await session.exec(ShellWords.posix('/bin/sh', '-c', 'kill -9 $$'), options())).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
    });
  });

  it('run behind sudo, which is answered; a wrong password ends instead of waiting [ssh 7]', async () => {
    await within(async (session) => {
      const right = behindSudo('/usr/bin/sudo', new GuardedString(sshd.password), ['/usr/bin/id', '-u']);
      expect((await session.exec(ShellWords.posix(...right.words), options({ answers: right.answers }))).stdout).toBe('0\n');
      const wrong = behindSudo('/usr/bin/sudo', new GuardedString('wrong-password-2'), ['/usr/bin/id', '-u']);
      const refused = await session.exec(ShellWords.posix(...wrong.words), options({ answers: wrong.answers }));
      expect(refused.exitCode).toBe(1);
      const none = behindSudo('/usr/bin/sudo', null, ['/usr/bin/id', '-u']);
      expect((await session.exec(ShellWords.posix(...none.words), options())).stderr).toContain('password is required');
    });
  });

  it('are ended by timeout and abort, and leave the session usable', async () => {
    await within(async (session) => {
      expect(await failing(session.exec(ShellWords.posix('sleep', '60'), options({ timeout: 300 })))).toMatchObject({ kind: 'operationTimeout', outcome: 'unknown' });
      const abort = new AbortController();
      const sleeping = session.exec(ShellWords.posix('sleep', '61'), options({ signal: abort.signal }));
      abort.abort(new Error('enough'));
      await expect(sleeping).rejects.toThrow('enough');
      await until(async () => !(await session.exec(ShellWords.posix('ps', '-u', sshd.user, '-o', 'args='), options())).stdout.includes('sleep 6'), 'the sleeping commands to end');
    });
  });

  it('are ended however early they are given up, the server still starting them', async () => {
    // A connection may have ten sessions: one is left to look, and one for the look before, which the server forgets after what it read with its close.
    for (let round = 0; round < 6; round += 1) {
      await within(async (session) => {
        await Promise.all(Array.from({ length: 8 }, async (_, turns) => {
          const abort = new AbortController();
          const sleeping = expect(session.exec(ShellWords.posix('sleep', '62'), options({ signal: abort.signal }))).rejects.toThrow('enough');
          for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
          abort.abort(new Error('enough'));
          await sleeping;
        }));
        await until(async () => !(await session.exec(ShellWords.posix('ps', '-u', sshd.user, '-o', 'args='), options())).stdout.includes('sleep 62'), 'the sleeping commands to end');
      });
    }
  });

  it('stream their lines under backpressure', async () => {
    await within(async (session) => {
      const lines = session.lines(ShellWords.posix('seq', '1', '200000'), options({ readOnly: true }));
      let [count, last] = [0, ''];
      for (;;) {
        const step = await lines.next();
        if (step.done === true) {
          expect(step.value.exitCode).toBe(0);
          break;
        }
        count += step.value.length;
        last = step.value.at(-1) ?? last;
      }
      expect([count, last]).toEqual([200_000, '200000']);
      const left = session.lines(ShellWords.posix('yes'), options({ readOnly: true }));
      await left.next();
      await left.return({ exitCode: null, signal: null, stdout: '', stderr: '' });
      expect(await session.isAlive(new AbortController().signal)).toBe(true);
    });
  });

  it('fail when the connection goes away under them', async () => {
    await within(async (session) => {
      const sleeping = failing(session.exec(ShellWords.posix('sleep', '62'), options()));
      await until(async () => (await session.exec(ShellWords.posix('ps', '-u', sshd.user, '-o', 'args='), options())).stdout.includes('sleep 62'), 'the command to run');
      await sshd.breakSessions();
      expect(await sleeping).toMatchObject({ kind: 'connectionBroken', outcome: 'unknown' });
      expect(await session.isAlive(new AbortController().signal)).toBe(false);
      expect((await failing(session.exec(ShellWords.posix('true'), options()))).outcome).toBe('notApplied');
    });
  });
});
