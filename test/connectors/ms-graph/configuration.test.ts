import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import graph from '../../../connectors/catalog/ms-graph/index.js';
import { tokenAddress } from '../../../connectors/catalog/ms-graph/config.js';
import { ACCOUNT, Attribute, GuardedString, type Schema } from '../../../protocol/model/index.js';
import { ConnectorCaller, failure } from '../../support/connector-caller.js';
import { calling } from '../../support/memory-facade.js';
import { fault } from '../../targets/rest/faults.js';
import { addUser, callerFor, configuration, newUser, system, type System } from './system.js';

let at: System;
beforeAll(async () => { at = await system('configuration'); });
afterAll(() => at.stop());

describe('the connector', () => {
  it('[ms-graph 1] has the key and the name of the Java connector', () => {
    expect(graph.key).toEqual({ bundleName: 'org.forgerock.openicf.connectors.msgraphapi-connector', bundleVersion: '1.5.20.26', connectorName: 'org.forgerock.openicf.connectors.msgraphapi.MSGraphAPIConnector' });
    expect(graph.displayName).toBe('MSGraphAPI Connector');
  });

  it('[ms-graph 5] works with tenant, client id and client secret, and goes to Microsoft\'s own addresses', async () => {
    const { serviceUri, loginUri, ...smallest } = configuration(at.fake);
    const own = new ConnectorCaller(graph, smallest);
    await own.facade.perform({ kind: 'validate' }, calling());
    await own.dispose();
    const properties = Object.fromEntries(Object.entries(graph.properties).map(([name, { default: value }]) => [name, value]));
    const config = { ...properties, ...smallest } as unknown as Parameters<typeof tokenAddress>[0];
    expect(tokenAddress(config).href).toBe('https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token');
    expect(graph.targets?.(config)).toEqual([{ host: 'graph.microsoft.com', port: 443 }, { host: 'login.microsoftonline.com', port: 443 }]);
    expect([serviceUri, loginUri]).toEqual([at.fake.service.address, at.fake.service.origin]);
    await at.caller.test();
  });

  it('says what is missing or wrong', async () => {
    for (const [changes, words] of [[{ clientSecret: null }, 'clientSecret'], [{ tenant: 'a/b' }, 'tenant'], [{ licenseCacheExpiryTime: -1n }, 'licenseCacheExpiryTime'], [{ serviceUri: 'nowhere' }, 'serviceUri']] as const) {
      const caller = callerFor(at.fake, changes);
      expect(await failure(caller.facade.perform({ kind: 'validate' }, calling()))).toMatchObject({ kind: 'configuration', message: expect.stringContaining(words) as string });
      await caller.dispose();
    }
  });

  it('[ms-graph 6] has the object classes of the documentation', async () => {
    const schema = await at.caller.facade.perform({ kind: 'schema' }, calling()) as Schema;
    expect(schema.objectClasses.map(({ type }) => type).sort()).toEqual([
      'servicePrincipal', '__GROUP__', 'roleEligibilitySchedule', 'roleEligibilityScheduleInstance', 'roleEligibilityScheduleRequest', 'directoryRole', 'team', 'roleAssignmentSchedule', 'roleDefinition', 'servicePlan', 'directoryRoleTemplate',
      'application', 'roleAssignmentScheduleRequest', 'roleAssignmentScheduleInstance', 'subscribedSku', '__ACCOUNT__', 'roleAssignment',
    ].sort());
  });

  it('[ms-graph 7] is tested without being validated, by what the configuration leads to', async () => {
    const broken = callerFor(at.fake, { clientSecret: new GuardedString('wrong') });
    expect((await failure(broken.test())).kind).toBe('invalidCredential');
    const away = callerFor(at.fake, { serviceUri: 'http://127.0.0.1:1/v1.0' });
    expect((await failure(away.test())).retryable).toBe(true);
    await Promise.all([broken.dispose(), away.dispose()]);
  });

  it('[ms-graph 16] keeps to a rate for reads and to one for creates, updates and deletes together', async () => {
    expect([graph.properties.readRateLimit.default, graph.properties.writeRateLimit.default]).toEqual([null, null]);
    const wrong = callerFor(at.fake, { readRateLimit: '30 an hour' });
    expect((await failure(wrong.facade.perform({ kind: 'validate' }, calling()))).message).toContain('readRateLimit');
    await wrong.dispose();
    const limited = callerFor(at.fake, { clientId: at.fake.clientId, writeRateLimit: '3/sec', readRateLimit: '600/min' });
    const start = performance.now();
    const uid = await limited.create(ACCOUNT, ...newUser());
    await limited.update(ACCOUNT, uid, Attribute.of('department', 'Sales'));
    await limited.update(ACCOUNT, uid, Attribute.of('department', 'Research'));
    await limited.remove(ACCOUNT, uid);
    const writes = at.fake.service.seen.filter(({ method, path, at: time }) => time >= start && method !== 'GET' && !path.includes('oauth2') && !path.endsWith('$batch')).map(({ at: time }) => time);
    expect(writes.length).toBe(4);
    expect(writes[3]! - writes[0]!).toBeGreaterThan(900);
    await limited.dispose();
  });
});

describe('a service in trouble', () => {
  it('is asked again with a new token, after a pause, or page after page, until it answers', async () => {
    const uid = await addUser(at);
    at.fake.service.tokens.expireAll();
    const { issued } = at.fake.service.tokens;
    expect((await at.caller.get(ACCOUNT, uid))?.uid.value).toBe(uid.value);
    expect(at.fake.service.tokens.issued).toBe(issued + 1);
    at.fake.service.faults.next(fault.tooMany(1), { on: 'GET /v1.0/users/' });
    at.fake.service.faults.next(fault.serverError(503, { 'retry-after': '1' }), { on: 'GET /v1.0/users/' });
    expect((await at.caller.get(ACCOUNT, uid))?.uid.value).toBe(uid.value);
    at.fake.service.pages.oddity = 'emptyLast';
    expect((await at.caller.search(ACCOUNT)).items.length).toBe(at.fake.of('users').length);
    at.fake.service.pages.oddity = undefined;
  });

  it('gives something else than JSON, half of it, or one page twice, and is told apart from an empty directory', async () => {
    for (let index = 0; index < 3; index++) await addUser(at);
    for (const trouble of [fault.loginPage(), fault.truncatedJson()]) {
      at.fake.service.faults.next(trouble, { on: 'GET /v1.0/users' });
      expect((await failure(at.caller.search(ACCOUNT))).kind).toMatch(/connector/);
    }
    at.fake.service.faults.next(fault.serverError(500), { on: 'POST /v1.0/users' });
    expect((await failure(at.caller.create(ACCOUNT, ...newUser()))).outcome).toBe('unknown');
    at.fake.service.faults.next(fault.forbidden({ error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges to complete the operation.' } }), { on: 'GET /v1.0/users' });
    expect(await failure(at.caller.search(ACCOUNT))).toMatchObject({ kind: 'permissionDenied', message: expect.stringContaining('Insufficient privileges') as string });
    for (let index = 0; index < 101; index++) at.fake.add('users', { userPrincipalName: `page${index}@contoso.example` });
    at.fake.service.pages.oddity = 'duplicate';
    expect((await failure(at.caller.search(ACCOUNT))).message).toContain('again and again');
    at.fake.service.pages.oddity = undefined;
  });
});
