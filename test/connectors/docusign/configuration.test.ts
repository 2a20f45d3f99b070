import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import docusign from '../../../connectors/catalog/docusign/index.js';
import { ACCOUNT, GROUP, GuardedString, OPTION, OperationOptions, type IcfValue } from '../../../protocol/model/index.js';
import { failure } from '../../support/connector-caller.js';
import { calling, drain } from '../../support/memory-facade.js';
import { scriptOnConnector } from '../../support/script-on-connector.js';
import type { FakeRequest } from '../../targets/rest/exchange.js';
import { FakeDocuSign } from './fake.js';
import { callerFor, configuration } from './system.js';

let fake: FakeDocuSign;
let requests: FakeRequest[];
beforeEach(async () => {
  requests = [];
  fake = await FakeDocuSign.start([{ onRequest: (request) => { requests.push(request); return []; }, onAnswer: () => [] }]);
});
afterEach(() => fake.service.stop());

const validity = (changes: Readonly<Record<string, IcfValue>>) => callerFor(fake, changes).facade.perform({ kind: 'validate' }, calling());
const authorization = (): string | undefined => requests.filter(({ path }) => path.startsWith('/restapi')).at(-1)?.headers['authorization'];

describe('DocuSign: the connector and its configuration', () => {
  it('[docusign 1] passes its test, by the Java connector\'s names, and has its object classes', async () => {
    const caller = callerFor(fake);
    await caller.test();
    expect(docusign.key).toEqual({ bundleName: 'org.forgerock.openicf.connectors.docusign-connector', connectorName: 'org.forgerock.openicf.connectors.docusign.DocuSignConnector', bundleVersion: '1.5.20.26' });
    expect(docusign.displayName).toBe('DocuSign Connector');
    const schema = await caller.facade.perform({ kind: 'schema' }, calling());
    expect(schema?.objectClasses.map(({ type }) => type).sort()).toEqual([ACCOUNT, GROUP, 'contact', 'permissionProfile', 'signingGroup', 'userSignature']);
  });

  it('[docusign 2] finds out, without having been validated, whether service, credentials and account are right', async () => {
    expect((await failure(callerFor(fake, { clientSecret: new GuardedString('wrong') }).test())).kind).toBe('invalidCredential');
    expect((await failure(callerFor(fake, { account: 'another' }).test())).message).toContain('404');
    expect((await failure(callerFor(fake, { serviceUri: 'http://127.0.0.1:1' }).test())).retryable).toBe(true);
  });

  it('[docusign 3] gives scripts on the connector the connector, its configuration and their arguments', async () => {
    const answer = await scriptOnConnector(callerFor(fake), docusign, configuration(fake), 'return `${configuration.account} ${argument} ${typeof connector.search}`;', new Map([['argument', 'given']]));
    expect(answer).toBe(`${fake.account} given function`);
  });

  it('[docusign 4] ends every query without a count', async () => {
    const caller = callerFor(fake);
    for (const objectClass of [ACCOUNT, GROUP, 'signingGroup', 'contact', 'permissionProfile']) {
      const { end } = await drain(caller.facade.stream({ kind: 'search', objectClass, filter: undefined, options: OperationOptions.none }, calling()));
      expect(end).toEqual({ pagedResultsCookie: null, totalPagedResultsPolicy: 'NONE', totalPagedResults: -1, remainingPagedResults: -1 });
    }
  });

  it('[docusign 52] needs both limits, which are numbers, and keeps to the tighter one', async () => {
    for (const missing of ['hourRateLimit', 'burstRateLimit']) expect(await failure(validity({ [missing]: '' }))).toMatchObject({ kind: 'configuration', message: expect.stringContaining(missing) as unknown });
    expect((await failure(validity({ hourRateLimit: 'many' }))).kind).toBe('configuration');
    for (const [hourRateLimit, burstRateLimit] of [['1', '500'], ['3000', '1']]) {
      const caller = callerFor(fake, { hourRateLimit: hourRateLimit!, burstRateLimit: burstRateLimit!, account: fake.account, login: hourRateLimit! });
      const before = requests.length;
      await caller.test();
      await failure(caller.search(GROUP, undefined, {}, AbortSignal.timeout(300)));
      expect(requests.slice(before).filter(({ path }) => path.startsWith('/restapi')), 'one request').toHaveLength(1);
      await fake.service.stop();
      fake = await FakeDocuSign.start([{ onRequest: (request) => { requests.push(request); return []; }, onAnswer: () => [] }]);
    }
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['bursts', { 'X-RateLimit-Limit': '3000', 'X-RateLimit-Remaining': '2999', 'X-RateLimit-Reset': '4000000000', 'X-BurstLimit-Limit': '500', 'X-BurstLimit-Remaining': '0' }],
    ['an hour', { 'X-RateLimit-Limit': '3000', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '4000000000', 'X-BurstLimit-Limit': '500', 'X-BurstLimit-Remaining': '499' }],
  ])('[docusign 52] sends nothing that the limit of %s, as it is announced, has no room for', async (_, headers) => {
    const caller = callerFor(fake);
    await caller.test();
    expect((await caller.search(GROUP)).items).not.toHaveLength(0);
    fake.service.faults.next({ name: 'announced', instead: { body: { permissionProfiles: [] }, headers } });
    await caller.test();
    const before = requests.length;
    await failure(caller.search(GROUP, undefined, {}, AbortSignal.timeout(300)));
    expect(requests.slice(before)).toEqual([]);
  });

  it('[docusign 53] takes the default of account for none', async () => {
    expect(docusign.properties.account.default).toBe('account');
    expect(await failure(validity({ account: 'account' }))).toMatchObject({ kind: 'configuration', message: expect.stringContaining('API Account ID') as unknown });
  });

  it('[docusign 54] works with serviceUri, clientId, clientSecret, account and the limits, and where tokens are had', async () => {
    expect(Object.keys(configuration(fake)).sort()).toEqual(['account', 'burstRateLimit', 'clientId', 'clientSecret', 'hourRateLimit', 'serviceUri', 'tokenEndpoint']);
    await callerFor(fake).test();
    await callerFor(fake, { hourRateLimit: '3000', burstRateLimit: '500' }).test();
  });

  it('[docusign 55] takes three methods of authentication, OAUTH where none is given', async () => {
    expect(docusign.properties.authenticationMethod.default).toBe('OAUTH');
    for (const wrong of ['oauth', 'JWT']) expect((await failure(validity({ authenticationMethod: wrong }))).kind).toBe('configuration');
  });

  it('[docusign 56] shows a user, or a token of its own, or one of the token endpoint', async () => {
    await callerFor(fake, { authenticationMethod: 'BASIC', login: 'carlos', password: new GuardedString('password-of-carlos'), tokenEndpoint: null }).test();
    expect(authorization()).toBe(`Basic ${Buffer.from('carlos:password-of-carlos').toString('base64')}`);
    await callerFor(fake, { authenticationMethod: 'TOKEN', authToken: new GuardedString('token-of-docusign') }).test();
    expect(authorization()).toBe('Bearer token-of-docusign');
    await callerFor(fake, { authenticationMethod: 'OAUTH' }).test();
    expect(fake.service.tokens.issued).toBe(1);
    expect((await failure(validity({ authenticationMethod: 'OAUTH', tokenEndpoint: null }))).message).toContain('tokenEndpoint');
  });

  it('[docusign 57] has two grants, and a refresh token for the one', async () => {
    expect(docusign.properties.grantType.default).toBeNull();
    await callerFor(fake, { grantType: 'refresh_token', refreshToken: new GuardedString('refresh-token-of-docusign') }).test();
    expect(fake.tokenForms.at(-1)).toMatchObject({ grant_type: 'refresh_token', refresh_token: 'refresh-token-of-docusign' });
    await callerFor(fake, { grantType: 'client_credentials' }).test();
    expect(fake.tokenForms.at(-1)).toEqual({ grant_type: 'client_credentials' });
    expect((await failure(validity({ grantType: 'password' }))).kind).toBe('configuration');
  });

  it('[docusign 58] writes the prefix before a token', async () => {
    expect(docusign.properties.authorizationTokenPrefix.default).toBe('Bearer');
    await failure(callerFor(fake, { authenticationMethod: 'TOKEN', authToken: new GuardedString('token-of-docusign'), authorizationTokenPrefix: 'Token' }).test());
    expect(authorization()).toBe('Token token-of-docusign');
  });

  it('[docusign 59] shows the client at the token endpoint by Basic, or by fields', async () => {
    await callerFor(fake).test();
    expect(requests[0]?.headers['authorization']).toMatch(/^Basic /);
    expect(fake.tokenForms.at(-1)).not.toHaveProperty('client_id');
    await callerFor(fake, { useBasicAuthForOauthTokenNeg: false }).test();
    expect(fake.tokenForms.at(-1)).toMatchObject({ client_id: fake.clientId, client_secret: fake.clientSecret });
  });

  it('[docusign 60] asks for compression unless told otherwise', async () => {
    await callerFor(fake).test();
    expect(requests.at(-1)?.headers['accept-encoding']).toContain('gzip');
    await callerFor(fake, { disableHttpCompression: true }).test();
    expect(requests.at(-1)?.headers['accept-encoding'] ?? 'identity').toBe('identity');
  });

  it('[docusign 61] [docusign 64] keeps to the number of connections, however many ask', async () => {
    expect([docusign.properties.maximumConnections.default, docusign.properties.connectionTimeout.default]).toEqual([10, 30]);
    const caller = callerFor(fake, { maximumConnections: 2 });
    await Promise.all(Array.from({ length: 12 }, () => caller.search(GROUP, undefined, { [OPTION.pageSize]: 1 })));
    expect(fake.service.mostOpen).toBeLessThanOrEqual(2);
  });

  it('[docusign 62] takes a client certificate by its alias from the file that has it, and asks for the file', async () => {
    expect(await failure(validity({ clientCertAlias: 'agent' }))).toMatchObject({ kind: 'configuration', message: expect.stringContaining('clientCertificateFile') as unknown });
    expect((await failure(callerFor(fake, { clientCertAlias: 'agent', clientCertificateFile: '/nowhere/agent.p12', clientCertPassword: new GuardedString('wrong-password-of-file') }).test())).kind).toBe('configuration');
    await callerFor(fake, { clientCertPassword: new GuardedString('not-needed-without-one') }).test();
  });

  it('[docusign 63] leaves certificates checked where nothing else is said', () => {
    expect([docusign.properties.acceptSelfSignedCertificates.default, docusign.properties.disableHostNameVerifier.default]).toEqual([false, false]);
  });
});
