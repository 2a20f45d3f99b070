import { execFileSync } from 'node:child_process';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../agent/cli/run-cli.js';
import { doctorCommand } from '../../../agent/doctor/doctor-command.js';
import { PatternSet } from '../../secret-search/pattern-search.js';
import { spellingsOf } from '../../secret-search/spellings.js';
import { privateNumbers } from '../../support/private-numbers.js';
import { awkwardSecret, secret } from '../../support/secret-values.js';
import { DoctorWorld } from './doctor-world.js';

let world: DoctorWorld;
beforeAll(async () => {
  world = await DoctorWorld.start();
});
afterAll(() => world.stop());

/** `causeway doctor` with these arguments. */
async function doctor(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let [out, err] = ['', ''];
  const program = new Command('causeway');
  doctorCommand(program, (text) => { out += text; });
  const code = await runCli(program, ['doctor', '--timeout', '1.5', ...args], (text) => { err += text; });
  return { code, out, err };
}

const planted = {
  'password in clear text': awkwardSecret('password of the agent in clear text'), 'password in a file': awkwardSecret('password at the proxy in a file'), 'password in a variable': secret('password in a variable'),
  'bind password': awkwardSecret('bind password in a provisioner file'), 'bind password by reference': secret('bind password by reference'), 'argument of a command': secret('token on a command line'), 'parameter of a token request': secret('form field of a token request'),
};

/** A configuration with secrets wherever one can stand, systems with more, and a log full of them. */
async function plantSecrets(): Promise<{ readonly config: string; readonly systems: readonly string[]; readonly log: string }> {
  process.env['CAUSEWAY_TEST_VARIABLE'] = planted['password in a variable'];
  await mkdir(world.path('targets'), { recursive: true });
  await writeFile(world.path('targets/ldap.pass'), planted['bind password by reference'], { mode: 0o600 });
  const config = await world.configuration({
    config: {
      auth: { principal: 'site-1', password: planted['password in clear text'] },
      proxy: { host: '127.0.0.1', port: await world.proxy(), principal: 'agent', password: { file: await world.write('awkward.pass', planted['password in a file']) } },
      audit: { key: { env: 'CAUSEWAY_TEST_VARIABLE' } },
      secrets: { directories: [world.path('targets')], allow: [{ secret: 'file/*', connector: 'ldap', targets: ['*'] }], commands: { vault: { argv: ['/bin/true', '--token', planted['argument of a command']] } } },
    },
  });
  const lines = Object.values(planted).flatMap((value) => [value, encodeURIComponent(value), Buffer.from(value).toString('hex'), `Basic ${Buffer.from(`user:${value}`).toString('base64')}`, JSON.stringify({ value })]);
  const known = lines.filter((_line, index) => ![5, 6].includes(Math.floor(index / 5))); // what stands in arguments and parameters is known to nobody
  const log = await world.write('agent.log', ['{"level":"info","msg":"Started."}', ...known.map((line) => JSON.stringify({ level: 'warn', msg: line })), '{"level":"info","msg":"Stopped."}', ''].join('\n'));
  return { config, systems: [await world.system({ credentials: planted['bind password'] }), await world.system({ credentials: 'secret://file/ldap.pass' })], log };
}

/** Names of the planted secrets that are found in the bytes. */
function found(bytes: Buffer, secrets: Readonly<Record<string, string>>, keys: readonly Buffer[]): string[] {
  const patterns = new PatternSet();
  const names = Object.keys(secrets);
  Object.values(secrets).forEach((value, owner) => {
    for (const spelling of spellingsOf({ name: '', kind: 'text', value: Buffer.from(value).toString('base64') })) patterns.add(spelling, owner);
  });
  for (const key of keys) for (const spelling of spellingsOf({ name: '', kind: 'bytes', value: key.toString('base64') })) patterns.add(spelling, names.length);
  return [...patterns.ownersIn(bytes)].map((owner) => names[owner] ?? 'private key');
}

describe('causeway doctor --bundle', () => {
  it('holds what support needs, and no secret in any spelling; neither does what is printed', async () => {
    const { config, systems, log } = await plantSecrets();
    const bundle = world.path('support.tar.gz');
    const { code, out, err } = await doctor('--config', config, '--systems', ...systems, '--log', log, '--bundle', bundle);
    expect({ code, err }).toEqual({ code: 1, err: 'Something needs your attention.\n' });
    expect((await stat(bundle)).mode & 0o777).toBe(0o600);
    const place = world.path('unpacked');
    await mkdir(place);
    execFileSync('tar', ['-xzf', bundle, '-C', place]);
    const folder = join(place, 'causeway-support');
    const names = (await readdir(folder)).sort();
    expect(names).toEqual(['README.txt', 'certificates.json', 'certificates.pem', 'configuration.json', 'findings.json', 'log.txt', 'machine.json', 'state.json', 'systems.json']);
    const keys = privateNumbers(await readFile(world.certificates.agent.key, 'utf8')).map((number) => Buffer.from(number));
    for (const name of names) expect(found(await readFile(join(folder, name)), planted, keys), name).toEqual([]);
    expect(found(Buffer.from(out), planted, keys)).toEqual([]);
    // The search finds what is there.
    expect(found(await readFile(log), planted, keys)).toContain('bind password');
    const read = async (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
    expect(JSON.parse(await read('configuration.json'))).toMatchObject({
      agent: { name: 'site-1' }, auth: { principal: 'site-1', password: { clear: '***' } }, proxy: { host: '127.0.0.1', password: { file: '***' } }, audit: { key: { env: '***' } },
      secrets: { commands: { vault: { argv: ['/bin/true', '***', '***'] } } },
    });
    expect(await read('configuration.json')).not.toContain('awkward.pass');
    const logged = await read('log.txt');
    expect(logged).toContain('"Started."');
    expect(logged).toContain('"Stopped."');
    expect(logged).toContain('(line left out: it held a secret)');
    expect(JSON.parse(await read('machine.json'))).toMatchObject({ node: { node: process.versions.node } });
    expect(await read('certificates.pem')).not.toContain('PRIVATE');
    expect(JSON.parse(await read('findings.json'))).toContainEqual(expect.objectContaining({ fault: 'proxy-refuses-credentials' }));
  });

  it('does not repeat what a controller says of the password it was shown, in full, encoded or cut', async () => {
    const password = planted['password in clear text'];
    for (const said of [password, Buffer.from(`site-1:${password}`, 'latin1').toString('base64'), password.slice(0, 14), Buffer.from(password).toString('hex')]) {
      const url = await world.placeWith({ answer: `HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(said)}\r\n\r\n${said}` });
      const { out } = await doctor('--json', '--config', await world.configuration({ url, config: { auth: { principal: 'site-1', password } } }));
      expect(found(Buffer.from(out), planted, [])).toEqual([]);
      expect(out).toContain('upgrade-forbidden');
      await world.clear();
    }
  });

  it('of a file that is no configuration shows the shape only', async () => {
    const config = await world.write('broken.yaml', `agent: {name: a, pasword: ${planted['argument of a command']}}\ncontrollers: [{url: "wss://x.example"}]\n`);
    const bundle = world.path('broken.tar.gz');
    expect((await doctor('--config', config, '--bundle', bundle)).code).toBe(1);
    const text = execFileSync('tar', ['-xzOf', bundle]);
    expect(found(text, planted, [])).toEqual([]);
    expect(text.toString()).toContain('"pasword": "string"');
  });

  it('is not written over another file', async () => {
    const bundle = await world.write('there.tar.gz', 'precious');
    const { code, err } = await doctor('--config', await world.configuration({}), '--bundle', bundle);
    expect({ code, err }).toEqual({ code: 1, err: `${bundle} is there already; give another name.\n` });
    expect(await readFile(bundle, 'utf8')).toBe('precious');
  });
});

describe('causeway doctor', () => {
  it('ends with 0 where nothing failed, and says so in words', async () => {
    const { code, out, err } = await doctor('--config', await world.configuration({}));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^ok {6}handshake .*OpenICF peer answers/m);
    expect(out).toMatch(/\n0 failed, 0 warnings, \d+ ok, 0 skipped\.\n$/);
  });

  it('ends with 1 where something failed; --json is one document with the same findings', async () => {
    const { code, out } = await doctor('--json', '--config', await world.configuration({ url: await world.placeWith({ answer: 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n' }) }));
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ ok: false, summary: expect.stringMatching(/^1 failed/) as string, findings: expect.arrayContaining([expect.objectContaining({ step: 'upgrade', fault: 'upgrade-no-endpoint', outcome: 'failed' })]) as unknown });
  });

  it('looks at a controller without any configuration', async () => {
    const { out } = await doctor('--json', '--controller', `wss://localhost:${world.place.port}/openicf`);
    const { findings } = JSON.parse(out) as { readonly findings: readonly { readonly step: string; readonly outcome: string }[] };
    expect(findings.find(({ step }) => step === 'tcp')).toMatchObject({ outcome: 'ok' });
    expect(findings.find(({ step }) => step === 'tls')).toMatchObject({ fault: 'tls-unknown-authority' });
  });

  it.each([
    [['--controller', 'https://x.example'], /wss:\/\/cloud\.example/], [[], /give --config/], [['--config', 'x', '--timeout', '0'], /more than 0/], [['--config', 'x', '--log', 'y'], /--log needs --bundle/],
  ] as const)('%j is wrong use', async (args, said) => {
    const { CAUSEWAY_CONFIG: kept } = process.env;
    delete process.env['CAUSEWAY_CONFIG'];
    const program = new Command('causeway').configureOutput({ writeErr: () => undefined });
    let err = '';
    doctorCommand(program, () => undefined);
    program.commands[0]?.configureOutput({ writeErr: (text) => { err += text; }, writeOut: () => undefined });
    const code = await runCli(program, ['doctor', ...args], (text) => { err += text; });
    if (kept !== undefined) process.env['CAUSEWAY_CONFIG'] = kept;
    expect(code).toBe(2);
    expect(err).toMatch(said);
  });
});
