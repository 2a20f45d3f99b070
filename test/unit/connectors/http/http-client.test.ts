import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, request as forward, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { BasicAuthentication, noAuthentication, type HttpAuthentication } from '../../../../connectors/engines/http/http-authentication.js';
import { HttpClient, type HttpRequest } from '../../../../connectors/engines/http/http-client.js';
import type { HttpSettings } from '../../../../connectors/engines/http/http-settings.js';
import { ConnectorError } from '../../../../protocol/model/index.js';
import { issueSelfSigned } from '../../../targets/self-signed.js';
import { issueTlsFiles } from '../../../targets/tls-files.js';

const never = new AbortController().signal;
const cleanups: (() => unknown)[] = [];
afterEach(async () => { for (const cleanup of cleanups.splice(0).reverse()) await cleanup(); });

async function listen<T extends Server | ReturnType<typeof createTcpServer>>(server: T): Promise<{ readonly server: T; readonly port: number }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => { sockets.add(socket); });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  cleanups.push(() => { server.close(); for (const socket of sockets) socket.destroy(); });
  return { server, port: (server.address() as AddressInfo).port };
}

async function clientWith(settings: Partial<HttpSettings>): Promise<HttpClient> {
  const client = await HttpClient.open({ authentication: noAuthentication, ...settings });
  cleanups.push(() => client.close());
  return client;
}

const to = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({ method: 'GET', url: new URL(url), headers: new Map(), ...more });
const body = (text: string): Pick<HttpRequest, 'body'> => ({ body: { bytes: new TextEncoder().encode(text), contentType: 'text/plain' } });

async function failure(work: Promise<unknown>): Promise<ConnectorError> {
  const error: unknown = await work.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof ConnectorError)) throw new Error(`expected a ConnectorError, got ${String(error)}`);
  return error;
}

/** What comes of it, with each timer fired as soon as it is set. */
async function withoutWaiting<T>(work: Promise<T>): Promise<T> {
  let isDone = false;
  void work.then(() => { isDone = true; }, () => { isDone = true; });
  while (!isDone) {
    await new Promise((resolve) => { setImmediate(resolve); });
    if (vi.getTimerCount() > 0) vi.advanceTimersToNextTimer();
  }
  return work;
}

function fakeTimers(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  cleanups.push(() => vi.useRealTimers());
}

describe('an HTTP client', () => {
  const serve = async (listener: RequestListener) => (await listen(createServer(listener))).port;

  it('keeps so many connections to a server and no more; the other requests wait', async () => {
    const sockets = new Set<Socket>();
    let [underWay, most] = [0, 0];
    const port = await serve((request, response) => {
      sockets.add(request.socket);
      most = Math.max(most, ++underWay);
      setTimeout(() => { underWay--; response.end(); }, 10);
    });
    const client = await clientWith({ connections: 2 });
    await Promise.all(Array.from({ length: 8 }, () => client.request(to(`http://127.0.0.1:${port}/`), never)));
    expect([most, sockets.size]).toEqual([2, 2]);
  });

  it('shows credentials and default headers to its own server, and to no other', async () => {
    const seen: IncomingMessage['headers'][] = [];
    const other = await serve((request, response) => { seen.push(request.headers); response.end(); });
    const own = await serve((request, response) => { seen.push(request.headers); response.writeHead(302, { location: `http://127.0.0.1:${other}/` }).end(); });
    const client = await clientWith({
      address: new URL(`http://127.0.0.1:${own}/`), headers: new Map([['X-Key', 'k']]), authentication: new BasicAuthentication(() => 'Basic secret', { preemptive: true }),
    });
    expect((await client.request(to(`http://127.0.0.1:${own}/`), never)).status).toBe(302);
    expect((await client.request(to(`http://127.0.0.1:${other}/`, { headers: new Map([['Content-Type', 'text/x']]), method: 'POST', ...body('x') }), never)).status).toBe(200);
    expect(seen).toHaveLength(2);
    expect(seen[0]).toMatchObject({ authorization: 'Basic secret', 'x-key': 'k' });
    expect(seen[1]).toMatchObject({ 'content-type': 'text/x' });
    expect(Object.keys(seen[1]!)).not.toEqual(expect.arrayContaining(['authorization']));
    expect(seen[1]).not.toHaveProperty('x-key');
  });

  it('gives up an answer that goes round in circles, and one that is too large', async () => {
    let asked = 0;
    const port = await serve((request, response) => {
      asked++;
      if (request.url === '/round') response.writeHead(302, { location: '/round' }).end();
      else response.end(Buffer.alloc(33 * 1024 ** 2));
    });
    const client = await clientWith({});
    expect((await client.request(to(`http://127.0.0.1:${port}/round`), never)).status).toBe(302);
    expect(asked).toBe(6);
    expect(await failure(client.request(to(`http://127.0.0.1:${port}/`), never))).toMatchObject({ kind: 'connector', outcome: undefined, message: expect.stringMatching(/larger than/) as string });
    expect(await failure(client.request(to(`http://127.0.0.1:${port}/`, { method: 'POST', ...body('x') }), never))).toMatchObject({ outcome: 'unknown' });
  });

  it('does not wait for ever for an answer, be it its head or the rest', async () => {
    const port = await serve((request, response) => { if (request.url === '/rest') response.writeHead(200).write('some'); });
    const client = await clientWith({ timeouts: { answer: 50 } });
    await Promise.all((['GET', 'POST'] as const).flatMap((method) => ['/head', '/rest'].map(async (path) => {
      const error = await failure(client.request(to(`http://127.0.0.1:${port}${path}`, { method }), never));
      expect(error).toMatchObject({ kind: 'operationTimeout', outcome: method === 'GET' ? undefined : 'unknown' });
    })));
  });

  it('lets go of an answer when the signal fires', async () => {
    let start: (request: IncomingMessage) => void = () => undefined;
    const started = new Promise<IncomingMessage>((resolve) => { start = resolve; });
    const port = await serve((request, response) => { response.writeHead(200).write('some'); start(request); });
    const client = await clientWith({});
    const abort = new AbortController();
    const asking = client.request(to(`http://127.0.0.1:${port}/`), abort.signal);
    const closed = started.then((request) => new Promise((resolve) => { request.socket.once('close', resolve); }));
    await started;
    abort.abort(new Error('enough'));
    await expect(asking).rejects.toThrow('enough');
    await closed;
  });

  it('says what it could not send, and of what it sent, that nobody knows', async () => {
    const { port } = await listen(createTcpServer((socket) => { socket.once('data', () => { socket.destroy(); }); }));
    const client = await clientWith({});
    expect(await failure(client.request(to(`http://127.0.0.1:${port}/`, { method: 'PUT', ...body('x') }), never))).toMatchObject({ kind: 'connectorIo', outcome: 'unknown' });
    expect(await failure(client.request(to(`http://127.0.0.1:${port}/`), never))).toMatchObject({ kind: 'connectorIo', outcome: undefined });
    const error = await failure(client.request(to(`http://127.0.0.1:${port}/`, { method: 'PUT', headers: new Map([['x-key', 'geheim\n']]) }), never));
    expect([error.kind, error.outcome, error.message]).toEqual(['illegalArgument', 'notApplied', expect.not.stringContaining('geheim')]);
    expect(await failure(client.request(to('http://127.0.0.1:1/', { method: 'PUT' }), never))).toMatchObject({ kind: 'connectionFailed', outcome: 'notApplied' });
  });

  it('repeats a request with what a refused one earned, once', async () => {
    const used: (string | undefined)[] = [];
    const port = await serve((request, response) => { used.push(request.headers.authorization); response.writeHead(401).end(); });
    let tokens = 0;
    const client = await clientWith({
      address: new URL(`http://127.0.0.1:${port}/`), authentication: { headers: async () => new Map([['authorization', `Bearer ${tokens}`]]), answered: async ({ status }) => { tokens++; return status === 401; } },
    });
    expect((await client.request(to(`http://127.0.0.1:${port}/`, { method: 'POST', ...body('x') }), never)).status).toBe(401);
    expect(used).toEqual(['Bearer 0', 'Bearer 1']);
  });

  it('has each attempt signed by itself, whole as it is sent: repeated for a busy server, and redirected', async () => {
    fakeTimers();
    const seen: (string | string[] | undefined)[] = [];
    const answers: [number, Record<string, string>][] = [[429, { 'retry-after': '1' }], [307, { location: '/there?b=1' }]];
    const port = await serve((request, response) => {
      seen.push([request.url, request.headers['x-signature'], request.headers.cookie].join(' '));
      const [status, headers] = answers.shift() ?? [200, {}];
      response.writeHead(status, headers).end();
    });
    const signed: HttpRequest[] = [];
    const authentication: HttpAuthentication = {
      headers: async (request) => { signed.push(request); return new Map([['x-signature', String(signed.length)], ['cookie', 'own=1'], ['x-key', 'theirs']]); },
      answered: async (_, used) => { seen.push([...used.keys()]); return false; },
    };
    const client = await clientWith({ address: new URL(`http://127.0.0.1:${port}/`), patience: 5_000, timeouts: { answer: 0, connect: 0 }, headers: new Map([['X-Default', 'd']]), authentication });
    const asking = client.request(to(`http://127.0.0.1:${port}/here`, { headers: new Map([['X-Key', 'own']]), ...body('x') }), never);
    expect((await withoutWaiting(asking)).status).toBe(200);
    expect(seen).toEqual(['/here 1 own=1', '/here 2 own=1', '/there?b=1 3 own=1', ['x-signature', 'cookie']]);
    expect(signed.map(({ url, headers }) => [url.pathname, Object.fromEntries(headers)])).toEqual(['/here', '/here', '/there'].map((path) => [path, { 'x-default': 'd', 'x-key': 'own', 'content-type': 'text/plain' }]));
  });

  it('hands on each cookie by itself', async () => {
    const cookies = ['a=1; Expires=Wed, 21 Oct 2037 07:28:00 GMT', 'b=2'];
    const port = await serve((_, response) => { response.writeHead(200, { 'set-cookie': cookies }).end(); });
    expect((await (await clientWith({})).request(to(`http://127.0.0.1:${port}/`), never)).cookies).toEqual(cookies);
  });

  it('waits for a busy server as long as it says and the request may, and does not repeat a write that may have gone through', async () => {
    fakeTimers();
    const answers: [number, Record<string, string>][] = [];
    const port = await serve((_, response) => { const [status, headers] = answers.shift() ?? [200, {}]; response.writeHead(status, headers).end(); });
    const client = await clientWith({ address: new URL(`http://127.0.0.1:${port}/`), patience: 10_000, timeouts: { answer: 0, connect: 0 } });
    const ask = async (method: string, ...given: [number, Record<string, string>][]) => {
      answers.splice(0, answers.length, ...given);
      const asking = client.request(to(`http://127.0.0.1:${port}/`, { method }), never).then(({ status }) => status);
      return [await withoutWaiting(asking), answers.length];
    };
    expect(await ask('POST', [429, { 'retry-after': '4' }])).toEqual([200, 0]);
    expect(await ask('GET', [503, { 'retry-after': '0' }])).toEqual([200, 0]);
    expect(await ask('GET', [429, { 'retry-after': '6' }], [429, { 'retry-after': '6' }], [200, {}])).toEqual([429, 1]);
    expect(await ask('GET', [429, {}], [200, {}])).toEqual([429, 1]);
    expect(await ask('POST', [503, { 'retry-after': '1' }], [200, {}])).toEqual([503, 1]);
  });
});

describe('an HTTP client with TLS', () => {
  let directory: string;
  const pem: Record<'ca' | 'certificate' | 'key' | 'clientCertificate' | 'clientKey' | 'selfSigned' | 'selfSignedKey', string> = { ca: '', certificate: '', key: '', clientCertificate: '', clientKey: '', selfSigned: '', selfSignedKey: '' };
  let keyStore: Buffer;
  let caFile: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'causeway-http-tls-'));
    const files = await issueTlsFiles(directory, ['localhost']);
    const own = await issueSelfSigned(directory);
    caFile = files.caFile;
    const read = (file: string) => readFile(file, 'utf8');
    Object.assign(pem, {
      ca: await read(files.caFile), certificate: await read(files.certificateFile), key: await read(files.keyFile), clientCertificate: await read(files.clientCertificateFile), clientKey: await read(files.clientKeyFile),
      selfSigned: await read(own.certificateFile), selfSignedKey: await read(own.keyFile),
    });
    keyStore = await readFile(files.clientKeyStoreFile);
  });
  afterAll(() => rm(directory, { recursive: true }));

  const serve = async (options = {}) => (await listen(createSecureServer({ cert: pem.certificate, key: pem.key, ...options }, (_, response) => { response.end(); }))).port;
  const status = async (settings: Partial<HttpSettings>, url: string) => (await (await clientWith(settings)).request(to(url, { method: 'PUT' }), never)).status;

  it('trusts what the system trusts', async () => {
    const port = await serve();
    expect(await failure(status({}, `https://localhost:${port}/`))).toMatchObject({ kind: 'connectionFailed', outcome: 'notApplied', message: expect.stringMatching(/not trusted/) as string });
    vi.stubEnv('SSL_CERT_FILE', caFile);
    cleanups.push(() => vi.unstubAllEnvs());
    expect(await status({}, `https://localhost:${port}/`)).toBe(200);
  });

  it('takes a self-signed certificate where it may, and never one with another fault, the second time neither', async () => {
    const own = await serve({ cert: pem.selfSigned, key: pem.selfSignedKey });
    expect(await failure(status({}, `https://localhost:${own}/`))).toMatchObject({ kind: 'connectionFailed' });
    expect(await status({ acceptsSelfSigned: true }, `https://localhost:${own}/`)).toBe(200);
    const port = await serve();
    const client = await clientWith({ acceptsSelfSigned: true, certificates: [pem.ca] });
    // The certificate is for localhost.
    for (let time = 0; time < 3; time++) expect(await failure(client.request(to(`https://127.0.0.1:${port}/`), never))).toMatchObject({ kind: 'connectionFailed', message: expect.stringMatching(/not trusted/) as string });
    expect((await client.request(to(`https://localhost:${port}/`), never)).status).toBe(200);
  });

  it('shows a client certificate, PEM or PKCS#12, and says when there is none', async () => {
    const port = await serve({ ca: pem.ca, requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' });
    const url = `https://localhost:${port}/`;
    expect(await status({ certificates: [pem.ca], clientCertificate: { cert: pem.clientCertificate, key: pem.clientKey } }, url)).toBe(200);
    expect(await status({ certificates: [pem.ca], clientCertificate: { pfx: keyStore, passphrase: 'changeit' } }, url)).toBe(200);
    expect(await failure(status({ certificates: [pem.ca] }, url))).toMatchObject({ kind: expect.stringMatching(/^connect/) as string });
    expect(await failure(clientWith({ clientCertificate: { pfx: keyStore, passphrase: 'wrong' } }))).toMatchObject({ kind: 'configuration' });
  });

  it('says that a server speaks no TLS', async () => {
    const { port } = await listen(createServer((_, response) => { response.end(); }));
    expect(await failure(status({}, `https://localhost:${port}/`))).toMatchObject({ kind: 'connectionFailed', outcome: 'notApplied', message: expect.stringMatching(/TLS/) as string });
  });

  describe('through a proxy', () => {
    async function proxyWith(options: { readonly tls?: boolean; readonly status?: number } = {}): Promise<{ readonly address: URL; readonly asked: string[] }> {
      const asked: string[] = [];
      const note = ({ method, url, headers }: IncomingMessage): void => { asked.push(`${method} ${url} ${headers['proxy-authorization'] ?? 'no credentials'}`); };
      const server = options.tls === true ? createSecureServer({ cert: pem.certificate, key: pem.key }) : createServer();
      server.on('connect', (request: IncomingMessage, client: Socket) => {
        note(request);
        if (options.status !== undefined) return client.end(`HTTP/1.1 ${options.status} No\r\n\r\n`);
        const target = connect(Number(String(request.url).split(':')[1]), '127.0.0.1', () => {
          client.write('HTTP/1.1 200 Connection established\r\n\r\n');
          target.pipe(client).pipe(target);
        });
        client.on('error', () => target.destroy());
        target.on('error', () => client.destroy());
      });
      server.on('request', (request, response) => {
        note(request);
        if (options.status === undefined) forward(String(request.url), (answer) => { response.writeHead(answer.statusCode ?? 502); answer.pipe(response); }).end();
        else response.writeHead(options.status).end();
      });
      const { port } = await listen(server);
      return { address: new URL(`${options.tls === true ? 'https' : 'http'}://localhost:${port}`), asked };
    }

    it.each([false, true])('to a server with TLS by a tunnel, which outlives the time to connect (proxy with TLS: %s)', async (tls) => {
      const port = await serve();
      const { address, asked } = await proxyWith({ tls });
      const client = await clientWith({ certificates: [pem.ca], proxy: { address, authorization: 'Basic cHc=' }, timeouts: { connect: 200 } });
      expect((await client.request(to(`https://localhost:${port}/`), never)).status).toBe(200);
      await new Promise((resolve) => { setTimeout(resolve, 250); });
      expect((await client.request(to(`https://localhost:${port}/`), never)).status).toBe(200);
      expect(asked).toEqual([`CONNECT localhost:${port} Basic cHc=`]);
    });

    it('to a server without TLS by its whole address', async () => {
      const { port } = await listen(createServer((_, response) => { response.writeHead(204).end(); }));
      const { address, asked } = await proxyWith();
      expect(await status({ proxy: { address, authorization: 'Basic cHc=' } }, `http://localhost:${port}/a?b=c`)).toBe(204);
      expect(asked).toEqual([`PUT http://localhost:${port}/a?b=c Basic cHc=`]);
    });

    it.each(['http', 'https'])('that wants credentials, is not reached or does not answer, the request to an %s: address was not sent', async (scheme) => {
      const refusing = await proxyWith({ status: 407 });
      const { port } = await listen(createTcpServer(() => undefined));
      const tried = (address: URL) => failure(status({ proxy: { address }, timeouts: { connect: 100, answer: 100 } }, `${scheme}://localhost:9/`));
      expect(await tried(refusing.address)).toMatchObject({ kind: 'connectionFailed', outcome: 'notApplied', message: expect.stringMatching(/407.*password for the proxy/) as string });
      expect(await tried(new URL('http://localhost:1'))).toMatchObject({ kind: 'connectionFailed', outcome: 'notApplied' });
      if (scheme === 'https') expect(await tried(new URL(`http://localhost:${port}`))).toMatchObject({ kind: 'connectionFailed', outcome: 'notApplied', message: expect.stringMatching(/made no connection/) as string });
    });
  });
});
