import { readFile } from 'node:fs/promises';
import { connect as connectTls } from 'node:tls';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../agent/system-clock.js';
import { ListenerSession, type ListenerSessionOptions } from '../../../agent/session/listener-session.js';
import { connectorServerKeyHash } from '../../../agent/transport/connector-server-key.js';
import { linkWebSocket } from '../../../protocol/transport/websocket-link.js';
import { createPeer } from '../../../protocol/session/peer.js';
import { quietLog } from './support/quiet-log.js';
import { RawClient, basic } from './support/raw-client.js';
import { makeTestCertificates, type TestCertificates } from './support/test-certificates.js';
import { until } from './support/test-controller.js';
import { noConnectors } from './support/test-session.js';

const CHANGEIT = 'lmA6bMfENJGlIDbfrVtklXFK32s=';

let certificates: TestCertificates;
let session: ListenerSession;
let clients: RawClient[] = [];
let extra: (() => Promise<unknown>)[] = [];

async function open(more: Partial<ListenerSessionOptions['listen']> = {}): Promise<ListenerSession> {
  return ListenerSession.open({
    listen: { port: 0, address: '127.0.0.1', keyHash: CHANGEIT, maxFrameBytes: 1_048_576, maxConnections: 64, maxUnauthenticated: 16, authenticationTimeout: 1500, ...more },
    limits: { handshakeTimeout: 5000 }, executor: noConnectors, clock: systemClock, log: quietLog,
  });
}

async function client(listener: ListenerSession = session): Promise<RawClient> {
  const raw = await RawClient.open(listener.status().port);
  clients.push(raw);
  return raw;
}

beforeAll(async () => { certificates = await makeTestCertificates(); });
afterAll(() => certificates.remove());
beforeEach(async () => { session = await open(); });
afterEach(async () => {
  for (const raw of clients) raw.end();
  clients = [];
  for (const stop of extra) await stop();
  extra = [];
  await session.close();
});

describe('server mode answers a bad upgrade as a Java connector server does', () => {
  it.each([
    ['no Authorization', { Authorization: undefined }],
    ['another scheme', { Authorization: 'Bearer abc' }],
    ['Basic without a colon', { Authorization: `Basic ${Buffer.from('nocolon').toString('base64')}` }],
    ['Basic with rubbish', { Authorization: 'Basic !!!' }],
  ])('401 without body or length, connection open: %s', async (_title, headers) => {
    const raw = await client();
    raw.upgrade('/openicf', headers);
    await until(() => raw.head !== '', 'an answer');
    expect(raw.received).toBe('HTTP/1.1 401 Unauthorized. \r\nWWW-Authenticate: Basic realm="openicf.forgerock.org"\r\n\r\n');
    expect(raw.closed).toBe(false);
  });

  it('403 without body or length, connection open: a wrong key', async () => {
    const raw = await client();
    raw.upgrade('/openicf', { Authorization: basic('anonymous', 'wrong') });
    await until(() => raw.head !== '', 'an answer');
    expect(raw.received).toBe('HTTP/1.1 403 Failed To connect\r\n\r\n');
    expect(raw.closed).toBe(false);
  });

  it('closes without an answer: the right key and a blank user name', async () => {
    const raw = await client();
    raw.upgrade('/openicf', { Authorization: basic('  ', 'changeit') });
    await until(() => raw.closed, 'the connection to end');
    expect(raw.received).toBe('');
  });

  it.each(['8', '0', '14', undefined])('400 naming version 13: WebSocket version %s', async (version) => {
    const raw = await client();
    raw.upgrade('/openicf', { 'Sec-WebSocket-Version': version });
    await until(() => raw.head !== '', 'an answer');
    expect(raw.head).toMatch(/^HTTP\/1\.1 400 /);
    expect(raw.head).toMatch(/Sec-WebSocket-Version: 13/);
  });

  it.each(['/openicf/', '/openicf/x', '/openicf2', '/'])('hazard 10: no answer at all at the path %s, and no connection kept beyond the deadline', async (path) => {
    const raw = await client();
    raw.upgrade(path);
    await until(() => raw.closed, 'the deadline', 5000);
    expect(raw.received).toBe('');
  });

  it('a page Java\'s health check recognises, with 404: GET without upgrade', async () => {
    const { statusCode, body } = await request(`http://127.0.0.1:${session.status().port}/openicf`);
    expect(statusCode).toBe(404);
    expect(await body.text()).toMatch(/<title>.*OpenICF Connector Server.*<\/title>/);
  });
});

describe('server mode lets in', () => {
  it.each<[string, Record<string, string | readonly string[] | undefined>, RegExp, boolean]>([
    ['hazard 01: the Java dialler, which names its subprotocol twice', { 'Sec-WebSocket-Protocol': ['v1.openicf.forgerock.org', 'v1.openicf.forgerock.org'] }, /\r\nSec-WebSocket-Protocol: v1\.openicf\.forgerock\.org/, true],
    ['hazard 01: the subprotocol twice in one header', { 'Sec-WebSocket-Protocol': 'v1.openicf.forgerock.org, v1.openicf.forgerock.org' }, /\r\nSec-WebSocket-Protocol: v1\.openicf\.forgerock\.org/, true],
    ['the subprotocol in a list', { 'Sec-WebSocket-Protocol': 'x, v1.openicf.forgerock.org, y' }, /\r\nSec-WebSocket-Protocol: v1\.openicf\.forgerock\.org/, true],
    ['only unknown subprotocols, naming the empty one', { 'Sec-WebSocket-Protocol': 'x' }, /\r\nSec-WebSocket-Protocol: ?(\r\n|$)/, true],
    ['no subprotocol, naming none', { 'Sec-WebSocket-Protocol': undefined }, /Sec-WebSocket-Protocol/, false],
    ['hazard 01: an offer of permessage-deflate, ignoring it', { 'Sec-WebSocket-Extensions': 'permessage-deflate' }, /Sec-WebSocket-Extensions/, false],
    ['credentials with blanks around them', { Authorization: basic(' anybody ', ' changeit ') }, /101/, true],
    ['a query string', {}, /101/, true],
  ])('%s', async (_title, headers, pattern, present) => {
    const raw = await client();
    raw.upgrade('/openicf?x=1', headers);
    await until(() => raw.head !== '', 'an answer');
    expect(raw.head).toMatch(/^HTTP\/1\.1 101 Switching Protocols/);
    if (present) expect(raw.head).toMatch(pattern);
    else expect(raw.head).not.toMatch(pattern);
    expect(raw.head).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo='); // RFC 6455's own example
  });

  it('a controller that dials in and shakes hands', async () => {
    const peer = createPeer({ role: 'dialler', log: quietLog });
    extra.push(() => peer.close('test over'));
    const websocket = new WebSocket(`ws://127.0.0.1:${session.status().port}/openicf`, 'v1.openicf.forgerock.org', { perMessageDeflate: false, auth: 'anonymous:changeit' });
    await new Promise((resolve, reject) => { websocket.once('open', resolve).once('error', reject); });
    await peer.attach(linkWebSocket(websocket, 'controller', undefined), 'agent');
    await until(() => session.status().controllers === 1, 'the controller to be known');
  });
});

describe('server mode bounds what strangers can hold', () => {
  it('cuts connections that send nothing, or half a request, at the deadline', async () => {
    const silent = await client();
    const half = await client();
    half.socket.write('GET /openicf HTTP/1.1\r\nHost: x\r\n');
    await until(() => silent.closed && half.closed, 'the deadline', 6000);
  });

  it('cuts refused connections at the deadline', async () => {
    const raw = await client();
    raw.upgrade('/openicf', { Authorization: undefined });
    await until(() => raw.head !== '', 'an answer');
    await until(() => raw.closed, 'the deadline', 5000);
  });

  it('does not cut connections that were let in', async () => {
    const listener = await open({ authenticationTimeout: 200 });
    extra.push(() => listener.close());
    const late = await client(listener);
    late.upgrade('/openicf');
    await until(() => late.head !== '', 'an answer');
    const silent = await client(listener);
    await until(() => silent.closed, 'the deadline of a later connection');
    expect(late.closed).toBe(false);
  });

  it('takes no more unauthenticated connections than allowed, and new ones once old ones are gone', async () => {
    const listener = await open({ maxUnauthenticated: 3 });
    extra.push(() => listener.close());
    const held = [await client(listener), await client(listener), await client(listener)];
    const tooMany = await client(listener);
    await until(() => tooMany.closed, 'the surplus connection to be cut');
    expect(held.map(({ closed }) => closed)).toEqual([false, false, false]);
    held[0]?.end();
    await until(async () => {
      const next = await client(listener);
      next.upgrade('/openicf');
      await until(() => next.closed || next.head !== '', 'an answer');
      return next.head.startsWith('HTTP/1.1 101');
    }, 'room for another connection');
  });

  it('cuts a request with too many headers', async () => {
    const raw = await client();
    raw.socket.write(`GET /openicf HTTP/1.1\r\n${'X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(1000)}\r\n`);
    await until(() => raw.closed, 'the connection to be cut');
    expect(raw.received).not.toContain('101');
  });

  it('hazard 06: answers a frame above its limit with close code 1009', async () => {
    const websocket = new WebSocket(`ws://127.0.0.1:${session.status().port}/openicf`, { perMessageDeflate: false, auth: 'anonymous:changeit' });
    await new Promise((resolve, reject) => { websocket.once('open', resolve).once('error', reject); });
    const closed = new Promise<number>((resolve) => { websocket.once('close', resolve); });
    websocket.send(Buffer.alloc(1_048_577));
    expect(await closed).toBe(1009);
  });
});

describe('server mode over TLS', () => {
  const files = async () => {
    const issued = await certificates.authority.issueController({ names: ['localhost'] });
    return { ...(await certificates.write('listener', issued)), ca: certificates.agent.ca };
  };
  const dialTls = async (listener: ListenerSession, more: object = {}) => {
    const websocket = new WebSocket(`wss://localhost:${listener.status().port}/openicf`, 'v1.openicf.forgerock.org', { perMessageDeflate: false, auth: 'anonymous:changeit', ca: certificates.server.ca, ...more });
    return new Promise<string>((resolve) => {
      websocket.once('open', () => { websocket.terminate(); resolve('open'); }).once('error', (error) => { resolve(error.message); });
    });
  };

  it('refuses TLS before 1.2', async () => {
    const listener = await open({ tls: await files() });
    extra.push(() => listener.close());
    const error = await new Promise<Error>((resolve, reject) => {
      connectTls({ port: listener.status().port, host: 'localhost', rejectUnauthorized: false, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }, () => { reject(new Error('connected')); }).once('error', resolve);
    });
    expect(error.message).not.toBe('connected');
  });

  it('refuses controllers without a certificate where one is required, and takes those with one', async () => {
    const listener = await open({ tls: { ...(await files()), requireClientCertificate: true } });
    extra.push(() => listener.close());
    expect(await dialTls(listener)).not.toBe('open');
    const own = { cert: await readFile(certificates.agent.certificate), key: await readFile(certificates.agent.key) };
    expect(await dialTls(listener, own)).toBe('open');
  });

  it('takes controllers without a certificate where none is required, by TLS 1.2 as well where the configuration says so (hazard 11)', async () => {
    const strict = await open({ tls: await files() });
    extra.push(() => strict.close());
    expect(await dialTls(strict)).toBe('open');
    expect(await dialTls(strict, { maxVersion: 'TLSv1.2' })).toMatch(/protocol version/i);
    const listener = await open({ tls: { ...(await files()), minVersion: 'TLSv1.2' }, authenticationTimeout: 300 });
    extra.push(() => listener.close());
    expect(await dialTls(listener)).toBe('open');
    expect(await dialTls(listener, { maxVersion: 'TLSv1.2' })).toBe('open');
  });

  it('does not start without a readable key', async () => {
    await expect(open({ tls: { certificate: '/nonexistent.crt', key: '/nonexistent.key' } })).rejects.toThrow(/nonexistent\.(crt|key) cannot be read/);
  });
});

describe('hazard 04, hazard 05: session ids', () => {
  it('every listener has its own', async () => {
    const listener = await open();
    extra.push(() => listener.close());
    const ids = new Set<string>();
    for (const { port } of [session.status(), listener.status()]) {
      const peer = createPeer({ role: 'dialler', log: quietLog });
      extra.push(() => peer.close('test over'));
      const websocket = new WebSocket(`ws://127.0.0.1:${port}/openicf`, { perMessageDeflate: false, auth: 'anonymous:changeit' });
      await new Promise((resolve, reject) => { websocket.once('open', resolve).once('error', reject); });
      ids.add((await peer.attach(linkWebSocket(websocket, 'controller', undefined), 'agent')).group.peerSessionId);
    }
    expect(ids.size).toBe(2);
  });
});

it('the connector server key is hashed as the Java server does it', () => {
  expect(connectorServerKeyHash('changeit')).toBe(CHANGEIT);
});
