import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChallengeAnswer } from '../../../../../agent/enrolment/acme/challenge-responder.js';
import { dnsResponder, type DnsCommand } from '../../../../../agent/enrolment/acme/dns-responder.js';
import { httpResponder } from '../../../../../agent/enrolment/acme/http-responder.js';
import { freePorts } from '../../../../support/free-ports.js';
import { until } from '../../../../support/until.js';

const never = new AbortController().signal;
const HASH = 'A-_4'.repeat(11).slice(0, 43);
const answer = (name: string, token = 'token-1', value = HASH): ChallengeAnswer => ({ name, token, value });

describe('an HTTP challenge', () => {
  it('is answered while it is presented, at its path only, and the port is closed again', async () => {
    const [port] = await freePorts(1) as [number];
    const base = `http://127.0.0.1:${port}`;
    const presented = await httpResponder({ port, address: '127.0.0.1' }).present([answer('a.example', 'one', 'one.key'), answer('b.example', 'two', 'two.key'), answer('c.example', '../x', 'never')], never);
    const get = async (path: string, method = 'GET') => {
      const response = await fetch(`${base}${path}`, { method });
      return [response.status, (await response.text()).trim()];
    };
    expect(await get('/.well-known/acme-challenge/one')).toEqual([200, 'one.key']);
    expect(await get('/.well-known/acme-challenge/two')).toEqual([200, 'two.key']);
    for (const path of ['/', '/.well-known/acme-challenge/', '/.well-known/acme-challenge/one/..', '/.well-known/acme-challenge/three', '/x', '/.well-known/x']) expect((await get(path))[0]).toBe(404);
    expect((await get('/.well-known/acme-challenge/one', 'POST'))[0]).toBe(404);
    await presented.remove();
    await expect(fetch(base)).rejects.toThrow();
  });

  it('says which port it cannot have, and why', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => { taken.listen(0, '127.0.0.1', resolve); });
    const { port } = taken.address() as AddressInfo;
    await expect(httpResponder({ port, address: '127.0.0.1' }).present([answer('a.example')], never)).rejects.toThrow(new RegExp(`port ${port} .*something else listens there \\(EADDRINUSE\\)`));
    taken.close();
  });
});

describe('a DNS challenge', () => {
  let folder: string;
  beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'causeway-dns-hook-')); });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** A command that writes down what it got, then does what `more` says. */
  async function hook(more = ''): Promise<readonly string[]> {
    const path = join(folder, 'hook');
    await writeFile(path, `#!/bin/sh\nprintf '%s|' "$@" >> ${folder}/calls\necho >> ${folder}/calls\nenv > ${folder}/environment\n${more}\n`);
    await chmod(path, 0o700);
    return [path, '--zone', 'a b; reboot $(id)'];
  }
  const calls = async (): Promise<string[]> => (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n');
  const responder = (settings: Partial<DnsCommand> & Pick<DnsCommand, 'command'>, left: string[] = []) =>
    dnsResponder({ environment: [], timeout: 10_000, propagation: 0, ...settings }, { onLeftBehind: (problem) => { left.push(problem); } });

  it('is put up and taken down by a command that no shell sees, with no more of the environment than it is given', async () => {
    process.env['CAUSEWAY_TEST_TOKEN_FILE'] = '/run/token';
    process.env['CAUSEWAY_TEST_OTHER'] = 'not for the hook';
    const presented = await responder({ command: await hook(), environment: ['CAUSEWAY_TEST_TOKEN_FILE'] }).present([answer('a.example')], never);
    await presented.remove();
    expect(await calls()).toEqual([`--zone|a b; reboot $(id)|present|_acme-challenge.a.example.|${HASH}|`, `--zone|a b; reboot $(id)|cleanup|_acme-challenge.a.example.|${HASH}|`]);
    const environment = await readFile(join(folder, 'environment'), 'utf8');
    expect(environment).toContain('CAUSEWAY_TEST_TOKEN_FILE=/run/token');
    expect(environment).not.toContain('CAUSEWAY_TEST_OTHER');
  });

  it('that fails is cleaned up after, and says so without what the command printed', async () => {
    const command = await hook('echo dns-api-token-4711 >&2\n[ "$3" = cleanup ] || case "$4" in *b.example.) exit 3;; esac');
    const failure = await responder({ command }).present([answer('a.example'), answer('b.example')], never).then(() => undefined, (error: unknown) => error as Error);
    expect(failure?.message).toMatch(/present _acme-challenge\.b\.example\..* ended with exit code 3/);
    expect(failure?.message).not.toContain('4711');
    expect((await calls()).map((line) => line.split('|').slice(2, 4).join(' '))).toEqual(['present _acme-challenge.a.example.', 'present _acme-challenge.b.example.', 'cleanup _acme-challenge.a.example.', 'cleanup _acme-challenge.b.example.']);
  });

  it('whose command hangs is ended, with what that started', async () => {
    const command = await hook(`sleep 1000 & echo $! > ${folder}/pid; wait`);
    const failure = responder({ command, timeout: 1500 }).present([answer('a.example')], never);
    await expect(failure).rejects.toThrow(/did not end within 1500 ms/);
    const pid = Number(await readFile(join(folder, 'pid'), 'utf8'));
    await until(() => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    }, 'the sleeper to be gone');
  });

  it('is broken off, and taken down, when the agent stops', async () => {
    const stop = new AbortController();
    const command = await hook('[ "$3" = cleanup ] || exec sleep 1000');
    const presenting = responder({ command, timeout: 600_000 }).present([answer('a.example')], stop.signal);
    presenting.catch(() => undefined);
    await until(() => calls().then((all) => all.length === 1, () => false), 'the command to run');
    stop.abort(new Error('agent is stopping'));
    await expect(presenting).rejects.toThrow('agent is stopping');
    expect((await calls()).at(-1)).toContain('|cleanup|');
  });

  it('that cannot be taken down is told', async () => {
    const left: string[] = [];
    const presented = await responder({ command: await hook('[ "$3" = present ]') }, left).present([answer('a.example')], never);
    await presented.remove();
    expect(left).toEqual([expect.stringMatching(/cleanup _acme-challenge\.a\.example\..* exit code 1/)]);
  });

  it('whose command is not there says so', async () => {
    await expect(responder({ command: [join(folder, 'missing')] }).present([answer('a.example')], never)).rejects.toThrow(/cannot be started \(ENOENT\)/);
  });
});
