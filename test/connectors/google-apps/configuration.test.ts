import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import googleApps from '../../../connectors/catalog/google-apps/index.js';
import { defaultConfiguration } from '../../../connectors/framework/index.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, IcfArray, type IcfValue } from '../../../protocol/model/index.js';
import { parseVersionRange } from '../../../protocol/model/version-range.js';
import { failure } from '../../support/connector-caller.js';
import { calling } from '../../support/memory-facade.js';
import { scriptOnConnector } from '../../support/script-on-connector.js';
import { secret } from '../../support/secret-values.js';
import { FakeService } from '../../targets/rest/fake-service.js';
import { fault } from '../../targets/rest/faults.js';
import { issueSelfSigned } from '../../targets/self-signed.js';
import { callerFor, configuration, user, watchedWorkspace } from './system.js';

const BASE = '/admin/directory/v1';
const WRONG = secret('wrong secret or token at Google');
const at = watchedWorkspace('configuration');

type Config = Parameters<NonNullable<typeof googleApps.targets>>[0];
const configurationOf = (changes: object): Config => ({ ...defaultConfiguration(googleApps), ...changes }) as unknown as Config;
const ended: (() => Promise<unknown>)[] = [];
afterEach(async () => { for (const end of ended.splice(0)) await end(); });

describe('the connector', () => {
  it('[google-apps 1, 4] is known by the Java connector\'s names and has its object classes', async () => {
    await at.caller.test();
    expect(googleApps.displayName).toBe('GoogleApps Connector');
    expect(googleApps.key).toMatchObject({ bundleName: 'org.forgerock.openicf.connectors.googleapps-connector', connectorName: 'org.forgerock.openicf.connectors.googleapps.GoogleAppsConnector' });
    expect(parseVersionRange('[1.5.0.0,1.6.0.0)').includes(googleApps.key.bundleVersion)).toBe(true);
    const schema = await at.caller.facade.perform({ kind: 'schema' }, calling());
    expect(schema?.objectClasses.map(({ type }) => type)).toEqual([ACCOUNT, GROUP, 'Member', 'OrgUnit', 'LicenseAssignment', 'Role', 'RoleAssignment', 'Privilege', 'License']);
  });

  it('[google-apps 2, 7] fails its test with a wrong client, refresh token or domain', async () => {
    const wrong = new GuardedString(WRONG);
    for (const [changes, kind] of [[{ clientId: 'nobody' }, 'invalidCredential'], [{ clientSecret: wrong }, 'invalidCredential'], [{ refreshToken: wrong }, 'invalidCredential'], [{ domain: 'other.example' }, 'invalidAttributeValue']] as const) {
      const other = callerFor(at.workspace, changes);
      const error = await failure(other.test());
      expect(error.kind, JSON.stringify(Object.keys(changes))).toBe(kind);
      expect(error.message).not.toContain(WRONG);
      await other.dispose();
    }
    const { properties } = googleApps;
    for (const name of ['domain', 'clientId', 'clientSecret', 'refreshToken'] as const) expect(properties[name].required).toBe(true);
    expect([properties.clientSecret.confidential, properties.refreshToken.confidential]).toEqual([true, true]);
  });

  it('[google-apps 3] is there for scripts', async () => {
    expect(await scriptOnConnector(at.caller, googleApps, configuration(at.workspace), 'typeof connector.search + configuration.domain + args.x', new Map([['x', '!']]))).toBe('functionexample.com!');
  });

  it('[google-apps 5] repeats what Google throttled, each pause twice as long', async () => {
    at.workspace.directory.faults.next(fault.forbidden({ error: { code: 403, message: 'Quota', errors: [{ reason: 'userRateLimitExceeded' }] } }), { on: `GET ${BASE}/users`, times: 2 });
    await at.caller.test();
    const [first, second, third] = at.workspace.directory.seenOf(`GET ${BASE}/users`).map((request) => request.at);
    expect(second! - first!).toBeGreaterThanOrEqual(990);
    expect(third! - second!).toBeGreaterThanOrEqual(1_990);
  });

  it('[google-apps 6] says at once which APIs to enable', async () => {
    at.workspace.directory.faults.next(fault.forbidden({ error: { code: 403, message: 'Access Not Configured', errors: [{ reason: 'accessNotConfigured' }] } }));
    expect((await failure(at.caller.test())).message).toContain('Enable the Admin SDK API');
  });

  it('[google-apps 8] renews the access token with the same refresh token', async () => {
    await at.caller.test();
    at.workspace.directory.tokens.expireAll();
    await at.caller.test();
    expect(at.workspace.directory.tokens.issued).toBe(2);
  });

  it('[google-apps 9] goes through a proxy, at port 8080 if nothing else is said', async () => {
    const { proxyHost, proxyPort, validateCertificate } = googleApps.properties;
    expect([proxyHost.default, proxyPort.default, validateCertificate.default]).toEqual([null, 8080, true]);
    const through = { proxyHost: '127.0.0.1', proxyPort: at.workspace.directory.port, directoryAddress: 'http://directory.invalid', licensingAddress: 'http://licensing.invalid', tokenEndpoint: 'http://tokens.invalid/token' };
    const other = callerFor(at.workspace, through);
    await other.test();
    await other.dispose();
    expect(at.workspace.directory.seen.map(({ path }) => path)).toEqual(['/token', `${BASE}/users`]);
    expect(googleApps.targets?.(configurationOf({ ...through, proxyPort: 8080 }))).toEqual(['directory.invalid', 'licensing.invalid', 'tokens.invalid', '127.0.0.1'].map((host) => ({ host, port: host === '127.0.0.1' ? 8080 : 80 })));
    const wrong = callerFor(at.workspace, { proxyHost: 'http://proxy/path' });
    expect((await failure(wrong.test())).message).toContain('proxyHost');
    await wrong.dispose();
  });

  it('[google-apps 9, 10] checks certificates, unless validateCertificate is off', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'causeway-google-'));
    ended.push(() => rm(folder, { recursive: true }));
    const files = await issueSelfSigned(folder);
    const service = await FakeService.start({ tls: { cert: await readFile(files.certificateFile), key: await readFile(files.keyFile) }, routes: { [`GET ${BASE}/users`]: () => ({ body: {} }) } });
    ended.push(() => service.stop());
    const testWith = async (changes: Record<string, IcfValue>): Promise<void> => {
      const other = callerFor(at.workspace, { directoryAddress: service.origin, ...changes });
      ended.push(() => other.dispose());
      await other.test();
    };
    expect(await failure(testWith({}))).toMatchObject({ kind: 'connectionFailed', message: expect.stringMatching(/certificate/i) as unknown });
    expect(service.seen).toEqual([]);
    await testWith({ validateCertificate: false });
    expect(service.seen).toHaveLength(1);
  });

  it('[google-apps 12, 13] offers neither Sync nor Authenticate, and resets passwords', async () => {
    const { operations } = googleApps;
    expect([operations.sync, operations.authenticate]).toEqual([undefined, undefined]);
    const uid = await at.caller.create(ACCOUNT, ...user('ana'));
    const fresh = secret('reset password at the workspace');
    await at.caller.update(ACCOUNT, uid, Attribute.of('__PASSWORD__', new GuardedString(fresh)));
    expect(at.workspace.users.passwords.get(uid.value)).toBe(fresh);
  });

  it.each([
    ['usersMaxResults', [0, 501], 100], ['groupsMaxResults', [0, 201], 200], ['membersMaxResults', [1], 200], ['listProductMaxResults', [0n, 1001n], 100], ['listProductAndSkuMaxResults', [0n, 1001n], 100], ['roleMaxResults', [0, 101], 100], ['roleAssignmentMaxResults', [0, 101], 100],
  ] as const)('[google-apps 29-33] %s has its range and default', async (property, wrong, preset) => {
    expect(googleApps.properties[property].default).toBe(preset);
    for (const value of wrong) {
      const other = callerFor(at.workspace, { [property]: value });
      expect((await failure(other.test())).message).toContain(property);
      await other.dispose();
    }
  });

  it.each([[{ domain: ' ' }, 'domain'], [{ availableLicenses: new IcfArray('String', ['Google-Apps']) }, 'write ProductId/SkuId'], [{ licensingAddress: 'licensing' }, 'licensingAddress']])('refuses %j', async (changes, message) => {
    const other = callerFor(at.workspace, changes);
    expect(await failure(other.test())).toMatchObject({ kind: 'configuration', message: expect.stringContaining(message) as unknown });
    await other.dispose();
  });

  it('tells policies what each attribute for filters is about', async () => {
    const naming = googleApps.attributeNaming!(configurationOf({}));
    const schema = await at.caller.facade.perform({ kind: 'schema' }, calling());
    const names = schema!.objectClasses.flatMap(({ attributes }) => attributes.filter(({ flags }) => flags.includes('NOT_READABLE') && flags.includes('NOT_CREATABLE')).map(({ name }) => name));
    expect(names).toHaveLength(20);
    expect(names.filter((name) => name !== 'customer' && !naming.same.some((group) => group.includes(name)))).toEqual([]);
  });
});
