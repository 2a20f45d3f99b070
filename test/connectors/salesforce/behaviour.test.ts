import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import salesforce from '../../../connectors/catalog/salesforce/index.js';
import { httpOf } from '../../../connectors/catalog/salesforce/config.js';
import { Attribute, GuardedString, IcfArray, OPTION, OperationOptions, Uid, type Filter, type IcfValue } from '../../../protocol/model/index.js';
import { failure, plain, type ConnectorCaller } from '../../support/connector-caller.js';
import { calling } from '../../support/memory-facade.js';
import { scriptOnConnector } from '../../support/script-on-connector.js';
import { fault } from '../../targets/rest/faults.js';
import { FakeSalesforce } from './fake.js';
import { callerFor, configuration } from './system.js';

let fake: FakeSalesforce;
let caller: ConnectorCaller;
beforeEach(async () => {
  fake = await FakeSalesforce.start();
  caller = callerFor(fake);
});
afterEach(async () => {
  await caller.dispose();
  await fake.service.stop();
});

const SAMPLE = {
  Username: 'bjensen@example.com', LastName: 'Jensen', Email: 'bjensen@example.com', Alias: 'bjensen', LocaleSidKey: 'en_US', LanguageLocaleKey: 'en_US', EmailEncodingKey: 'UTF-8', FirstName: 'Barbara',
  TimeZoneSidKey: 'America/Los_Angeles', CommunityNickname: 'Babs', ProfileId: '00e000000000001AAA',
};
const attributesOf = (values: Readonly<Record<string, IcfValue | readonly string[]>>): Attribute[] => Object.entries(values).map(([name, value]) => (Array.isArray(value) ? new Attribute(name, value as string[]) : Attribute.of(name, value as IcfValue)));
const createUser = (more: Readonly<Record<string, IcfValue | readonly string[]>> = {}) => caller.create('User', ...attributesOf({ ...SAMPLE, ...more }));
const asking = (...names: string[]) => ({ [OPTION.attributesToGet]: new IcfArray('String', names) });
const read = async (uid: Uid, ...names: string[]) => plain((await caller.get('User', uid, OperationOptions.of(asking(...names))))!);
const list = (...values: string[]) => new IcfArray('String', values);
const LICENSE = 'UserPermissionsOfflineUser';
const GROUPS = ['00G000000000001AAA', '00G000000000002AAA'];
const SETS = ['0PS000000000901AAA', '0PS000000000902AAA'];

async function refusal(changes: Readonly<Record<string, IcfValue>>): Promise<string> {
  const broken = callerFor(fake, changes);
  const { kind, message } = await failure(broken.test());
  await broken.dispose();
  return `${kind}: ${message}`;
}

describe('the configuration of Salesforce', () => {
  it('[salesforce 18, 21, 47] has the names of existing provisioner files, no object types of its own, and its secrets confidential', () => {
    expect([salesforce.key.bundleName, salesforce.key.connectorName, salesforce.displayName]).toEqual(['org.forgerock.openicf.connectors.salesforce-connector', 'org.forgerock.openicf.connectors.salesforce.SalesforceConnector', 'Salesforce Connector']);
    expect(salesforce.key.bundleVersion).toMatch(/^1\.5\./);
    const { supportedObjectTypes, clientSecret, refreshToken, proxyPassword } = salesforce.properties;
    expect(supportedObjectTypes.default).toEqual([]);
    expect([clientSecret, refreshToken, proxyPassword].every(({ confidential, type }) => confidential && type === 'GuardedString')).toBe(true);
  });

  it('[salesforce 1-3] takes two grants, each with what it needs', async () => {
    expect(salesforce.properties.grantType.default).toBe('refresh_token');
    await caller.test();
    const other = callerFor(fake, { grantType: 'client_credentials', refreshToken: null });
    await other.test();
    await other.dispose();
    expect(await refusal({ grantType: 'password' })).toMatch(/^configuration: .*refresh_token or client_credentials/);
    expect(await refusal({ refreshToken: null })).toMatch(/^configuration: .*refreshToken/);
    for (const grantType of ['refresh_token', 'client_credentials']) {
      for (const name of ['clientId', 'clientSecret', 'loginUrl', 'instanceUrl']) expect(await refusal({ grantType, [name]: name === 'clientSecret' ? new GuardedString('') : '' }), `${grantType} ${name}`).toMatch(new RegExp(`^configuration: .*${name}`));
    }
  });

  it('[salesforce 4, 5] asks for tokens at loginUrl, of production, a sandbox or a host of one\'s own', () => {
    const targets = (loginUrl: string) => salesforce.targets?.({ loginUrl, instanceUrl: 'https://example-com.cs1.my.salesforce.com', version: 48, proxyHost: null, proxyUri: null } as never).map((target) => ('host' in target ? target.host : undefined));
    for (const host of ['login.salesforce.com', 'test.salesforce.com', 'eu26.lightning.force.com']) {
      for (const loginUrl of [`https://${host}/services/oauth2/token`, host, `https://${host}/`]) expect(targets(loginUrl)).toEqual(['example-com.cs1.my.salesforce.com', host]);
    }
  });

  it('[salesforce 12-15] goes through one proxy, by http or as its address says, with the credentials for it', async () => {
    expect(await refusal({ proxyHost: 'proxy.example.com', proxyUri: 'https://myproxy.example.com:8080' })).toMatch(/^configuration: proxyHost and proxyUri/);
    const { proxyPort, maximumConnections, connectTimeout } = salesforce.properties;
    expect([proxyPort.default, maximumConnections.default, connectTimeout.default]).toEqual([3_128, 10, 120_000]);
    const shared = { proxyUsername: 'u', proxyPassword: new GuardedString('p'), connectTimeout: 120_000, maximumConnections: 10 };
    const taken = { proxyUsername: 'u', proxyPassword: shared.proxyPassword, connectionTimeout: 120_000, maximumConnections: 10 };
    expect(httpOf({ ...shared, proxyHost: 'https://proxy.example.com', proxyPort: 3_128, proxyUri: null } as never)).toEqual({ ...taken, proxyHost: 'proxy.example.com', proxyPort: 3_128 });
    expect(httpOf({ ...shared, proxyHost: null, proxyPort: 3_128, proxyUri: 'https://myproxy.example.com:8080' } as never)).toEqual({ ...taken, proxyHost: 'https://myproxy.example.com', proxyPort: 8_080 });
  });
});

describe('the test and the schema of Salesforce', () => {
  it('[salesforce 16, 17] passes once it is authenticated, before any validation', async () => {
    await caller.test();
    expect(fake.service.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /services/oauth2/token', 'GET /services/data/v48.0/']);
    expect(await refusal({ refreshToken: new GuardedString('wrong') })).toMatch(/^invalidCredential/);
  });

  it('[salesforce 19, 20, 22, 30] is made of the metadata of the objects that are listed, and of no others', async () => {
    const schemaWith = async (...types: string[]) => {
      const other = callerFor(fake, { supportedObjectTypes: list(...types) });
      const schema = (await other.facade.perform({ kind: 'schema' }, calling()))!;
      await other.dispose();
      return schema.objectClasses;
    };
    expect((await schemaWith()).map(({ type }) => type)).toEqual(['FeatureLicense']);
    const classes = await schemaWith('User', 'Contact');
    expect(classes.map(({ type }) => type).sort()).toEqual(['Contact', 'FeatureLicense', 'User']);
    const user = classes.find(({ type }) => type === 'User')!;
    expect(classes.find(({ type }) => type === 'Contact')!.attributes.map(({ name, type }) => `${name} ${type}`)).toEqual(expect.arrayContaining(['ExternalKey__c String', 'DoNotCall Boolean', 'Level__c Integer']));
    for (const name of ['__PermissionSetIds__', '__GroupIds__', '__FeatureLicenses__']) {
      const found = user.attributes.find((attribute) => attribute.name === name);
      expect(found?.type).toBe('String');
      expect([...found?.flags ?? []].sort()).toEqual(['MULTIVALUED', 'NOT_RETURNED_BY_DEFAULT']);
    }
    expect(user.attributes.find(({ name }) => name === 'Email')).toBeDefined();
  });

  it('[salesforce 24] has one value in every field of Salesforce', async () => {
    const { objectClasses } = (await caller.facade.perform({ kind: 'schema' }, calling()))!;
    const several = objectClasses.flatMap(({ attributes }) => attributes).filter(({ flags }) => [...flags].includes('MULTIVALUED')).map(({ name }) => name);
    expect(several.sort()).toEqual(['__FeatureLicenses__', '__GroupIds__', '__PermissionSetIds__']);
  });
});

describe('users of Salesforce', () => {
  it('[salesforce 29, 36, 45, 46] are created, with Id for a name; User and user are the same', async () => {
    const uid = await createUser();
    const values = await caller.values('user', uid);
    expect(values).toMatchObject({ ...SAMPLE, __UID__: uid.value, __NAME__: uid.value, Id: uid.value, Name: 'Barbara Jensen', IsActive: true, BadgeText: '' });
    expect(uid.value).toHaveLength(18);
    expect(values['SystemModstamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
    expect((await caller.search('User', { kind: 'equals', attribute: Attribute.of('Alias', 'bjensen') })).items.map((object) => object.uid.value)).toEqual([uid.value]);
  });

  it('[salesforce 35] are updated with all that was read, system fields too', async () => {
    const uid = await createUser();
    const object = (await caller.get('User', uid))!;
    const whole = object.attributes.filter(({ name }) => !['__UID__', '__NAME__', 'FirstName'].includes(name));
    await caller.update('User', uid, ...whole, Attribute.of('FirstName', 'Babs'));
    expect((await caller.values('User', uid))['Name']).toBe('Babs Jensen');
  });

  it('of which Salesforce takes some when they are made only, and some only later, are sent then', async () => {
    const uid = await caller.create('Contact', Attribute.of('LastName', 'A'), Attribute.of('Source__c', 'web'), Attribute.of('Rank__c', '1'));
    expect(await caller.values('Contact', uid)).toMatchObject({ LastName: 'A', Source__c: 'web' });
    await caller.update('Contact', uid, Attribute.of('Source__c', 'mail'), Attribute.of('Rank__c', '2'));
    expect(await caller.values('Contact', uid)).toMatchObject({ Source__c: 'web', Rank__c: '2' });
  });

  it('[salesforce 23, 25] take a value for the whole one, and an empty text for none', async () => {
    const uid = await createUser();
    await caller.facade.perform({ kind: 'update', updateType: 'ADD', objectClass: 'User', uid, attributes: [Attribute.of('FirstName', 'Babs')], options: OperationOptions.none }, calling());
    expect((await caller.values('User', uid))['FirstName']).toBe('Babs');
    await caller.update('User', uid, Attribute.of('FirstName', ''));
    expect(fake.service.seenOf('PATCH ').at(-1)?.body).toEqual({ FirstName: null });
    expect(await caller.values('User', uid)).not.toHaveProperty('FirstName');
  });

  it('[salesforce 26] are not deleted: the error says to deactivate them', async () => {
    const uid = await createUser();
    const error = await failure(caller.remove('User', uid));
    expect(error).toMatchObject({ kind: 'unsupportedOperation', outcome: 'notApplied' });
    expect(error.message).toContain('IsActive');
    await caller.update('User', uid, Attribute.of('IsActive', false));
    expect((await caller.values('User', uid))['IsActive']).toBe(false);
  });

  it('[salesforce 31-34] have permission sets and groups, told when asked for; the one of the profile is there from the beginning and stays', async () => {
    const uid = await createUser({ __PermissionSetIds__: SETS.slice(0, 1), __GroupIds__: GROUPS.slice(0, 1) });
    expect(Object.keys(await caller.values('User', uid)).filter((name) => /^__(Perm|Group|Feat)/.test(name))).toEqual([]);
    const [owned] = [...fake.records.get('PermissionSet')!.keys()];
    expect(await read(uid, '__PermissionSetIds__', '__GroupIds__')).toMatchObject({ __PermissionSetIds__: [owned, SETS[0]], __GroupIds__: GROUPS[0] });
    await caller.update('User', uid, new Attribute('__PermissionSetIds__', SETS.slice(1)), new Attribute('__GroupIds__', GROUPS));
    expect(await read(uid, '__PermissionSetIds__', '__GroupIds__')).toMatchObject({ __PermissionSetIds__: [owned, SETS[1]], __GroupIds__: GROUPS });
    const { items } = await caller.search('User', undefined, asking('__GroupIds__'));
    expect(items[0]?.get('__GroupIds__')?.values).toEqual(GROUPS);
    await caller.update('User', uid, new Attribute('__GroupIds__', null));
    expect(fake.records.get('GroupMember')!.size).toBe(0);
  });

  it('say what has been done when a membership fails after the create', async () => {
    fake.service.faults.next(fault.answer({ status: 400, body: [{ errorCode: 'INSUFFICIENT_ACCESS_OR_READONLY', message: 'no', fields: [] }] }), { on: 'POST /services/data/v48.0/sobjects/GroupMember' });
    const error = await failure(createUser({ __GroupIds__: GROUPS }));
    expect(error).toMatchObject({ kind: 'permissionDenied', outcome: 'applied' });
    expect(error.message).toMatch(/created with the uid '005.*Of 2 changes of __GroupIds__ 0 were made/);
  });

  it('[salesforce 37-40] have feature licenses, which win over the flags of the same names; only supported ones', async () => {
    const uid = await createUser({ __FeatureLicenses__: [LICENSE] });
    const values = await caller.values('User', uid);
    expect(values[LICENSE]).toBe(true);
    expect(values).not.toHaveProperty('__FeatureLicenses__');
    expect((await read(uid, '__FeatureLicenses__'))['__FeatureLicenses__']).toBe(LICENSE);
    await caller.update('User', uid, new Attribute('__FeatureLicenses__', null));
    expect((await caller.values('User', uid))[LICENSE]).toBe(false);
    await caller.update('User', uid, Attribute.of(LICENSE, false), new Attribute('__FeatureLicenses__', [LICENSE]));
    expect((await caller.values('User', uid))[LICENSE]).toBe(true);
    for (const name of ['UserPermissionsJigsawUser', 'UserPermissionsKnowledgeUser']) expect(await failure(caller.update('User', uid, new Attribute('__FeatureLicenses__', [name])))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    expect(salesforce.properties.supportedFeatureLicenses.default).toHaveLength(11);
  });
});

describe('feature licenses of Salesforce', () => {
  it('[salesforce 41-44] are those supported that the org has, with their name and nothing else, and are no object type', async () => {
    const other = callerFor(fake, { supportedFeatureLicenses: list(LICENSE, 'UserPermissionsMarketingUser', 'UserPermissionsWorkDotComUserFeature'), supportedObjectTypes: list() });
    const { items } = await other.search('FeatureLicense');
    expect(items.map((object) => object.name.value).sort()).toEqual(['UserPermissionsMarketingUser', LICENSE]);
    expect(plain((await other.get('FeatureLicense', new Uid(LICENSE)))!)).toEqual({ __UID__: LICENSE, __NAME__: LICENSE });
    for (const name of ['UserPermissionsWorkDotComUserFeature', 'UserPermissionsInteractionUser']) expect(await other.get('FeatureLicense', new Uid(name))).toBeNull();
    await other.dispose();
  });
});

describe('lists of Salesforce', () => {
  it('[salesforce 27, 28] ask for 200 to 2,000 at a time, and take what comes', async () => {
    for (let index = 0; index < 7; index++) fake.add('Contact', { LastName: `L${index}` });
    fake.batch = 3;
    expect((await caller.search('Contact')).items).toHaveLength(7);
    expect((await caller.search('Contact', undefined, { [OPTION.pageSize]: 1 })).items).toHaveLength(1);
    expect(fake.batches).toEqual(['batchSize=2000', 'batchSize=200']);
    const pages = async (cookie?: string): Promise<number[]> => {
      const page = await caller.search('Contact', undefined, { [OPTION.pageSize]: 5_000, ...(cookie === undefined ? {} : { [OPTION.pagedResultsCookie]: cookie }) });
      return [page.items.length, ...(page.cookie === undefined ? [] : await pages(page.cookie))];
    };
    expect([await pages(), fake.batches.at(-1)]).toEqual([[3, 3, 1], 'batchSize=2000']);
  });

  it('are conditions of a query where Salesforce can tell, with only the fields that are wanted', async () => {
    const uid = await createUser();
    await createUser({ Username: 'bj2@example.com', Alias: 'BJensen', CommunityNickname: 'B2' });
    const ask = async (type: string, filter: Filter): Promise<unknown> => {
      fake.queries.length = 0;
      const { items } = await caller.search(type, filter, asking('Username'));
      return [items.map((object) => object.uid.value), ...fake.queries];
    };
    const on = (kind: 'equals' | 'startsWith' | 'greaterThan', name: string, value: IcfValue): Filter => ({ kind, attribute: Attribute.of(name, value) });
    const start = 'SELECT Id,SystemModstamp,Username,Alias FROM User';
    // Salesforce compares without regard to case; the connector looks again.
    expect(await ask('User', on('equals', 'Alias', 'bjensen'))).toEqual([[uid.value], `${start} WHERE Alias = 'bjensen' ORDER BY Id`]);
    expect(await ask('user', { kind: 'and', operands: [on('startsWith', 'Alias', 'bj'), on('equals', 'IsActive', true), on('greaterThan', 'Alias', 'a')] }))
      .toEqual([[uid.value], `${start} WHERE (Alias LIKE 'bj%') AND (IsActive = true) ORDER BY Id`]);
    expect(await ask('User', on('equals', '__NAME__', uid.value))).toEqual([[uid.value], `SELECT Id,SystemModstamp,Username FROM User WHERE Id = '${uid.value}' ORDER BY Id`]);
    expect(await ask('User', on('greaterThan', 'Alias', 'b'))).toEqual([[uid.value], `${start} ORDER BY Id`]);
  });

  it('are not gone through twice, whatever the last page is like, and say when a query is too long', async () => {
    for (let index = 0; index < 7; index++) fake.add('Contact', { LastName: `L${index}` });
    fake.batch = 3;
    const next = '/services/data/v48.0/query/01g-3';
    fake.service.faults.next(fault.answer({ body: { totalSize: 3, done: true, records: [] } }), { on: 'GET /services/data/v48.0/query/' });
    expect((await caller.search('Contact')).items).toHaveLength(3);
    fake.service.faults.always(fault.answer({ body: { done: false, nextRecordsUrl: next, records: [{ Id: '003000000000001AAA' }] } }), { on: 'GET /services/data/v48.0/query/' });
    expect((await failure(caller.search('Contact'))).message).toContain('again and again');
    fake.service.faults.clear();
    fake.service.faults.next(fault.answer({ status: 414, body: 'URI Too Long' }), { on: 'GET /services/data/v48.0/query' });
    const error = await failure(caller.search('Contact'));
    expect([error.kind, error.message]).toEqual(['illegalArgument', expect.stringContaining('fewer attributes')]);
  });

  it('give changes since a token, oldest first, by SystemModstamp', async () => {
    fake.now = () => Date.parse('2022-11-09T17:14:57.000Z');
    const first = fake.add('Contact', { LastName: 'A' });
    fake.now = () => Date.parse('2022-11-09T17:14:59.000Z');
    const second = fake.add('Contact', { LastName: 'B' });
    expect((await caller.sync('Contact', null)).items.map(({ uid }) => uid.value)).toEqual([first, second]);
    const { items, end } = await caller.sync('Contact', { value: '2022-11-09T17:14:58.000Z' });
    expect(items.map(({ uid }) => uid.value)).toEqual([second]);
    expect((await caller.sync('Contact', end!)).items).toEqual([]);
    expect((await failure(caller.sync('Contact', { value: 'yesterday' }))).kind).toBe('illegalArgument');
  });
});

describe('Salesforce when something is wrong', () => {
  it('gets a new token for one that has expired', async () => {
    await caller.test();
    fake.service.tokens.expireAll();
    await createUser();
    expect(fake.service.tokens.issued).toBe(2);
  });

  it('waits as long as a 429 says', async () => {
    fake.service.faults.next(fault.tooMany(1), { on: 'GET /services/data' });
    await caller.test();
    const [first, second] = fake.service.seenOf('GET /services/data');
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(990);
  });

  it('names an object Salesforce does not have', async () => {
    const other = callerFor(fake, { supportedObjectTypes: list('User', 'Nothing__c') });
    const error = await failure(other.facade.perform({ kind: 'schema' }, calling()));
    await other.dispose();
    expect([error.kind, error.message]).toEqual(['configuration', expect.stringContaining('Nothing__c')]);
  });

  it.each([
    [400, 'DUPLICATE_USERNAME', 'alreadyExists'], [403, 'REQUEST_LIMIT_EXCEEDED', 'retryable'], [400, 'UNABLE_TO_LOCK_ROW', 'retryable'], [400, 'REQUIRED_FIELD_MISSING', 'invalidAttributeValue'],
    [400, 'INSUFFICIENT_ACCESS_OR_READONLY', 'permissionDenied'], [400, 'LICENSE_LIMIT_EXCEEDED', 'connector'], [500, 'UNKNOWN_EXCEPTION', 'connectorIo'],
  ])('takes %i %s for %s', async (status, errorCode, kind) => {
    fake.service.faults.always(fault.answer({ status, body: [{ errorCode, message: 'As Salesforce says.', fields: [] }] }), { on: 'POST /services/data' });
    const error = await failure(createUser());
    expect([error.kind, error.message]).toEqual([kind, expect.stringContaining('As Salesforce says.')]);
  });

  it.each([['a login page', fault.loginPage()], ['half an answer', fault.truncatedJson()], ['500', fault.serverError(500)]])('does not take %s for the end of a list', async (_, wrong) => {
    for (let index = 0; index < 7; index++) fake.add('Contact', { LastName: `L${index}` });
    fake.batch = 3;
    fake.service.faults.always(wrong, { on: 'GET /services/data/v48.0/query/' });
    expect((await failure(caller.search('Contact'))).kind).toMatch(/^connector/);
  });

  it('knows records that are gone, and lets no uid out of its place', async () => {
    const uid = await caller.create('Contact', Attribute.of('LastName', 'A'));
    await caller.remove('Contact', uid);
    for (const gone of [uid.value, 'x', '../User/1', '003\' OR Id != \'']) {
      expect(await caller.get('Contact', new Uid(gone))).toBeNull();
      expect((await failure(caller.update('Contact', new Uid(gone), Attribute.of('Title', 'x')))).kind).toBe('unknownUid');
    }
    await createUser({ __GroupIds__: GROUPS });
    expect((await failure(caller.update('User', new Uid('003\' OR Id != \''), new Attribute('__GroupIds__', null), Attribute.of('FirstName', 'x')))).kind).toBe('unknownUid');
    expect(fake.records.get('GroupMember')!.size).toBe(2);
    expect((await failure(caller.create('Contact', Attribute.of('LastName', 'A'), Attribute.of('AccountId', 'no id')))).kind).toBe('invalidAttributeValue');
    expect(fake.service.complaints).toEqual([]);
  });
});

describe('scripts on the Salesforce connector', () => {
  it('[salesforce 48] see its configuration, call it, and get what the caller passes', async () => {
    const id = fake.add('Contact', { LastName: 'A' });
    const answer = await scriptOnConnector(caller, salesforce, configuration(fake), 'return configuration.clientId + " " + word + " " + (await connector.get("Contact", id)).attributes.LastName[0];', new Map([['word', 'x'], ['id', id]]));
    expect(answer).toBe(`${fake.clientId} x A`);
  });
});
