import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OAuth2Server } from 'oauth2-mock-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restAuthentication } from '../../../../controller/authentication/rest-authentication.js';
import { UserStore } from '../../../../controller/authentication/user-store.js';
import { parseConfig } from '../../../../controller/config/load-config.js';
import { openConsole, type ConsolePart } from '../../../../controller/console/open-console.js';
import { route } from '../../../../controller/crest/router.js';
import { createRestServer, DEFAULT_REST_LIMITS } from '../../../../controller/crest/server.js';
import { infoRequests } from '../../../../controller/info.js';
import { lazyDatabase } from '../../../support/test-database.js';
import { silentLog } from '../../../../controller/log.js';

const provider = new OAuth2Server();
const users = new UserStore([]);
let folder: string;
const audited: object[] = [];
let base: string;
let part: ConsolePart;
let stop: () => Promise<void>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-oidc-pages-'));
  await provider.issuer.keys.generate('RS256');
  await provider.start(0, '127.0.0.1');
  provider.issuer.url = `http://127.0.0.1:${provider.address().port}`;
  provider.service.on('beforeTokenSigning', ({ payload }: { payload: Record<string, unknown> }) => Object.assign(payload, { sub: 'anna', groups: ['audit'], aud: 'console' }));
  const server = createRestServer({
    log: silentLog, limits: DEFAULT_REST_LIMITS, pages: (message, response) => part.pages(message, response),
    handler: (request, context) => route({ info: infoRequests(() => 'ACTIVE_READY'), authentication: part.authentication })(request, context),
    authenticate: (message, method, target) => restAuthentication({ users, log: silentLog, sessions: part.sessions })(message, method, target),
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  part = consoleFor(provider.issuer.url);
  stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
});
afterAll(async () => {
  await stop();
  await part.close();
  await provider.stop();
  await rm(folder, { recursive: true, force: true });
});

function consoleFor(issuer: string): ConsolePart {
  const section = { url: base, oidc: { issuer, clientId: 'console', clientSecret: 'x', roles: { 'causeway-auditor': ['audit'] } } };
  return openConsole(parseConfig(JSON.stringify({ console: section }), join(folder, 'controller.yaml')), users, { log: silentLog, database: lazyDatabase(), auditSink: { write: (entry) => Promise.resolve(void audited.push(entry)), close: () => Promise.resolve() }, files: { find: () => Promise.resolve(undefined) } })!;
}

const ask = (url: string, cookie?: string): Promise<Response> => fetch(url, { redirect: 'manual', headers: cookie === undefined ? {} : { Cookie: cookie } });

/** As a browser goes: to the provider and back. */
async function cameBack(): Promise<{ readonly begun: Response; readonly cookie: string; readonly address: string }> {
  const begun = await ask(`${base}/console/oidc/begin`);
  const there = await ask(begun.headers.get('location')!);
  return { begun, cookie: begun.headers.getSetCookie()[0]!.split(';')[0]!, address: there.headers.get('location')! };
}

describe('a browser that signs in at the identity provider', () => {
  it('keeps the attempt for its way back only, and gets a session no other site can use', async () => {
    const { begun, cookie, address } = await cameBack();
    expect(begun.headers.getSetCookie()).toEqual([expect.stringMatching(/^console-sign-in=[\w.-]+; Path=\/console\/oidc\/; Max-Age=600; HttpOnly; SameSite=Lax$/)]);
    const back = await ask(address, cookie);
    expect([back.status, back.headers.get('location')]).toEqual([302, '/console/']);
    const [over, session] = back.headers.getSetCookie();
    expect(over).toMatch(/^console-sign-in=; Path=\/console\/oidc\/; Max-Age=0/);
    expect(session).toMatch(/^session-jwt=[\w.-]+; Path=\/; HttpOnly; SameSite=Strict$/);
    const mine = session!.split(';')[0]!;
    expect(await (await ask(`${base}/openidm/info/login`, mine)).json()).toMatchObject({ authenticationId: 'anna', authorization: { roles: ['causeway-auditor'] } });
    const out = await fetch(`${base}/openidm/authentication?_action=logout`, { method: 'POST', headers: { Cookie: mine, 'X-Requested-With': 'x' } });
    const { endSessionUrl } = await out.json() as { endSessionUrl: string };
    expect(new URL(endSessionUrl).origin).toBe(provider.issuer.url);
    expect(Object.fromEntries(new URL(endSessionUrl).searchParams)).toEqual({ client_id: 'console', post_logout_redirect_uri: `${base}/console/` });
    expect((await ask(`${base}/openidm/info/login`, mine)).status).toBe(401);
  });

  it('gets no session without the attempt it began, nor twice, and no reason; the audit has it', async () => {
    const { cookie, address } = await cameBack();
    const refused = async (url: string, sent?: string): Promise<void> => {
      const answer = await ask(url, sent);
      expect([answer.status, answer.headers.get('location')]).toEqual([302, '/console/?sign-in=refused']);
      expect(answer.headers.getSetCookie().filter((each) => each.startsWith('session-jwt'))).toEqual([]);
    };
    await refused(address);
    expect((await ask(address, cookie)).headers.get('location')).toBe('/console/');
    await refused(address, cookie);
    await refused(`${base}/console/oidc/return`);
    await part.close();
    expect(audited.map((entry) => JSON.stringify(entry)).join('\n')).toMatch(/"result":"FAILED"[^\n]*used before/);
    part = consoleFor(provider.issuer.url!);
  });

  it('is told when the provider cannot be reached, or is another', async () => {
    const before = part;
    for (const issuer of ['http://127.0.0.1:1', `${provider.issuer.url!}/other`]) {
      part = consoleFor(issuer);
      expect((await ask(`${base}/console/oidc/begin`)).headers.get('location')).toBe('/console/?sign-in=unavailable');
      await part.close();
    }
    part = before;
  });
});
