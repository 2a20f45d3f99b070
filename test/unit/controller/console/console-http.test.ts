import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword } from '../../../../controller/authentication/password-hash.js';
import { restAuthentication } from '../../../../controller/authentication/rest-authentication.js';
import { UserStore } from '../../../../controller/authentication/user-store.js';
import { parseConfig } from '../../../../controller/config/load-config.js';
import type { ConsoleFiles } from '../../../../controller/console/console-files.js';
import { openConsole } from '../../../../controller/console/open-console.js';
import { route } from '../../../../controller/crest/router.js';
import { createRestServer, DEFAULT_REST_LIMITS } from '../../../../controller/crest/server.js';
import { infoRequests } from '../../../../controller/info.js';
import { lazyDatabase } from '../../../support/test-database.js';
import { silentLog } from '../../../../controller/log.js';

const HEADERS = { 'X-OpenIDM-Username': 'anna', 'X-OpenIDM-Password': 'right' };
const FILES: ConsoleFiles = {
  find: (path) => Promise.resolve(path.startsWith('assets/') && path !== 'assets/a-1.js' ? undefined : {
    contentType: path === 'assets/a-1.js' ? 'text/javascript' : 'text/html', etag: '"1"', isImmutable: path === 'assets/a-1.js', body: () => Promise.resolve(Buffer.from('<!doctype html>')),
  }),
};

const audited: object[] = [];
let folder: string;
let base: string;
let stop: () => Promise<void>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-console-'));
  const config = parseConfig('console: {url: "https://console.example"}', join(folder, 'controller.yaml'));
  const users = new UserStore([{ name: 'anna', passwordHash: await hashPassword('right'), roles: ['causeway-operator'] }]);
  const part = openConsole(config, users, { log: silentLog, database: lazyDatabase(), auditSink: { write: (entry) => Promise.resolve(void audited.push(entry)), close: () => Promise.resolve() }, files: FILES })!;
  const handler = route({ info: infoRequests(() => 'ACTIVE_READY'), authentication: part.authentication, thing: () => Promise.resolve({ kind: 'action', content: {} }) });
  const server = createRestServer({ handler, log: silentLog, limits: DEFAULT_REST_LIMITS, pages: part.pages, authenticate: restAuthentication({ users, log: silentLog, sessions: part.sessions }) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let stopped: Promise<void> | undefined;
  stop = () => stopped ??= (async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await part.close();
  })();
});
afterAll(async () => {
  await stop();
  await rm(folder, { recursive: true, force: true });
});

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> => fetch(base + path, { method, headers, redirect: 'manual' });
const cookieIn = (answer: Response): string | undefined => answer.headers.getSetCookie()[0]?.split(';')[0];
const signedIn = async (): Promise<string> => cookieIn(await ask('/openidm/authentication?_action=login', HEADERS, 'POST'))!;

describe('the session cookie', () => {
  it('comes with a password, closed to scripts and other sites, and not when it is not wanted', async () => {
    const answer = await ask('/openidm/authentication?_action=login', HEADERS, 'POST');
    expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^session-jwt=[\w.-]+; Path=\/; HttpOnly; SameSite=Strict; Secure$/)]);
    expect(await answer.json()).toEqual({ success: true, authenticationId: 'anna', roles: ['causeway-operator'] });
    expect(cookieIn(await ask('/openidm/info/login', HEADERS))).toBeDefined();
    expect(cookieIn(await ask('/openidm/info/login', { ...HEADERS, 'X-OpenIDM-NoSession': 'true' }))).toBeUndefined();
    expect(cookieIn(await ask('/openidm/info/login', { ...HEADERS, 'X-OpenIDM-Password': 'wrong' }))).toBeUndefined();
    expect(cookieIn(await ask('/openidm/info/ping'))).toBeUndefined();
  });

  it('says who one is, but never makes up for a wrong password beside it', async () => {
    const cookie = await signedIn();
    expect(await (await ask('/openidm/info/login', { Cookie: cookie })).json()).toMatchObject({ authenticationId: 'anna', authorization: { roles: ['causeway-operator'] } });
    expect((await ask('/openidm/info/login', { Cookie: cookie, ...HEADERS, 'X-OpenIDM-Password': 'wrong' })).status).toBe(401);
    expect((await ask('/openidm/info/login', { Cookie: cookie, Authorization: 'Bearer x' })).status).toBe(401);
    expect((await ask('/openidm/info/login', { Cookie: `${cookie}; session-jwt=other` })).status).toBe(401);
  });

  it.each([
    ['nothing', {}, 403], ['the header', { 'X-Requested-With': 'x' }, 404], ['the header from here', { 'X-Requested-With': 'x', Origin: '', 'Sec-Fetch-Site': 'same-origin' }, 404],
    ['the header from the public address', { 'X-Requested-With': 'x', Origin: 'https://console.example' }, 404], ['another origin', { 'X-Requested-With': 'x', Origin: 'https://evil.example' }, 403],
    ['an origin of no name', { 'X-Requested-With': 'x', Origin: 'null' }, 403], ['a page of a sister site', { 'X-Requested-With': 'x', 'Sec-Fetch-Site': 'same-site' }, 403], ['another site', { 'X-Requested-With': 'x', 'Sec-Fetch-Site': 'cross-site' }, 403],
  ])('with %s', async (_what, headers, expected) => {
    const sent = Object.fromEntries(Object.entries({ ...headers, Cookie: await signedIn() }).map(([name, value]) => [name, name === 'Origin' && value === '' ? base : value]));
    // An operator may do this; the mapping service is not here.
    expect((await ask('/openidm/recon?_action=recon', sent as Record<string, string>, 'POST')).status).toBe(expected);
    expect((await ask('/openidm/nothing?_queryFilter=true', sent as Record<string, string>)).status).toBe(expected);
  });

  it('is taken back when one signs out, and counts no more', async () => {
    const cookie = await signedIn();
    const answer = await ask('/openidm/authentication?_action=logout', { Cookie: cookie, 'X-Requested-With': 'x' }, 'POST');
    expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^session-jwt=; Path=\/; Max-Age=0; HttpOnly/)]);
    expect((await ask('/openidm/info/login', { Cookie: cookie })).status).toBe(401);
  });

  it('does what the role allows and no more', async () => {
    const headers = { Cookie: await signedIn(), 'X-Requested-With': 'x' };
    expect((await ask('/openidm/thing', headers)).status).toBe(200);
    for (const [method, path] of [['POST', '/openidm/thing?_action=x'], ['DELETE', '/openidm/thing'], ['PUT', '/thing'], ['POST', '//thing?_action=recon']] as const) expect((await ask(path, headers, method)).status).toBe(403);
    expect((await ask('/openidm/thing', { ...headers, 'X-HTTP-Method-Override': 'DELETE' }, 'POST')).status).toBe(403);
    expect((await ask('/openidm/thing', { ...HEADERS }, 'DELETE')).status).toBe(403);
  });
});

describe('pages', () => {
  it('have a strict policy, and names with hashes are kept for good', async () => {
    const page = await ask('/console/agents/site1');
    expect([page.status, page.headers.get('cache-control'), page.headers.get('etag')]).toEqual([200, 'no-cache', '"1"']);
    const policy = page.headers.get('content-security-policy')!.split('; ');
    expect(policy).toEqual(expect.arrayContaining(["default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"]));
    expect(policy.join()).not.toMatch(/unsafe|\*|data:/);
    expect([page.headers.get('x-content-type-options'), page.headers.get('referrer-policy'), page.headers.get('strict-transport-security')]).toEqual(['nosniff', 'no-referrer', null]);
    expect((await ask('/console/assets/a-1.js')).headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await ask('/console/', { 'If-None-Match': '"1"' })).status).toBe(304);
  });

  it('are no way to anything else', async () => {
    expect((await ask('/console/assets/../../session-key.json')).status).not.toBe(500);
    for (const path of ['/console/assets/none.js', '/console/oidc/begin']) expect((await ask(path)).status).toBe(404);
    expect((await ask('/console/', {}, 'POST')).status).toBe(405);
    const root = await ask('/');
    expect([root.status, root.headers.get('location')]).toEqual([302, '/console/']);
    expect((await ask('/consoles')).status).toBe(401);
  });
});

describe('guessing', () => {
  it('ends after ten wrong passwords of a name, for that name alone, and is written down', async () => {
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 12; attempt += 1) statuses.push((await ask('/openidm/authentication?_action=login', { ...HEADERS, 'X-OpenIDM-Username': 'bert' }, 'POST')).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
    expect((await ask('/openidm/authentication?_action=login', HEADERS, 'POST')).status).toBe(200);
    await stop();
    const lines = audited as { event: string; result: string; principal: string[] }[];
    expect(lines.filter(({ result, principal }) => result === 'FAILED' && principal[0] === 'bert')).toHaveLength(10);
    expect(lines.some(({ event, principal }) => event === 'LOGOUT' && principal[0] === 'anna')).toBe(true);
    expect(JSON.stringify(lines)).not.toContain('right');
  });
});
