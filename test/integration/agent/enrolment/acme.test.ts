import { X509Certificate, randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAgent, type RunningAgent } from '../../../../agent/agent.js';
import { enrollByAcme } from '../../../../agent/cli/enroll-by-acme.js';
import { readConfig } from '../../../../agent/config/load-config.js';
import { systemClock } from '../../../../agent/system-clock.js';
import { createAuthority } from '../../../../certs/index.js';
import { parseConfig } from '../../../../controller/config/load-config.js';
import { startController, type RunningController } from '../../../../controller/controller.js';
import { silentLog } from '../../../../controller/log.js';
import { keepFiles } from '../../../support/evidence.js';
import { freePorts } from '../../../support/free-ports.js';
import { holdSecret, secret } from '../../../support/secret-values.js';
import { until } from '../../../support/until.js';
import { startPebble, type Pebble, type PebbleOptions } from '../../../targets/pebble.js';
import { recordingLog } from '../support/quiet-log.js';
import { startTinyproxy } from '../support/tinyproxy.js';

/** Certificates of Let's Encrypt's test authority: the first one, renewals under use, and everything it can refuse. */

const NAME = 'site-1.agents.example';
let directory: string;
let pebble: Pebble;
let cleanups: (() => unknown)[] = [];
beforeEach(async () => { directory = await mkdtemp(join(tmpdir(), 'causeway-acme-')); });
afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  cleanups = [];
  keepFiles(directory);
  await rm(directory, { recursive: true, force: true });
});

async function authority(options: PebbleOptions = {}): Promise<Pebble> {
  pebble = await startPebble(options);
  cleanups.push(() => pebble.stop());
  return pebble;
}

interface Setting { readonly gatewayPort?: number; readonly acme?: object; readonly names?: readonly string[]; readonly tlsCa?: string; readonly hostId?: string }

/** agent.yaml with pebble as its authority; returns its path. */
async function configure({ gatewayPort = 1, acme = {}, names = [NAME], tlsCa }: Setting = {}): Promise<string> {
  const path = join(directory, 'agent.yaml');
  await writeFile(path, JSON.stringify({
    agent: { name: 'site-1', stateDirectory: 'state', shutdownGrace: '1s' },
    controllers: [{ url: `wss://localhost:${gatewayPort}/openicf`, sockets: 2 }],
    ...(tlsCa === undefined ? {} : { tls: { ca: tlsCa } }),
    session: { startStagger: '20ms', backoffBase: '50ms', backoffCap: '300ms' }, connectors: { enabled: [] },
    enrolment: { acme: { directory: pebble.directory, names, ca: pebble.ca, agreeToTerms: true, contact: ['mailto:pki@example.com'], timeout: '5s', challenge: { type: 'http-01', port: pebble.httpPort, address: '127.0.0.1' }, ...acme } },
  }));
  return path;
}

const enroll = async (settings: Setting = {}, replace = false) => enrollByAcme({ file: await configure(settings), replace }, () => undefined);
const failureOf = (work: Promise<unknown>): Promise<string> => work.then(() => 'no failure', (error: unknown) => (error as Error).message);
const manifest = async () => JSON.parse(await readFile(join(directory, 'state/identity/manifest.json'), 'utf8')) as { source?: string; current?: { slot: string; certificate: string }; next?: { slot: string; order?: string } };
const leaf = async () => new X509Certificate((await manifest()).current?.certificate ?? '');

/** Our controller, whose gateway trusts pebble's root and nobody else. */
async function controller(): Promise<RunningController> {
  const own = await createAuthority(join(directory, 'ca'));
  const issued = await own.issueController({ names: ['localhost', '127.0.0.1'] });
  await writeFile(join(directory, 'gateway.crt'), issued.certificate);
  await writeFile(join(directory, 'gateway.key'), issued.privateKey);
  const [port] = await freePorts(1) as [number];
  const started = await startController(parseConfig(JSON.stringify({
    rest: { port: 0 }, gateway: { port, address: '127.0.0.1', tls: { certificate: 'gateway.crt', key: 'gateway.key', ca: pebble.root } },
    systems: { configuration: directory }, shutdownGrace: '1s',
  }), join(directory, 'controller.yaml')), silentLog);
  cleanups.push(() => started.stop());
  return started;
}

async function run(file: string): Promise<RunningAgent & { readonly log: ReturnType<typeof recordingLog> }> {
  const log = recordingLog();
  const running = await startAgent(readConfig(await readFile(file, 'utf8'), file), { clock: systemClock, log, version: 'test' });
  cleanups.push(() => running.stop());
  return Object.assign(running, { log });
}

describe('no certificate, and a reason, when', () => {
  it('the ACME server is not who it should be, nothing answers, or the names are of somebody else', async () => {
    await authority();
    const other = await createAuthority(join(directory, 'other'));
    await writeFile(join(directory, 'other.pem'), other.certificate);
    expect(await failureOf(enroll({ acme: { ca: 'other.pem' } }))).toMatch(/not trust; set enrolment\.acme\.ca|not signed by the authority of enrolment\.acme\.ca/);
    expect(await failureOf(enroll({ acme: { agreeToTerms: false } }))).toMatch(/terms of service.*enrolment\.acme\.agreeToTerms: true/);
    const [elsewhere] = await freePorts(1) as [number];
    expect(await failureOf(enroll({ acme: { challenge: { type: 'http-01', port: elsewhere, address: '127.0.0.1' } } }))).toMatch(/site-1\.agents\.example: the authority could not validate the challenge: .*\(connection\).*port 80/);
    expect(await failureOf(enroll({ acme: { challenge: { type: 'dns-01', command: ['/bin/true'] } } }))).toMatch(/could not validate the challenge: .*TXT/);
    await expect(stat(join(directory, 'state/identity/manifest.json'))).resolves.toBeDefined(); // the key that was asked with
    expect((await manifest()).current).toBeUndefined();
  });

  it('the account needs a binding: none is given, or a wrong one; with the right one it is had', async () => {
    const hmacKey = holdSecret('ACME binding', randomBytes(48).toString('base64url'));
    await authority({ externalAccounts: { 'kid-1': hmacKey }, alwaysValid: true });
    expect(await failureOf(enroll())).toMatch(/set enrolment\.acme\.externalAccount/);
    expect(await failureOf(enroll({ acme: { externalAccount: { kid: 'kid-2', hmacKey } } }))).toMatch(/refused the account: .*check enrolment\.acme\.externalAccount/);
    const wrong = await failureOf(enroll({ acme: { externalAccount: { kid: 'kid-1', hmacKey: Buffer.from('another key that is long enough 123').toString('base64url') } } }));
    expect(wrong).toMatch(/refused the account: .*check enrolment\.acme\.externalAccount/);
    await writeFile(join(directory, 'hmac'), hmacKey, { mode: 0o600 });
    expect((await enroll({ acme: { externalAccount: { kid: 'kid-1', hmacKey: { file: 'hmac' } } } })).agent).toBe(NAME);
  });
});

describe('a first certificate', () => {
  it('is had by http-01, of a key that never left, for all its names; the port is closed afterwards', async () => {
    await authority({ nonceReject: 25 });
    const enrolled = await enroll({ names: [NAME, 'other.agents.example'], acme: { keyType: 'ecdsa-p384' } });
    expect(enrolled).toMatchObject({ agent: NAME, subject: `CN=${NAME}` });
    const certificate = await leaf();
    expect(certificate.subjectAltName).toBe(`DNS:${NAME}, DNS:other.agents.example`);
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('secp384r1');
    await expect(fetch(`http://127.0.0.1:${pebble.httpPort}/`)).rejects.toThrow();
    for (const file of ['acme/account.key', `identity/${(await manifest()).current?.slot ?? ''}.key`]) expect((await stat(join(directory, 'state', file))).mode & 0o777).toBe(0o600);
    expect(await failureOf(enroll())).toMatch(/enrolled already.*--replace/);
    const proxy = await startTinyproxy();
    cleanups.push(() => proxy.stop());
    await enroll({ acme: { proxy: { host: '127.0.0.1', port: proxy.port, principal: 'agent', password: secret('password at the proxy') } } }, true);
    expect((await leaf()).serialNumber).not.toBe(certificate.serialNumber);
    expect(await proxy.log()).toMatch(/CONNECT localhost:/);
  });

  it('is had by dns-01, by a command that is given record and value, with the key and the order of the attempt before', async () => {
    await authority();
    const hook = join(directory, 'dns-record');
    const names = [NAME, 'b.example'];
    const acme = { challenge: { type: 'dns-01', command: [hook] } };
    expect(await failureOf(enroll({ names, acme }))).toMatch(/challenge\.command .* cannot be started \(ENOENT\)/);
    const begun = (await manifest()).next;
    expect(begun?.order).toMatch(/^https:/);
    await writeFile(hook, `#!${process.execPath}
const [, , action, host, value] = process.argv;
fetch('${pebble.dnsUrl}' + (action === 'present' ? 'set-txt' : 'clear-txt'), { method: 'POST', body: JSON.stringify({ host, value }) }).then(({ ok }) => { process.exitCode = ok ? 0 : 1; });
`);
    await chmod(hook, 0o700);
    expect(await enroll({ names, acme })).toMatchObject({ agent: NAME });
    expect((await manifest()).current?.slot).toBe(begun?.slot);
    expect(pebble.printed('Added order')).toBe(1);
  });
});

/** Has the certificate be renewed as soon as the agent starts. */
async function makeDue(): Promise<void> {
  const path = join(directory, 'state/identity/manifest.json');
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace(/"renewAfter": "[^"]*"/, '"renewAfter": "2020-01-01T00:00:00.000Z"'));
}

describe('an agent with a certificate of the authority', () => {
  it('is let in by a controller that trusts its root, renews it under use, and lives through an authority that is away', async () => {
    await authority({ life: 90 }); // a tenth of what is left is the pause between two attempts
    const { gatewayPort = 0 } = await controller();
    const settings = { gatewayPort, tlsCa: 'ca/ca.crt', acme: { timeout: '1s' } };
    await enroll(settings);
    const first = (await leaf()).serialNumber;
    await makeDue();
    const running = await run(await configure(settings));
    await until(() => running.status().ready, 'the agent to be let in', 20_000);
    let wasDown = false;
    const watch = setInterval(() => { wasDown ||= !running.status().ready; }, 5);
    cleanups.push(() => { clearInterval(watch); });
    await until(async () => (await leaf()).serialNumber !== first, 'the renewed certificate to be proven', 30_000);
    expect(running.status().identity).toMatchObject({ source: 'acme', agent: NAME, subject: `CN=${NAME}`, renewal: { state: 'none' } });
    expect((await manifest()).next).toBeUndefined();
    expect(wasDown).toBe(false);
    clearInterval(watch);
    await running.stop();

    await makeDue();
    const second = (await leaf()).serialNumber;
    pebble.pause();
    const again = await run(await configure(settings));
    await until(() => (again.status().identity?.renewal.failures ?? 0) > 0, 'a renewal that fails', 20_000);
    expect(again.status()).toMatchObject({ identity: { renewal: { problem: expect.stringMatching(/no answer within 1000 ms/) as string } } });
    await until(() => again.status().ready, 'the agent to be let in with the old one', 20_000);
    pebble.resume();
    await until(async () => (await leaf()).serialNumber !== second, 'the renewal after all', 60_000);
    expect(again.status().ready).toBe(true);
  }, 120_000);
});
