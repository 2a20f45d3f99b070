import { describe, expect, it } from 'vitest';
import aws from '../../../connectors/catalog/aws/index.js';
import { describeConnector } from '../../../connectors/framework/index.js';
import { ACCOUNT, Attribute, GuardedString, IcfArray, Name, OPTION, OperationOptions, UID, Uid, type IcfValue } from '../../../protocol/model/index.js';
import { failure, plain, type ConnectorCaller } from '../../support/connector-caller.js';
import { calling } from '../../support/memory-facade.js';
import { scriptOnConnector } from '../../support/script-on-connector.js';
import { secret } from '../../support/secret-values.js';
import { FakeAws } from './fake.js';
import { callerFor, configuration, watchedCaller } from './system.js';

let fake: FakeAws;
let caller: ConnectorCaller;
watchedCaller('behaviour', (started) => ({ fake, caller } = started));

const PASSWORD = secret('password of an AWS user');
const [BOUNDS, OTHER] = [...new FakeAws().policies] as [string, string];
const attribute = (name: string, value: IcfValue | readonly IcfValue[]): Attribute => (name === '__NAME__' ? new Name(value as string) : Array.isArray(value) ? new Attribute(name, value) : Attribute.of(name, value as IcfValue));
const create = (given: Record<string, IcfValue | readonly IcfValue[]>): Promise<Uid> => caller.create(ACCOUNT, ...Object.entries(given).map(([name, value]) => attribute(name, value)));
const change = (uid: Uid, given: Record<string, IcfValue | readonly IcfValue[]>): Promise<Uid> => caller.update(ACCOUNT, uid, ...Object.entries(given).map(([name, value]) => attribute(name, value)));
const read = (uid: Uid): Promise<Record<string, unknown>> => caller.values(ACCOUNT, uid);
const tag = (fields: Record<string, string>): Map<string, string> => new Map(Object.entries(fields));
const PROJECT = tag({ Key: 'Project', Value: 'Meteor' });
const addTags = async (updateType: 'ADD' | 'REMOVE', uid: Uid, ...tags: IcfValue[]): Promise<unknown> => caller.facade.perform({ kind: 'update', updateType, objectClass: ACCOUNT, uid, attributes: [new Attribute('Tags', tags)], options: OperationOptions.none }, calling());
const refused = async (work: Promise<unknown>): Promise<string> => {
  const error = await failure(work);
  expect(error).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
  return error.message;
};
const withCaller = async (changes: Record<string, IcfValue>, use: (other: ConnectorCaller) => Promise<void>): Promise<void> => {
  const other = callerFor(fake, changes);
  await use(other).finally(() => other.dispose());
};

describe('the connector', () => {
  it('has the Java connector\'s bundle and name, and a version of the range [aws 1]', () => {
    expect(aws.key).toEqual({ bundleName: 'org.forgerock.openicf.connectors.aws-connector', bundleVersion: '1.5.20.26', connectorName: 'org.forgerock.openicf.connectors.aws.AwsConnector' });
  });

  it('is called AWS Connector, and has users and __ALL__ [aws 2]', async () => {
    await caller.test();
    expect(aws.displayName).toBe('AWS Connector');
    expect(describeConnector(aws).objectClasses.map(({ name }) => name)).toEqual([ACCOUNT, '__ALL__']);
  });

  it('needs key, secret and role, and no region [aws 4]', async () => {
    const required = Object.entries(aws.properties).filter(([, property]) => property.required).map(([name]) => name);
    expect(required).toEqual(['accessKeyId', 'secretKey', 'roleArn']);
    for (const name of required) await withCaller({ [name]: null }, async (other) => expect((await failure(other.test())).kind).toBe('configuration'));
    for (const region of [null, ' ', 'eu-central-1']) {
      fake.region = region === 'eu-central-1' ? region : 'us-east-1';
      await withCaller({ region }, (other) => other.test());
    }
  });

  it('has the documented defaults, and the temporary keys\' life goes to AWS in seconds [aws 5]', async () => {
    const defaults = Object.fromEntries(['credentialsExpiration', 'pageSize', 'connectionTimeout', 'maxConnections'].map((name) => [name, aws.properties[name as keyof typeof aws.properties].default]));
    expect(defaults).toEqual({ credentialsExpiration: 3600, pageSize: 100, connectionTimeout: 10_000, maxConnections: 10 });
    expect(aws.properties.connectionTimeout.help).toContain('Milliseconds');
    await caller.search(ACCOUNT);
    expect(fake.sts.seen[0]!.body).toMatchObject({ Action: 'AssumeRole', Version: '2011-06-15', DurationSeconds: '3600', RoleArn: fake.roleArn });
    expect(fake.service.seen[0]!.body).toEqual({ Action: 'ListUsers', Version: '2010-05-08', MaxItems: '100' });
    for (let index = 0; index < 5; index++) fake.add(`u${index}`);
    await withCaller({ pageSize: 2, credentialsExpiration: 900 }, async (other) => expect((await other.search(ACCOUNT)).items).toHaveLength(5));
    expect(fake.sts.seen.at(-1)!.body).toMatchObject({ DurationSeconds: '900' });
    expect(fake.service.seen.filter(({ body }) => (body as { MaxItems?: string }).MaxItems === '2')).toHaveLength(3);
  });

  it.each([
    ['roleArn', 'Causeway'], ['region', 'Frankfurt'], ['pageSize', 0], ['pageSize', 1_001], ['credentialsExpiration', 899], ['credentialsExpiration', 43_201], ['maxConnections', 0], ['connectionTimeout', 0],
    ['endpoint', 'iam.example.com'], ['stsEndpoint', 'sts'], ['proxyHost', 'proxy.example.com'],
  ])('refuses %s %j', (name, value) => withCaller({ [name]: value }, async (other) => {
    expect(await failure(other.test())).toMatchObject({ kind: 'configuration', message: expect.stringContaining(name.replace('Host', '')) as string });
  }));

  it('asks the partition of its region, and has its connections there only', () => {
    const config = (region: string | null): never => ({ region, endpoint: null, stsEndpoint: null, proxyHost: null }) as never;
    const targets = (region: string | null): unknown => aws.targets?.(config(region)).map((target) => ('host' in target ? target.host : ''));
    expect(targets(null)).toEqual(['iam.amazonaws.com', 'sts.us-east-1.amazonaws.com']);
    expect(targets('eu-central-1')).toEqual(['iam.amazonaws.com', 'sts.eu-central-1.amazonaws.com']);
    expect(targets('cn-northwest-1')).toEqual(['iam.cn-north-1.amazonaws.com.cn', 'sts.cn-northwest-1.amazonaws.com.cn']);
    expect(targets('us-gov-east-1')).toEqual(['iam.us-gov.amazonaws.com', 'sts.us-gov-east-1.amazonaws.com']);
  });

  it('runs scripts beside it, with itself, its configuration and their arguments [aws 18]', async () => {
    expect(await scriptOnConnector(caller, aws, configuration(fake), 'await connector.create(icf.ACCOUNT, { __NAME__: name }); return configuration.accessKeyId;', new Map([['name', 'scripted']]))).toBe(fake.accessKeyId);
    expect([...fake.users.keys()]).toEqual(['scripted']);
  });
});

describe('test', () => {
  it('assumes the role and lists a user, and changes nothing [aws 2, 19]', async () => {
    await caller.test();
    expect(fake.sts.seen).toHaveLength(1);
    expect(fake.service.seen.map(({ body }) => body)).toEqual([{ Action: 'ListUsers', Version: '2010-05-08', MaxItems: '1' }]);
  });

  it('fails with a wrong key, a wrong secret, a role it may not assume, a user that is not there and where nobody answers [aws 2, 19]', async () => {
    const kindWith = async (changes: Record<string, IcfValue>): Promise<string> => {
      const other = callerFor(fake, changes);
      return failure(other.test()).then(({ kind }) => kind).finally(() => other.dispose());
    };
    expect(await kindWith({ accessKeyId: 'AKIAI44QH8DHBEXAMPLE' })).toBe('invalidCredential');
    expect(await kindWith({ secretKey: new GuardedString(secret('another secret key')) })).toBe('invalidCredential');
    expect(await kindWith({ roleArn: 'arn:aws:iam::470686885243:role/Other' })).toBe('permissionDenied');
    expect(await kindWith({ userName: 'nobody' })).toBe('configuration');
    expect(await kindWith({ userName: 'no body' })).toBe('configuration');
    await fake.service.pause();
    expect(await kindWith({})).toBe('connectionFailed');
    await fake.service.resume();
  });

  it('lists the inline policies of the user in userName; parentId is taken [aws 19]', async () => {
    fake.add('bjensen', { has: new Map([['ListUserPolicies', ['inline']]]) });
    await withCaller({ userName: 'bjensen', parentId: 'r-abcd' }, (other) => other.test());
    expect(fake.actions).toEqual(['ListUsers', 'ListUserPolicies']);
  });
});

describe('a user', () => {
  it('needs a name and nothing else, and has the path / [aws 6, 8, 9, 10]', async () => {
    expect(await refused(create({ Path: '/a/' }))).toContain('__NAME__');
    const uid = await create({ __NAME__: 'bjensen' });
    expect(uid.value).toBe('bjensen');
    expect(fake.service.seen[0]!.body).toEqual({ Action: 'CreateUser', Version: '2010-05-08', UserName: 'bjensen' });
    expect(await read(uid)).toEqual({
      __UID__: 'bjensen', __NAME__: 'bjensen', Path: '/', UserId: expect.stringMatching(/^AIDA\w+$/) as string, Arn: 'arn:aws:iam::470686885243:user/bjensen', CreatedDate: 'Thu Jun 02 23:46:39 UTC 2022',
    });
  });

  it('is called by letters, digits and + = , . @ _ - alone [aws 7]', async () => {
    expect((await create({ __NAME__: 'Az09+=,.@_-' })).value).toBe('Az09+=,.@_-');
    for (const name of ['a b', 'a/b', 'é', 'a*', 'a\n', 'x'.repeat(65)]) await refused(create({ __NAME__: name }));
    expect(await refused(change(new Uid('Az09+=,.@_-'), { __NAME__: 'a b' }))).toContain('\'a b\'');
    expect(fake.users.size).toBe(1);
    for (const uid of ['a b', 'a/b']) {
      expect(await caller.get(ACCOUNT, new Uid(uid))).toBeNull();
      expect((await failure(caller.remove(ACCOUNT, new Uid(uid)))).kind).toBe('unknownUid');
    }
  });

  it('is at a path of AWS\'s form', async () => {
    for (const path of ['x', '/x', 'x/', '/a b/', '/é/', '//', '']) await refused(create({ __NAME__: 'a', Path: path }));
    for (const path of ['/', '/x/', '/x/y/']) expect((await read(await create({ __NAME__: `a${path.length}`, Path: path })))['Path']).toBe(path);
  });

  it('is created with everything it can have', async () => {
    const uid = await create({ __NAME__: 'a', Path: '/x/', PermissionBoundary: BOUNDS, Tags: [PROJECT, tag({ Team: 'one' })], __PASSWORD__: new GuardedString(PASSWORD) });
    expect(await read(uid)).toMatchObject({ Path: '/x/', PermissionBoundary: BOUNDS, Tags: [{ Project: 'Meteor' }, { Team: 'one' }] });
    expect(fake.users.get('a')!.password).toBe(PASSWORD);
    expect(fake.actions).toEqual(['CreateUser', 'CreateLoginProfile', 'GetUser']);
  });

  it('may be changed in name, password, path, boundary and tags, and nothing else [aws 11]', async () => {
    const uid = await create({ __NAME__: 'a', PermissionBoundary: BOUNDS });
    const renamed = await change(uid, { __NAME__: 'b', __PASSWORD__: new GuardedString(PASSWORD), Path: '/x/', PermissionsBoundary: OTHER, Tags: [PROJECT] });
    expect(renamed.value).toBe('b');
    expect(fake.users.get('b')).toMatchObject({ Path: '/x/', password: PASSWORD, boundary: OTHER, tags: [{ Key: 'Project', Value: 'Meteor' }] });
    expect(fake.users.size).toBe(1);
    for (const name of ['UserId', 'Arn', 'CreatedDate', 'PasswordLastUsed']) expect(await refused(change(renamed, { [name]: 'x' }))).toContain(name);
    expect((await change(renamed, { __USER__: 'c' })).value).toBe('c');
    await change(new Uid('c'), { Path: [], PermissionBoundary: [] });
    expect(fake.users.get('c')).toMatchObject({ Path: '/' });
    expect(fake.users.get('c')!.boundary).toBeUndefined();
    await change(new Uid('c'), { PermissionBoundary: [], __PASSWORD__: [] });
    expect(fake.users.get('c')!.password).toBeUndefined();
  });

  it('takes all it has back as it was read, and AWS is asked for the differences only [aws 12]', async () => {
    const uid = await create({ __NAME__: 'bjensen', Path: '/x/', PermissionBoundary: BOUNDS, Tags: [tag({ Key: 'City', Value: 'Oslo' })] });
    const object = (await caller.get(ACCOUNT, uid))!;
    const sent = object.attributes.filter(({ name }) => ['__NAME__', 'Path', 'PermissionBoundary'].includes(name));
    fake.service.seen.length = 0;
    await caller.update(ACCOUNT, uid, ...sent, new Attribute('Tags', [...object.get('Tags')!.values!, PROJECT]));
    expect(fake.service.seen.map(({ body }) => body)).toEqual([
      { Action: 'GetUser', Version: '2010-05-08', UserName: 'bjensen' },
      { Action: 'TagUser', Version: '2010-05-08', UserName: 'bjensen', 'Tags.member.1.Key': 'Project', 'Tags.member.1.Value': 'Meteor' },
    ]);
    expect((await read(uid))['Tags']).toEqual([{ City: 'Oslo' }, { Project: 'Meteor' }]);
  });

  it('takes tags as Key and Value, and shows them as name and value [aws 13]', async () => {
    const uid = await create({ __NAME__: 'bjensen' });
    await change(uid, { Tags: [PROJECT] });
    expect((await read(uid))['Tags']).toEqual({ Project: 'Meteor' });
    await change(uid, { Tags: [tag({ project: 'Comet' })] });
    expect((await read(uid))['Tags']).toEqual({ project: 'Comet' });
    await change(uid, { Tags: [] });
    expect((await read(uid))['Tags']).toBeUndefined();
    expect(await refused(change(uid, { Tags: ['Project=Meteor'] }))).toContain('"Key"');
    expect(await refused(change(uid, { Tags: [new Map([['Project', new Map([['a', 'b']])]])] }))).toContain('texts');
  });

  it('has tags added beside others, and removed with the value they have', async () => {
    const uid = await create({ __NAME__: 'bjensen', Tags: [PROJECT, tag({ City: 'Oslo' })] });
    await addTags('ADD', uid, tag({ Key: 'City', Value: 'Rome' }), tag({ Team: 'one' }));
    expect(fake.users.get('bjensen')!.tags).toEqual([{ Key: 'Project', Value: 'Meteor' }, { Key: 'City', Value: 'Rome' }, { Key: 'Team', Value: 'one' }]);
    await addTags('REMOVE', uid, tag({ City: 'Oslo' }), tag({ Key: 'Team', Value: 'one' }), tag({ None: 'x' }));
    expect(fake.users.get('bjensen')!.tags).toEqual([{ Key: 'Project', Value: 'Meteor' }, { Key: 'City', Value: 'Rome' }]);
  });

  it('gets a password, which is in no answer, and is changed [aws 14]', async () => {
    const uid = await create({ __NAME__: 'bjensen' });
    for (const text of [PASSWORD, secret('next password of an AWS user')]) {
      await change(uid, { __PASSWORD__: new GuardedString(text) });
      expect(fake.users.get('bjensen')!.password).toBe(text);
    }
    expect(fake.actions.filter((action) => action.endsWith('Profile'))).toEqual(['UpdateLoginProfile', 'CreateLoginProfile', 'UpdateLoginProfile']);
    expect(Object.keys(await read(uid))).not.toContain('__PASSWORD__');
    fake.users.get('bjensen')!.PasswordLastUsed = '2026-01-02T03:04:05Z';
    expect((await read(uid))['PasswordLastUsed']).toBe('Fri Jan 02 03:04:05 UTC 2026');
  });

  it('is listed by its id alone where no more is asked for, e-mail addresses among them [aws 15]', async () => {
    for (const name of ['bjensen', 'frank@example.com', 'testFR4User']) fake.add(name);
    const { items } = await caller.search(ACCOUNT, undefined, { [OPTION.attributesToGet]: new IcfArray('String', [UID]) });
    expect(items.map(({ uid }) => uid.value)).toEqual(['bjensen', 'frank@example.com', 'testFR4User']);
    expect(fake.actions).toEqual(['ListUsers']);
    const listed = (await caller.search(ACCOUNT, undefined, { [OPTION.attributesToGet]: new IcfArray('String', ['Path', 'Arn', 'CreatedDate', '__USER__']) })).items.map(plain);
    expect(listed[1]).toEqual({ __UID__: 'frank@example.com', __NAME__: 'frank@example.com', __USER__: 'frank@example.com', Path: '/', Arn: 'arn:aws:iam::470686885243:user/frank@example.com', CreatedDate: 'Thu Jun 02 23:46:39 UTC 2022' });
    expect(fake.actions).toEqual(['ListUsers', 'ListUsers']);
  });

  it('is listed with tags and boundary, which take a request for each', async () => {
    for (const name of ['a', 'b', 'c']) fake.add(name, { tags: [{ Key: 'Name', Value: name }], boundary: BOUNDS });
    const users = (await caller.search(ACCOUNT)).items.map(plain);
    expect(users.map(({ Tags: tags, PermissionBoundary: boundary }) => [tags, boundary])).toEqual(['a', 'b', 'c'].map((name) => [{ Name: name }, BOUNDS]));
    expect(fake.actions).toEqual(['ListUsers', 'GetUser', 'GetUser', 'GetUser']);
  });

  it('shows tags to the last, and is gone once deleted, password and all [aws 16]', async () => {
    const uid = await create({ __NAME__: 'bjensen', Tags: [PROJECT], __PASSWORD__: new GuardedString(PASSWORD) });
    expect(await read(uid)).toMatchObject({ __NAME__: 'bjensen', Path: '/', Tags: { Project: 'Meteor' } });
    await caller.remove(ACCOUNT, uid);
    expect(fake.users.size).toBe(0);
    expect(await caller.get(ACCOUNT, uid)).toBeNull();
    expect((await failure(caller.remove(ACCOUNT, uid))).kind).toBe('unknownUid');
  });

  it('has its date as Java shows dates, in UTC [aws 17]', async () => {
    fake.add('one');
    fake.add('other', { CreateDate: '2024-12-09T01:02:03+00:00' });
    expect((await read(new Uid('one')))['CreatedDate']).toBe('Thu Jun 02 23:46:39 UTC 2022');
    expect((await read(new Uid('other')))['CreatedDate']).toBe('Mon Dec 09 01:02:03 UTC 2024');
  });
});
