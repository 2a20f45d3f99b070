import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import identityCenter from '../../../connectors/catalog/aws-iam-identity-center/index.js';
import { readConfiguration } from '../../../connectors/framework/facade/bound-configuration.js';
import { describeConnector } from '../../../connectors/framework/index.js';
import { ACCOUNT, GROUP, GuardedString, type ConnectorError, type IcfValue } from '../../../protocol/model/index.js';
import { failure, type ConnectorCaller } from '../../support/connector-caller.js';
import { configured } from '../../support/memory-facade.js';
import { scriptOnConnector } from '../../support/script-on-connector.js';
import type { FakeIdentityCenter } from './fake.js';
import { callerFor, configuration, watchedFake, type WatchedFake } from './system.js';

let watched: WatchedFake;
let fake: FakeIdentityCenter;
let caller: ConnectorCaller;
beforeEach(async () => {
  watched = await watchedFake('configuration');
  ({ fake } = watched);
  caller = callerFor(fake);
});
afterEach(async () => {
  await caller.dispose();
  await watched.stop();
});

async function tested(changes: Record<string, IcfValue>): Promise<void> {
  const other = callerFor(fake, changes);
  try {
    await other.test();
  } finally {
    await other.dispose();
  }
}
const refused = (changes: Record<string, IcfValue>): Promise<ConnectorError> => failure(tested(changes));
const { properties } = identityCenter;

/** Takes connections and says nothing. */
async function silent(): Promise<Server> {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return server;
}

describe('the configuration of AWS IAM Identity Center', () => {
  it('[aws-iam-identity-center 1] has the key of the Java connector', () => {
    expect(identityCenter.key).toEqual({ bundleName: 'org.forgerock.openicf.connectors.awsiam-connector', connectorName: 'org.forgerock.openicf.connectors.awsiam.AwsIamConnector', bundleVersion: '1.5.20.26' });
  });

  it('[aws-iam-identity-center 2] [aws-iam-identity-center 29] is tested at both services, users and groups, without having been validated before', async () => {
    await caller.test();
    expect(fake.sts.seen).toHaveLength(1);
    expect(fake.asked).toEqual([{ action: 'ListUsers', input: { MaxResults: 1 } }, { action: 'ListGroups', input: { MaxResults: 1 } }]);
    expect(identityCenter.displayName).toBe('AWS IAM IC Connector');
    expect(describeConnector(identityCenter).objectClasses.map(({ name }) => name).sort()).toEqual([ACCOUNT, GROUP]);
    expect(await refused({ secretKey: new GuardedString('another') })).toMatchObject({ kind: 'invalidCredential', message: expect.stringContaining('SignatureDoesNotMatch') as string });
    expect(await refused({ accessKey: 'AKIAIOSFODNN7ANOTHER' })).toMatchObject({ kind: 'invalidCredential', message: expect.stringContaining('InvalidClientTokenId') as string });
    expect(await refused({ roleArn: 'arn:aws:iam::123456789012:role/Another' })).toMatchObject({ kind: 'permissionDenied', message: expect.stringContaining('trust policy') as string });
    expect(await refused({ identityStoreId: 'd-0000000000' })).toMatchObject({ kind: 'configuration', message: expect.stringContaining('identityStoreId') as string });
    expect(await refused({ region: 'us-east-1' })).toMatchObject({ kind: 'invalidCredential', message: expect.stringContaining('region') as string });
  });

  it.each(['accessKey', 'secretKey', 'roleArn', 'roleSessionName', 'region', 'identityStoreId'])('[aws-iam-identity-center 4] needs %s, and with these six works', async (name) => {
    expect(await refused({ [name]: null })).toMatchObject({ kind: 'configuration', message: expect.stringContaining(name) as string });
    const { [name]: value } = configuration(fake);
    await tested({ [name]: value! });
    const needed = Object.entries(properties).filter(([, { required, default: preset }]) => required && preset === null).map(([property]) => property);
    expect(needed).toEqual(['accessKey', 'secretKey', 'roleArn', 'roleSessionName', 'region', 'identityStoreId']);
  });

  it('[aws-iam-identity-center 5] takes sessions of 900 to 3600 seconds, of 3600 by default', async () => {
    for (const seconds of [899, 3601, -1]) expect(await refused({ sessionExpirationTime: seconds })).toMatchObject({ kind: 'configuration', message: expect.stringContaining('sessionExpirationTime') as string });
    const before = Date.now();
    for (const seconds of [900, 3600]) await tested({ sessionExpirationTime: seconds });
    await caller.test();
    expect([...fake.sessions.values()].map(({ until = 0 }) => Math.floor((until - before) / 900_000))).toEqual([1, 4, 4]);
  });

  it('[aws-iam-identity-center 6] waits connectionTimeout seconds for a connection, and needs neither that nor maxConnections nor a proxy', async () => {
    const server = await silent();
    const error = await refused({ connectionTimeout: 1, endpoint: null, stsEndpoint: null, proxyHost: '127.0.0.1', proxyPort: String((server.address() as AddressInfo).port) });
    server.close();
    expect(error).toMatchObject({ kind: 'connectionFailed', message: expect.stringContaining('sts.eu-central-1.amazonaws.com:443 within 1000 milliseconds') as string });
    for (const name of ['connectionTimeout', 'maxConnections', 'proxyHost', 'proxyPort', 'proxyUsername', 'proxyPassword'] as const) expect([properties[name].required, properties[name].default]).toEqual([false, null]);
    for (const changes of [{ connectionTimeout: 0 }, { maxConnections: 0 }, { proxyHost: '127.0.0.1' }, { proxyHost: '127.0.0.1', proxyPort: 'x' }]) expect((await refused(changes)).kind).toBe('configuration');
  }, 30_000);

  it('goes through the proxy, whose port is a text, with its credentials', async () => {
    const asked: string[] = [];
    const proxy = createHttpServer((request, response) => {
      asked.push(`${request.url} ${request.headers['proxy-authorization']}`);
      response.writeHead(502).end();
    });
    await new Promise<void>((resolve) => { proxy.listen(0, '127.0.0.1', resolve); });
    const through = { proxyHost: '127.0.0.1', proxyPort: String((proxy.address() as AddressInfo).port), proxyUsername: 'me', proxyPassword: new GuardedString('pr0xy-w0rd') };
    await refused({ endpoint: 'http://identitystore.example', stsEndpoint: 'http://sts.example', ...through });
    proxy.close();
    expect(new Set(asked)).toEqual(new Set([`http://sts.example/ Basic ${Buffer.from('me:pr0xy-w0rd').toString('base64')}`]));
  });

  it.each([['eu-central-1', 'amazonaws.com'], ['cn-north-1', 'amazonaws.com.cn']])('leads to both services of its region, %s, for policies to know', (region, domain) => {
    const given = readConfiguration(identityCenter, configured(identityCenter, configuration(fake, { region, endpoint: null, stsEndpoint: null })));
    expect(identityCenter.targets?.(given as Parameters<NonNullable<typeof identityCenter.targets>>[0])).toEqual(['identitystore', 'sts'].map((service) => ({ host: `${service}.${region}.${domain}`, port: 443 })));
  });

  it('[aws-iam-identity-center 7] takes rates by the second and by the minute, for reading and for writing, and recommends its defaults', async () => {
    await tested({ readRateLimit: '900/sec', writeRateLimit: '6000/min' });
    for (const name of ['readRateLimit', 'writeRateLimit']) expect(await refused({ [name]: 'often' })).toMatchObject({ kind: 'configuration', message: expect.stringContaining(name) as string });
    expect([properties.readRateLimit.default, properties.writeRateLimit.default]).toEqual(['20/sec', '10/sec']);
  });

  it('[aws-iam-identity-center 8] says that secretKey is confidential, so that it is encrypted wherever it is kept', () => {
    expect(Object.entries(properties).filter(([, { confidential }]) => confidential).map(([name]) => name)).toEqual(['secretKey', 'proxyPassword']);
    expect(properties.secretKey.type).toBe('GuardedString');
  });

  it.each([['region', 'Frankfurt'], ['region', 'eu-central-1.example.com/x'], ['roleSessionName', 'a b'], ['identityStoreId', 'my store'], ['endpoint', 'identitystore'], ['stsEndpoint', 'ftp://x']])('refuses a %s that is none: %s', async (name, value) => {
    expect(await refused({ [name]: value })).toMatchObject({ kind: 'configuration', message: expect.stringContaining(name) as string });
    expect(fake.sts.seen).toEqual([]);
  });

  it('[aws-iam-identity-center 28] gives scripts on the connector the connector, its configuration without secrets, and their arguments', async () => {
    const script = 'const uid = await connector.create(icf.GROUP, { __NAME__: args.name }); return [configuration.region, \'secretKey\' in configuration];';
    expect(await scriptOnConnector(caller, identityCenter, configuration(fake), script, new Map([['name', 'Scripted']]))).toEqual(['eu-central-1', false]);
    expect([...fake.kept.Group.values()]).toEqual([{ DisplayName: 'Scripted' }]);
  });
});
