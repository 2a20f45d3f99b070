import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OAuth2Server } from 'oauth2-mock-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../controller/config/load-config.js';
import { claimedRoles } from '../../../../controller/console/oidc/claimed-roles.js';
import { IdentityProviderSource } from '../../../../controller/console/oidc/identity-provider.js';
import { OidcSignIn } from '../../../../controller/console/oidc/oidc-sign-in.js';
import { EndedSessionFile } from '../../../../controller/console/session/ended-sessions.js';
import { sessionKeyFile } from '../../../../controller/console/session/session-keys.js';

type Payload = Record<string, unknown>;

const provider = new OAuth2Server();
let folder: string;
let now: number;
/** What the provider says in its tokens, beside or instead of what is right. */
let claims: (payload: Payload) => void;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-oidc-'));
  await provider.issuer.keys.generate('RS256');
  await provider.start(0, '127.0.0.1');
  provider.issuer.url = `http://127.0.0.1:${provider.address().port}`;
  provider.service.on('beforeTokenSigning', (token: { payload: Payload }) => claims(token.payload));
});
afterAll(async () => {
  await provider.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  now = Date.now();
  claims = (payload) => Object.assign(payload, { sub: 'anna', groups: ['idp-operators'], aud: 'console' });
});

function settingsOf(issuer = provider.issuer.url!) {
  return parseConfig(JSON.stringify({ console: { url: 'https://console.example', oidc: { issuer, clientId: 'console', clientSecret: 'a secret of the client', roles: { 'causeway-operator': ['idp-operators'], 'openidm-admin': ['idp-admins'] } } } }), join(folder, 'controller.yaml')).console.oidc!;
}

function signIn(): OidcSignIn {
  const settings = settingsOf();
  return new OidcSignIn({ settings, keys: sessionKeyFile(folder), ended: new EndedSessionFile(folder, () => now), redirectUri: 'https://console.example/console/oidc/return', now: () => now, provider: new IdentityProviderSource(settings, () => Promise.resolve('a secret of the client')) });
}

/** What the provider sends a browser back with, and the browser's cookie. */
async function cameBack(of: OidcSignIn): Promise<{ answer: URLSearchParams; cookie: string; asked: URLSearchParams }> {
  const { url, cookie } = await of.begin();
  const response = await fetch(url, { redirect: 'manual' });
  return { answer: new URL(response.headers.get('location')!).searchParams, cookie, asked: new URL(url).searchParams };
}

describe('a sign-in at the identity provider', () => {
  it('asks with code, PKCE, state and nonce, and ends with name and roles', async () => {
    const of = signIn();
    const { answer, cookie, asked } = await cameBack(of);
    expect(Object.fromEntries(asked)).toMatchObject({ response_type: 'code', code_challenge_method: 'S256', client_id: 'console', scope: 'openid profile', redirect_uri: 'https://console.example/console/oidc/return' });
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked.get(name)!.length).toBeGreaterThanOrEqual(43);
    expect(asked.toString()).not.toContain('secret');
    expect(await of.finish(answer, cookie)).toEqual({ name: 'anna', roles: ['causeway-operator'] });
  });

  it('counts once: the same answer again is refused, by a controller that starts anew, too', async () => {
    const of = signIn();
    const { answer, cookie } = await cameBack(of);
    await of.finish(answer, cookie);
    await expect(of.finish(answer, cookie)).rejects.toThrow(/used before/);
    await expect(signIn().finish(answer, cookie)).rejects.toThrow(/used before/);
  });

  it('of another browser, without a cookie, or after ten minutes is refused', async () => {
    const of = signIn();
    const mine = await cameBack(of);
    const other = await cameBack(of);
    await expect(of.finish(mine.answer, undefined)).rejects.toThrow(/not begun in this browser/);
    await expect(of.finish(mine.answer, 'made up')).rejects.toThrow(/not begun in this browser/);
    await expect(of.finish(mine.answer, other.cookie)).rejects.toThrow(/state/);
    now += 11 * 60_000;
    await expect(of.finish(mine.answer, mine.cookie)).rejects.toThrow(/took too long/);
  });

  it.each([
    ['a wrong state', (answer: URLSearchParams) => answer.set('state', 'x')], ['no state', (answer: URLSearchParams) => answer.delete('state')],
    ['another issuer (RFC 9207)', (answer: URLSearchParams) => answer.set('iss', 'https://other.example')], ['an error', (answer: URLSearchParams) => answer.set('error', 'access_denied')],
    ['no code', (answer: URLSearchParams) => answer.delete('code')], ['a code of nobody', (answer: URLSearchParams) => answer.set('code', 'x')], ['two states', (answer: URLSearchParams) => answer.append('state', 'x')],
  ])('with %s is refused', async (_what, spoil) => {
    const of = signIn();
    const { answer, cookie } = await cameBack(of);
    spoil(answer);
    await expect(of.finish(answer, cookie)).rejects.toMatchObject({ name: 'SignInRefused' });
  });

  it.each([
    ['of another nonce', { nonce: 'x' }], ['without a nonce', { nonce: undefined }], ['of another issuer', { iss: 'https://other.example' }], ['for another client', { aud: 'other' }],
    ['that is over', { exp: Math.floor(Date.now() / 1_000) - 600 }], ['without an end', { exp: undefined }], ['without a name', { sub: undefined }], ['of nobody with a role', { groups: ['others'] }], ['without groups', { groups: undefined }],
  ])('with an ID token %s is refused', async (_what, wrong) => {
    claims = (payload) => Object.assign(payload, { sub: 'anna', groups: ['idp-operators'], aud: 'console' }, wrong);
    const of = signIn();
    const { answer, cookie } = await cameBack(of);
    await expect(of.finish(answer, cookie)).rejects.toMatchObject({ name: 'SignInRefused' });
  });

  it('with an ID token that somebody else has signed is refused', async () => {
    const of = signIn();
    const { answer, cookie } = await cameBack(of);
    const spoil = (response: { body: Record<string, string> }): void => {
      const [head = '', body = '', signature = ''] = (response.body['id_token'] ?? '').split('.');
      const forged = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(body, 'base64url').toString()) as object, groups: ['idp-admins'] })).toString('base64url');
      response.body['id_token'] = [head, forged, signature].join('.');
    };
    provider.service.once('beforeResponse', spoil);
    await expect(of.finish(answer, cookie)).rejects.toThrow(/signature/i);
  });

  it('needs a provider that is who it should be', async () => {
    const settings = settingsOf(`${provider.issuer.url!}/other`);
    const source = new IdentityProviderSource(settings, () => Promise.resolve(undefined));
    await expect(source.get()).rejects.toThrow();
  });
});

describe('roles of a claim', () => {
  const roles = { 'openidm-admin': ['a'], 'causeway-operator': ['b'], 'causeway-auditor': [] };
  it.each([[['a', 'b', 'c'], ['openidm-admin', 'causeway-operator']], ['b c', ['causeway-operator']], [[1, { a: 'a' }, null], []], [undefined, []], ['openidm-admin', []], [{ a: true }, []]])('%j', (groups, expected) => {
    expect(claimedRoles({ groups }, { rolesClaim: 'groups', roles })).toEqual(expected);
  });

  it('are no inherited property', () => {
    expect(claimedRoles({}, { rolesClaim: 'constructor', roles })).toEqual([]);
  });
});
