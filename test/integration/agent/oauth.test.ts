import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OAuth2Server, type MutableResponse } from 'oauth2-mock-server';
import { afterEach, describe, expect, it } from 'vitest';
import { SecretReference } from '../../../agent/config/secret-reference.js';
import { DialError } from '../../../agent/session/failure-policy.js';
import type { OAuthSettings } from '../../../agent/transport/oauth-request.js';
import { TokenSources, oauthAuthorization } from '../../../agent/transport/oauth-token.js';
import { systemClock } from '../../../agent/system-clock.js';
import { GuardedString } from '../../../protocol/model/index.js';
import type { Clock } from '../../../protocol/session/contract.js';
import { startTestController, until } from './support/test-controller.js';
import { startSession, target } from './support/test-session.js';
import { awkwardSecret } from '../../support/secret-values.js';

const SECRET = awkwardSecret('OAuth client secret');
const clientSecret = new SecretReference({ kind: 'clear', value: new GuardedString(SECRET) });
const never = new AbortController().signal;

let cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  cleanups = [];
});

interface TokenRequest { readonly headers: IncomingMessage['headers']; readonly form: URLSearchParams }
type Answer = (request: TokenRequest, response: ServerResponse, count: number) => void;

/** A token endpoint that answers as told, and remembers what it was asked. */
async function endpoint(answer: Answer): Promise<{ url: URL; requests: TokenRequest[] }> {
  const requests: TokenRequest[] = [];
  const server: Server = createServer((incoming, response) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
      const request = { headers: incoming.headers, form: new URLSearchParams(Buffer.concat(parts).toString()) };
      requests.push(request);
      answer(request, response, requests.length);
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  cleanups.push(() => { server.closeAllConnections(); server.close(); });
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/am/access_token?realm=alpha`), requests };
}

const json = (response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};

/** Sleeps are over at once, `now` is set by hand. */
function handClock(): Clock & { time: number; slept: number[] } {
  const clock = { time: 0, slept: [] as number[], now: () => clock.time, sleep: async (milliseconds: number) => { clock.slept.push(milliseconds); } };
  return clock;
}

function authorization(url: URL, more: Partial<OAuthSettings> = {}, clock: Clock = handClock()) {
  return oauthAuthorization({ tokenEndpoint: url, clientId: 'client id', clientSecret, ...more }, clock);
}

async function failure(promise: Promise<unknown>): Promise<DialError> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof DialError)) throw new Error(`expected a DialError, got ${String(error)}`);
  return error;
}

describe('OAuth 2 client credentials: a token that cannot be had', () => {
  it('is refused for good: error and description are shown, the secret is not, nothing is retried', async () => {
    const { url, requests } = await endpoint((_request, response) => { json(response, 401, { error: 'invalid_client', error_description: `client "client id" with secret ${SECRET} is unknown\r\nx` }); });
    const error = await failure(authorization(url).header(never));
    expect(error.message).toMatch(/HTTP 401, invalid_client: client "client id" with secret \*\*\* is unknown x\); check auth\.oauth\.clientId/);
    expect(error.message).not.toContain('realm=alpha');
    expect(error.pace).toBe('long');
    expect(requests).toHaveLength(1);
  });

  it('is not asked for again by any socket for minutes when the endpoint does not know the client', async () => {
    const clock = handClock();
    const { url, requests } = await endpoint((_request, response) => { json(response, 401, { error: 'invalid_client' }); });
    const authorize = authorization(url, {}, clock);
    await failure(authorize.header(never));
    clock.time = 299_000;
    const again = await failure(authorize.header(never));
    expect(again).toMatchObject({ pace: 'long', message: expect.stringMatching(/invalid_client.*clientAuthentication/) as string });
    expect(again.waitAtLeast).toBeGreaterThan(0);
    expect(requests).toHaveLength(1);
    clock.time = 600_001;
    await failure(authorize.header(never));
    expect(requests).toHaveLength(2);
  });

  it('is left alone for as long as the endpoint wants, however many ask', async () => {
    const clock = handClock();
    const { url, requests } = await endpoint((_request, response, count) => {
      if (count === 1) json(response, 429, { error: 'slow_down' }, { 'retry-after': '60' });
      else json(response, 200, { access_token: 'later', token_type: 'Bearer' });
    });
    const authorize = authorization(url, {}, clock);
    expect((await failure(authorize.header(never))).waitAtLeast).toBe(60_000);
    clock.time = 59_999;
    expect((await failure(authorize.header(never))).waitAtLeast).toBe(1);
    expect(requests).toHaveLength(1);
    clock.time = 60_000;
    expect(await authorize.header(never)).toBe('Bearer later');
  });

  it('reads a time to come back by the clock of the endpoint, which is a day off', async () => {
    const theirs = Date.now() - 86_400_000;
    const { url } = await endpoint((_request, response) => {
      json(response, 503, {}, { date: new Date(theirs).toUTCString(), 'retry-after': new Date(theirs + 30_000).toUTCString() });
    });
    expect((await failure(authorization(url).header(never))).waitAtLeast).toBe(30_000);
  });

  it.each<[string, number, object, Record<string, string>, RegExp]>([
    ['an error hidden in a 200', 200, { error: 'invalid_client', error_description: 'who?' }, {}, /invalid_client: who\?.*check auth\.oauth\.clientId/],
    ['a redirect', 302, {}, { location: 'https://elsewhere.example/login?secret=x' }, /redirects \(HTTP 302 to https:\/\/elsewhere\.example\/login\)/],
  ])('is no use: %s', async (_title, status, body, headers, expected) => {
    const { url, requests } = await endpoint((_request, response) => { json(response, status, body, headers); });
    const error = await failure(authorization(url).header(never));
    expect(error.message).toMatch(expected);
    expect(error.message).not.toContain('secret=x');
    expect(requests).toHaveLength(1);
  });

  it('is asked for again after 429 and 5xx, as late as the endpoint wants, but not for ever', async () => {
    const clock = handClock();
    const { url, requests } = await endpoint((_request, response) => { json(response, 503, { error: 'temporarily_unavailable' }, { 'retry-after': '2' }); });
    const error = await failure(authorization(url, {}, clock).header(never));
    expect(error.message).toContain('HTTP 503, temporarily_unavailable');
    expect(error.pace).toBe('normal');
    expect(requests).toHaveLength(3);
    expect(clock.slept).toEqual([2000, 2000]);
  });

  it('costs the request timeout when the endpoint hangs', async () => {
    const { url } = await endpoint(() => undefined);
    const error = await failure(authorization(url, { timeout: 100 }).header(never));
    expect(error.message).toMatch(/no answer/);
  });

  it.each<[string, object, RegExp]>([
    ['no token in the answer', { token_type: 'Bearer' }, /no usable access_token/],
    ['a token with a line break', { access_token: 'a\r\nX: y', token_type: 'Bearer' }, /no usable access_token/],
    ['a token of another type', { access_token: 'a', token_type: 'mac' }, /of type "mac"; only Bearer/],
  ])('is no use: %s', async (_title, body, expected) => {
    const { url } = await endpoint((_request, response) => { json(response, 200, body); });
    expect((await failure(authorization(url).header(never))).message).toMatch(expected);
  });

  it('is no use: an answer that is no JSON, or endless', async () => {
    const { url } = await endpoint((_request, response, count) => {
      response.writeHead(200);
      response.end(count === 1 ? '<html>' : 'x'.repeat(200_000));
    });
    const authorize = authorization(url);
    for (let round = 0; round < 2; round += 1) expect((await failure(authorize.header(never))).message).toMatch(/no usable access_token/);
  });

  it('does not keep a stopping agent waiting', async () => {
    const { url } = await endpoint(() => undefined);
    const stop = new AbortController();
    const waiting = authorization(url, { timeout: 5000 }).header(stop.signal);
    stop.abort(new Error('stopping'));
    await expect(waiting).rejects.toThrow('stopping');
  });

  it('is asked for again next time', async () => {
    const { url } = await endpoint((_request, response, count) => {
      if (count === 1) json(response, 400, { error: 'invalid_scope' });
      else json(response, 200, { access_token: 'later', token_type: 'Bearer' });
    });
    const authorize = authorization(url, { scope: 'x' });
    expect((await failure(authorize.header(never))).message).toMatch(/check auth\.oauth\.scope/);
    expect(await authorize.header(never)).toBe('Bearer later');
  });
});

describe('a controller that revokes tokens', () => {
  it('gets a new one at once, not after the long wait of a refused password', async () => {
    const { url } = await endpoint((_request, response, count) => { json(response, 200, { access_token: `t${count}`, token_type: 'Bearer' }); });
    let valid = 'Bearer t1';
    const controller = await startTestController({ refuse: (request) => (request.headers.authorization === valid ? undefined : 401) });
    cleanups.push(() => controller.kill());
    const session = startSession(target(`ws://127.0.0.1:${controller.port}/openicf`, { authorization: authorization(url, {}, systemClock) }), { sockets: 2, backoffCap: 60_000 });
    cleanups.push(() => session.stop());
    await until(() => session.session.status().serving === 2, 'both sockets');
    valid = 'Bearer t2';
    const lost = new Set(controller.sockets);
    for (const socket of lost) socket.close(1012);
    // Only the new token opens another; the first may be there before the second loss is noticed.
    await until(() => [...controller.sockets].some((socket) => !lost.has(socket)), 'a socket with a new token');
    await until(() => session.session.status().serving >= 1, 'the session to serve again');
  });
});

describe('OAuth 2 client credentials: a token', () => {
  const numbered: Answer = (_request, response, count) => { json(response, 200, { access_token: `t${count}`, token_type: 'bearer', expires_in: 1000, scope: 'x', unheard_of: { deep: [1] } }); };

  it('is asked for with scope, further parameters and form-encoded Basic credentials', async () => {
    const { url, requests } = await endpoint(numbered);
    expect(await authorization(url, { scope: 'fr:idm:* openid', parameters: { audience: 'https://a' } }).header(never)).toBe('Bearer t1');
    expect(Object.fromEntries(requests[0]!.form)).toEqual({ grant_type: 'client_credentials', scope: 'fr:idm:* openid', audience: 'https://a' });
    expect(Buffer.from(requests[0]!.headers.authorization!.slice(6), 'base64').toString()).toBe(`client+id:${new URLSearchParams({ '': SECRET }).toString().slice(1)}`);
  });

  it('is asked for with the credentials in the form, where the endpoint wants that', async () => {
    const { url, requests } = await endpoint(numbered);
    await authorization(url, { clientAuthentication: 'post' }).header(never);
    expect(requests[0]!.headers.authorization).toBeUndefined();
    expect(Object.fromEntries(requests[0]!.form)).toEqual({ grant_type: 'client_credentials', client_id: 'client id', client_secret: SECRET });
  });

  it('is shared by all sockets: one request at a time, none while it is fresh', async () => {
    const { url, requests } = await endpoint(numbered);
    const authorize = authorization(url);
    expect(await Promise.all(Array.from({ length: 8 }, () => authorize.header(never)))).toEqual(Array.from({ length: 8 }, () => 'Bearer t1'));
    await authorize.header(never);
    expect(requests).toHaveLength(1);
  });

  it('is renewed before it expires, and at once when the controller refused it', async () => {
    const clock = handClock();
    const { url } = await endpoint(numbered);
    const authorize = authorization(url, {}, clock);
    await authorize.header(never);
    clock.time = 939_000;
    expect(await authorize.header(never)).toBe('Bearer t1');
    clock.time = 940_000; // a minute before the end of its 1000 seconds: it is still good while the next one is on its way
    expect(await authorize.header(never)).toBe('Bearer t1');
    await until(async () => await authorize.header(never) === 'Bearer t2', 'the next token');
    clock.time = 1_880_000;
    expect(authorize.refused('Bearer t1')).toBe(true); // of a socket that dialled before: the token at hand is another
    expect(authorize.refused('Bearer t2')).toBe(true);
    clock.time = 0;
    expect(await authorize.header(never)).toBe('Bearer t3');
    expect(authorize.refused('Bearer t3')).toBe(false); // it was brand new: another will not do better
    expect(await authorize.header(never)).toBe('Bearer t4');
  });

  it.each<[string, Answer]>([
    ['hangs', () => undefined],
    ['fails', (_request, response) => { json(response, 500, {}); }],
    ['is refused', (_request, response) => { json(response, 401, { error: 'invalid_client' }); }],
  ])('stays in use while its renewal %s, until it has run out', async (_title, later) => {
    const clock = handClock();
    const { url, requests } = await endpoint((request, response, count) => { if (count === 1) numbered(request, response, count); else later(request, response, count); });
    const authorize = authorization(url, { timeout: 200 }, clock);
    await authorize.header(never);
    clock.time = 980_000;
    for (let round = 0; round < 5; round += 1) expect(await authorize.header(never)).toBe('Bearer t1');
    await until(() => requests.length >= 2, 'the attempt to renew it');
    expect(await authorize.header(never)).toBe('Bearer t1');
    clock.time = 990_000;
    await failure(authorize.header(never));
  });

  it('is one for two controllers of the same client, and two for two clients', async () => {
    const { url, requests } = await endpoint(numbered);
    const sources = new TokenSources(handClock());
    const settings = { tokenEndpoint: url, clientId: 'a', clientSecret };
    const first = sources.for(settings);
    expect(sources.for({ ...settings })).toBe(first);
    const others = [sources.for({ ...settings, clientId: 'b' }), sources.for({ ...settings, scope: 'x' }), sources.for({ ...settings, clientSecret: new SecretReference({ kind: 'clear', value: new GuardedString('other') }) })];
    expect(new Set([first, ...others]).size).toBe(4);
    expect(await Promise.all([first.header(never), sources.for(settings).header(never)])).toEqual(['Bearer t1', 'Bearer t1']);
    expect(requests).toHaveLength(1);
  });

  it('of a standard server opens a session; a 401 of the controller brings a new one', async () => {
    const oauth = new OAuth2Server();
    await oauth.issuer.keys.generate('RS256');
    await oauth.start(0, '127.0.0.1');
    cleanups.push(() => oauth.stop());
    let issued = 0;
    oauth.service.on('beforeResponse', (response: MutableResponse) => {
      issued += 1;
      response.body = { ...(response.body as object), access_token: `token-${issued}` };
    });
    const controller = await startTestController({ refuse: (request) => (request.headers.authorization === 'Bearer token-2' ? undefined : 401) });
    cleanups.push(() => controller.kill());
    const settings: OAuthSettings = { tokenEndpoint: new URL(`${oauth.issuer.url!}/token`), clientId: 'c', clientSecret, scope: 'fr:idm:*' };
    const session = startSession(target(`ws://127.0.0.1:${controller.port}/openicf`, { authorization: oauthAuthorization(settings, systemClock) }), { backoffCap: 100 });
    cleanups.push(() => session.stop());
    await controller.group();
    await until(() => session.session.status().serving === 1, 'the session to serve');
    expect(controller.upgrades.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
  });
});
