import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import adobe from '../../../connectors/catalog/adobe-admin-console/index.js';
import { describeConnector } from '../../../connectors/framework/describe.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, IcfArray, OperationOptions, OPTION, Uid } from '../../../protocol/model/index.js';
import { ConnectorCaller, failure } from '../../support/connector-caller.js';
import { calling } from '../../support/memory-facade.js';
import { scriptOnConnector } from '../../support/script-on-connector.js';
import { FakeAdobe } from './fake.js';
import { callerFor, configuration } from './system.js';

let fake: FakeAdobe;
beforeEach(async () => { fake = await FakeAdobe.start(); });
afterEach(() => fake.service.stop());

const attributesOf = (objectClass: string): string[] => describeConnector(adobe).objectClasses.find(({ name }) => name === objectClass)!.attributes.map(({ name }) => name);

describe('Adobe Admin Console: the connector and its configuration', () => {
  it('[adobe-admin-console 1] goes by the Java connector\'s names and version', () => {
    expect(adobe.key).toEqual({ bundleName: 'org.forgerock.openicf.connectors.adobe-connector', connectorName: 'org.forgerock.openicf.connectors.adobe.AdobeConnector', bundleVersion: '1.5.20.26' });
  });

  it('[adobe-admin-console 2] passes its test, and has the classes __ACCOUNT__ and __GROUP__', async () => {
    const caller = callerFor(fake);
    await caller.test();
    expect(adobe.displayName).toBe('Adobe Admin Console Connector');
    const schema = await caller.facade.perform({ kind: 'schema' }, calling());
    expect(schema?.objectClasses.map(({ type }) => type).sort()).toEqual([ACCOUNT, GROUP]);
  });

  it('[adobe-admin-console 4] works with scope, orgId, grantType, serviceUri, tokenEndpoint, clientId and clientSecret, and misses any of them', async () => {
    const least = Object.fromEntries(Object.entries(configuration(fake)).filter(([name]) => !name.endsWith('RateLimit')));
    expect(Object.keys(least).sort()).toEqual(['clientId', 'clientSecret', 'grantType', 'orgId', 'scope', 'serviceUri', 'tokenEndpoint']);
    await new ConnectorCaller(adobe, least).test();
    for (const missing of ['orgId', 'serviceUri', 'tokenEndpoint', 'clientId', 'clientSecret']) {
      const error = await failure(new ConnectorCaller(adobe, Object.fromEntries(Object.entries(least).filter(([name]) => name !== missing))).facade.perform({ kind: 'validate' }, calling()));
      expect(error).toMatchObject({ kind: 'configuration', message: expect.stringContaining(missing) as unknown });
    }
  });

  it('[adobe-admin-console 6, 7] asks for a token with the grant client_credentials and the scopes between commas', async () => {
    await callerFor(fake, { scope: 'openid, AdobeID, user_management_sdk', useBasicAuthForOauthTokenNeg: false }).test();
    expect(fake.tokenForms.at(-1)).toEqual({ grant_type: 'client_credentials', scope: 'openid,AdobeID,user_management_sdk', client_id: fake.clientId, client_secret: fake.clientSecret });
  });

  it('[adobe-admin-console 8] takes numbers as texts', async () => {
    await callerFor(fake, { maximumConnections: '10', connectionTimeout: '30' }).test();
    expect((await failure(callerFor(fake, { maximumConnections: 'ten' }).test())).kind).toBe('configuration');
  });

  it.each(['30/sec', '100/min', '0.09/sec', '0.41/sec', '0.16/sec'])('[adobe-admin-console 9] takes the rate %s', async (rate) => {
    await callerFor(fake, { groupReadRateLimit: rate, userReadRateLimit: rate, writeRateLimit: rate }).facade.perform({ kind: 'validate' }, calling());
    const error = await failure(callerFor(fake, { writeRateLimit: `${rate}ond` }).facade.perform({ kind: 'validate' }, calling()));
    expect(error).toMatchObject({ kind: 'configuration', message: expect.stringContaining('writeRateLimit') as unknown });
  });

  it.each([
    ['userReadRateLimit', 'GET /v2/usermanagement/users/'], ['groupReadRateLimit', 'GET /v2/usermanagement/groups/'], ['writeRateLimit', 'POST /v2/usermanagement/action/'],
  ] as const)('[adobe-admin-console 10] holds back by %s what it is for, and nothing else', async (property, held) => {
    const caller = callerFor(fake, { [property]: '1/hour' });
    const requests: Readonly<Record<string, (signal?: AbortSignal) => Promise<unknown>>> = {
      userReadRateLimit: (signal?: AbortSignal) => caller.search(ACCOUNT, undefined, { [OPTION.attributesToGet]: new IcfArray('String', ['type']) }, signal),
      groupReadRateLimit: (signal?: AbortSignal) => caller.search(GROUP, undefined, {}, signal),
      writeRateLimit: (signal?: AbortSignal) => caller.facade.perform({ kind: 'delete', objectClass: ACCOUNT, uid: new Uid('a@example.com'), options: OperationOptions.none }, calling(signal)),
    };
    const { [property]: own, ...others } = requests;
    fake.addUser('a@example.com');
    await Promise.allSettled([own?.()]);
    expect(fake.service.seenOf(held)).toHaveLength(1);
    for (const other of Object.values(others)) await Promise.allSettled([other(), other()]);
    await failure(Promise.resolve(own?.(AbortSignal.timeout(300))));
    expect(fake.service.seenOf(held)).toHaveLength(1);
    await caller.dispose();
  });

  it('[adobe-admin-console 11] leaves certificates checked where nothing else is said', () => {
    expect([adobe.properties.acceptSelfSignedCertificates.default, adobe.properties.disableHostNameVerifier.default]).toEqual([false, false]);
  });

  it('[adobe-admin-console 32, 33] has the attributes of users the mappings name', () => {
    const names = ['id', 'email', 'firstname', 'lastname', 'type', 'status', 'username', 'country', 'orgSpecific', 'businessAccount', '__GROUPS__'];
    expect(attributesOf(ACCOUNT)).toEqual(expect.arrayContaining(names));
    for (const written of ['email', 'firstname', 'lastname', 'type', 'username', 'country', '__GROUPS__']) {
      expect(adobe.objectClasses.find(({ name }) => name === ACCOUNT)!.attributes.find(({ name }) => name === written)!.flags).not.toContain('NOT_CREATABLE');
    }
  });

  it('[adobe-admin-console 34, 35] has the attributes of groups the mappings name, and takes groupName and description', async () => {
    expect(attributesOf(GROUP)).toEqual(expect.arrayContaining(['_id', 'groupName', 'type', 'memberCount', 'adminGroupName', 'productName', 'licenseQuota', 'profileGroupName', 'description']));
    await callerFor(fake).create(GROUP, Attribute.of('groupName', 'DevOps'), Attribute.of('description', 'Operations'));
    expect(fake.groups.get('DevOps')).toMatchObject({ description: 'Operations' });
  });

  it('[adobe-admin-console 36] runs a script with the connector and the caller\'s arguments', async () => {
    const answer = await scriptOnConnector(callerFor(fake), adobe, configuration(fake), 'return `${configuration.orgId} ${argument} ${typeof connector.search}`;', new Map([['argument', 'given']]));
    expect(answer).toBe('12345@AdobeOrg given function');
  });

  it('[adobe-admin-console 37] finds out whether service, credentials, API key and organization are right', async () => {
    await callerFor(fake).test();
    expect((await failure(callerFor(fake, { clientSecret: new GuardedString('wrong') }).test())).kind).toBe('invalidCredential');
    expect(await failure(callerFor(fake, { orgId: '999@AdobeOrg' }).test())).toMatchObject({ kind: 'configuration', message: expect.stringContaining('orgId') as unknown });
    expect((await failure(callerFor(fake, { tokenEndpoint: `${fake.service.origin}/nowhere` }).test())).kind).not.toBe('unknownUid');
    expect((await failure(callerFor(fake, { grantType: 'password' }).test())).kind).toBe('configuration');
  });
});
