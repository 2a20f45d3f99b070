import { Command } from 'commander';
import { isAbsolute } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../../agent/cli/run-cli.js';
import { checkListeners } from '../../../../controller/check/check-listeners.js';
import type { CheckDocument } from '../../../../controller/check/check-controller.js';
import { controllerCommands } from '../../../../controller/cli.js';
import { parseConfig } from '../../../../controller/config/load-config.js';
import { configuredTelemetry } from '../../../../controller/configured-telemetry.js';
import { silentLog } from '../../../../controller/log.js';
import { CheckWorld } from './check-world.js';
import { PLANTED, seededProblems } from './seeded-problems.js';

let healthy: CheckWorld;
const copies: CheckWorld[] = [];
beforeAll(async () => {
  healthy = await CheckWorld.make();
});
afterEach(async () => {
  await Promise.all(copies.splice(0).map((copy) => copy.remove()));
});
afterAll(() => healthy.remove());

async function spoiled(): Promise<CheckWorld> {
  const copy = await healthy.copy();
  copies.push(copy);
  return copy;
}

/** `causeway controller check` */
async function command(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let [out, err] = ['', ''];
  const program = new Command('causeway');
  controllerCommands(program, (text) => { out += text; });
  const code = await runCli(program, ['controller', 'check', ...args], (text) => { err += text; });
  return { code, out, err };
}

describe('one problem is one line: the setting, the file, what is so and what to do', () => {
  it.each(seededProblems)('$name: $setting', async ({ setting, file, outcome, text, now, seed }) => {
    const world = await spoiled();
    const change = await seed(world);
    const before = await world.files();
    const results = await world.check(change, now);
    const wrong = results.filter((result) => result.outcome !== 'ok');
    expect(wrong).toMatchObject([{ setting, outcome: outcome ?? 'failed', text: expect.stringMatching(text) as string }]);
    const line = `${wrong[0]?.file ?? ''} ${wrong[0]?.text ?? ''}`;
    expect(line).toContain(file === undefined ? '' : isAbsolute(file) || file.startsWith('..') ? file : world.path(file));
    expect(line).not.toContain('\n');
    expect(JSON.stringify(results)).not.toContain(PLANTED);
    expect((await world.files()).filter((each) => !each.startsWith('controller.yaml'))).toEqual(before.filter((each) => !each.startsWith('controller.yaml')));
  });

  it('every setting the YAML gets wrong is one, too', async () => {
    const { results } = JSON.parse((await command('--json', '--config', await healthy.configuration((settings) => { Object.assign(settings, { rest: { prot: 1, address: 'x', tls: {} } }); }))).out) as CheckDocument;
    expect(results.map(({ outcome }) => outcome)).toEqual(Array(results.length).fill('failed'));
    expect(results.map(({ setting }) => setting)).toEqual(expect.arrayContaining(['rest.prot', 'rest.tls.certificate', 'rest.tls.key']));
  });

  it('of YAML that is broken no piece is shown', async () => {
    const world = await spoiled();
    await world.write('controller.yaml', `rest: [${PLANTED}\ndata: {`);
    const { code, out } = await command('--config', world.path('controller.yaml'));
    expect(code).toBe(2);
    expect(out).toMatch(/^FAILED {2}the file: .*controller\.yaml.*\n$/);
    expect(out).not.toContain(PLANTED);
  });
});

describe('the command', () => {
  it('names each problem, counts them on standard error, and ends with 2', async () => {
    const world = await spoiled();
    await Promise.all([world.write('rest.crt', 'x'), world.write('conf/provisioner.openicf-memory.json', '{')]);
    const { code, out, err } = await command('--config', await world.configuration());
    expect(code).toBe(2);
    expect(out.split('\n').filter((line) => line.startsWith('FAILED'))).toEqual([
      expect.stringMatching(/^FAILED {2}rest\.tls\.certificate: .*rest\.crt holds no certificate/),
      expect.stringMatching(/^FAILED {2}systems\.configuration: .*provisioner\.openicf-memory\.json: cannot be used/),
    ]);
    expect(out).not.toContain('is in order');
    expect(err).toBe('2 problems found.\n');
  });

  it('prints one JSON document with --json, and ends with 2 as well', async () => {
    const world = await spoiled();
    await world.write('rest.key', PLANTED);
    const file = await world.configuration();
    const { code, out } = await command('--json', '--config', file);
    expect(code).toBe(2);
    const document = JSON.parse(out) as CheckDocument;
    expect(document).toMatchObject({ file, valid: false });
    expect(document.results.filter(({ outcome }) => outcome === 'failed')).toEqual([{ setting: 'rest.tls.key', file: world.path('rest.key'), outcome: 'failed', text: expect.any(String) as string }]);
    expect(out).not.toContain(PLANTED);
  });

  it('a file that is not there is wrong use', async () => {
    const { code, out } = await command('--config', '/nowhere/controller.yaml');
    expect(code).toBe(2);
    expect(out).toMatch(/\/nowhere\/controller\.yaml cannot be read/);
  });

  it('says that all is in order, and until when, with everything named there; makes and changes nothing', async () => {
    const file = await healthy.configuration();
    const before = await healthy.files();
    const { code, out, err } = await command('--config', file);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.split('\n').filter((line) => line !== '' && !line.startsWith('ok      '))).toEqual([`${file} is in order.`]);
    expect(out).toMatch(/ok {6}gateway\.tls\.certificate: .*CN=localhost: valid until .*, 89 days left\./);
    expect(out).toMatch(/ok {6}data: .*not there yet; the first start makes it/);
    for (const setting of ['rest.tls.certificate', 'gateway.tls.ca', 'gateway.tls.crl', 'enrolment.authority', 'enrolment.trust', 'systems.cryptoKeys.sym', 'systems.remoteServerAuthorities', 'telemetry.tls.ca', 'telemetry.headers.Authorization']) expect(out).toContain(`ok      ${setting}: `);
    expect(out).toMatch(/provisioner\.openicf-memory\.json: system memory\.\n.*sync\.json: mapping one\.\n.*schedule-hourly\.json: schedule hourly\./);
    expect(await healthy.files()).toEqual(before);
    expect(JSON.parse((await command('--json', '--config', file)).out)).toMatchObject({ file, valid: true });
  });

  it('a warning is told and fails nothing', async () => {
    const world = await spoiled();
    await world.pair('rest', await world.authority.issueController({ names: ['localhost'], days: 3 }));
    const { code, out } = await command('--config', await world.configuration());
    expect(code).toBe(0);
    expect(out).toMatch(/WARNING rest\.tls\.certificate: .*\n[^]*is in order, with 1 warning\.\n$/);
  });
});

describe('ports', () => {
  const listeners = (rest: object, metrics: object) => checkListeners(parseConfig(JSON.stringify({ rest: { allowClearText: true, ...rest }, metrics: { allowClearText: true, ...metrics } }), '/etc/c.yaml'));

  it.each([
    ['of one address', '10.0.0.1', '10.0.0.1'], ['of every address, both kinds', '::', '10.0.0.1'], ['of every address of IPv4', '127.0.0.1', '0.0.0.0'],
    ['of localhost', 'localhost', '127.0.0.1'], ['of localhost by IPv6', '[::1]', 'localhost'],
  ])('%s are in each other\'s way', (_name, one, other) => {
    expect(listeners({ port: 9000, address: one }, { port: 9000, address: other })).toMatchObject([{ setting: 'metrics.port', outcome: 'failed' }]);
  });

  it.each([
    ['of two addresses', { port: 9000, address: '10.0.0.1' }, { port: 9000, address: '10.0.0.2' }], ['of IPv6 and of IPv4', { port: 9000, address: '0.0.0.0' }, { port: 9000, address: '::1' }],
    ['that are any free one', { port: 0 }, { port: 0 }], ['that differ', { port: 9000 }, { port: 9001 }],
  ])('%s are not', (_name, rest, metrics) => {
    expect(listeners(rest, metrics)).toEqual([]);
  });
});

it('a start refuses what the check does: authorities of the collector without a certificate', async () => {
  const world = await spoiled();
  const { telemetry } = parseConfig(JSON.stringify({ telemetry: { endpoint: 'https://collector.example/v1/traces', tls: { ca: world.path('otlp.header') } } }), world.path('c.yaml'));
  await expect(configuredTelemetry({ telemetry }, 'test', silentLog)).rejects.toThrow(/telemetry\.tls\.ca: .*otlp\.header holds no certificate/);
});
