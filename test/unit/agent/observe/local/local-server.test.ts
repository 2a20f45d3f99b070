import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request, type IncomingHttpHeaders } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readLocalAddress, writeLocalAddress } from '../../../../../agent/observe/local/local-files.js';
import { startLocalServer, type LocalServer, type LocalServerOptions } from '../../../../../agent/observe/local/local-server.js';
import { FakeClock } from '../../../../support/fake-clock.js';
import { recordedLog } from '../../../../support/quiet-log.js';

let directory: string;
let server: LocalServer;
let drained: number;
const clock = new FakeClock();
const READINESS = { ready: false, identity: { serialNumber: 'AB' } };
/** An address of this machine that is not loopback. */
function outsideAddress(): string {
  const found = Object.values(networkInterfaces()).flat().find((address) => address?.family === 'IPv4' && !address.internal);
  if (found === undefined) throw new Error('This test needs a network: this machine has no IPv4 address but loopback.');
  return found.address;
}

beforeEach(async () => { directory = join(await mkdtemp(join(tmpdir(), 'causeway-local-')), 'local'); });
afterEach(async () => {
  await server.close();
  await rm(join(directory, '..'), { recursive: true, force: true });
});

async function start(options: Partial<LocalServerOptions> = {}): Promise<string> {
  drained = 0;
  server = await startLocalServer({
    port: 0, address: '127.0.0.1', directory, clock, log: recordedLog(), readiness: () => READINESS, status: () => ({ told: 'status' }),
    drain: () => { drained += 1; return 3; }, metrics: () => Promise.resolve({ contentType: 'text/plain; version=0.0.4', body: 'up 1\n' }), ...options,
  });
  return options.address === undefined ? (await readLocalAddress(directory)).token : '';
}

interface Answered { readonly code: number; readonly headers: IncomingHttpHeaders; readonly body: string }
function ask(path: string, { method = 'GET', token, host = '127.0.0.1', headers = {} }: { method?: string; token?: string; host?: string; headers?: Record<string, string> } = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    request({ host, port: server.port, path, method, headers: { ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }), ...headers } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => { body += part; }).on('end', () => { resolve({ code: response.statusCode ?? 0, headers: response.headers, body }); });
    }).on('error', reject).end();
  });
}
const code = async (...asked: Parameters<typeof ask>): Promise<number> => (await ask(...asked)).code;

describe('on a full disk, the local server', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

  it('answers probes, and leaves its token once there is room', async () => {
    let free = false;
    const leave: typeof writeLocalAddress = (...parts) => (free ? writeLocalAddress(...parts) : Promise.reject(full));
    const log = recordedLog();
    await start({ leave, log, address: '127.0.0.1' });
    expect(await code('/livez')).toBe(200);
    expect(log.at('error')).toEqual([expect.stringContaining('The disk is full')]);
    await clock.advance(30_000);
    await expect(readLocalAddress(directory)).rejects.toMatchObject({ code: 'ENOENT' });
    free = true;
    await clock.advance(30_000);
    const { token } = await vi.waitFor(() => readLocalAddress(directory), { timeout: 10_000 });
    expect(await code('/status', { token })).toBe(200);
    expect(clock.sleeping).toBe(0);
  });

  it('stops while it waits for room, and leaves nothing behind', async () => {
    await start({ leave: () => Promise.reject(full), address: '127.0.0.1' });
    await server.close();
    expect(clock.sleeping).toBe(0);
    await expect(readLocalAddress(directory)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('does not start where the directory cannot be used for another reason', async () => {
    const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
    await expect(start({ leave: () => Promise.reject(denied), address: '127.0.0.1' })).rejects.toThrow('EACCES');
  });
});

describe('the local server', () => {
  it('refuses everything but probes without the token, and does nothing', async () => {
    const token = await start();
    for (const shown of [undefined, '', 'wrong', `${token}x`, token.slice(1)]) {
      const what = shown === undefined ? {} : { token: shown };
      expect([await code('/status', what), await code('/metrics', what), await code('/drain', { method: 'POST', ...what }), await code('/links', { method: 'POST', ...what })]).toEqual([401, 401, 401, 401]);
    }
    expect((await ask('/status', { headers: { Authorization: `Basic ${token}` } })).headers['www-authenticate']).toContain('Bearer');
    expect(await code(`/status?token=${token}`)).toBe(401);
    expect(drained).toBe(0);
  });

  it('tells status and metrics and drains with the token that it leaves in a file of its own', async () => {
    const token = await start();
    expect(token.length).toBeGreaterThanOrEqual(40);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    for (const name of ['token', 'address.json']) expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(join(directory, 'address.json'), 'utf8'))).toEqual({ url: `http://127.0.0.1:${server.port}` });
    expect(JSON.parse((await ask('/status', { token })).body)).toEqual({ told: 'status' });
    expect(await ask('/metrics', { token })).toMatchObject({ code: 200, body: 'up 1\n', headers: { 'content-type': 'text/plain; version=0.0.4' } });
    expect(await ask('/drain', { method: 'POST', token })).toMatchObject({ code: 202, body: '{"stopping":true,"operations":3}\n' });
    expect(drained).toBe(1);
    await server.close();
    expect(await readdir(directory)).toEqual([]);
  });

  it('a token of another start is worth nothing, and one left behind by a crash is replaced', async () => {
    const first = await start();
    await server.close();
    await writeFile(join(directory, 'token'), first);
    const second = await start();
    expect(second).not.toBe(first);
    expect(await code('/status', { token: first })).toBe(401);
  });

  it('probes need no token: /readyz says 503 with the reasons, /livez 200', async () => {
    await start();
    expect(await ask('/readyz')).toMatchObject({ code: 503, body: `${JSON.stringify(READINESS)}\n` });
    expect(await ask('/livez')).toMatchObject({ code: 200, body: '{"live":true}\n' });
    expect(await ask('/livez', { method: 'HEAD' })).toMatchObject({ code: 200, body: '' });
  });

  it('refuses other methods, other paths, and paths that lead out of the page', async () => {
    const token = await start();
    expect(await ask('/drain', { token })).toMatchObject({ code: 405, headers: { allow: 'POST' } });
    expect([await code('/status', { method: 'POST', token }), await code('/livez', { method: 'DELETE' })]).toEqual([405, 405]);
    for (const path of ['/nowhere', '/page/../../../../package.json', '/page/%2e%2e/local-server.js', '/page/', '/constructor', '/__proto__']) expect(await code(path, { token })).toBe(404);
  });

  it('a name that leads here is not ours: DNS rebinding reads nothing, not even readiness', async () => {
    const token = await start();
    for (const host of ['evil.example', 'evil.example:8760', '127.0.0.1.evil.example', '[::1].evil', '10.0.0.1', 'localhost.evil.example']) {
      expect([host, await code('/status', { token, headers: { Host: host } }), await code('/readyz', { headers: { Host: host } }), await code('/', { headers: { Host: host } })]).toEqual([host, 403, 403, 403]);
    }
    for (const host of ['localhost', 'LOCALHOST:1', '127.0.0.1:9999', '[::1]:8760']) expect([host, await code('/status', { token, headers: { Host: host } })]).toEqual([host, 200]);
  });

  it('pages of other origins may not ask, not even with the token', async () => {
    const token = await start();
    const own = `127.0.0.1:${server.port}`;
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1', `https://${own}`, `http://localhost:${server.port}`]) {
      expect([origin, await code('/drain', { method: 'POST', token, headers: { Host: own, Origin: origin } })]).toEqual([origin, 403]);
    }
    expect(drained).toBe(0);
    expect(await code('/status', { token, headers: { Host: own, Origin: `http://${own}` } })).toBe(200);
  });

  it('a link opens the page once, within two minutes, for reading only', async () => {
    const token = await start();
    const link = async (): Promise<string> => (JSON.parse((await ask('/links', { method: 'POST', token })).body) as { token: string }).token;
    const first = await link();
    expect(await code('/status', { token: first })).toBe(401);
    const page = (JSON.parse((await ask('/session', { method: 'POST', token: first })).body) as { token: string }).token;
    expect(await code('/status', { token: page })).toBe(200);
    expect([await code('/drain', { method: 'POST', token: page }), await code('/links', { method: 'POST', token: page })]).toEqual([403, 403]);
    expect(await code('/session', { method: 'POST', token: first })).toBe(401);
    const late = await link();
    await clock.advance(120_001);
    expect(await code('/session', { method: 'POST', token: late })).toBe(401);
    expect([await code('/session', { method: 'POST' }), await code('/session', { method: 'POST', token })]).toEqual([401, 401]);
    expect(drained).toBe(0);
  });

  it('keeps few links and pages: the oldest make room', async () => {
    const token = await start();
    const tokens: string[] = [];
    for (let count = 0; count < 17; count += 1) tokens.push((JSON.parse((await ask('/links', { method: 'POST', token })).body) as { token: string }).token);
    expect(await code('/session', { method: 'POST', token: tokens[0]! })).toBe(401);
    expect(await code('/session', { method: 'POST', token: tokens[1]! })).toBe(200);
  });

  it('from the network only probes are answered; bound to all addresses, this machine still has the rest', async () => {
    const outside = outsideAddress();
    await start({ address: '0.0.0.0' });
    const { token, url } = await readLocalAddress(directory);
    expect(url).toBe(`http://127.0.0.1:${server.port}`);
    expect([await code('/livez', { host: outside }), await code('/readyz', { host: outside, headers: { Host: 'agent.example' } })]).toEqual([200, 503]);
    for (const path of ['/status', '/', '/metrics']) expect(await code(path, { host: outside, token })).toBe(403);
    expect((await ask('/drain', { host: outside, method: 'POST', token })).body).toContain('own machine');
    expect(drained).toBe(0);
    expect(await code('/status', { token })).toBe(200);
  });

  it('bound to an address of the network alone, it leaves no token', async () => {
    await start({ address: outsideAddress() });
    expect(server.url).toBeUndefined();
    await expect(readdir(directory)).rejects.toThrow('ENOENT');
  });

  it('open metrics are for everybody who reaches the port; without metrics there is no such route', async () => {
    await start({ metricsAccess: 'open' });
    expect(await code('/metrics')).toBe(200);
    await server.close();
    const token = await start({ metrics: undefined });
    expect(await code('/metrics', { token })).toBe(404);
  });

  it('says that an answer could not be made, and nothing of why; the log knows', async () => {
    const log = recordedLog();
    const token = await start({ log, status: () => { throw new Error('a detail'); } });
    const { code: failed, body } = await ask('/status', { token });
    expect([failed, body.includes('a detail')]).toEqual([500, false]);
    expect(log.entries).toMatchObject([{ level: 'error', fields: { path: '/status', reason: 'a detail' } }]);
  });

  it('the page comes without a token and without data, and lets nothing in from elsewhere', async () => {
    await start();
    const page = await ask('/');
    expect(page).toMatchObject({ code: 200, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' } });
    const policy = page.headers['content-security-policy'];
    for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]) expect(policy).toContain(rule);
    expect(policy).not.toMatch(/unsafe|\*|data:/);
    expect(page.body).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|https?:\/\//);
    const named = [...page.body.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, path]) => path!);
    expect(named.length).toBeGreaterThanOrEqual(3);
    for (const path of named) expect([path, await code(path)]).toEqual([path, 200]);
  });

  it('every module that the page loads is there', async () => {
    await start();
    const seen = new Set<string>(['/page/main.mjs']);
    for (const path of seen) {
      const { code: found, body, headers } = await ask(path);
      expect([path, found, headers['content-type']]).toEqual([path, 200, 'text/javascript; charset=utf-8']);
      for (const [, name] of body.matchAll(/from '\.\/([\w-]+\.mjs)'/g)) seen.add(`/page/${name!}`);
    }
    expect(seen.size).toBeGreaterThan(3);
  });
});
