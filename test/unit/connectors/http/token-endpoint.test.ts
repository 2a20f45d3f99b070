import { describe, expect, it } from 'vitest';
import { tokenEndpoint, type TokenRequest } from '../../../../connectors/engines/http/token-endpoint.js';
import { ConnectorError, GuardedString } from '../../../../protocol/model/index.js';
import { lastMatchedText } from '../../../support/last-match.js';
import { recordedLog } from '../../../support/quiet-log.js';
import { FakeTokenClient, answerOf, failure, never } from './fake-token-client.js';

const SECRET = 'cl1ent s3cret+&';
const request: TokenRequest = { endpoint: new URL('https://id.example.com/token?x=1'), clientId: 'a:b', clientSecret: new GuardedString(SECRET), grant: 'client_credentials' };
const token = answerOf(200, { access_token: 't', expires_in: '3600' });
const refresh: TokenRequest = { ...request, grant: 'refresh_token', refreshToken: new GuardedString('fir5t') };
const failing = (answer: Parameters<typeof answerOf>, given: Partial<TokenRequest> = {}) => failure(tokenEndpoint(new FakeTokenClient(answerOf(...answer)), { ...request, ...given })(never));

describe('a token endpoint', () => {
  it('that refuses the refresh token says what to do', async () => {
    const error = await failing([400, { error: 'invalid_grant', error_description: 'Token has been expired.' }], refresh);
    expect([error.kind, error.outcome]).toEqual(['invalidCredential', 'notApplied']);
    expect(error.message).toMatch(/https:\/\/id\.example\.com\/token answered 400.*'invalid_grant: Token has been expired\.'\. The refresh token has expired.*set the new refresh token/);
  });

  it.each([
    ['invalid_client', 401, 'invalidCredential', /id and secret/], ['unauthorized_client', 400, 'invalidCredential', /Allow this grant/],
    ['unsupported_grant_type', 400, 'invalidCredential', /grant type/], ['invalid_scope', 400, 'invalidCredential', /scope/], ['what_else', 403, 'invalidCredential', /what_else/],
    ['temporarily_unavailable', 503, 'retryable', /later/], [undefined, 429, 'retryable', /later/], [undefined, 302, 'configuration', /address/], [undefined, 404, 'configuration', /address/],
  ])('that answers %s with %i fails as %3$s', async (error, status, kind, message) => {
    const refused = await failing([status, { error }]);
    expect(refused).toMatchObject({ kind, outcome: 'notApplied' });
    expect(refused.message).toMatch(message);
  });

  it('that answers 200 with an error is believed', async () => {
    const { kind, message } = await failing([200, { error: 'invalid_client' }]);
    expect([kind, message]).toEqual(['invalidCredential', expect.stringContaining('invalid_client')]);
  });

  it('cannot have a secret told, nor the message filled, by its answer', async () => {
    for (const secret of [SECRET, 'fir5t']) {
      const { message } = await failing([400, { error: 'invalid_grant', error_description: `No good: ${secret}` }], refresh);
      expect(message).toContain('invalid_grant');
      expect(message).not.toContain(secret);
    }
    const { message } = await failing([400, { error: 'x\ny', error_description: 'z'.repeat(10_000) }]);
    expect(message.length).toBeLessThan(800);
    expect(message).not.toContain('\n');
    expect((await failing([400, '<html>'.repeat(1_000)])).message.length).toBeLessThan(300);
  });

  it('that is not there fails as connection failure, and what was wanted of the token is not done', async () => {
    const client = new FakeTokenClient(new ConnectorError('connectorIo', 'broken', { outcome: 'unknown' }));
    expect(await failure(tokenEndpoint(client, request)(never))).toMatchObject({ kind: 'connectionFailed', outcome: 'notApplied', message: 'No access token: broken' });
  });

  it('may have its refusals told in other words', async () => {
    expect((await failing([500], { refused: ({ status }) => new ConnectorError('invalidCredential', `code: ${status}`) })).message).toBe('code: 500');
  });

  it('is shown the client in the form, without the client\'s own headers', async () => {
    const client = new FakeTokenClient(token);
    expect(await tokenEndpoint(client, { ...request, scope: ' a b ', form: new Map([['box_subject_type', 'user'], ['client_id', 'c']]) })(never)).toEqual({ token: 't', expiresIn: 3600 });
    expect(client.asked[0]).toMatchObject({ method: 'POST', url: request.endpoint, bare: true, headers: new Map([['accept', 'application/json']]), body: { contentType: 'application/x-www-form-urlencoded' } });
    expect(client.forms[0]).toEqual({ grant_type: 'client_credentials', client_id: 'c', client_secret: SECRET, scope: 'a b', box_subject_type: 'user' });
  });

  it('is shown the client by HTTP Basic, encoded as RFC 6749 wants it', async () => {
    const client = new FakeTokenClient(token);
    await tokenEndpoint(client, { ...refresh, clientAuthentication: 'basic' })(never);
    // RFC 6749, appendix B.
    expect(client.asked[0]?.headers.get('authorization')).toBe(`Basic ${Buffer.from('a%3Ab:cl1ent+s3cret%2B%26').toString('base64')}`);
    expect(client.forms[0]).toEqual({ grant_type: 'refresh_token', refresh_token: 'fir5t' });
    expect(lastMatchedText()).not.toContain('s3cret');
  });

  it('is shown the client by a signed assertion, or asked for a grant by one', async () => {
    const client = new FakeTokenClient(token);
    await tokenEndpoint(client, { ...request, clientSecret: null, clientAuthentication: async () => 'j.w.t' })(never);
    await tokenEndpoint(client, { ...request, clientId: null, clientSecret: null, grant: 'jwt_bearer', assertion: async () => 'j.w.t' })(never);
    expect(client.forms).toEqual([
      { grant_type: 'client_credentials', client_id: 'a:b', client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: 'j.w.t' },
      { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: 'j.w.t' },
    ]);
  });

  it('is shown a user\'s name and password (RFC 6749, section 4.3.2), and does not get the password told', async () => {
    const client = new FakeTokenClient(token);
    const owned: TokenRequest = { ...request, grant: 'password', owner: { username: 'admin', password: new GuardedString('0wner') } };
    await tokenEndpoint(client, owned)(never);
    expect(client.forms[0]).toEqual({ grant_type: 'password', client_id: 'a:b', client_secret: SECRET, username: 'admin', password: '0wner' });
    const refused = await failing([401, { error: 'invalid_grant', error_description: 'not 0wner' }], owned);
    expect([refused.kind, refused.message]).toEqual(['invalidCredential', expect.stringMatching(/user name and the password/)]);
    expect(refused.message).not.toContain('0wner');
  });

  it.each<[string, object, number]>([
    ['another refresh token', { refresh_token: 'next' }, 1], ['the same refresh token', { refresh_token: 'fir5t' }, 0], ['none', {}, 0],
  ])('that gives %s in place of the configured one: the log says once that it is not kept', async (_, given, warnings) => {
    const log = recordedLog();
    const client = Object.assign(new FakeTokenClient(answerOf(200, { access_token: 't', ...given })), { settings: { log } });
    const source = tokenEndpoint(client, refresh);
    for (let times = 0; times < 3; times++) await source(never);
    expect(log.entries).toHaveLength(warnings);
    expect(log.at('warn').join()).toMatch(warnings === 0 ? /^$/ : /another refresh token.*in memory only/);
    expect(JSON.stringify(log.entries)).not.toMatch(/next|fir5t/);
  });

  it('that gives a new refresh token is shown that one from then on', async () => {
    const client = new FakeTokenClient(answerOf(200, { access_token: 't', refresh_token: 'next' }), token);
    const source = tokenEndpoint(client, refresh);
    expect(await source(never)).toEqual({ token: 't', expiresIn: undefined });
    await source(never);
    await source(never);
    expect(client.forms.map((form) => form['refresh_token'])).toEqual(['fir5t', 'next', 'next']);
  });
});
