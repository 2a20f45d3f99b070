import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { agentCommands } from '../../../agent/cli/agent-commands.js';
import { runCli } from '../../../agent/cli/run-cli.js';
import { loadConfig } from '../../../agent/config/load-config.js';
import { makeTestCertificates, type TestCertificates } from './support/test-certificates.js';
import { keepFiles, keepText } from '../../support/evidence.js';
import { secret } from '../../support/secret-values.js';

let certificates: TestCertificates;
let directory: string;
beforeAll(async () => { certificates = await makeTestCertificates(); });
afterAll(() => certificates.remove());
beforeEach(async () => { directory = await mkdtemp(join(tmpdir(), 'causeway-cli-')); });
afterEach(async () => {
  keepFiles(directory);
  await rm(directory, { recursive: true, force: true });
});

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const program = new Command('causeway').configureOutput({ writeOut: (text) => { out += text; }, writeErr: (text) => { err += text; } });
  agentCommands(program, (text) => { out += text; });
  for (const group of program.commands) for (const command of [group, ...group.commands]) command.configureOutput({ writeOut: (text) => { out += text; }, writeErr: (text) => { err += text; } });
  const code = await runCli(program, args, (text) => { err += text; });
  keepText('output', `command ${args.slice(0, 2).join(' ')}`, `${out}\n${err}`);
  return { code, out, err };
}

async function config(text: string): Promise<string> {
  const path = join(directory, 'agent.yaml');
  await writeFile(path, text);
  return path;
}

describe('causeway says what is wrong and exits with 2', () => {
  it.each<[string, string[], RegExp]>([
    ['an unknown command', ['agnet'], /unknown command 'agnet'/],
    ['an unknown option', ['agent', 'check', '--confg', 'x'], /unknown option '--confg'/],
    ['no configuration', ['agent', 'check'], /--config FILE or set CAUSEWAY_CONFIG/],
    ['a configuration that is not there', ['agent', 'run', '--config', '/nonexistent.yaml'], /nonexistent\.yaml: cannot be read \(ENOENT\)/],
    ['an unknown connector', ['connectors', 'describe', 'ldpa'], /no connector "ldpa"; did you mean ldap\?/],
    ['properties that are not there', ['config', 'import-properties', '/nonexistent', '--out', '/tmp/x'], /nonexistent cannot be read/],
    ['no authority', ['certs', 'issue-agent', '--dir', '/nonexistent', '--name', 'a', '--out', '/tmp/x'], /There is no authority/],
  ])('%s', async (_title, args, expected) => {
    const { code, err } = await run(...args);
    expect(code).toBe(2);
    expect(err).toMatch(expected);
    expect(err).not.toContain('    at ');
  });

  it('every problem of a configuration, one a line', async () => {
    const { code, err } = await run('agent', 'check', '--config', await config('agent: {nmae: a}\ncontrollers: [{url: x}]\n'));
    expect(code).toBe(2);
    expect(err.trim().split('\n')).toHaveLength(3);
    expect(err).toContain('did you mean name?');
  });
});

describe('causeway connectors', () => {
  it('lists what is built in', async () => {
    const { code, out } = await run('connectors', 'list', '--json');
    expect(code).toBe(0);
    expect((JSON.parse(out) as { id: string }[]).map(({ id }) => id)).toEqual(expect.arrayContaining(['csv', 'ldap']));
    expect((await run('connectors', 'list')).out).toMatch(/^csv /m);
  });

  it.each(['csv', 'ldap'])('describes %s with the keys of the specification files', async (id) => {
    const { code, out } = await run('connectors', 'describe', id, '--json');
    expect(code).toBe(0);
    const description = JSON.parse(out) as { interfaces: string[]; objectClasses: object[]; configurationProperties: object[] };
    expect(description.interfaces).toEqual(expect.arrayContaining(['Create', 'Search', 'Sync', 'Test']));
    expect(description.objectClasses.length).toBeGreaterThan(0);
    for (const property of description.configurationProperties) expect(Object.keys(property)).toEqual(expect.arrayContaining(['name', 'type', 'default', 'confidential', 'required', 'group']));
    expect((await run('connectors', 'describe', id)).out).toContain('Configuration properties');
  });
});

describe('causeway agent check', () => {
  const yaml = (more = ''): string => `agent: {name: site-1, stateDirectory: ${join(directory, 'state')}}\ntls: {ca: ${certificates.agent.ca}, certificate: ${certificates.agent.certificate}, key: ${certificates.agent.key}}\ncontrollers:\n  - url: wss://localhost/openicf\n${more}`;

  it('finds a key that does not belong to its certificate, an expired certificate and a missing secret', async () => {
    const other = await certificates.write('other', await certificates.authority.issueAgent({ name: 'x' }));
    const wrong = await run('agent', 'check', '--config', await config(yaml().replace(certificates.agent.key, other.key)));
    expect(wrong.code).toBe(2);
    expect(wrong.out).toMatch(/FAILED +tls: .*(mismatch|do not belong together)/);
    const old = await certificates.write('old', await certificates.authority.issueAgent({ name: 'x', days: 1, from: new Date(Date.now() - 3 * 86_400_000) }));
    const expired = await run('agent', 'check', '--config', await config(yaml().replace(certificates.agent.certificate, old.certificate).replace(certificates.agent.key, old.key)));
    expect(expired.out).toMatch(/FAILED +tls\.certificate: expired on/);
    const missing = await run('agent', 'check', '--config', await config(yaml('    auth: {principal: a, password: {file: missing}}\n')));
    expect(missing.out).toMatch(/FAILED +controllers\[0\]\.auth\.password: .*cannot be read/);
  });

  it('warns of clear text: passwords in the file, connections without TLS', async () => {
    const { code, out } = await run('agent', 'check', '--config', await config(yaml(`    auth: {principal: a, password: ${secret('password at the controller')}}\n  - url: ws://localhost/openicf\n`)));
    expect(code).toBe(0);
    expect(out).toMatch(/WARNING controllers\[0\]\.auth\.password: stands in the configuration in clear text/);
    expect(out).toMatch(/WARNING controllers\[1\]\.url: .*clear text/);
    expect(out).not.toContain(secret('password at the controller'));
  });

  it('warns of a listener without TLS and of the key Java servers are shipped with', async () => {
    for (const key of ['keyHash: lmA6bMfENJGlIDbfrVtklXFK32s=', 'key: {env: HOME}', 'key: changeit']) {
      const { code, out } = await run('agent', 'check', '--config', await config(`agent: {name: a, stateDirectory: ${join(directory, 'state')}}\nlisteners: [{${key}}]\n`));
      expect(code).toBe(0);
      expect(out).toMatch(/WARNING listeners\[0\]\.tls/);
      expect(/WARNING listeners\[0\]\.key: is the key every Java/.test(out)).toBe(!key.includes('HOME'));
    }
  });

  it('fails for authorities of targets that cannot be read, as the start would', async () => {
    const { code, out } = await run('agent', 'check', '--config', await config(`${yaml()}connectors: {ca: missing.crt}\n`));
    expect(code).toBe(2);
    expect(out).toMatch(/FAILED  connectors\.ca: .*missing\.crt cannot be read \(ENOENT\)/);
  });

  it('is content with a good configuration', async () => {
    const { code, out } = await run('agent', 'check', '--json', '--config', await config(yaml()));
    expect(code).toBe(0);
    expect((JSON.parse(out) as { outcome: string }[]).map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok', 'ok']);
  });
});

describe('causeway config import-properties', () => {
  it('writes a configuration that loads, and secrets as files of their own', async () => {
    const source = join(directory, 'ConnectorServer.properties');
    await writeFile(source, `connectorserver.url=wss://c.example/openicf\nconnectorserver.principal=anonymous\nconnectorserver.password=${secret('password at the controller')}\nconnectorserver.connectorServerName=rcs1\n`);
    const out = join(directory, 'agent.yaml');
    const { code, out: report } = await run('config', 'import-properties', source, '--out', out);
    expect(code).toBe(0);
    expect(report).not.toContain(secret('password at the controller'));
    expect(await readFile(out, 'utf8')).not.toContain(secret('password at the controller'));
    const loaded = await loadConfig(out, {});
    expect(loaded.agent.name).toBe('rcs1');
    expect((await loaded.controllers[0]?.auth?.password?.resolve())?.reveal()).toBe(secret('password at the controller'));
    expect((await stat(join(directory, 'secrets', 'controller.pass'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'secrets'))).mode & 0o777).toBe(0o700);
    const again = await run('config', 'import-properties', source, '--out', out);
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining('exists already; --force replaces it') as string });
  });

  it('exits with 2 while something is left to do by hand, naming it', async () => {
    const source = join(directory, 'ConnectorServer.properties');
    await writeFile(source, 'connectorserver.url=wss://c.example/openicf\nconnectorserver.trustStoreFile=/x/t.jks\n');
    const { code, out, err } = await run('config', 'import-properties', source, '--out', join(directory, 'agent.yaml'));
    expect(code).toBe(2);
    expect(err).toContain('connectorserver.trustStoreFile');
    expect(out).toMatch(/!! .*keytool -exportcert/);
  });

  it('exits with 2 when what it wrote is no complete configuration, naming what is missing', async () => {
    const source = join(directory, 'ConnectorServer.properties');
    await writeFile(source, 'connectorserver.url=wss://c.example/openicf\nconnectorserver.clientId=rcs\n');
    const { code, out, err } = await run('config', 'import-properties', source, '--out', join(directory, 'agent.yaml'));
    expect(code).toBe(2);
    expect(out).toMatch(/!! .*controllers\[0\]\.auth\.oauth\.tokenEndpoint: is missing/);
    expect(err).toMatch(/2 points need your attention/);
  });
});
