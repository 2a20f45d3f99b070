import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { noAuthentication } from '../../../../../connectors/engines/http/http-authentication.js';
import { HttpClient, type HttpRequest } from '../../../../../connectors/engines/http/http-client.js';
import { rawToken } from '../../../../../connectors/engines/rest/authentication/raw-token.js';
import { saasAuthentication, validateSaasAuthentication, type SaasAuthenticationConfig } from '../../../../../connectors/engines/rest/authentication/saas-authentication.js';
import { staticToken } from '../../../../../connectors/engines/rest/authentication/static-token.js';
import { GuardedString } from '../../../../../protocol/model/index.js';
import { FakeTokenClient, answerOf, failure, never } from '../../http/fake-token-client.js';

const secret = (text: string) => new GuardedString(text);
const unset: SaasAuthenticationConfig = {
  authenticationMethod: null, login: null, password: null, tokenEndpoint: null, clientId: null, clientSecret: null, refreshToken: null, grantType: null, scope: null, authToken: null,
  authorizationTokenPrefix: null, useBasicAuthForOauthTokenNeg: null,
};
const oauth = { ...unset, tokenEndpoint: 'https://id.example.com/token', clientId: 'id', clientSecret: secret('s3cret') };
const request: HttpRequest = { method: 'GET', url: new URL('https://x.example/'), headers: new Map() };
const token = answerOf(200, { access_token: 't', expires_in: 3600 });
const sent = async (config: SaasAuthenticationConfig, client = new FakeTokenClient(token), form?: ReadonlyMap<string, string>) => Object.fromEntries(await saasAuthentication(config, client, never, { form }).headers(request, never));

describe('validation of the SaaS authentication properties', () => {
  it.each<[string, Partial<SaasAuthenticationConfig>, readonly RegExp[]]>([
    ['a method nobody knows', { authenticationMethod: 'KERBEROS' }, [/authenticationMethod.*KERBEROS.*BASIC, OAUTH and TOKEN/]],
    ['BASIC with nothing', { authenticationMethod: 'BASIC', password: secret('') }, [/set login/, /set password/]], ['a colon in the user name', { authenticationMethod: 'BASIC', login: 'a:b', password: secret('p') }, [/login.*colon/]],
    ['TOKEN with nothing', { authenticationMethod: 'TOKEN' }, [/set authToken/]],
    ['OAUTH, the default, with nothing', {}, [/set tokenEndpoint/, /set clientId/, /set clientSecret/]], ['no refresh token', { ...oauth, grantType: 'refresh_token' }, [/set refreshToken/]],
    ['another grant', { ...oauth, grantType: 'password' }, [/grantType.*password/]], ['no web address', { ...oauth, tokenEndpoint: 'ftp://x' }, [/tokenEndpoint/]], ['a password in the address', { ...oauth, tokenEndpoint: 'https://u:geheim@x' }, [/^tokenEndpoint((?!geheim).)*$/]],
  ])('complains of %s', (_, more, complaints) => {
    const found = validateSaasAuthentication({ ...unset, ...more });
    expect(found).toHaveLength(complaints.length);
    complaints.forEach((complaint, at) => { expect(found[at]).toMatch(complaint); });
    expect(() => saasAuthentication({ ...unset, ...more }, new FakeTokenClient(token), never)).toThrow(expect.objectContaining({ kind: 'configuration' }) as Error);
  });

  it('names a property as the connector does', () => {
    expect(validateSaasAuthentication({ ...unset, authenticationMethod: 'BASIC', password: secret('p') }, { login: 'user' })).toEqual(['authenticationMethod is BASIC: set user.']);
  });

  it('has nothing against what is complete', () => {
    for (const more of [oauth, { ...oauth, grantType: 'refresh_token', refreshToken: secret('r') }, { authenticationMethod: 'BASIC', login: 'a', password: secret('p') }, { authenticationMethod: 'TOKEN', authToken: secret('t') }]) expect(validateSaasAuthentication({ ...unset, ...more })).toEqual([]);
  });
});

describe('SaaS authentication', () => {
  it('sends user and password with the first request for BASIC', async () => {
    expect(await sent({ ...unset, authenticationMethod: 'BASIC', login: 'Aladdin', password: secret('open sesame') })).toEqual({ authorization: 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==' });
  });

  it('sends the static token after its prefix, or alone', async () => {
    const config = { ...unset, authenticationMethod: 'TOKEN', authToken: secret('xoxp') };
    expect(await sent(config)).toEqual({ authorization: 'Bearer xoxp' });
    expect(await sent({ ...config, authorizationTokenPrefix: 'SSWS' })).toEqual({ authorization: 'SSWS xoxp' });
    expect(await sent({ ...config, authorizationTokenPrefix: '' })).toEqual({ authorization: 'xoxp' });
    expect(Object.fromEntries(await staticToken({ token: secret('k'), header: 'X-Api-Key' }).headers(request, never))).toEqual({ 'x-api-key': 'k' });
    expect((await failure(sent({ ...config, authToken: secret('x\ny') }))).kind).toBe('invalidCredential');
  });

  it('gets tokens by the grant that follows from what is set, the client by Basic unless told otherwise', async () => {
    const client = new FakeTokenClient(token);
    expect(await sent(oauth, client)).toEqual({ authorization: 'Bearer t' });
    expect(await sent({ ...oauth, refreshToken: secret('r'), authorizationTokenPrefix: 'Token' }, client)).toEqual({ authorization: 'Token t' });
    await sent({ ...oauth, refreshToken: secret('r'), grantType: 'client_credentials', scope: 's', useBasicAuthForOauthTokenNeg: false }, client, new Map([['box_subject_type', 'enterprise'], ['box_subject_id', '7']]));
    expect(client.forms).toEqual([
      { grant_type: 'client_credentials' }, { grant_type: 'refresh_token', refresh_token: 'r' },
      { grant_type: 'client_credentials', client_id: 'id', client_secret: 's3cret', scope: 's', box_subject_type: 'enterprise', box_subject_id: '7' },
    ]);
    expect(client.asked.map(({ headers }) => headers.has('authorization'))).toEqual([true, true, false]);
  });
});

describe('tokens over HTTP', () => {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => { for (const cleanup of cleanups.splice(0).reverse()) await cleanup(); });
  const serve = async (answer: (request: IncomingMessage) => { readonly status: number; readonly body?: string; readonly location?: string }): Promise<URL> => {
    const server = createServer((asked, response) => {
      asked.resume().on('end', () => { const { status, body = '', location } = answer(asked); response.writeHead(status, location === undefined ? {} : { location }).end(body); });
    });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    cleanups.push(() => { server.closeAllConnections(); server.close(); });
    return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  };
  const clientOf = async (...settings: Parameters<typeof HttpClient.open>): Promise<HttpClient> => {
    const client = await HttpClient.open(...settings);
    cleanups.push(() => client.close());
    return client;
  };

  it('are renewed once after a 401 and the write repeated; another server never sees them', async () => {
    let given = 0;
    const seen: (string | undefined)[] = [];
    const elsewhere: (string | undefined)[] = [];
    const other = await serve(({ headers }) => { elsewhere.push(headers.authorization); return { status: 200 }; });
    const own = await serve(({ url, headers }) => {
      if (url === '/token') return { status: 200, body: `tok${++given}` };
      if (url === '/away') return { status: 302, location: other.href };
      seen.push(headers.authorization);
      return { status: headers.authorization === 'Bearer tok2' ? 200 : 401 };
    });
    const bare = await clientOf({ authentication: noAuthentication });
    const client = await clientOf({ address: own, authentication: rawToken({ client: bare, over: never, endpoint: new URL('/token', own), body: () => ({ key: 'k' }) }) });
    const post = (): HttpRequest => ({ method: 'POST', url: new URL('/users', own), headers: new Map(), body: { bytes: Buffer.from('{}'), contentType: 'application/json' } });
    const answers = await Promise.all([client.request(post(), never), client.request(post(), never)]);
    expect([answers.map(({ status }) => status), given]).toEqual([[200, 200], 2]);
    expect(seen.sort()).toEqual(['Bearer tok1', 'Bearer tok1', 'Bearer tok2', 'Bearer tok2']);
    expect((await client.request({ method: 'GET', url: new URL('/away', own), headers: new Map() }, never)).status).toBe(302);
    await client.request({ method: 'GET', url: other, headers: new Map() }, never);
    expect(elsewhere).toEqual([undefined]);
  });
});
