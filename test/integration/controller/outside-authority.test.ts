import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseEnrolmentToken } from '../../../certs/enrolment/token.js';
import { HandMadeAgent, type DialledSocket } from '../../support/hand-made-agent.js';
import { outsideAuthority, type OutsideAuthority } from '../../support/outside-authority.js';
import { until } from '../../support/until.js';
import { startEnrolmentWorld, type EnrolmentWorld } from './enrolment-world.js';

/** Certificates of a company's own authority, with one in between, beside those that are enrolled. */

let folder: string;
let outside: OutsideAuthority;
let world: EnrolmentWorld | undefined;
const sockets: DialledSocket[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-outside-'));
  outside = await outsideAuthority(folder);
  await writeFile(join(folder, 'trusted.pem'), await readFile(outside.root, 'utf8') + await readFile(outside.intermediate, 'utf8'));
}, 60_000);
afterEach(async () => {
  for (const { socket } of sockets.splice(0)) socket.terminate();
  await world?.stop();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function start(tls: object, enrolment: object = {}): Promise<EnrolmentWorld> {
  world = await startEnrolmentWorld({ tls, enrolment });
  return world;
}
async function issued(name: string, subject?: string): Promise<{ readonly agent: HandMadeAgent; readonly serial: string }> {
  const { certificate, privateKey, serial } = await outside.issue(name, subject === undefined ? {} : { subject });
  const agent = new HandMadeAgent();
  agent.take({ status: 200, body: { agent: name, certificate, trust: world?.ca ?? '', revision: 'x', renewAfter: new Date().toISOString() } }, privateKey);
  return { agent, serial };
}
async function dial(agent: HandMadeAgent): Promise<DialledSocket> {
  const dialled = await agent.dial(world?.gatewayPort ?? 0);
  sockets.push(dialled);
  return dialled;
}
const isRefused = (agent: HandMadeAgent): Promise<boolean> => dial(agent).then(() => false, (error: unknown) => String(error).includes('403'));

describe('certificates of an outside authority', () => {
  it('let agents in, and are revoked by the list of the authority in between', async () => {
    await outside.revoke([]);
    await start({ ca: join(folder, 'trusted.pem'), crl: outside.list });
    const [one, two] = [await issued('one'), await issued('two')];
    const [first, second] = [await dial(one.agent), await dial(two.agent)];
    await outside.revoke([one.serial]);
    expect((await first.closed).code).toBe(4403);
    expect(await isRefused(one.agent)).toBe(true);
    expect(second.socket.readyState).toBe(second.socket.OPEN);
  });

  it('without a common name are those of their one DNS name, and with several, nobody\'s', async () => {
    await outside.revoke([]);
    await start({ ca: join(folder, 'trusted.pem') });
    const withNames = async (names: string): Promise<HandMadeAgent> => {
      const { certificate, privateKey } = await outside.issue('x', { subject: '/O=Example', names });
      const agent = new HandMadeAgent();
      agent.take({ status: 200, body: { agent: 'x', certificate, trust: world?.ca ?? '', revision: 'x', renewAfter: new Date().toISOString() } }, privateKey);
      return agent;
    };
    await expect(dial(await withNames('DNS:one.example,DNS:two.example'))).rejects.toThrow(/401/);
    await expect(dial(await withNames('DNS:one.example,URI:urn:x'))).rejects.toThrow(/401/);
    await world?.command('revoke', '--agent', 'one.example');
    const revoked = await withNames('DNS:one.example');
    await until(() => isRefused(revoked), 'the revocation to be known', 5_000);
    expect((await dial(await withNames('DNS:two.example'))).socket.readyState).toBe(1);
  });

  it('are revoked by hand: one of them, or the authority in between with all it signed', async () => {
    const { command } = await start({ ca: outside.root });
    const [one, two] = [await issued('one'), await issued('two')];
    const [first, second] = [await dial(one.agent), await dial(two.agent)];
    await command('revoke', '--serial', one.serial, '--issuer', outside.intermediate);
    expect((await first.closed).code).toBe(4403);
    expect(second.socket.readyState).toBe(second.socket.OPEN);
    await command('revoke', '--serial', (77).toString(16), '--issuer', outside.root);
    expect((await second.closed).code).toBe(4403);
    expect(await isRefused(two.agent)).toBe(true);
  });

  it('cannot be renewed here, nor claim a name that is not theirs by naming two', async () => {
    const { enrolmentPort } = await start({ ca: outside.root });
    const { agent } = await issued('one');
    expect((await agent.renew(enrolmentPort)).status).toBe(403);
    const { agent: both } = await issued('two names', '/CN=site1/CN=site2');
    await expect(dial(both)).rejects.toThrow('401');
  });

  it('a list whose authority is not trusted stops the start', async () => {
    await expect(start({ ca: join(folder, 'root.crt'), crl: outside.list })).rejects.toThrow(/gateway\.tls\.crl: .*not signed by an authority that is trusted/);
    world = undefined;
  });
});

describe('server certificates of an outside authority', () => {
  it('serve agents that enrol, when its root is handed out with enrolment.trust, and not without', async () => {
    const server = await outside.issue('localhost', { usage: 'serverAuth', names: 'DNS:localhost,IP:127.0.0.1' });
    const files = { certificate: join(folder, 'server.crt'), key: join(folder, 'server.key') };
    await Promise.all([writeFile(files.certificate, server.certificate), writeFile(files.key, server.privateKey)]);
    await expect(start(files)).rejects.toThrow(/neither in its file, nor in enrolment\.authority, nor in enrolment\.trust/);
    const { enrolled, gatewayPort, token } = await start(files, { trust: outside.root });
    const agent = await enrolled('site1');
    expect((await agent.renew(world?.enrolmentPort ?? 0)).status).toBe(200);
    await dial(agent);
    const socket = connect({ port: gatewayPort, host: '127.0.0.1', servername: 'localhost', ca: await readFile(outside.root), cert: agent.shown.cert, key: agent.shown.key });
    await once(socket, 'secureConnect');
    socket.destroy();
    expect(parseEnrolmentToken(await token('other')).fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });
});

it('the certificate of the REST API is replaced under way', async () => {
  const own = await start({}, {});
  await own.stopController();
  const config = JSON.parse(await readFile(own.path('controller.yaml'), 'utf8')) as { rest: object };
  const files = { certificate: own.path('rest.crt'), key: own.path('rest.key') };
  const use = async (): Promise<void> => {
    const { certificate, privateKey } = await own.authority.issueController({ names: ['localhost'] });
    await Promise.all([writeFile(files.key, privateKey), writeFile(files.certificate, certificate)]);
  };
  await use();
  await writeFile(own.path('controller.yaml'), JSON.stringify({ ...config, rest: { ...config.rest, tls: files } }));
  await own.startController();
  const serial = async (): Promise<string> => {
    const socket = connect({ port: own.restPort, host: '127.0.0.1', servername: 'localhost', ca: own.ca });
    await once(socket, 'secureConnect');
    const { serialNumber } = socket.getPeerCertificate();
    socket.destroy();
    return serialNumber;
  };
  const before = await serial();
  await use();
  await until(async () => await serial() !== before, 'the new certificate', 10_000, 200);
});
