import { describe, expect, it } from 'vitest';
import { saas } from '../../../connectors/catalog/webex/config.js';
import webex from '../../../connectors/catalog/webex/index.js';
import { limitsOf } from '../../../connectors/engines/rest/configured-rates.js';
import { describeConnector } from '../../../connectors/framework/index.js';
import { ACCOUNT, GuardedString } from '../../../protocol/model/index.js';
import { ConnectorCaller, failure } from '../../support/connector-caller.js';
import { runsScripts, testsServiceAndCredentials } from '../../support/service-checks.js';
import { connected } from '../../support/tested-service.js';
import type { FakeRequest } from '../../targets/rest/exchange.js';
import { fault } from '../../targets/rest/faults.js';
import { person, WEBEX } from './system.js';

const forTokens = (requests: readonly FakeRequest[]) => requests.filter(({ path }) => path.endsWith('/access_token'));
const others = (requests: readonly FakeRequest[]) => requests.filter(({ path }) => !path.endsWith('/access_token'));

describe('the Webex connector by its configuration', () => {
  it('is known by its Java names and its exact version [webex 1]', () => {
    expect(webex.key).toEqual({ bundleName: 'org.forgerock.openicf.connectors.webex-connector', bundleVersion: '1.5.20.26', connectorName: 'org.forgerock.openicf.connectors.webex.WebexConnector' });
    expect(webex.displayName).toBe('Webex Connector');
  });

  it('passes its test with good credentials and has the object types of the documentation [webex 2]', async () => {
    const { caller } = await connected(WEBEX);
    await caller.test();
    expect(describeConnector(webex).objectClasses.map(({ name }) => name).sort()).toEqual(['LICENSES', 'ROLES', '__ACCOUNT__', '__ALL__', '__GROUP__']);
  });

  it('fails its test where the account is no administrator [webex 3]', async () => {
    const { caller, fake } = await connected(WEBEX);
    fake.service.faults.always(fault.forbidden({ message: 'The caller is not an administrator.' }), { on: 'GET /v1/people' });
    expect(await failure(caller.test())).toMatchObject({ kind: 'permissionDenied', message: expect.stringContaining('not an administrator') as string });
  });

  it('asks for the scope it is told, and for nothing outside people, groups, licenses and roles [webex 4]', async () => {
    const scope = 'spark-admin:people_write spark-admin:people_read spark-admin:licenses_read spark-admin:roles_read identity:groups_rw identity:groups_read';
    const { caller, requests, fake } = await connected(WEBEX, { scope });
    const group = fake.addGroup('Sales');
    await caller.test();
    const uid = await caller.create(ACCOUNT, ...person('john.doe@example.com', { groups: [group] }));
    for (const objectClass of [ACCOUNT, '__GROUP__', 'ROLES', 'LICENSES']) await caller.search(objectClass);
    await caller.remove(ACCOUNT, uid);
    expect((forTokens(requests)[0]?.body as Record<string, string>)['scope']).toBe(scope);
    expect(new Set(others(requests).map(({ path }) => path.split('/')[2]))).toEqual(new Set(['people', 'groups', 'roles', 'licenses']));
  });

  it('keeps client secret, tokens and passwords to itself [webex 5]', () => {
    const confidential = Object.entries(webex.properties).filter(([, { confidential: is }]) => is).map(([name]) => name);
    expect(confidential).toEqual(expect.arrayContaining(['clientSecret', 'refreshToken', 'authToken', 'password', 'accessToken']));
  });

  it('keeps to the rates it is told: per second, per minute, or a bare number of requests a second [webex 6-7]', async () => {
    const rates = (readRateLimit: string | null, writeRateLimit: string | null) => (limitsOf(saas.service, { readRateLimit, writeRateLimit } as Parameters<typeof saas.service.address>[0]).fixed ?? []).map(({ rate, kinds }) => [rate.count / rate.period * 1_000, kinds]);
    expect(rates('2.5', '100/min')).toEqual([[2.5, ['read']], [100 / 60, ['write']]]);
    expect(rates('30/sec', null)).toEqual([[30, ['read']]]);
    const { caller, fake } = await connected(WEBEX, { readRateLimit: '2.5' });
    for (let index = 0; index < 5; index++) await caller.test();
    const times = fake.service.seenOf('GET /v1/people').map(({ at }) => at);
    // Two in each 0.8 seconds: the fifth comes after 1.6.
    expect(times[4]! - times[0]!).toBeGreaterThan(900);
    const wrong = await connected(WEBEX, { readRateLimit: 'often' });
    expect(await failure(wrong.caller.test())).toMatchObject({ kind: 'configuration', message: expect.stringContaining('readRateLimit') as string });
  });

  it('has the documented defaults [webex 8-9, 11]', () => {
    const defaults = Object.fromEntries(Object.entries(webex.properties).map(([name, { default: value }]) => [name, value]));
    expect(defaults).toMatchObject({
      maximumConnections: 10, connectionTimeout: 30, acceptSelfSignedCertificates: false, disableHostNameVerifier: false, disableHttpCompression: false,
      authorizationTokenPrefix: 'Bearer', useBasicAuthForOauthTokenNeg: true, authenticationMethod: 'OAUTH',
    });
  });

  it('has answers compressed unless it is told otherwise [webex 9]', async () => {
    const { caller, requests } = await connected(WEBEX);
    await caller.test();
    const plain = await connected(WEBEX, { disableHttpCompression: true });
    await plain.caller.test();
    expect(others(requests)[0]?.headers['accept-encoding']).toMatch(/gzip/);
    expect(others(plain.requests)[0]?.headers['accept-encoding'] ?? 'identity').not.toMatch(/gzip/);
  });

  it('shows who it is at the token endpoint by HTTP Basic, or without it by fields of the form [webex 10]', async () => {
    const basic = await connected(WEBEX);
    await basic.caller.test();
    expect(forTokens(basic.requests)[0]).toMatchObject({ headers: { authorization: expect.stringMatching(/^Basic /) as string }, body: { grant_type: 'refresh_token' } });
    const form = await connected(WEBEX, { useBasicAuthForOauthTokenNeg: false, grantType: 'refresh_token' });
    await form.caller.test();
    expect(forTokens(form.requests)[0]?.headers.authorization).toBeUndefined();
    expect(forTokens(form.requests)[0]?.body).toMatchObject({ client_id: form.fake.clientId, client_secret: form.fake.clientSecret });
  });

  it('puts the prefix before its token, and takes a token that stays the same or a user and a password [webex 11]', async () => {
    const oauth = await connected(WEBEX);
    await oauth.caller.test();
    expect(others(oauth.requests)[0]?.headers.authorization).toMatch(/^Bearer \S+$/);
    const fixed = await connected(WEBEX, { authenticationMethod: 'TOKEN' });
    const token = new ConnectorCaller(webex, { ...fixed.values, authToken: new GuardedString(fixed.fake.authToken) });
    const basic = new ConnectorCaller(webex, { ...fixed.values, authenticationMethod: 'BASIC', login: 'admin', password: new GuardedString(fixed.fake.clientSecret) });
    for (const caller of [token, basic]) {
      await caller.test();
      await caller.dispose();
    }
    expect(forTokens(fixed.requests)).toEqual([]);
  });

  it.each([
    ['authenticationMethod', { authenticationMethod: 'KERBEROS' }], ['clientSecret', { clientSecret: null }], ['refreshToken', { grantType: 'refresh_token', refreshToken: null }], ['serviceUri', { serviceUri: 'webexapis.com' }],
  ])('says that %s is wrong', async (property, changes) => {
    const { caller } = await connected(WEBEX, changes);
    expect(await failure(caller.test())).toMatchObject({ kind: 'configuration', message: expect.stringContaining(property) as string });
  });

  it('tests that the service is there and takes the credentials, also before anything was validated [webex 46, 48]', () => testsServiceAndCredentials(WEBEX, { clientSecret: new GuardedString('not-the-secret-of-webex') }));

  it('runs scripts with the connector, its configuration and the caller\'s arguments [webex 44-45]', () => runsScripts(WEBEX));
});
