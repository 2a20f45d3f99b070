import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { WebSocket } from 'ws';
import { afterEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../../certs/index.js';
import { serialText } from '../../../certs/trust-bundle.js';
import { hashPassword } from '../../../controller/authentication/password-hash.js';
import { HandMadeAgent, type DialledSocket } from '../../support/hand-made-agent.js';
import { revocationList } from '../../support/revocation-lists.js';
import { until } from '../../support/until.js';
import { dialIn } from './start-controller.js';
import { startEnrolmentWorld, type EnrolmentWorld } from './enrolment-world.js';

let world: EnrolmentWorld;
const sockets: DialledSocket[] = [];
afterEach(async () => {
  for (const { socket } of sockets.splice(0)) socket.terminate();
  await world.stop();
});

async function dial(agent: HandMadeAgent): Promise<DialledSocket> {
  const dialled = await agent.dial(world.gatewayPort);
  sockets.push(dialled);
  return dialled;
}
async function issued(name: string, authority = world.authority): Promise<HandMadeAgent> {
  const { certificate, privateKey } = await authority.issueAgent({ name });
  const agent = new HandMadeAgent();
  agent.take({ status: 200, body: { agent: name, certificate, trust: world.ca, revision: 'x', renewAfter: new Date().toISOString() } }, privateKey);
  return agent;
}
const serialOf = (agent: HandMadeAgent): string => new X509Certificate(agent.answer?.certificate ?? '').serialNumber;
const isRefused = (agent: HandMadeAgent): Promise<boolean> => dial(agent).then(() => false, (error: unknown) => String(error).includes('403'));
const isOpen = ({ socket }: DialledSocket): boolean => socket.readyState === WebSocket.OPEN;
const alarms = async (event: string): Promise<number> => (await world.audit()).filter((line) => line.event === event && line.alarm === true).length;

describe('revocation', () => {
  it('by agent closes its sockets within seconds, refuses them after a restart, and renewal too; others stay', async () => {
    world = await startEnrolmentWorld();
    const [gone, stays] = [await world.enrolled('gone'), await world.enrolled('stays')];
    const [first, second, other] = [await dial(gone), await dial(gone), await dial(stays)];
    const start = performance.now();
    await world.command('revoke', '--agent', 'gone');
    const closed = await Promise.all([first.closed, second.closed]);
    for (const { code, reason, at } of closed) {
      expect({ code, reason }).toEqual({ code: 4403, reason: 'the certificate is revoked' });
      expect(at - start).toBeLessThan(4_000);
    }
    expect(isOpen(other)).toBe(true);
    expect(await isRefused(gone)).toBe(true);
    await world.stopController();
    await world.startController();
    expect(await isRefused(gone)).toBe(true);
    expect((await gone.renew(world.enrolmentPort)).status).toBe(403);
    await dial(stays);
  });

  it('by agent counts for certificates from elsewhere; a new token lets it in, the old certificate stays out', async () => {
    world = await startEnrolmentWorld();
    const byHand = await issued('mixed');
    const open = await dial(byHand);
    await world.command('revoke', '--agent', 'mixed');
    expect((await open.closed).code).toBe(4403);
    expect(await isRefused(byHand)).toBe(true);
    await dial(await world.enrolled('mixed'));
    expect(await isRefused(byHand)).toBe(true);
    await world.command('restore', '--agent', 'mixed');
    await until(async () => !(await isRefused(byHand)), 'the name to be restored', 5_000);
  });

  it('by serial number and issuer closes a certificate that was not enrolled, and no other', async () => {
    world = await startEnrolmentWorld();
    const [one, other] = [await issued('one'), await issued('other')];
    const [open, stays] = [await dial(one), await dial(other)];
    await world.command('revoke', '--serial', serialOf(other), '--issuer', world.path('server', 'controller.crt')); // not its issuer
    await world.command('revoke', '--serial', serialOf(one).toLowerCase(), '--issuer', world.path('ca', 'ca.crt'));
    expect((await open.closed).code).toBe(4403);
    expect(await isRefused(one)).toBe(true);
    expect(isOpen(stays)).toBe(true);
  });

  it('by a revocation list that changes; one that nobody trusted has signed changes nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'causeway-crl-'));
    const [outside, stranger, file] = [join(folder, 'outside'), join(folder, 'stranger'), join(folder, 'agents.crl')];
    const [authority] = await Promise.all([createAuthority(outside), createAuthority(stranger)]);
    await writeFile(file, await revocationList(outside, []));
    world = await startEnrolmentWorld({ tls: { ca: join(outside, 'ca.crt'), crl: file } });
    const [one, two] = [await issued('one', authority), await issued('two', authority)];
    const [first, second] = [await dial(one), await dial(two)];
    await writeFile(file, await revocationList(outside, [serialOf(two)], { signer: stranger }));
    await until(() => world.logged('is not signed by an authority that is trusted'), 'the list to be refused', 10_000);
    expect(isOpen(second)).toBe(true);
    await writeFile(file, await revocationList(outside, [serialOf(one)]));
    expect((await first.closed).code).toBe(4403);
    expect(await isRefused(one)).toBe(true);
    expect(isOpen(second)).toBe(true);
    await rm(folder, { recursive: true });
  });
});

describe('a certificate that was replaced', () => {
  it('serves on for the overlap after the new one was used, then is closed, refused and an alarm', async () => {
    world = await startEnrolmentWorld({ enrolment: { overlap: '2s' } });
    const agent = await world.enrolled('site1');
    const stolen = agent.copy();
    const old = await dial(agent);
    expect((await agent.renew(world.enrolmentPort)).status).toBe(200);
    await dial(stolen); // not in use yet: the old one serves
    const fresh = await dial(agent);
    expect(isOpen(old)).toBe(true);
    expect((await old.closed).code).toBe(4403);
    expect(isOpen(fresh)).toBe(true);
    expect(await isRefused(stolen)).toBe(true);
    expect(await isRefused(stolen)).toBe(true);
    expect((await stolen.renew(world.enrolmentPort)).status).toBe(403);
    await until(async () => await alarms('superseded-used') >= 1, 'the alarm');
    await world.stopController();
    await world.startController();
    expect(await isRefused(stolen)).toBe(true);
    await dial(agent);
  });

  it('by a token with --replace is refused once the new one is in use, and not before', async () => {
    world = await startEnrolmentWorld({ enrolment: { overlap: '1s' } });
    const lost = await world.enrolled('site1');
    const open = await dial(lost);
    const again = await world.enrolled('site1', '--replace');
    expect(isOpen(open)).toBe(true);
    await dial(again);
    expect((await open.closed).code).toBe(4403);
    expect(await isRefused(lost)).toBe(true);
  });
});

describe('clones', () => {
  it('two processes with one certificate are an alarm; the later one is refused, the first one works on', async () => {
    world = await startEnrolmentWorld({ gateway: { clones: 'refuse', cloneGrace: '1500ms' } });
    const agent = await world.enrolled('site1');
    const options = { ...agent.shown as { ca: string; cert: string; key: string } };
    const [first, clone] = [await dialIn(world.gatewayPort, options, { sockets: 2 }), await dialIn(world.gatewayPort, options)];
    try {
      await until(async () => await alarms('clone') === 1, 'the alarm', 10_000);
      await until(() => clone.sockets[0]?.readyState === WebSocket.CLOSED, 'the clone to be closed', 5_000);
      expect(first.sockets.map(({ readyState }) => readyState)).toEqual([WebSocket.OPEN, WebSocket.OPEN]);
      const [line] = (await world.audit()).filter(({ event }) => event === 'clone');
      expect(line).toMatchObject({ agent: 'site1', serial: serialText(serialOf(agent)), sessions: [expect.stringContaining('127.0.0.1'), expect.stringContaining('127.0.0.1')] });
    } finally {
      await Promise.all([first.stop(), clone.stop()]);
    }
  });

  it('on another machine are found at once, without waiting for the grace, unless the configuration counts on them', async () => {
    world = await startEnrolmentWorld({ gateway: { clones: 'refuse', agents: [{ name: 'pair', replicas: 2 }] } });
    const [single, pair] = [await world.enrolled('site1'), await world.enrolled('pair')].map(({ shown }) => shown as { ca: string; cert: string; key: string });
    const agents = [
      await dialIn(world.gatewayPort, single ?? {}, { hostId: 'host-a' }), await dialIn(world.gatewayPort, single ?? {}, { hostId: 'host-b' }),
      await dialIn(world.gatewayPort, pair ?? {}, { hostId: 'host-a' }), await dialIn(world.gatewayPort, pair ?? {}, { hostId: 'host-b' }),
    ];
    try {
      await until(() => agents[1]?.sockets[0]?.readyState === WebSocket.CLOSED, 'the clone to be closed', 10_000);
      await until(async () => await alarms('clone') === 1, 'the alarm', 10_000);
      expect(agents.map(({ sockets }) => sockets[0]?.readyState)).toEqual([WebSocket.OPEN, WebSocket.CLOSED, WebSocket.OPEN, WebSocket.OPEN]);
      expect((await world.audit()).find(({ event }) => event === 'clone')).toMatchObject({ agent: 'site1', sessions: [expect.stringContaining('host host-a'), expect.stringContaining('host host-b')] });
    } finally {
      await Promise.all(agents.map((each) => each.stop()));
    }
  });

  it('an agent that starts again with a new session is none', async () => {
    world = await startEnrolmentWorld({ gateway: { clones: 'refuse', cloneGrace: '1s' } });
    const options = { ...(await world.enrolled('site1')).shown as { ca: string; cert: string; key: string } };
    for (let start = 0; start < 3; start += 1) {
      const started = await dialIn(world.gatewayPort, options);
      await started.stop();
    }
    const last = await dialIn(world.gatewayPort, options);
    await expect(until(() => last.sockets[0]?.readyState !== WebSocket.OPEN, 'it to be closed', 2_500)).rejects.toThrow(/in vain/);
    expect(await alarms('clone')).toBe(0);
    await last.stop();
  });
});

describe('an agent that is enrolled', () => {
  it('and connects as the controller stops: what that proves is written down before the controller has ended, and nothing after', async () => {
    world = await startEnrolmentWorld();
    await dial(await world.enrolled('site1'));
    await world.stopController();
    expect((await world.audit()).filter(({ event }) => event === 'proven')).toMatchObject([{ agent: 'site1' }]);
  });

  it('cannot be played by a password', async () => {
    const passwordHash = await hashPassword('pw');
    world = await startEnrolmentWorld({ tls: { clientCertificates: 'optional' }, gateway: { agents: [{ name: 'site1', passwordHash }] } });
    const headers = { Authorization: `Basic ${Buffer.from('site1:pw').toString('base64')}` };
    const before = await dialIn(world.gatewayPort, { ca: world.ca, headers });
    await before.stop();
    await world.enrolled('site1');
    await expect(dialIn(world.gatewayPort, { ca: world.ca, headers })).rejects.toThrow('403');
  });

  it('is revoked by name when it came by a password, too', async () => {
    const passwordHash = await hashPassword('pw');
    world = await startEnrolmentWorld({ tls: { clientCertificates: 'optional' }, gateway: { agents: [{ name: 'java1', passwordHash }] } });
    const java = await dialIn(world.gatewayPort, { ca: world.ca, headers: { Authorization: `Basic ${Buffer.from('java1:pw').toString('base64')}` } });
    await world.command('revoke', '--agent', 'java1');
    await until(() => java.sockets[0]?.readyState === WebSocket.CLOSED, 'it to be closed', 4_000);
    await java.stop();
  });
});

describe('files that change under way', () => {
  it('a server certificate is used from the next handshake on, and a pair that does not fit is not', async () => {
    world = await startEnrolmentWorld();
    const agent = await world.enrolled('site1');
    const open = await dial(agent);
    const shownSerial = async (): Promise<string> => {
      const { socket } = await dial(agent);
      const tls = (socket as unknown as { _socket: import('node:tls').TLSSocket })._socket;
      return tls.getPeerCertificate().serialNumber;
    };
    const before = await shownSerial();
    const key = await readFile(world.path('server', 'controller.key'), 'utf8');
    await writeFile(world.path('server', 'controller.key'), 'broken');
    await appendFile(world.path('server', 'controller.crt'), '\n');
    await until(() => world.logged('holds no private key that can be read'), 'the pair to be refused', 10_000);
    expect(await shownSerial()).toBe(before);
    await writeFile(world.path('server', 'controller.key'), key);
    await world.issueServer();
    await until(async () => await shownSerial() !== before, 'the new certificate', 10_000, 200);
    expect(isOpen(open)).toBe(true);
  });

  it('the authority is replaced in three steps under a connected agent: nothing is dropped, and no step comes too early', async () => {
    world = await startEnrolmentWorld({ enrolment: { overlap: '1s' } });
    const [agent, sleeping] = [await world.enrolled('awake'), await world.enrolled('asleep')];
    const first = await dial(agent);
    (await dial(sleeping)).socket.terminate();
    await world.command('rotate-ca', '--prepare');
    await expect(world.command('rotate-ca', '--activate')).rejects.toThrow(/too early to activate[\s\S]*agent awake has not fetched/);
    const revision = agent.answer?.revision;
    await until(async () => (await agent.trust(world.enrolmentPort)).body['revision'] !== revision, 'the new bundle', 10_000, 200);
    await sleeping.trust(world.enrolmentPort);
    await world.command('rotate-ca', '--activate');
    await world.issueServer();
    await until(async () => Date.parse((await agent.trust(world.enrolmentPort)).body['renewAfter'] ?? '') <= Date.now(), 'the agent to be told to renew', 10_000, 200);
    expect((await agent.renew(world.enrolmentPort)).status).toBe(200);
    const second = await dial(agent);
    expect(isOpen(first)).toBe(true);
    await expect(world.command('rotate-ca', '--finish')).rejects.toThrow(/agent asleep has a certificate of a previous authority/);
    expect((await sleeping.renew(world.enrolmentPort)).status).toBe(200);
    await dial(sleeping);
    first.socket.close(); // the agent's part: it retires sockets of the old certificate
    await until(async () => world.command('rotate-ca', '--finish').then(() => true, () => false), 'the old certificates to be gone', 10_000, 200);
    const byHand = await issued('straggler'); // by the old authority, which is not trusted any more
    await until(async () => dial(byHand).then(() => false, () => true), 'the old authority to be dropped', 10_000, 200);
    expect(isOpen(second)).toBe(true);
    await dial(agent);
  });
});

describe('TLS', () => {
  it('sessions are not resumed: each connection shows its certificate', async () => {
    world = await startEnrolmentWorld({ tls: { minVersion: 'TLSv1.2' } });
    const { shown } = await world.enrolled('site1');
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const options = { ...shown as object, port: world.gatewayPort, host: '127.0.0.1', servername: 'localhost', maxVersion: version, minVersion: version };
      let session: Buffer | undefined;
      const first = connect(options).on('session', (each: Buffer) => { session = each; });
      await once(first, 'secureConnect');
      first.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      await once(first, 'data');
      session ??= first.getSession();
      first.destroy();
      const second = connect({ ...options, session });
      await once(second, 'secureConnect');
      expect(second.isSessionReused()).toBe(false);
      second.destroy();
    }
  });

  it('1.2 is refused unless it is allowed', async () => {
    const old = async (): Promise<void> => {
      const agent = await issued('java');
      const socket = new WebSocket(`wss://localhost:${world.gatewayPort}/openicf`, ['v1.openicf.forgerock.org'], { ...agent.shown as object, maxVersion: 'TLSv1.2' });
      await new Promise<void>((resolve, reject) => { socket.once('open', resolve).once('error', reject); });
      socket.terminate();
    };
    world = await startEnrolmentWorld();
    await expect(old()).rejects.toThrow(/protocol version|alert/i);
    await world.stop();
    world = await startEnrolmentWorld({ tls: { minVersion: 'TLSv1.2' } });
    await old();
  });
});
