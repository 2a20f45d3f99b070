import { describe, expect, it } from 'vitest';
import dropbox from '../../../connectors/catalog/dropbox/index.js';
import { describeConnector } from '../../../connectors/framework/index.js';
import { GuardedString } from '../../../protocol/model/index.js';
import { ConnectorCaller, failure } from '../../support/connector-caller.js';
import { runsScripts, testsServiceAndCredentials } from '../../support/service-checks.js';
import { connected } from '../../support/tested-service.js';
import type { FakeRequest } from '../../targets/rest/exchange.js';
import { DROPBOX } from './system.js';

const forTokens = (requests: readonly FakeRequest[]) => requests.filter(({ path }) => path === '/oauth2/token');
const others = (requests: readonly FakeRequest[]) => requests.filter(({ path }) => path !== '/oauth2/token');
const defaults = () => Object.fromEntries(Object.entries(dropbox.properties).map(([name, { default: value }]) => [name, value]));

describe('the Dropbox connector by its configuration', () => {
  it('passes its test and has the names and object types of the documentation [dropbox 1]', async () => {
    const { caller } = await connected(DROPBOX);
    await caller.test();
    expect(dropbox.key).toEqual({ bundleName: 'org.forgerock.openicf.connectors.dropbox-connector', bundleVersion: '1.5.20.26', connectorName: 'org.forgerock.openicf.connectors.dropbox.DropboxConnector' });
    expect(dropbox.displayName).toBe('Dropbox Connector');
    expect(describeConnector(dropbox).objectClasses.map(({ name }) => name).sort()).toEqual(['__ACCOUNT__', '__ALL__', '__GROUP__', 'role']);
  });

  it('tests that the service is there and takes the credentials, before anything was validated [dropbox 2]', () => testsServiceAndCredentials(DROPBOX, { clientSecret: new GuardedString('not-the-secret-of-dropbox') }));

  it('runs scripts with the connector, its configuration and the caller\'s arguments [dropbox 3]', () => runsScripts(DROPBOX));

  it('needs no more than address, token endpoint, client and refresh token, without a grant type [dropbox 29, 32]', async () => {
    const { caller, fake, requests, values } = await connected(DROPBOX);
    expect(Object.keys(values).sort()).toEqual(['clientId', 'clientSecret', 'refreshToken', 'serviceUri', 'tokenEndpoint']);
    await caller.test();
    expect(forTokens(requests)[0]?.body).toMatchObject({ grant_type: 'refresh_token', refresh_token: fake.refreshToken });
  });

  it('takes numbers as texts, and the properties that stand in the sample alone [dropbox 30-31]', async () => {
    const { caller } = await connected(DROPBOX, { maximumConnections: '10', connectionTimeout: '30', tokenExpiration: null, accessToken: null, grantType: null, scope: null });
    await caller.test();
  });

  it('keeps client secret, tokens and passwords to itself [dropbox 33]', () => {
    const confidential = Object.entries(dropbox.properties).filter(([, { confidential: is }]) => is).map(([name]) => name);
    expect(confidential).toEqual(expect.arrayContaining(['clientSecret', 'refreshToken', 'authToken', 'password', 'clientCertPassword', 'accessToken']));
  });

  it('takes BASIC, OAUTH or TOKEN and nothing else, each with what it needs [dropbox 34-35]', async () => {
    expect(defaults()['authenticationMethod']).toBe('OAUTH');
    const { fake, requests, values } = await connected(DROPBOX);
    const token = new ConnectorCaller(dropbox, { serviceUri: values['serviceUri']!, authenticationMethod: 'TOKEN', authToken: new GuardedString(fake.authToken) });
    const basic = new ConnectorCaller(dropbox, { serviceUri: values['serviceUri']!, authenticationMethod: 'BASIC', login: 'admin', password: new GuardedString(fake.clientSecret) });
    for (const caller of [token, basic]) {
      await caller.test();
      await caller.dispose();
    }
    expect(forTokens(requests)).toEqual([]);
    expect(others(requests).map(({ headers }) => headers.authorization?.split(' ')[0])).toEqual(['Bearer', 'Basic']);
    for (const [property, changes] of [['authenticationMethod', { authenticationMethod: 'oauth' }], ['login', { authenticationMethod: 'BASIC' }], ['authToken', { authenticationMethod: 'TOKEN' }], ['tokenEndpoint', { tokenEndpoint: null }]] as const) {
      const wrong = new ConnectorCaller(dropbox, { ...values, ...changes });
      expect(await failure(wrong.test())).toMatchObject({ kind: 'configuration', message: expect.stringContaining(property) as string });
      await wrong.dispose();
    }
  });

  it('takes the grants client_credentials and refresh_token [dropbox 36]', async () => {
    expect(defaults()['grantType']).toBeNull();
    const { caller, requests } = await connected(DROPBOX, { grantType: 'client_credentials' });
    await caller.test();
    expect((forTokens(requests)[0]?.body as Record<string, string>)['grant_type']).toBe('client_credentials');
    const wrong = await connected(DROPBOX, { grantType: 'password' });
    expect((await failure(wrong.caller.test())).message).toContain('grantType');
  });

  it('puts the prefix before its token [dropbox 37]', async () => {
    expect(defaults()['authorizationTokenPrefix']).toBe('Bearer');
    const { caller, requests } = await connected(DROPBOX);
    await caller.test();
    expect(others(requests)[0]?.headers.authorization).toMatch(/^Bearer \S+$/);
    const other = await connected(DROPBOX, { authorizationTokenPrefix: 'Token' });
    await failure(other.caller.test());
    expect(others(other.requests)[0]?.headers.authorization).toMatch(/^Token \S+$/);
  });

  it('shows who it is at the token endpoint by HTTP Basic, or without it by fields of the form [dropbox 38]', async () => {
    const basic = await connected(DROPBOX);
    await basic.caller.test();
    expect(forTokens(basic.requests)[0]?.headers.authorization).toMatch(/^Basic /);
    const form = await connected(DROPBOX, { useBasicAuthForOauthTokenNeg: false });
    await form.caller.test();
    expect(forTokens(form.requests)[0]?.headers.authorization).toBeUndefined();
    expect(forTokens(form.requests)[0]?.body).toMatchObject({ client_id: form.fake.clientId, client_secret: form.fake.clientSecret });
  });

  it('has answers compressed unless it is told otherwise [dropbox 39]', async () => {
    const { caller, requests } = await connected(DROPBOX);
    await caller.test();
    const plain = await connected(DROPBOX, { disableHttpCompression: true });
    await plain.caller.test();
    expect(others(requests)[0]?.headers['accept-encoding']).toMatch(/gzip/);
    expect(others(plain.requests)[0]?.headers['accept-encoding'] ?? 'identity').not.toMatch(/gzip/);
  });

  it('has no more connections than it may [dropbox 40]', async () => {
    expect(defaults()).toMatchObject({ maximumConnections: 10, connectionTimeout: 30 });
    const { caller, fake } = await connected(DROPBOX, { maximumConnections: 2 });
    await caller.test();
    await Promise.all(Array.from({ length: 8 }, () => caller.test()));
    expect(fake.service.mostOpen).toBeLessThanOrEqual(2);
  });

  it('asks for the store of a client certificate that has an alias [dropbox 41]', async () => {
    const { caller } = await connected(DROPBOX, { clientCertAlias: 'mine' });
    expect(await failure(caller.test())).toMatchObject({ kind: 'configuration', message: expect.stringContaining('clientCert') as string });
  });

  it('trusts no certificate for nothing by default [dropbox 42]', () => {
    expect(defaults()).toMatchObject({ acceptSelfSignedCertificates: false, disableHostNameVerifier: false });
  });
});
