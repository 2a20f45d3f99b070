import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLI } from '../../../support/causeway-processes.js';
import { startEnrolmentListener, type EnrolmentListener } from '../support/enrolment-listener.js';
import { startPebble } from '../../../targets/pebble.js';
import { EvidenceSink, keepFiles } from '../../../support/evidence.js';

/** The command as people run it: a process, its exit code and what it prints. */
let directory: string;
let listener: EnrolmentListener;
let config: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-enroll-'));
  listener = await startEnrolmentListener();
  config = join(directory, 'agent.yaml');
  await writeFile(config, 'agent: {name: site-1, hostId: host-a}\ncontrollers: [{url: "wss://localhost:1/openicf"}]\n');
});
afterEach(async () => {
  await listener.close();
  keepFiles(directory);
  await rm(directory, { recursive: true, force: true });
});

interface Printed { readonly code: number | null; readonly out: string; readonly err: string }

function causeway(args: readonly string[], input = ''): Promise<Printed> {
  const child = spawn(process.execPath, [CLI, ...args], { env: { ...process.env, NODE_OPTIONS: '' } });
  const printed = { out: '', err: '' };
  const evidence = new EvidenceSink('output', args.slice(0, 2).join(' '));
  const keep = (stream: 'out' | 'err') => (data: Buffer): void => {
    printed[stream] += data.toString();
    evidence.add(data);
  };
  child.stdout.on('data', keep('out'));
  child.stderr.on('data', keep('err'));
  child.stdin.on('error', () => undefined).end(input);
  return new Promise((resolve) => { child.once('close', (code) => { resolve({ code, ...printed }); }); });
}

const enroll = (token: string, ...more: string[]): Promise<Printed> => causeway(['agent', 'enroll', '--config', config, '--token', token, ...more]);

describe('causeway agent enroll --acme', () => {
  it('says what is missing, or is too much, with exit code 2', async () => {
    const run = (...args: string[]): Promise<Printed> => causeway(['agent', 'enroll', '--config', config, ...args]);
    expect(await run()).toMatchObject({ code: 2, err: expect.stringMatching(/--token .*or --acme/) as string });
    expect(await run('--acme', '--token', 'x')).toMatchObject({ code: 2, err: expect.stringMatching(/--acme goes without --token/) as string });
    expect(await run('--acme')).toMatchObject({ code: 2, err: expect.stringMatching(/has no enrolment\.acme/) as string });
  });

  it('prints whom it got a certificate for, and what it cannot be used for as it is configured', async () => {
    const pebble = await startPebble({ alwaysValid: true });
    try {
      await writeFile(config, JSON.stringify({
        agent: { name: 'site-1' }, controllers: [{ url: 'ws://localhost:1/openicf' }],
        enrolment: { acme: { directory: pebble.directory, names: ['site-1.example'], ca: pebble.ca, agreeToTerms: true, challenge: { port: pebble.httpPort, address: '127.0.0.1' } } },
      }));
      const { code, out, err } = await causeway(['agent', 'enroll', '--config', config, '--acme']);
      expect([code, out]).toEqual([0, expect.stringMatching(/Enrolled as site-1\.example\.[\s\S]*CN=site-1\.example, serial number/)]);
      expect(err).toMatch(/knows this agent as site-1\.example, agent\.yaml calls it site-1[\s\S]*no controller of this configuration is shown/);
      expect((await causeway(['agent', 'identity', '--config', config])).out).toMatch(/site-1\.example[\s\S]*source +ACME/);
    } finally {
      await pebble.stop();
    }
  });
});

async function tokenFile(text: string, mode = 0o600): Promise<string> {
  const path = join(directory, 'token');
  await writeFile(path, text);
  await chmod(path, mode);
  return `@${path}`;
}

describe('causeway agent enroll refuses', () => {
  it.each<[string, string, RegExp]>([
    ['a token that is none', 'hunter2-hunter2', /This is no enrolment token: one starts with "cwe1\."/],
    ['a damaged token', 'cwe1.eyJ1IjoiaHR0cHM6Ly9odW50ZXIyIn0', /enrolment token is damaged/],
    ['a file that is not there', '@/nonexistent/token', /\/nonexistent\/token cannot be read \(ENOENT\)/],
  ])('%s, with exit code 2 and without repeating it', async (_title, token, expected) => {
    const { code, err } = await enroll(token);
    expect(code).toBe(2);
    expect(err).toMatch(expected);
    expect(err).not.toContain('hunter2');
    expect(err).not.toContain('    at ');
  });

  it('a URL that is not https', async () => {
    const { code, err } = await enroll(await tokenFile(listener.token().text()), '--controller', 'http://localhost:1');
    expect([code, err]).toEqual([2, expect.stringMatching(/--controller takes the https:\/\/ URL/)]);
    expect(listener.requests).toHaveLength(0);
  });

  it('what the controller refuses, with what to do and without the token', async () => {
    listener.mishaps = ['refuse'];
    const token = listener.token();
    const { code, err } = await enroll(await tokenFile(token.text()));
    expect(code).toBe(1);
    expect(err).toMatch(/refused the enrolment: no A token works once.*causeway controller enrolment token/);
    expect(err).not.toContain(token.revealSecret());
  });

  it('to go on with a controller that is not the token\'s', async () => {
    const other = await startEnrolmentListener();
    const { code, err } = await enroll(await tokenFile(listener.token().text()), '--controller', other.url);
    await other.close();
    expect([code, err]).toEqual([1, expect.stringMatching(/does not come from the authority the token names.*Nothing was sent/)]);
    expect(other.requests).toHaveLength(0);
  });
});

describe('causeway agent enroll', () => {
  it('takes the token from a file, and warns when others can read it', async () => {
    const token = listener.token();
    const { code, out, err } = await enroll(await tokenFile(`${token.text()}\n`, 0o644));
    expect([code, out]).toEqual([0, expect.stringMatching(/^Enrolled as site-1 of group berlin\.[\s\S]*renewed {5}by the running agent/)]);
    expect(err).toMatch(/other users of this machine can read/);
    expect(out + err).not.toContain(token.revealSecret());
  });

  it('takes the token from standard input, in silence', async () => {
    const { code, out, err } = await causeway(['agent', 'enroll', '--config', config, '--token', '-', '--json'], `${listener.token().text()}\n`);
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({ agent: 'site-1', group: 'berlin', serialNumber: listener.issued[0]?.serialNumber, directory: join(directory, 'state', 'identity') });
    expect(listener.requests[0]?.body).toMatchObject({ hostId: 'host-a' });
  });

  it('leaves an identity that is there alone where it is told to, even without the token', async () => {
    const first = await enroll(await tokenFile(listener.token().text()), '--unless-enrolled');
    expect([first.code, first.out]).toEqual([0, expect.stringMatching(/^Enrolled as site-1/)]);
    const again = await enroll('@/nowhere/token', '--unless-enrolled');
    expect(again).toEqual({ code: 0, err: '', out: expect.stringMatching(/^Enrolled already as site-1, until /) as string });
    expect(listener.requests).toHaveLength(1);
    const both = await enroll('@/nowhere/token', '--unless-enrolled', '--replace');
    expect([both.code, both.err]).toEqual([2, expect.stringMatching(/exclude each other/)]);
  });

  it('takes the token from the command line, and says who could see it there', async () => {
    const { code, err } = await enroll(listener.token().text());
    expect([code, err]).toEqual([0, expect.stringMatching(/other users of this machine could see the token.*--token @FILE/)]);
  });

  it('warns when the names differ, and when no controller would be shown the identity', async () => {
    await writeFile(config, 'agent: {name: site-2}\ncontrollers: [{url: "wss://localhost:1/openicf", auth: {principal: a, password: {env: NOWHERE}}}]\n');
    const { code, err } = await enroll(await tokenFile(listener.token().text()));
    expect(code).toBe(0);
    expect(err).toMatch(/knows this agent as site-1, agent\.yaml calls it site-2/);
    expect(err).toMatch(/no controller of this configuration is shown the enrolled identity/);
  });
});

describe('afterwards', () => {
  it('agent identity and agent check tell what there is', async () => {
    const before = await causeway(['agent', 'identity', '--config', config]);
    expect([before.code, before.err]).toEqual([1, expect.stringMatching(/not enrolled\. Run: causeway agent enroll/)]);
    const unchecked = await causeway(['agent', 'check', '--config', config]);
    expect(unchecked.out).toMatch(/WARNING identity: this agent has neither a certificate nor credentials/);
    await enroll(await tokenFile(listener.token().text()));
    const { code, out } = await causeway(['agent', 'identity', '--config', config, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ agent: 'site-1', serialNumber: listener.issued[0]?.serialNumber, renewal: { state: 'none' }, trust: { revision: 'r1' } });
    const checked = await causeway(['agent', 'check', '--config', config]);
    expect(checked.out).toMatch(/ok {6}identity: CN=site-1.*valid until .* to be renewed after/);
  });
});
