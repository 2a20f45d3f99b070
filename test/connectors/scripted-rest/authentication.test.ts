import { describe, expect, it } from 'vitest';
import scriptedRest from '../../../connectors/catalog/scripted-rest/index.js';
import { GuardedString, IcfUri, Name, type IcfValue } from '../../../protocol/model/index.js';
import { failureOf, filled, scriptedSystem } from '../../support/scripted.js';
import { GET, create, runner, service, status, system, useSandbox } from './rest-system.js';
import { UserService, type Seen } from './user-service.js';

useSandbox();
const authorizations = (seen: readonly Seen[]) => seen.map(({ headers }) => headers['authorization']);
const BASIC = `Basic ${Buffer.from('üser:pä:ss').toString('base64')}`;
const user = { username: 'üser', password: new GuardedString('pä:ss') };

describe('Basic authentication [scripted-rest 15]', () => {
  it('sends the credentials once the service has asked for them, and from then on', async () => {
    const users = await service();
    users.guard = ({ headers }) => (headers['authorization'] === BASIC ? undefined : { status: 401, headers: { 'www-authenticate': 'Negotiate, Basic realm="x"' } });
    const own = await system(users, user);
    expect([await status(own), await status(own)]).toEqual(['200', '200']);
    expect(authorizations(users.seen)).toEqual([undefined, BASIC, BASIC]);
  });

  it('does not send them to a service that asks for something else, or has refused them', async () => {
    const users = await service();
    users.guard = () => ({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    expect(await status(await system(users, user))).toBe('401');
    expect(authorizations(users.seen)).toEqual([undefined]);
    users.guard = () => ({ status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } });
    expect(await status(await system(users, user))).toBe('401');
    expect(users.seen).toHaveLength(3);
  });

  it('sends them at once when preemptive', async () => {
    const users = await service();
    await status(await system(users, { ...user, defaultAuthMethod: 'BASIC_PREEMPTIVE' }));
    expect(authorizations(users.seen)).toEqual([BASIC]);
  });

  it('over http: to another machine is warned of, once; what stays on this machine, or needs no credentials, is not', async () => {
    const warnings = async (values: Record<string, IcfValue>): Promise<number> => {
      const own = filled({ create: 'return "1"' });
      const of = await scriptedSystem({ connector: scriptedRest, runner, scripts: own.scripts ?? {}, values: { ...own.values, ...user, ...values } });
      for (const name of ['a', 'b']) await of.create([new Name(name)]);
      return of.log.at('warn').filter((line) => line.includes('unencrypted')).length;
    };
    expect(await warnings({ serviceAddress: new IcfUri('http://users.example.com/api') })).toBe(1);
    expect(await warnings({ serviceAddress: new IcfUri('http://users.example.com/api'), defaultAuthMethod: 'NONE' })).toBe(0);
    for (const address of ['https://users.example.com/api', 'http://localhost:1/api', 'http://127.0.0.1:1', 'http://[::1]:1']) expect(await warnings({ serviceAddress: new IcfUri(address) })).toBe(0);
  });

  it('is not used with NONE, and a test finds out that the service wants it', async () => {
    const users = await service();
    users.guard = () => ({ status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } });
    expect(await (await system(users, { ...user, defaultAuthMethod: 'NONE' })).failure({ kind: 'test' })).toMatchObject({ kind: 'invalidCredential' });
    expect(authorizations(users.seen)).toEqual([undefined]);
  });
});

describe('OAuth', () => {
  const oauth = (users: UserService, more: Record<string, IcfValue> = {}): Record<string, IcfValue> => ({
    defaultAuthMethod: 'OAUTH', OAuthTokenEndpoint: new IcfUri(`http://127.0.0.1:${users.port}/token`), OAuthClientId: 'causeway', OAuthClientSecret: new GuardedString('cl1ent-s3cret'), ...more,
  });
  /** Gives out token1, token2 and so on; lets in who has the last one. */
  const tokens = (users: UserService, answer: (number: number) => { status: number; body: unknown } = (number) => ({ status: 200, body: { access_token: `token${number}`, expires_in: 3600, token_type: 'Bearer' } })): { asked: Seen[]; revoke(): void } => {
    const asked: Seen[] = [];
    let valid: string | undefined;
    users.guard = (seen) => {
      if (seen.path === '/token') {
        asked.push(seen);
        valid = `Bearer token${asked.length}`;
        return answer(asked.length);
      }
      return seen.headers['authorization'] === valid ? undefined : { status: 401 };
    };
    return { asked, revoke: () => { valid = undefined; } };
  };

  it('gets a token by the client\'s id and secret, and shows it with each request [scripted-rest 16, 17, 19-21]', async () => {
    const users = await service();
    const { asked } = tokens(users);
    const own = await system(users, oauth(users, { OAuthScope: 'users read', defaultRequestHeaders: ['X-Key = k'] }));
    expect([await status(own), await status(own)]).toEqual(['200', '200']);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ method: 'POST', body: 'grant_type=client_credentials&client_id=causeway&client_secret=cl1ent-s3cret&scope=users+read' });
    expect(asked[0]?.headers).toMatchObject({ 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' });
    expect(asked[0]?.headers['authorization']).toBeUndefined();
    expect(asked[0]?.headers['x-key']).toBeUndefined();
    expect(authorizations(users.seen.filter(({ path }) => path !== '/token'))).toEqual(['Bearer token1', 'Bearer token1']);
  });

  it('gets another one after a 401, for the next request: the failed one is not repeated [scripted-rest 18]', async () => {
    const users = await service();
    const { asked, revoke } = tokens(users);
    const own = await system(users, oauth(users));
    await status(own);
    revoke();
    expect([await status(own), await status(own)]).toEqual(['401', '200']);
    expect(asked).toHaveLength(2);
  });

  it('gets another one when it has expired [scripted-rest 16, 25]', async () => {
    const users = await service();
    const { asked } = tokens(users, (number) => ({ status: 200, body: { access_token: `token${number}`, expires_in: number === 1 ? 0 : 3600 } }));
    const own = await system(users, oauth(users));
    expect([await status(own), await status(own), await status(own)]).toEqual(['200', '200', '200']);
    expect(asked).toHaveLength(2);
  });

  it('asks once, however many requests wait for it [scripted-rest 24]', async () => {
    const users = await service();
    const { asked } = tokens(users);
    const own = await system(users, oauth(users), { create: "const all = await Promise.all(Array.from({ length: 8 }, () => connection.get('users'))); return all.map(({ status }) => status).join()" });
    const answers = await Promise.all([status(own), status(own), status(own)]);
    expect(new Set(answers)).toEqual(new Set(['200,200,200,200,200,200,200,200']));
    expect(asked).toHaveLength(1);
  });

  it.each([[400, { error: 'invalid_client' }], [401, {}], [500, {}], [302, {}]])('fails with InvalidCredential when the answer is %i, and tries again the next time [scripted-rest 22]', async (code, body) => {
    const users = await service();
    const { asked } = tokens(users, () => ({ status: code, body }));
    const own = await system(users, oauth(users));
    const error = await own.failure(create);
    expect(error).toMatchObject({ kind: 'invalidCredential', outcome: undefined });
    expect(error.message).toContain(`Retrieve Access Token failed with code: ${code}`);
    await own.failure(create);
    expect(asked).toHaveLength(2);
    expect(`${error.message}${String(error.stack)}`).not.toContain('cl1ent-s3cret');
  });

  it.each([['no JSON', 'text', /no JSON/], ['no token', {}, /without an access_token/], ['an empty token', { access_token: '' }, /without an access_token/]])('fails as connector error when the endpoint answers %s [scripted-rest 23]', async (_, body, message) => {
    const users = await service();
    tokens(users, () => ({ status: 200, body }));
    const error = await (await system(users, oauth(users))).failure(create);
    expect(error.kind).toBe('connector');
    expect(error.message).toMatch(message);
  });

  it('fails as connection failure when the endpoint cannot be reached [scripted-rest 23]', async () => {
    const users = await service();
    const gone = await UserService.start();
    const { port } = gone;
    await gone.stop();
    expect(await (await system(users, oauth(users, { OAuthTokenEndpoint: new IcfUri(`http://127.0.0.1:${port}/token`) }))).failure(create)).toMatchObject({ kind: 'connectionFailed' });
    expect(users.seen).toEqual([]);
  });

  it('refreshes by a refresh token, and by the one it got for it', async () => {
    const users = await service();
    const { asked } = tokens(users, (number) => ({ status: 200, body: { access_token: `token${number}`, expires_in: 0, refresh_token: `next${number}` } }));
    const own = await system(users, oauth(users, { OAuthGrantType: 'refresh_token', OAuthRefreshToken: new GuardedString('first') }));
    await status(own);
    await status(own);
    expect(asked.map(({ body }) => new URLSearchParams(body).get('refresh_token'))).toEqual(['first', 'next1']);
    expect(new URLSearchParams(asked[0]?.body).get('grant_type')).toBe('refresh_token');
  });

  it('gets tokens of another grant by the customizer script [scripted-rest 26]', async () => {
    const users = await service();
    const { asked } = tokens(users);
    const own = await system(users, oauth(users, { OAuthGrantType: 'password', ...user }), {
      ...GET,
      customizer: `customize({ accessToken: async ({ configuration, connection, propertyBag }) => {
        await propertyBag.set('asked', true);
        const { data } = await connection.post({ url: configuration.OAuthTokenEndpoint }, { form: { grant_type: configuration.OAuthGrantType, username: configuration.username, password: configuration.password } });
        return data;
      } })`,
    });
    expect([await status(own), await status(own)]).toEqual(['200', '200']);
    expect(asked.map(({ body, headers }) => [body, headers['authorization']])).toEqual([['grant_type=password&username=%C3%BCser&password=p%C3%A4%3Ass', undefined]]);
  });

  it.each<[string, Record<string, IcfValue>, RegExp]>([
    ['no endpoint', { OAuthTokenEndpoint: null }, /OAuthTokenEndpoint/], ['no secret', { OAuthClientSecret: null }, /OAuthClientSecret/], ['a grant nobody implements', { OAuthGrantType: 'password' }, /customizer/],
    ['no refresh token', { OAuthGrantType: 'refresh_token' }, /OAuthRefreshToken/],
  ])('with %s is refused at validation', async (_, more, message) => {
    const users = await service();
    expect((await failureOf((await system(users, oauth(users, more))).perform({ kind: 'validate' }))).message).toMatch(message);
  });
});
