import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import scim from '../../../connectors/catalog/scim/index.js';
import { ACCOUNT, ConnectorError, GROUP, GuardedString, Name, OperationOptions, type IcfValue } from '../../../protocol/model/index.js';
import { ConnectorCaller, failure } from '../../support/connector-caller.js';
import { calling } from '../../support/memory-facade.js';
import { scriptOnConnector } from '../../support/script-on-connector.js';
import { fault } from '../../targets/rest/faults.js';
import { FakeService } from '../../targets/rest/fake-service.js';
import type { FakeRequest } from '../../targets/rest/exchange.js';
import { issueSelfSigned } from '../../targets/self-signed.js';
import { issueTlsFiles } from '../../targets/tls-files.js';
import { FakeScim } from './fake.js';
import { configuration } from './system.js';

const ended: (() => Promise<unknown>)[] = [];
afterEach(async () => { for (const end of ended.splice(0).reverse()) await end(); });

async function start(settings: Parameters<typeof FakeScim.start>[0] = { version: 2 }): Promise<{ fake: FakeScim; requests: FakeRequest[] }> {
  const requests: FakeRequest[] = [];
  const fake = await FakeScim.start(settings, [{ onRequest: (request) => { requests.push(request); return []; }, onAnswer: () => [] }]);
  ended.push(() => fake.service.stop());
  return { fake, requests };
}

function caller(fake: FakeScim, changes: Readonly<Record<string, IcfValue>> = {}): ConnectorCaller {
  const made = new ConnectorCaller(scim, configuration(fake, changes));
  ended.push(() => made.dispose());
  return made;
}

const validated = (fake: FakeScim, changes: Readonly<Record<string, IcfValue>>): Promise<unknown> => caller(fake, changes).facade.perform({ kind: 'validate' }, calling());
const without = { clientId: null, clientSecret: null, tokenEndpoint: null, grantType: null };

describe('the configuration', () => {
  it('[scim 1] says the version, 1 or 2 and nothing else, and 1 where it says nothing', async () => {
    expect(scim.properties.SCIMVersion.default).toBe(1);
    const { fake } = await start();
    for (const SCIMVersion of [1, 2]) await validated(fake, { SCIMVersion });
    for (const SCIMVersion of [0, 3]) expect(await failure(validated(fake, { SCIMVersion }))).toMatchObject({ kind: 'configuration', message: expect.stringContaining(`SCIMVersion is ${SCIMVersion}`) as string });
  });

  it('[scim 2] says how to authenticate, by client where it says nothing', async () => {
    expect(scim.properties.authenticationMethod.default).toBe('OAUTH');
    const { fake } = await start();
    const methods: readonly Readonly<Record<string, IcfValue>>[] = [
      { authenticationMethod: 'OAUTH' }, { authenticationMethod: 'BASIC', user: fake.basic.user, password: new GuardedString(fake.basic.password), ...without },
      { authenticationMethod: 'TOKEN', authToken: new GuardedString(fake.fixedToken), ...without },
    ];
    for (const method of methods) await caller(fake, method).test();
    expect((await failure(validated(fake, { authenticationMethod: 'CERTIFICATE' }))).message).toContain('none of BASIC, OAUTH and TOKEN');
  });

  it('[scim 3] with OAUTH needs grant, address, token endpoint and client', async () => {
    const { fake } = await start();
    await validated(fake, {});
    for (const property of ['grantType', 'SCIMEndpoint', 'tokenEndpoint', 'clientId', 'clientSecret']) {
      expect((await failure(validated(fake, { [property]: null }))).message).toContain(property);
    }
  });

  it('[scim 4] with BASIC needs user and password, with TOKEN the token', async () => {
    const { fake } = await start();
    const basic = { ...without, authenticationMethod: 'BASIC', user: 'u', password: new GuardedString('p') };
    await validated(fake, basic);
    await validated(fake, { ...without, authenticationMethod: 'TOKEN', authToken: new GuardedString('t') });
    for (const property of ['user', 'password']) expect((await failure(validated(fake, { ...basic, [property]: null }))).message).toMatch(new RegExp(`set ${property}`));
    expect((await failure(validated(fake, { ...without, authenticationMethod: 'TOKEN' }))).message).toContain('set authToken');
  });

  it('[scim 5] has two grants, and the refresh token of one of them', async () => {
    const { fake } = await start({ version: 2, refreshToken: 'the refresh token' });
    await caller(fake, { grantType: 'refresh_token', refreshToken: new GuardedString('the refresh token') }).test();
    expect((await failure(caller(fake, { grantType: 'refresh_token', refreshToken: new GuardedString('another') }).test())).kind).toBe('invalidCredential');
    expect((await failure(validated(fake, { grantType: 'refresh_token' }))).message).toContain('set refreshToken');
    expect((await failure(validated(fake, { grantType: 'password' }))).message).toContain('client_credentials and refresh_token');
  });

  it('[scim 6, 29] sends a static token, as Slack has them, behind its prefix', async () => {
    const { fake, requests } = await start();
    const token = { ...without, authenticationMethod: 'TOKEN', authToken: new GuardedString('xoxp-1') };
    await failure(caller(fake, token).test());
    await failure(caller(fake, { ...token, authorizationTokenPrefix: 'Token' }).test());
    expect(new Set(requests.map(({ headers }) => headers['authorization']))).toEqual(new Set(['Bearer xoxp-1', 'Token xoxp-1']));
  });

  it('[scim 26] keeps every password and token confidential', () => {
    const confidential = Object.entries(scim.properties).filter(([, property]) => property.confidential).map(([name]) => name);
    expect(confidential.sort()).toEqual(['authToken', 'clientCertPassword', 'clientSecret', 'httpProxyPassword', 'password', 'refreshToken']);
    for (const name of confidential) expect(scim.properties[name as 'password'].type).toBe('GuardedString');
  });

  it('[scim 30] may be the smallest sample of the documentation', async () => {
    const { fake } = await start({ version: 1 });
    const sample = caller(fake, { SCIMVersion: 1, user: null, password: null, acceptSelfSignedCertificates: true, disableHostNameVerifier: true, connectionTimeout: 30, maximumConnections: 10, httpProxyHost: null, httpProxyPort: null });
    await sample.facade.perform({ kind: 'validate' }, calling());
    await sample.test();
  });

  it('[scim 8] is of the Java connector\'s bundle', () => {
    expect(scim.key).toEqual({ bundleName: 'org.forgerock.openicf.connectors.scim-connector', bundleVersion: '1.5.20.26', connectorName: 'org.forgerock.openicf.connectors.scim.ScimConnector' });
    expect(scim.displayName).toBe('Scim Connector');
  });
});

describe('the test', () => {
  it('[scim 9, 32] reaches the service, without the configuration having been validated', async () => {
    const { fake } = await start();
    await caller(fake).test();
    expect(fake.service.seenOf('GET /scim/Users')).toHaveLength(1);
    expect((await failure(caller(fake, { SCIMEndpoint: `${fake.service.origin}/elsewhere` }).test())).kind).toBe('connector');
    expect((await failure(caller(fake, { SCIMVersion: 7 }).test())).kind).toBe('configuration');
    await fake.service.pause();
    expect((await failure(caller(fake).test())).retryable).toBe(true);
  });

  it('[scim 31] of scripts: they see the connector, its configuration and their arguments', async () => {
    const { fake } = await start();
    const script = 'typeof connector + " " + configuration.SCIMVersion + " " + greeting';
    expect(await scriptOnConnector(caller(fake), scim, configuration(fake), script, new Map([['greeting', 'hello']]))).toBe('object 2 hello');
  });
});

describe('the connection', () => {
  it('[scim 10] is one of a pool of the client\'s, of ten', async () => {
    expect(scim.pooled).toBe(false);
    expect(scim.properties.maximumConnections.default).toBe(10);
    const { fake } = await start();
    const limited = caller(fake, { maximumConnections: 2 });
    const uid = await limited.create(ACCOUNT, new Name('bjensen'));
    fake.service.mostOpen = 0;
    fake.service.faults.next(fault.slow(20), { times: 8, on: 'GET /scim/Users/' });
    await Promise.all(Array.from({ length: 8 }, () => limited.get(ACCOUNT, uid)));
    expect(fake.service.mostOpen).toBe(2);
  });

  it('[scim 11] has seconds to be made, 30 by default', async () => {
    expect(scim.properties.connectionTimeout).toMatchObject({ type: 'int', default: 30 });
    const { fake } = await start();
    expect((await failure(validated(fake, { connectionTimeout: 0 }))).message).toContain('connectionTimeout');
    // TEST-NET-1: nobody answers there (RFC 5737), or there is no way to it.
    const started = performance.now();
    expect((await failure(caller(fake, { ...without, authenticationMethod: 'TOKEN', authToken: new GuardedString('t'), SCIMEndpoint: 'http://192.0.2.1/scim', connectionTimeout: 1 }).facade.perform({ kind: 'test' }, calling(AbortSignal.timeout(20_000))))).retryable).toBe(true);
    expect(performance.now() - started).toBeLessThan(20_000);
  }, 30_000);

  it('[scim 12] is compressed, unless that is switched off', async () => {
    const { fake, requests } = await start();
    await caller(fake).test();
    await caller(fake, { disableHttpCompression: true }).test();
    expect(requests.filter(({ path }) => path === '/scim/Users').map(({ headers }) => headers['accept-encoding']?.includes('gzip') ?? false)).toEqual([true, false]);
  });

  it('[scim 13, 24] checks certificates unless told otherwise, and shows its own', async () => {
    expect([scim.properties.acceptSelfSignedCertificates.default, scim.properties.disableHostNameVerifier.default]).toEqual([false, false]);
    const directory = await mkdtemp(join(tmpdir(), 'causeway-scim-'));
    ended.push(() => rm(directory, { recursive: true }));
    const [server, client] = [await issueSelfSigned(directory), await issueTlsFiles(directory, ['localhost'])];
    const tls = { cert: await readFile(server.certificateFile), key: await readFile(server.keyFile), ca: await readFile(client.caFile), requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' } as const;
    const service = await FakeService.start({ tls, routes: { 'GET /Users': () => ({ body: { totalResults: 0 } }) } });
    ended.push(() => service.stop());
    const test = async (changes: Readonly<Record<string, IcfValue>>): Promise<void> => {
      const made = new ConnectorCaller(scim, { SCIMEndpoint: `https://localhost:${service.port}`, SCIMVersion: 2, authenticationMethod: 'TOKEN', authToken: new GuardedString('t'), ...changes });
      ended.push(() => made.dispose());
      await made.test();
    };
    const own = { clientCertAlias: 'client', clientCertPassword: new GuardedString('changeit'), clientCertificateFile: client.clientKeyStoreFile };
    const accepting = { acceptSelfSignedCertificates: true };
    await expect(test(own)).rejects.toThrow(/certificate/i);
    await test({ ...own, ...accepting });
    await test({ ...own, ...accepting, SCIMEndpoint: service.origin, disableHostNameVerifier: true });
    await expect(test(accepting)).rejects.toThrow(ConnectorError);
    await expect(test({ ...own, ...accepting, clientCertAlias: 'another' })).rejects.toThrow(/another/);
  });

  it('[scim 25] goes through a proxy that is told who asks', async () => {
    for (const property of ['httpProxyHost', 'httpProxyPort', 'httpProxyUsername', 'httpProxyPassword'] as const) expect(scim.properties[property].default).toBeNull();
    const { fake, requests } = await start();
    await caller(fake, {
      SCIMEndpoint: 'http://scim.invalid/scim', tokenEndpoint: 'http://login.invalid/oauth2/token', httpProxyHost: '127.0.0.1', httpProxyPort: fake.service.port, httpProxyUsername: 'me', httpProxyPassword: new GuardedString('secret'),
    }).test();
    expect(requests.map(({ headers }) => [headers['host'], headers['proxy-authorization']])).toEqual(['login.invalid', 'scim.invalid'].map((host) => [host, `Basic ${Buffer.from('me:secret').toString('base64')}`]));
  });

  it('[scim 14, 15] speaks JSON, or what each of two properties says', async () => {
    const { fake, requests } = await start();
    const headersWith = async (changes: Readonly<Record<string, IcfValue>>): Promise<readonly unknown[]> => {
      requests.length = 0;
      await caller(fake, changes).create(ACCOUNT, new Name(`user${Math.random()}`)).catch(() => undefined);
      const [{ headers }] = requests.filter(({ method, path }) => method === 'POST' && path === '/scim/Users') as [FakeRequest];
      return [headers['accept'], headers['content-type']];
    };
    expect(await headersWith({})).toEqual(['application/json', 'application/json']);
    expect(await headersWith({ acceptHeader: 'application/scim+json' })).toEqual(['application/scim+json', 'application/json']);
    expect(await headersWith({ contentTypeHeader: 'application/scim+json' })).toEqual(['application/json', 'application/scim+json']);
    const strict = await start({ version: 2, contentType: 'application/scim+json' });
    expect((await failure(caller(strict.fake).create(ACCOUNT, new Name('a')))).message).toContain('application/scim+json');
    await caller(strict.fake, { acceptHeader: 'application/scim+json', contentTypeHeader: 'application/scim+json' }).create(ACCOUNT, new Name('a'));
    expect((await failure(validated(fake, { acceptHeader: 'a\r\nX-Other: b' }))).message).toContain('acceptHeader');
  });

  it('[scim 16] is as fast as it can be, or as a rate says', async () => {
    expect([scim.properties.readRateLimit.default, scim.properties.writeRateLimit.default]).toEqual([null, null]);
    const { fake } = await start();
    for (const rate of ['30/sec', '100/min']) await validated(fake, { readRateLimit: rate, writeRateLimit: rate });
    for (const property of ['readRateLimit', 'writeRateLimit']) expect((await failure(validated(fake, { [property]: 'often' }))).message).toContain(property);
  });

  it('[scim 17] has one rate for reading and another for create, update and delete', async () => {
    const { fake } = await start();
    const slow = caller(fake, { writeRateLimit: '1/min' });
    const uid = await slow.create(ACCOUNT, new Name('bjensen'));
    for (let times = 0; times < 3; times++) expect(await slow.get(ACCOUNT, uid)).not.toBeNull();
    const options = { objectClass: ACCOUNT, uid, options: OperationOptions.none } as const;
    for (const write of [{ kind: 'delete', ...options }, { kind: 'update', updateType: 'REPLACE', attributes: [new Name('other')], ...options }, { kind: 'create', objectClass: GROUP, attributes: [new Name('g')], options: options.options }] as const) {
      await failure(slow.facade.perform(write, calling(AbortSignal.timeout(100))));
    }
    expect(fake.service.seen.filter(({ method, path }) => method !== 'GET' && path.startsWith('/scim')).map(({ method }) => method)).toEqual(['POST']);
  });
});
