import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../../../agent/config/load-config.js';
import type { AgentConfig } from '../../../../agent/config/agent-config.js';
import { SecretSources } from '../../../../agent/secrets/secret-sources.js';
import type { SecretSourceName } from '../../../../agent/secrets/secret-url.js';
import type { SecretValue } from '../../../../agent/secrets/secret-value.js';
import { GuardedString } from '../../../../protocol/model/index.js';
import { until } from '../../../support/until.js';

let directory: string;
let now: number;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-sources-'));
  now = 0;
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function config(secrets: object): AgentConfig {
  return readConfig(JSON.stringify({ agent: { name: 'a', stateDirectory: directory }, controllers: [{ url: 'wss://c/openicf' }], secrets }), join(directory, 'agent.yaml'));
}

function sources(secrets: object, environment: NodeJS.ProcessEnv = {}): SecretSources {
  return new SecretSources(config(secrets), { environment, now: () => now });
}

const shown = (value: SecretValue): string => (value instanceof GuardedString ? value.reveal() : `bytes ${Buffer.from(value.reveal()).toString('hex')}`);
const command = (script: string, more: object = {}): object => ({ commands: { it: { argv: ['/bin/sh', '-c', script], ...more } } });

async function refusal(reading: Promise<SecretValue>): Promise<string> {
  return reading.then((value) => `read ${shown(value)}`, (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`);
}

describe('a secret cannot be had', () => {
  it.each<[string, object, NodeJS.ProcessEnv, SecretSourceName, string, RegExp]>([
    ['from files when no directory is named', {}, {}, 'file', 'a', /no directory for secret files: name one under secrets\.directories/],
    ['from a file that is not there', { directories: ['.'] }, {}, 'file', 'gone', /There is no secret file gone in/],
    ['from a variable that is not set', {}, { A: 'x' }, 'env', 'A', /CAUSEWAY_SECRET_A, which a secret refers to, is not set/],
    ['from an empty variable', {}, { CAUSEWAY_SECRET_A: '' }, 'env', 'A', /is not set/],
    ['without the prefix', { environmentPrefix: 'X_' }, { CAUSEWAY_SECRET_A: 'x' }, 'env', 'A', /X_A, which/],
    ['from a credential without systemd', {}, {}, 'credential', 'a', /no systemd credentials here .* LoadCredential=a:PATH/],
    ['from a credential that is not there', {}, { CREDENTIALS_DIRECTORY: '/nonexistent' }, 'credential', 'a', /systemd credential a cannot be read \(ENOENT\)/],
    ['from a command nobody named', {}, {}, 'command', 'it', /no secret command it: name it under secrets\.commands/],
    ['from a command called like a property of every object', {}, {}, 'command', 'constructor', /no secret command constructor/],
    ['from a store that is not there', {}, {}, 'store', 'a', /There is no secret store .*secrets\/store\.json yet/],
    ['from a program that is not there', { commands: { it: { argv: ['/nonexistent'] } } }, {}, 'command', 'it', /cannot be started \(ENOENT\)/],
    ['from a program that fails', command('echo LEAK; echo LEAK >&2; exit 3'), {}, 'command', 'it', /secret command it ended with exit code 3/],
    ['from a program that is killed', command('kill -9 $$'), {}, 'command', 'it', /ended with signal SIGKILL/],
    ['from a program that prints nothing', command('true'), {}, 'command', 'it', /printed is empty/],
    ['from a program that prints a line break', command('echo'), {}, 'command', 'it', /printed is empty/],
    ['from a program that does not stop printing', command('yes LEAK'), {}, 'command', 'it', /printed more than 65536 bytes/],
    ['from a program that takes too long', command('printf LEAK; sleep 60', { timeout: '200ms' }), {}, 'command', 'it', /did not end within 200 ms and was stopped/],
  ])('%s', async (_title, secrets, environment, source, name, expected) => {
    const message = await refusal(sources(secrets, environment).read(source, name));
    expect(message).toMatch(/^SecretError: /);
    expect(message).toMatch(expected);
    expect(message).not.toContain('LEAK');
  });

  it('from a link that leads out of the directory, a directory, or a file too large', async () => {
    await mkdir(join(directory, 'in'));
    await writeFile(join(directory, 'outside'), 'LEAK');
    await symlink('../outside', join(directory, 'in', 'link'));
    await symlink('..', join(directory, 'in', 'up'));
    await mkdir(join(directory, 'in', 'folder'));
    await writeFile(join(directory, 'in', 'large'), Buffer.alloc(65_537, 'x'));
    await writeFile(join(directory, 'in', 'empty'), '\n');
    const read = (name: string): Promise<string> => refusal(sources({ directories: ['in'] }).read('file', name));
    expect(await read('link')).toMatch(/is a link that leads out of/);
    expect(await read('up/outside')).toMatch(/is a link that leads out of/);
    expect(await read('folder')).toMatch(/cannot be read \(EISDIR\)/);
    expect(await read('large')).toMatch(/larger than 65536 bytes/);
    expect(await read('empty')).toMatch(/is empty/);
  });
});

describe('a secret comes', () => {
  it('from a file below the first directory that has it, less one line break, as bytes where it is no text', async () => {
    for (const name of ['one', 'two']) await mkdir(join(directory, name, 'sites'), { recursive: true });
    await writeFile(join(directory, 'two', 'sites', 'ldap'), 'second\r\n');
    await writeFile(join(directory, 'two', 'both'), 'from two');
    await writeFile(join(directory, 'one', 'both'), 'from one\n\n');
    await writeFile(join(directory, 'one', 'bytes'), Buffer.from([0xff, 0x0a]));
    await mkdir(join(directory, 'one', '..data'));
    await writeFile(join(directory, 'one', '..data', 'mounted'), 'as Kubernetes does');
    await symlink('..data/mounted', join(directory, 'one', 'mounted'));
    const read = async (name: string): Promise<string> => shown(await sources({ directories: ['one', 'two'] }).read('file', name));
    expect(await read('sites/ldap')).toBe('second');
    expect(await read('both')).toBe('from one\n');
    expect(await read('bytes')).toBe('bytes ff0a');
    expect(await read('mounted')).toBe('as Kubernetes does');
  });

  it('from the environment and from systemd', async () => {
    await writeFile(join(directory, 'bind'), 'credential\n');
    const from = sources({}, { CAUSEWAY_SECRET_BIND: 'variable', CREDENTIALS_DIRECTORY: directory });
    expect(shown(await from.read('env', 'BIND'))).toBe('variable');
    expect(shown(await from.read('credential', 'bind'))).toBe('credential');
  });

  it('from a command without shell, with nothing of our environment but what is named, and from /', async () => {
    const from = (argv: string[], environment: string[] = []) => sources({ commands: { it: { argv, environment } } }, { GIVEN: 'yes', HIDDEN: 'LEAK', PATH: '/ours' });
    expect(shown(await from(['/bin/echo', '$HOME; echo `id` *']).read('command', 'it'))).toBe('$HOME; echo `id` *');
    const environment = shown(await from(['/usr/bin/env'], ['GIVEN', 'NOT_SET']).read('command', 'it'));
    expect(environment.split('\n').map((line) => line.split('=', 1)[0]).sort()).toEqual(['GIVEN', 'LANG', 'PATH']);
    expect(environment).not.toContain('/ours');
    expect(shown(await from(['/bin/pwd']).read('command', 'it'))).toBe('/');
  });
});

describe('a command', () => {
  const counting = (): object => command(`echo run >> ${join(directory, 'runs')}; sleep 0.1; cat ${join(directory, 'answer')}`);
  const runs = async (): Promise<number> => (await readFile(join(directory, 'runs'), 'utf8')).trim().split('\n').length;

  it('runs once for all who ask at the same time, and its answer serves who takes one of that age', async () => {
    await writeFile(join(directory, 'answer'), 'one');
    const from = sources(counting());
    const answers = await Promise.all(Array.from({ length: 50 }, () => from.read('command', 'it', 60_000)));
    expect(new Set(answers.map(shown))).toEqual(new Set(['one']));
    expect(await runs()).toBe(1);
    await writeFile(join(directory, 'answer'), 'two');
    now = 59_999;
    expect(shown(await from.read('command', 'it', 60_000))).toBe('one');
    now = 60_000;
    expect(shown(await from.read('command', 'it', 60_000))).toBe('two');
    now = 66_000;
    expect(shown(await from.read('command', 'it', 5_000))).toBe('two');
    expect(await runs()).toBe(3);
  });

  it('that failed is not run again and again', async () => {
    const from = sources(counting());
    for (let round = 0; round < 5; round += 1) {
      const messages = await Promise.all(Array.from({ length: 10 }, () => refusal(from.read('command', 'it'))));
      for (const message of messages) expect(message).toMatch(/exit code 1/);
    }
    expect(await runs()).toBe(1);
    now = 5_000;
    await writeFile(join(directory, 'answer'), 'back');
    expect(shown(await from.read('command', 'it'))).toBe('back');
  });

  it('that takes too long is killed with what it started', async () => {
    const pids = join(directory, 'pids');
    await writeFile(join(directory, 'parent'), `#!/bin/sh\nsleep 300 &\necho $! > ${pids}\necho $$ >> ${pids}\nwait\n`);
    await chmod(join(directory, 'parent'), 0o700);
    expect(await refusal(sources({ commands: { it: { argv: ['./parent'], timeout: '500ms' } } }).read('command', 'it'))).toMatch(/was stopped/);
    const [child, parent] = (await readFile(pids, 'utf8')).trim().split('\n').map(Number);
    for (const pid of [child, parent]) {
      await until(() => {
        try {
          process.kill(pid ?? 0, 0);
          return false;
        } catch {
          return true;
        }
      }, `process ${pid} to be gone`, 5_000);
    }
  });
});

describe('the section secrets is refused', () => {
  it.each([
    [{ commands: { it: { argv: ['vault', 'get'] } } }, /begins with the path of the program/],
    [{ commands: { it: { argv: 'vault get' } } }, /secrets\.commands\.it\.argv: expected a list/],
    [{ commands: { '../it': { argv: ['/x'] } } }, /secrets\.commands: has a name that cannot be one/],
    [{ allow: [{ secret: 'store/a', connector: 'ldap' }] }, /targets: is missing/],
    [{ allow: [{ secret: 'vault/a', connector: 'ldap', targets: ['*'] }] }, /secret: expected SOURCE\/NAME/],
    [{ allow: [{ secret: 'store/a', connector: 'ldap', targets: ['a b'] }] }, /targets\[0\]: expected a server such as/],
    [{ environmentPrefix: 'A-' }, /environmentPrefix: expected the name/],
    [{ store: { key: { credential: '../x' } } }, /secrets\.store\.key: expected the path of the key file/],
    [{ stores: {} }, /secrets\.stores: is no setting; did you mean store\?/],
  ])('%j', (secrets, expected) => {
    expect(() => config(secrets)).toThrow(expected);
  });
});
