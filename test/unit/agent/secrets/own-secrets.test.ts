import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkAgent } from '../../../../agent/cli/check-agent.js';
import { readConfig } from '../../../../agent/config/load-config.js';
import type { AgentConfig } from '../../../../agent/config/agent-config.js';
import { SecretStore } from '../../../../agent/secrets/store/secret-store.js';

let directory: string;
const credentials = process.env['CREDENTIALS_DIRECTORY'];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-own-'));
  process.env['CREDENTIALS_DIRECTORY'] = directory;
});
afterEach(async () => {
  if (credentials === undefined) Reflect.deleteProperty(process.env, 'CREDENTIALS_DIRECTORY');
  else process.env['CREDENTIALS_DIRECTORY'] = credentials;
  await rm(directory, { recursive: true, force: true });
});

function config(password: unknown, secrets: object = {}): AgentConfig {
  return readConfig(JSON.stringify({ agent: { name: 'a', stateDirectory: directory }, controllers: [{ url: 'wss://c/openicf', auth: { principal: 'p', password } }], secrets }), join(directory, 'agent.yaml'));
}

const store = (): SecretStore => new SecretStore({ file: join(directory, 'secrets/store.json'), key: { kind: 'file', path: join(directory, 'secrets/store.key') } });
const resolved = async (password: unknown, secrets?: object): Promise<string> =>
  config(password, secrets).controllers[0]!.auth!.password!.resolve().then((secret) => secret.reveal(), (error: unknown) => String(error));

describe("the agent's own secrets", () => {
  it('come from the store, systemd and commands as well, anew at each use', async () => {
    await store().set('gateway', 'text', Buffer.from('from the store'));
    await writeFile(join(directory, 'gateway'), 'from systemd\n');
    expect(await resolved({ store: 'gateway' })).toBe('from the store');
    expect(await resolved({ credential: 'gateway' })).toBe('from systemd');
    expect(await resolved({ command: 'get' }, { commands: { get: { argv: ['/bin/echo', 'from a command'] } } })).toBe('from a command');
    const reference = config({ store: 'gateway' }).controllers[0]!.auth!.password!;
    await store().set('gateway', 'text', Buffer.from('rotated'));
    expect((await reference.resolve()).reveal()).toBe('rotated');
  });

  it('that cannot be had say where they should have come from', async () => {
    await store().set('bytes', 'binary', Buffer.from([0xff]));
    expect(await resolved({ store: 'nobody' })).toMatch(/secret store has no entry nobody/);
    expect(await resolved({ store: 'bytes' })).toMatch(/The secret store entry bytes holds bytes that are no UTF-8 text/);
    expect(await resolved({ credential: 'nobody' })).toMatch(/systemd credential nobody cannot be read \(ENOENT\)/);
    expect(await resolved({ command: 'nobody' })).toMatch(/no secret command nobody/);
  });

  it.each([{ store: '../x' }, { credential: 'a/b' }, { command: 'a b' }, { store: 'a', env: 'B' }, 'secret://store/gateway', 'secret://hunter2'])('are refused as %j', (password) => {
    let message = '';
    try {
      config(password);
    } catch (error) {
      message = String(error);
    }
    expect(message).toMatch(/password: expected \{file: PATH\}, \{env: NAME\}, \{credential: NAME\}, \{store: NAME\}, \{command: NAME\}, or the secret itself as text, found/);
    expect(message).not.toContain('hunter2');
  });
});

describe('causeway agent check', () => {
  const check = async (password: unknown, secrets?: object): Promise<Record<string, string>> =>
    Object.fromEntries((await checkAgent(config(password, secrets))).map(({ subject, outcome, text }) => [subject, `${outcome}: ${text}`]));

  it('reports every source and every secret a rule names, and shows none', async () => {
    await store().set('ldap/bind', 'text', Buffer.from('hunter2'));
    await writeFile(join(directory, 'script'), '#!/bin/sh\necho hunter2\n', { mode: 0o700 });
    await writeFile(join(directory, 'file'), 'hunter2', { mode: 0o600 });
    const rule = (secret: string): object => ({ secret, connector: 'ldap', targets: ['*.example'] });
    const results = await check({ file: 'file' }, {
      directories: ['.', 'gone'], commands: { good: { argv: ['./script'] }, gone: { argv: ['./gone'] } },
      allow: [rule('store/ldap/bind'), rule('store/nobody'), rule('command/good'), rule('file/file'), rule('env/CAUSEWAY_TEST_UNSET'), rule('store/ldap-*'), rule('env/a-b')],
    });
    expect(results).toMatchObject({
      'controllers[0].auth.password': `ok: from file ${join(directory, 'file')}`,
      'secrets.directories[0]': `ok: ${directory}`, 'secrets.directories[1]': expect.stringMatching(/^failed: .*ENOENT/) as string,
      'secrets.commands.good': `ok: ${join(directory, 'script')}`, 'secrets.commands.gone': expect.stringMatching(/^failed: .*cannot be run \(ENOENT\)/) as string,
      'secrets.store': `ok: ${join(directory, 'secrets/store.json')}: 1 secret`,
      'secrets.allow[0]': 'ok: secret://store/ldap/bind', 'secrets.allow[1]': expect.stringMatching(/^failed: secret:\/\/store\/nobody: .*no entry nobody/) as string,
      'secrets.allow[2]': 'ok: secret://command/good', 'secrets.allow[3]': 'ok: secret://file/file',
      'secrets.allow[4]': expect.stringMatching(/^failed: .*CAUSEWAY_SECRET_CAUSEWAY_TEST_UNSET.* is not set/) as string,
      'secrets.allow[5]': 'ok: store/ldap-* (a pattern)', 'secrets.allow[6]': 'failed: env/a-b cannot be the name of a secret of that source',
    });
    expect(JSON.stringify(results)).not.toContain('hunter2');
  });

  it('warns of secret files and programs that others could read or change, and of a store that cannot be opened', async () => {
    await writeFile(join(directory, 'file'), 'hunter2');
    await chmod(join(directory, 'file'), 0o644);
    await writeFile(join(directory, 'script'), '#!/bin/sh\n');
    await chmod(join(directory, 'script'), 0o777);
    await store().set('a', 'text', Buffer.from('x'));
    await chmod(join(directory, 'secrets/store.key'), 0o644);
    expect(await check({ file: 'file' }, { commands: { it: { argv: ['./script'] } } })).toMatchObject({
      'controllers[0].auth.password': expect.stringMatching(/^warning: the secret file .* can be read by others than its owner \(mode 644\)/) as string,
      'secrets.commands.it': expect.stringMatching(/^warning: .*can be changed by others than its owner \(mode 777\)/) as string,
      'secrets.store': expect.stringMatching(/^failed: .*store\.key of the secret store can be read by others \(mode 644\)/) as string,
    });
  });
});
