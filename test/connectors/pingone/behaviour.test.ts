import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import pingone from '../../../connectors/catalog/pingone/index.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, IcfArray, Name, OPTION, OperationOptions, type IcfValue, type Uid } from '../../../protocol/model/index.js';
import { ConnectorCaller, failure, plain } from '../../support/connector-caller.js';
import { calling } from '../../support/memory-facade.js';
import { scriptOnConnector } from '../../support/script-on-connector.js';
import { connected, type TestedService } from '../../support/tested-service.js';
import { fault } from '../../targets/rest/faults.js';
import { FakeService } from '../../targets/rest/fake-service.js';
import { issueSelfSigned } from '../../targets/self-signed.js';
import { FakePingOne } from './fake.js';
import { callerFor, configuration, PINGONE } from './system.js';

const ended: (() => Promise<unknown>)[] = [];
afterEach(async () => { for (const end of ended.splice(0).reverse()) await end(); });

/** As the documentation shows it, which is not as the contract has it. */
const AS_DOCUMENTED: TestedService<FakePingOne> = { connector: pingone, configuration: PINGONE.configuration, start: () => FakePingOne.start([], { asDocumented: true }) };

let fake: FakePingOne;
let caller: ConnectorCaller;
beforeEach(async () => { ({ fake, caller } = await connected(PINGONE)); });

const text = (name: string, ...values: readonly string[]): Attribute => Attribute.of(name, ...values);
const newUser = (name: string, ...more: readonly Attribute[]): Promise<Uid> => caller.create(ACCOUNT, new Name(name), text('email', `${name}@example.com`), ...more);
const MEMBERSHIPS = ['__groupMemberships__', '__roleAssignments__', 'groupMemberships', 'roleAssignments'];
async function whole(by: ConnectorCaller, uid: Uid, names = ['username', ...MEMBERSHIPS]): Promise<Record<string, unknown>> {
  return plain((await by.get(ACCOUNT, uid, OperationOptions.of({ [OPTION.attributesToGet]: new IcfArray('String', names) })))!);
}
const written = (method: string): readonly unknown[] => fake.service.seen.filter((request) => request.method === method && request.path.startsWith('/v1')).map(({ body }) => body);
const roleIn = ({ environmentId }: FakePingOne): string => `${environmentId}:ENVIRONMENT:0bd9c966-7664-4ac1-b059-0ff9293908e2`;

describe('the PingOne connector', () => {
  it('[pingone 1] has the key of the Java connector', () => {
    expect(pingone.key).toEqual({ bundleName: 'org.forgerock.openicf.connectors.pingone-connector', bundleVersion: '1.5.20.26', connectorName: 'org.forgerock.openicf.connectors.pingone.PingOneConnector' });
    expect(pingone.displayName).toBe('PingOne Connector');
  });

  it('[pingone 6, 9] has the sample\'s values where nothing is set', () => {
    const set = Object.fromEntries(Object.entries(pingone.properties).filter(([, property]) => property.default !== null).map(([name, property]) => [name, property.default]));
    expect(set).toEqual({
      authenticationMethod: 'OAUTH', acceptSelfSignedCertificates: false, disableHostNameVerifier: false, disableHttpCompression: false, maximumConnections: 10, connectionTimeout: 30, authorizationTokenPrefix: 'Bearer', useBasicAuthForOauthTokenNeg: true,
    });
  });

  it('[pingone 7] tests its credentials, and has five object classes', async () => {
    await caller.test();
    const schema = await caller.facade.perform({ kind: 'schema' }, calling());
    expect(schema!.objectClasses.map(({ type }) => type).sort()).toEqual([ACCOUNT, '__AVAILABLE_ROLE__', GROUP, '__POPULATION__', '__ROLE__'].sort());
  });

  it('[pingone 8] authenticates in three ways, by client where nothing is said', async () => {
    expect(pingone.properties.authenticationMethod.default).toBe('OAUTH');
    const none = { tokenEndpoint: null, clientId: null, clientSecret: null };
    for (const [changes, kind] of [
      [{ authenticationMethod: 'BASIC', login: 'u', password: new GuardedString('p'), ...none }, 'invalidCredential'], [{ authenticationMethod: 'TOKEN', authToken: new GuardedString('t'), ...none }, 'invalidCredential'],
      [{ authenticationMethod: 'BASIC', ...none }, 'configuration'], [{ authenticationMethod: 'TOKEN', ...none }, 'configuration'], [{ authenticationMethod: 'OAUTH', ...none }, 'configuration'], [{ authenticationMethod: 'OTHER' }, 'configuration'],
    ] as const) {
      const other = callerFor(fake, changes);
      expect((await failure(other.test())).kind).toBe(kind);
      await other.dispose();
    }
  });

  it('[pingone 33] takes a certificate nobody signed only when told to', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'causeway-pingone-'));
    ended.push(() => rm(directory, { recursive: true }));
    const files = await issueSelfSigned(directory);
    const service = await FakeService.start({ tls: { cert: await readFile(files.certificateFile), key: await readFile(files.keyFile) }, routes: { 'GET /environments/e/users': () => ({ body: { _embedded: { users: [] } } }) } });
    ended.push(() => service.stop());
    const testWith = async (changes: Record<string, IcfValue>): Promise<void> => {
      const made = new ConnectorCaller(pingone, { serviceUri: `https://localhost:${service.port}`, environmentId: 'e', authenticationMethod: 'TOKEN', authToken: new GuardedString('t'), ...changes });
      ended.push(() => made.dispose());
      await made.test();
    };
    await expect(testWith({})).rejects.toThrow(/certificate/i);
    await testWith({ acceptSelfSignedCertificates: true, disableHostNameVerifier: true });
  });

  it('[pingone 34] lets scripts see the connector, its configuration and their arguments', async () => {
    const script = 'typeof connector + " " + configuration.environmentId + " " + greeting';
    expect(await scriptOnConnector(caller, pingone, configuration(fake), script, new Map([['greeting', 'hello']]))).toBe(`object ${fake.environmentId} hello`);
  });
});

describe('a user', () => {
  it('[pingone 12, 13, 14, 16] needs a name only, and gets the rest from the service', async () => {
    const documented = await connected(AS_DOCUMENTED);
    const uid = await documented.caller.create(ACCOUNT, text('username', 'A_20240223183659857'));
    expect(await documented.caller.values(ACCOUNT, uid)).toMatchObject({
      __NAME__: 'A_20240223183659857', username: 'A_20240223183659857', enabled: true, mfaEnabled: true, verifyStatus: 'NOT_INITIATED', identityProvider: { type: 'PING_ONE' }, lifecycle: { status: 'ACCOUNT_OK' },
      account: { canAuthenticate: true, status: 'OK' }, population: { id: '1a0348b5-c6f5-41b0-a71a-194ed76f703f' }, createdAt: expect.stringMatching(/Z$/) as string, updatedAt: expect.stringMatching(/Z$/) as string,
    });
    expect(Object.keys(await whole(documented.caller, uid)).filter((name) => MEMBERSHIPS.includes(name))).toEqual([]);
    expect(await failure(caller.create(ACCOUNT, text('nickname', 'x')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied', message: expect.stringContaining('username') as string });
  });

  it('[pingone 15, 17, 18] gets groups and roles once it is there, and shows them in two forms', async () => {
    const documented = await connected(AS_DOCUMENTED);
    const groups = ['one', 'two'].map((name) => documented.fake.addGroup(name));
    const role = roleIn(documented.fake);
    const uid = await documented.caller.create(ACCOUNT, new Name('gm'), text('__groupMemberships__', ...groups), text('__roleAssignments__', role));
    const shown = await whole(documented.caller, uid);
    expect(shown).toMatchObject({ __groupMemberships__: groups, __roleAssignments__: role });
    expect(shown['groupMemberships']).toEqual(groups.map((id, index) => ({ id, name: ['one', 'two'][index], type: 'DIRECT', isExternal: false, environment: { id: documented.fake.environmentId } })));
    expect(shown['roleAssignments']).toMatchObject({ type: 'DIRECT', readOnly: false, role: { id: role.split(':')[2] }, scope: { id: role.split(':')[0], type: 'ENVIRONMENT' } });
    const { createdAt, updatedAt } = await documented.caller.values(ACCOUNT, uid) as { createdAt: string; updatedAt: string };
    expect(Date.parse(updatedAt)).toBeGreaterThan(Date.parse(createdAt));
    expect(documented.fake.service.seen.filter(({ method, path }) => method === 'POST' && path.startsWith('/v1')).map(({ path }) => path.split('/').at(-1))).toEqual(['users', 'memberOfGroups', 'memberOfGroups', 'roleAssignments']);
  });

  it('[pingone 32] is assigned available roles by their ids, and no others', async () => {
    const { items } = await caller.search('__AVAILABLE_ROLE__');
    const ids = items.map(({ uid }) => uid.value);
    const uid = await newUser('roles', text('__roleAssignments__', ...ids));
    expect((await whole(caller, uid))['__roleAssignments__']).toEqual(ids);
    await caller.update(ACCOUNT, uid, text('__roleAssignments__', ids[0]!));
    expect((await whole(caller, uid))['__roleAssignments__']).toBe(ids[0]);
    const posts = written('POST').length;
    expect(await failure(newUser('wrong', text('__roleAssignments__', 'Administrator')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    expect(written('POST')).toHaveLength(posts);
  });

  it('[pingone 19, 21] is updated by a PUT of all its attributes', async () => {
    const uid = await newUser('bjensen', text('nickname', 'Babs'), text('primaryPhone', '123 123 123'));
    const before = await caller.values(ACCOUNT, uid) as Record<string, string>;
    await caller.update(ACCOUNT, uid, text('email', 'update@email.com'), new Attribute('nickname', null));
    expect(written('PUT')).toEqual([{ username: 'bjensen', email: 'update@email.com', primaryPhone: '123 123 123' }]);
    const after = await caller.values(ACCOUNT, uid) as Record<string, string>;
    expect(after).toMatchObject({ email: 'update@email.com', createdAt: before['createdAt'], username: 'bjensen', primaryPhone: '123 123 123' });
    expect(after['nickname']).toBeUndefined();
    expect(Date.parse(after['updatedAt']!)).toBeGreaterThanOrEqual(Date.parse(before['updatedAt']!));
  });

  it('[pingone 20] keeps what cannot be modified', async () => {
    const uid = await newUser('bjensen', Attribute.of('population', new Map([['id', '1a0348b5-c6f5-41b0-a71a-194ed76f703f']])));
    const puts = written('PUT').length;
    for (const name of ['population', 'mfaEnabled', 'verifyStatus', 'identityProvider', 'linkedAccounts']) {
      expect(await failure(caller.update(ACCOUNT, uid, Attribute.of(name, name === 'mfaEnabled' ? false : 'x')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied', message: expect.stringContaining(name) as string });
    }
    expect(written('PUT')).toHaveLength(puts);
  });

  it('is enabled and disabled by a request of its own, which may fail after another', async () => {
    const uid = await newUser('off', Attribute.of('enabled', false));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ enabled: false });
    await caller.update(ACCOUNT, uid, Attribute.of('enabled', true));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ enabled: true });
    const enabledPath = ({ method, path }: { method: string; path: string }): boolean => method === 'PUT' && path.endsWith('/enabled');
    fake.service.faults.next(fault.serverError(500), { times: 2, on: enabledPath });
    expect(await failure(caller.update(ACCOUNT, uid, text('nickname', 'x'), Attribute.of('enabled', false)))).toMatchObject({ outcome: 'applied', message: expect.stringContaining('was updated') as string });
    expect(await failure(newUser('off2', Attribute.of('enabled', false)))).toMatchObject({ outcome: 'applied', message: expect.stringMatching(/was created with the uid/) as string });
  });

  it('says that it is there when a group cannot be given to it', async () => {
    const group = fake.addGroup('g');
    fake.service.faults.next(fault.serverError(500), { on: ({ method, path }) => method === 'POST' && path.endsWith('/memberOfGroups') });
    expect(await failure(newUser('partly', text('__groupMemberships__', group)))).toMatchObject({ outcome: 'applied', message: expect.stringMatching(/was created with the uid .* 0 were made/) as string });
    expect((await caller.search(ACCOUNT)).items).toHaveLength(1);
    expect((await failure(newUser('PARTLY'))).kind).toBe('alreadyExists');
  });

  it('[pingone 22] is listed with all its attributes, or its id alone', async () => {
    await newUser('a');
    await newUser('b');
    expect((await caller.search(ACCOUNT)).items.map((one) => plain(one)['email'])).toEqual(['a@example.com', 'b@example.com']);
    fake.service.seen.length = 0;
    const bare = await caller.search(ACCOUNT, undefined, { [OPTION.attributesToGet]: new IcfArray('String', []) });
    expect(bare.items.map(({ attributes }) => attributes.map(({ name }) => name))).toEqual([['__UID__', '__NAME__'], ['__UID__', '__NAME__']]);
    expect(fake.service.seen).toHaveLength(1);
  });

  it('[pingone 11] comes in pages of a thousand at most', async () => {
    await newUser('a');
    await caller.search(ACCOUNT, undefined, { [OPTION.pageSize]: 5_000 });
    await caller.search(ACCOUNT, undefined, { [OPTION.pageSize]: 20 });
    expect(fake.service.seenOf(`GET /v1/environments/${fake.environmentId}/users`).filter(({ path }) => path.endsWith('/users')).map(({ query }) => query['limit'])).toEqual(['1000', '20']);
  });

  it('survives what services do', async () => {
    for (let index = 0; index < 3; index++) await newUser(`user${index}`);
    fake.service.pages.oddity = 'emptyLast';
    expect((await caller.search(ACCOUNT)).items).toHaveLength(3);
    fake.service.pages.oddity = undefined;
    fake.service.tokens.expireAll();
    expect((await caller.search(ACCOUNT)).items).toHaveLength(3);
    expect(fake.service.tokens.issued).toBe(2);
    for (const [trouble, kind] of [[fault.loginPage(), /connector/], [fault.truncatedJson(), /connector/], [fault.serverError(500), /connectorIo/], [fault.tooMany(3600), /retryable/]] as const) {
      fake.service.faults.next(trouble, { on: 'GET /v1/environments' });
      expect((await failure(caller.search(ACCOUNT))).kind).toMatch(kind);
    }
  });
});

describe('groups and populations', () => {
  it('[pingone 24] a group needs a name, and counts its members', async () => {
    const documented = await connected(AS_DOCUMENTED);
    const uid = await documented.caller.create(GROUP, text('name', 'A_2024'));
    expect(await documented.caller.values(GROUP, uid)).toMatchObject({ __NAME__: 'A_2024', name: 'A_2024', directMemberCounts: { users: 0, groups: 0 } });
    expect((await failure(caller.create(GROUP, text('description', 'x')))).message).toContain('name');
    await documented.caller.update(GROUP, uid, text('name', 'C_2024'));
    expect(await documented.caller.values(GROUP, uid)).toMatchObject({ __NAME__: 'C_2024' });
  });

  it('[pingone 25, 26] a population needs a name, and says of itself what the service does', async () => {
    const uid = await caller.create('__POPULATION__', text('name', 'Partners'));
    const made = await caller.values('__POPULATION__', uid) as Record<string, string>;
    expect(made).toMatchObject({ __NAME__: 'Partners', environment: { id: fake.environmentId }, default: 'false', userCount: 0, createdAt: expect.any(String) as string });
    const past = '2024-02-24T02:37:05.866Z';
    fake.populations.set(uid.value, { ...fake.populations.get(uid.value), createdAt: past, updatedAt: past });
    await caller.update('__POPULATION__', uid, text('description', 'updated'));
    const after = await caller.values('__POPULATION__', uid) as Record<string, string>;
    expect(after).toMatchObject({ description: 'updated', name: 'Partners', createdAt: past });
    expect(after['updatedAt']).not.toBe(past);
    expect((await failure(caller.create('__POPULATION__', text('description', 'x')))).message).toContain('name');
  });

  it('users, groups and populations can be deleted, and read right before', async () => {
    for (const [objectClass, ...attributes] of [[ACCOUNT, new Name('u'), text('email', 'u@example.com')], [GROUP, new Name('g')], ['__POPULATION__', new Name('p')]] as const) {
      const uid = await caller.create(objectClass, ...attributes);
      expect(await caller.get(objectClass, uid)).not.toBeNull();
      await caller.remove(objectClass, uid);
      expect(await caller.get(objectClass, uid)).toBeNull();
      expect((await failure(caller.remove(objectClass, uid))).kind).toBe('unknownUid');
    }
  });
});

describe('roles', () => {
  it('[pingone 27] are read, one or all, and not written', async () => {
    const { items } = await caller.search('__ROLE__');
    expect(items).toHaveLength(2);
    const [first] = items;
    expect(plain((await caller.get('__ROLE__', first!.uid))!)).toMatchObject({ __NAME__: 'Identity Data Admin', applicableTo: ['ENVIRONMENT', 'POPULATION'], permissions: { id: 'directory:update:user', classifier: 'user' } });
    for (const write of [() => caller.create('__ROLE__', new Name('x')), () => caller.update('__ROLE__', first!.uid, text('description', 'x')), () => caller.remove('__ROLE__', first!.uid)]) expect((await failure(write())).kind).toBe('unsupportedOperation');
  });

  it('[pingone 28, 29, 30, 31] are available for each scope they apply to, by an id of three parts', async () => {
    const { items } = await caller.search('__AVAILABLE_ROLE__');
    const environment = { id: fake.environmentId };
    expect(items.map((one) => plain(one)).map(({ __UID__: id, __NAME__: name, scope, environment: of }) => [id, name, scope, of])).toEqual([
      [`${fake.organizationId}:ORGANIZATION:ce00e15f-f845-4df1-abf3-fdc4ff4e176c`, 'ORGANIZATION - Example Inc: Organization Admin', { id: fake.organizationId, type: 'ORGANIZATION' }, environment],
      [roleIn(fake), 'ENVIRONMENT - Administrators: Identity Data Admin', { id: fake.environmentId, type: 'ENVIRONMENT' }, environment],
      ['1a0348b5-c6f5-41b0-a71a-194ed76f703f:POPULATION:0bd9c966-7664-4ac1-b059-0ff9293908e2', 'POPULATION - Default: Identity Data Admin', { id: '1a0348b5-c6f5-41b0-a71a-194ed76f703f', type: 'POPULATION' }, environment],
    ]);
    expect(plain((await caller.get('__AVAILABLE_ROLE__', items[1]!.uid))!)).toMatchObject({ name: 'ENVIRONMENT - Administrators: Identity Data Admin', role: { id: '0bd9c966-7664-4ac1-b059-0ff9293908e2' } });
    expect((await failure(caller.create('__AVAILABLE_ROLE__', new Name('x')))).kind).toBe('unsupportedOperation');
    expect((await caller.search('__AVAILABLE_ROLE__', undefined, { [OPTION.pageSize]: 2 })).items).toHaveLength(2);
  });

  it('are available in the configured environment where the client sees no others', async () => {
    fake.seesScopes = false;
    expect((await caller.search('__AVAILABLE_ROLE__')).items.map(({ uid }) => uid.value.split(':')[1])).toEqual(['ENVIRONMENT', 'POPULATION']);
  });
});
