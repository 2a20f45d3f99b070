import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DialError } from '../../../agent/session/failure-policy.js';
import { dial, type DialTarget } from '../../../agent/transport/dial.js';
import { createAuthority } from '../../../certs/index.js';
import { makeTestCertificates, type TestCertificates } from './support/test-certificates.js';
import { startTestController, until, type TestController, type TestControllerOptions } from './support/test-controller.js';
import { startSession, target } from './support/test-session.js';

let certificates: TestCertificates;
let running: (() => Promise<unknown>)[] = [];
beforeAll(async () => { certificates = await makeTestCertificates(); });
afterAll(() => certificates.remove());
afterEach(async () => {
  for (const stop of running.reverse()) await stop();
  running = [];
});

async function controller(options: TestControllerOptions = {}): Promise<TestController> {
  const started = await startTestController({ tls: certificates.server, ...options });
  running.push(() => started.kill());
  return started;
}

async function failure(dialTarget: DialTarget): Promise<DialError> {
  const error = await dial(dialTarget, new AbortController().signal).then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof DialError)) throw new Error(`Expected the dial to fail with a DialError, got ${String(error)}`);
  return error;
}

/** Under TLS 1.3 a refused client certificate shows only once the upgrade is read. */
describe('dialling out over TLS refuses, and says what to do,', () => {
  it('when the agent has no client certificate', async () => {
    const { port } = await controller();
    const error = await failure(target(`wss://localhost:${port}/openicf`, { tls: { ca: certificates.agent.ca } }));
    expect(error.message).toMatch(/client certificate/);
    expect(error.message).toContain(`wss://localhost:${port}/openicf`);
  });

  it('when the agent\'s certificate comes from another authority', async () => {
    const { port, sockets } = await controller();
    const other = await (await createAuthority(`${certificates.directory}/other`)).issueAgent({ name: 'site-1' });
    const error = await failure(target(`wss://localhost:${port}/openicf`, { tls: { ca: certificates.agent.ca, ...(await certificates.write('foreign', other)) } }));
    expect(error.message).toMatch(/certificate|reset/);
    expect(sockets.size).toBe(0);
  });

  it('when the agent\'s certificate has expired', async () => {
    const { port, sockets } = await controller();
    const expired = await certificates.authority.issueAgent({ name: 'site-1', days: 1, from: new Date(Date.now() - 3 * 86_400_000) });
    const error = await failure(target(`wss://localhost:${port}/openicf`, { tls: { ca: certificates.agent.ca, ...(await certificates.write('expired', expired)) } }));
    expect(error.message).toMatch(/expired|certificate|reset/);
    expect(sockets.size).toBe(0);
  });

  it('when the controller\'s authority is not trusted', async () => {
    const { port, sockets } = await controller();
    const { certificate, key } = certificates.agent;
    const error = await failure(target(`wss://localhost:${port}/openicf`, { tls: { certificate, key } }));
    expect(error.message).toMatch(/not trust.*tls\.ca/);
    expect(error.pace).toBe('slow');
    expect(sockets.size).toBe(0);
  });

  it('when the controller\'s certificate is for another host name', async () => {
    const issued = await certificates.authority.issueController({ names: ['other.example'] });
    const { port } = await controller({ tls: { ...certificates.server, cert: issued.certificate, key: issued.privateKey } });
    expect((await failure(target(`wss://localhost:${port}/openicf`, { tls: certificates.agent }))).message).toMatch(/another host name/);
  });

  it('when the controller\'s certificate has expired', async () => {
    const issued = await certificates.authority.issueController({ names: ['localhost'], days: 1, from: new Date(Date.now() - 3 * 86_400_000) });
    const { port } = await controller({ tls: { ...certificates.server, cert: issued.certificate, key: issued.privateKey } });
    expect((await failure(target(`wss://localhost:${port}/openicf`, { tls: certificates.agent }))).message).toMatch(/controller's certificate has expired/);
  });

  it('when an agent\'s certificate poses as a controller\'s', async () => {
    const issued = await certificates.authority.issueAgent({ name: 'localhost' });
    const { port } = await controller({ tls: { ...certificates.server, cert: issued.certificate, key: issued.privateKey } });
    const error = await failure(target(`wss://localhost:${port}/openicf`, { tls: certificates.agent }));
    expect(error.message).toMatch(/not meant for a server|another host name/);
  });

  it('when the other side speaks only TLS 1.1', async () => {
    const server = createTlsServer({ cert: certificates.server.cert, key: certificates.server.key, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    server.on('tlsClientError', () => undefined);
    running.push(() => new Promise((resolve) => server.close(resolve)));
    expect((await failure(target(`wss://localhost:${(server.address() as AddressInfo).port}/openicf`, { tls: certificates.agent }))).message).toMatch(/TLS version/);
  });

  it('when what answers does not speak TLS at all', async () => {
    const { port } = await controller({ tls: undefined as never });
    expect((await failure(target(`wss://localhost:${port}/openicf`, { tls: certificates.agent }))).message).toMatch(/does not speak TLS/);
  });

  it('when a file of the configuration is missing', async () => {
    expect((await failure(target('wss://localhost:1/openicf', { tls: { ca: '/nonexistent/ca.crt' } }))).message).toBe('tls.ca: the file /nonexistent/ca.crt cannot be read (ENOENT).');
  });
});

describe('dialling out fails in good time', () => {
  it('hazard 10: a listener that never answers the upgrade costs the connect timeout, no more', async () => {
    const server = createServer((socket) => { socket.on('error', () => undefined).resume(); });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    running.push(() => new Promise((resolve) => server.close(resolve)));
    const started = Date.now();
    const error = await failure(target(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/openicf`, { connectTimeout: 300 }));
    expect(error.message).toContain('no connection within 300 ms');
    expect(Date.now() - started).toBeLessThan(3000);
  });

  it('at once when it is stopped', async () => {
    const server = createServer((socket) => { socket.on('error', () => undefined).resume(); });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    running.push(() => new Promise((resolve) => server.close(resolve)));
    const stop = new AbortController();
    const dialling = dial(target(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/openicf`), stop.signal);
    await until(() => new Promise<boolean>((resolve) => { server.getConnections((_error, count) => { resolve(count > 0); }); }), 'the dial to begin');
    stop.abort(new Error('stopping'));
    await expect(dialling).rejects.toThrow('stopping');
  });

  it('when nothing listens, and when the name does not exist', async () => {
    expect((await failure(target('ws://127.0.0.1:1/openicf'))).message).toMatch(/nothing listens there/);
    expect((await failure(target('ws://no-such-host.invalid/openicf'))).message).toMatch(/cannot be resolved|DNS/);
  });

  it.each([[401, /refused our credentials/], [403, /does not let this agent in/], [404, /no endpoint at this path/], [302, /redirects/], [503, /HTTP 503/]])('when the controller answers %i', async (status, expected) => {
    const { port } = await controller({ refuse: () => status });
    expect((await failure(target(`wss://localhost:${port}/openicf`, { tls: certificates.agent }))).message).toMatch(expected);
  });
});

describe('dialling out', () => {
  it('connects with mutual TLS, and the controller learns the agent\'s name', async () => {
    const test = await controller();
    const { session, stop } = startSession(target(`wss://localhost:${test.port}/openicf`, { tls: certificates.agent }));
    running.push(stop);
    await test.group();
    expect(test.clients).toEqual(['site-1']);
    await until(() => session.status().serving === 1, 'the session to serve');
  });

  it('knows the controller by the name on its certificate', async () => {
    const { port } = await controller();
    const { socket, principal } = await dial(target(`wss://127.0.0.1:${port}/openicf`, { tls: certificates.agent }), new AbortController().signal);
    expect(principal).toBe('localhost');
    socket.terminate();
  });

  it('hazard 07, hazard 08: offers the subprotocol and no extension', async () => {
    const { port, upgrades } = await controller();
    const { socket } = await dial(target(`wss://localhost:${port}/openicf?x=1`, { tls: certificates.agent }), new AbortController().signal);
    socket.terminate();
    expect(upgrades[0]?.headers['sec-websocket-protocol']).toBe('v1.openicf.forgerock.org');
    expect(upgrades[0]?.headers['sec-websocket-extensions']).toBeUndefined();
    expect(upgrades[0]?.url).toBe('/openicf?x=1');
    expect(upgrades[0]?.headers.authorization).toBeUndefined();
  });

  it('hazard 11: speaks TLS 1.3 only, whatever certificate it shows, unless the configuration allows 1.2 for a Java peer', async () => {
    const { port, upgrades } = await controller({ tls: { ...certificates.server, maxVersion: 'TLSv1.2' } });
    const refused = dial(target(`wss://localhost:${port}/openicf`, { tls: certificates.agent }), new AbortController().signal);
    await expect(refused).rejects.toThrow(/no TLS version this agent accepts.*tls\.minVersion: TLSv1\.2/);
    expect(upgrades).toHaveLength(0);
    const { socket } = await dial(target(`wss://localhost:${port}/openicf`, { tls: { ...certificates.agent, minVersion: 'TLSv1.2' } }), new AbortController().signal);
    socket.terminate();
  });

  it('accepts another name when the configuration says which', async () => {
    const issued = await certificates.authority.issueController({ names: ['other.example'] });
    const { port } = await controller({ tls: { ...certificates.server, cert: issued.certificate, key: issued.privateKey } });
    const { socket } = await dial(target(`wss://localhost:${port}/openicf`, { tls: { ...certificates.agent, serverName: 'other.example' } }), new AbortController().signal);
    socket.terminate();
  });

  it('resolves the controller\'s name anew each time', async () => {
    const { port } = await controller();
    const asked: string[] = [];
    const dialTarget = target(`wss://controller.invalid:${port}/openicf`, {
      tls: { ...certificates.agent, serverName: 'localhost' },
      lookup: (host, options, callback) => {
        asked.push(host);
        if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
        else callback(null, '127.0.0.1', 4);
      },
    });
    for (let round = 0; round < 2; round += 1) (await dial(dialTarget, new AbortController().signal)).socket.terminate();
    expect(asked).toEqual(['controller.invalid', 'controller.invalid']);
  });

  it('uses a renewed certificate from the next dial on', async () => {
    const { port, clients } = await controller();
    const files = await certificates.write('renewed', await certificates.authority.issueAgent({ name: 'first' }));
    const dialTarget = target(`wss://localhost:${port}/openicf`, { tls: { ca: certificates.agent.ca, ...files } });
    (await dial(dialTarget, new AbortController().signal)).socket.terminate();
    await certificates.write('renewed', await certificates.authority.issueAgent({ name: 'second' }));
    expect(await readFile(files.certificate, 'utf8')).toContain('BEGIN CERTIFICATE');
    (await dial(dialTarget, new AbortController().signal)).socket.terminate();
    await until(() => clients.length === 2, 'both connections');
    expect(clients).toEqual(['first', 'second']);
  });
});
