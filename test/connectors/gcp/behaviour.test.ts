import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import gcp from '../../../connectors/catalog/gcp/index.js';
import { ACCOUNT, Attribute, GuardedString, IcfArray, Name, OPTION, Uid, type IcfValue } from '../../../protocol/model/index.js';
import { parseVersionRange } from '../../../protocol/model/version-range.js';
import { callerFor, configuration, FakeGoogle, NOT_OF_THE_DIRECTORY, PRIVATE_KEY } from './fake.js';
import { failure, plain, type ConnectorCaller } from '../../support/connector-caller.js';
import { calling } from '../../support/memory-facade.js';
import { scriptOnConnector } from '../../support/script-on-connector.js';
import { secret } from '../../support/secret-values.js';
import { fault } from '../../targets/rest/faults.js';
import { watchBy } from '../../vendor-contracts/contracts.js';
import type { ContractWatch } from '../../vendor-contracts/contract-watch.js';

const PASSWORD = secret('password of Barbara');
const USERS = '/admin/directory/v1/users';
let watch: ContractWatch;
let google: FakeGoogle;
let caller: ConnectorCaller;

beforeAll(async () => { watch = await watchBy('googleDirectory', { service: 'gcp', suite: 'behaviour', exemptions: NOT_OF_THE_DIRECTORY }); });
afterAll(() => watch.keep());
beforeEach(async () => {
  google = await FakeGoogle.start([watch]);
  caller = callerFor(google);
});
afterEach(async () => {
  await caller.dispose();
  await google.service.stop();
  expect(google.service.complaints).toEqual([]);
});

const barbara = (name = 'bjensen@example.com'): Attribute[] => [new Name(name), Attribute.of('__PASSWORD__', new GuardedString(PASSWORD)), Attribute.of('givenName', 'Barbara'), Attribute.of('familyName', 'Jensen')];
const map = (fields: Record<string, IcfValue>): IcfValue => new Map(Object.entries(fields));
const lastBody = (method: string): unknown => google.service.seenOf(`${method} ${USERS}`).at(-1)?.body;

describe('the connector', () => {
  it('[gcp 1] is known by the Java connector\'s names, passes its test and has the class __ACCOUNT__', async () => {
    await caller.test();
    expect(gcp.displayName).toBe('GCP Connector');
    expect(gcp.key).toMatchObject({ bundleName: 'org.forgerock.openicf.connectors.gcp-connector', connectorName: 'org.forgerock.openicf.connectors.gcp.GcpConnector' });
    expect(parseVersionRange('[1.5.0.0,1.6.0.0)').includes(gcp.key.bundleVersion)).toBe(true);
    const schema = await caller.facade.perform({ kind: 'schema' }, calling());
    expect(schema?.objectClasses.map(({ type }) => type)).toEqual([ACCOUNT]);
  });

  it('[gcp 2] fails its test where Google is away, or does not take the credentials or the administrator', async () => {
    for (const changes of [{ serviceAccount: 'somebody@project.iam.gserviceaccount.com' }, { adminUser: 'nobody@example.com' }, { domainName: 'other.example' }]) {
      const other = callerFor(google, changes);
      await failure(other.test());
      await other.dispose();
    }
    await google.service.pause();
    expect((await failure(caller.test())).kind).toBe('connectionFailed');
    await google.service.resume();
    await caller.test();
  });

  it('[gcp 3] is there for scripts, with its configuration and their arguments', async () => {
    const result = await scriptOnConnector(caller, gcp, configuration(google), 'typeof connector.search + " " + configuration.domainName + " " + args.greeting', new Map([['greeting', 'hello']]));
    expect(result).toBe('function example.com hello');
  });

  it('[gcp 26, 27] has the documented defaults and needs domain, key, account and administrator', () => {
    const { properties } = gcp;
    expect([properties.maxResults.default, properties.connectionTimeout.default, properties.maximumConnections.default]).toEqual([50, 300, 10]);
    expect(Object.entries(properties).filter(([, { required }]) => required).map(([name]) => name)).toEqual(['domainName', 'privateKey', 'serviceAccount', 'adminUser']);
    expect(properties.privateKey.confidential).toBe(true);
  });

  it('signs in as the service account for the administrator, with the key in any of its forms', async () => {
    const bare = PRIVATE_KEY.split('\n').filter((line) => !line.startsWith('-----')).join('');
    const forms = [PRIVATE_KEY, PRIVATE_KEY.replaceAll('\n', '\\n'), JSON.stringify({ type: 'service_account', private_key: PRIVATE_KEY }), bare];
    for (const form of forms) {
      const one = callerFor(google, { privateKey: new GuardedString(form) });
      await one.test();
      await one.dispose();
    }
    expect(google.claims).toHaveLength(forms.length);
    for (const broken of ['{"private_key": 1}', '{', 'no key']) {
      const one = callerFor(google, { privateKey: new GuardedString(broken) });
      expect((await failure(one.test())).message).toContain('The private key cannot be read');
      await one.dispose();
    }
  });

  it('asks for a new token once the old one is refused, and for one only', async () => {
    await caller.test();
    google.service.tokens.expireAll();
    await Promise.all([caller.test(), caller.test(), caller.test()]);
    expect(google.service.tokens.issued).toBe(2);
  });

  it.each([[0, '1 to 500'], [501, '1 to 500']])('refuses %i as maxResults', async (maxResults, message) => {
    const one = callerFor(google, { maxResults });
    expect((await failure(one.test())).message).toContain(message);
    await one.dispose();
  });
});

describe('a user', () => {
  it('[gcp 5] is not created without name, password, given name and family name', async () => {
    for (const left of ['__PASSWORD__', 'givenName', 'familyName']) {
      const error = await failure(caller.create(ACCOUNT, ...barbara().filter(({ name }) => name !== left)));
      expect([error.kind, error.outcome]).toEqual(['invalidAttributeValue', 'notApplied']);
      expect(error.message).toContain(left);
    }
    expect(google.service.seenOf(`POST ${USERS}`)).toEqual([]);
  });

  it('[gcp 6-8] is created with its name as the primary address and is known by Google\'s id', async () => {
    const uid = await caller.create(ACCOUNT, ...barbara());
    expect(uid.value).toMatch(/^\d{21}$/);
    expect(lastBody('POST')).toEqual({ primaryEmail: 'bjensen@example.com', password: PASSWORD, name: { givenName: 'Barbara', familyName: 'Jensen' } });
    expect(google.users.byId.get(uid.value)?.['primaryEmail']).toBe('bjensen@example.com');
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ __UID__: uid.value, __NAME__: 'bjensen@example.com' });
  });

  it('[gcp 15-17, 19] is read with what it has and never with its password', async () => {
    const uid = await caller.create(ACCOUNT, ...barbara(), Attribute.of('phones', map({ value: '+1 888 555 2312', type: 'mobile' })));
    expect(await caller.values(ACCOUNT, uid)).toEqual({
      __UID__: uid.value, __NAME__: 'bjensen@example.com', givenName: 'Barbara', familyName: 'Jensen', __ENABLE__: true, phones: { value: '+1 888 555 2312', type: 'mobile' },
      emails: [{ address: 'bjensen@example.com', primary: true }, { address: 'bjensen@example.com.test-google-a.com' }],
    });
    expect(plain((await caller.search(ACCOUNT, undefined, { [OPTION.attributesToGet]: new IcfArray('String', ['__PASSWORD__', 'primaryEmail']) })).items[0]!)).toEqual({ __UID__: uid.value, __NAME__: 'bjensen@example.com', primaryEmail: 'bjensen@example.com' });
  });

  it('[gcp 9, 11, 12] is updated by a PUT that leaves alone what is not in it', async () => {
    const uid = await caller.create(ACCOUNT, ...barbara());
    const phone = { type: 'mobile', value: '+1 888 555 2312', primary: true };
    await caller.update(ACCOUNT, uid, new Name('bjensen@example.com'), Attribute.of('phones', map(phone)));
    expect(lastBody('PUT')).toEqual({ primaryEmail: 'bjensen@example.com', phones: [phone] });
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ givenName: 'Barbara', familyName: 'Jensen', phones: { type: 'mobile', value: '+1 888 555 2312' } });
    await caller.update(ACCOUNT, uid, Attribute.of('givenName', 'Babs'));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ givenName: 'Babs', familyName: 'Jensen' });
  });

  it('[gcp 10, 21-25] takes every documented attribute, with custom types, and loses the lists again', async () => {
    const uid = await caller.create(ACCOUNT, ...barbara());
    const lists: Record<string, Record<string, IcfValue>> = {
      emails: { address: 'liz@example.com', type: 'home', customType: '' },
      addresses: { type: 'work', customType: '', streetAddress: '1234 Example Road', locality: 'Mountain View', region: 'CA', postalCode: '94043' },
      organizations: { symbol: 'Texas', customType: 'te', costCenter: 'Accounting Principles', domain: 'IAM', name: 'cloudauth', description: 'Agreed Accounting Principles', location: 'California', department: 'engineering', title: 'member', type: 'unknown' },
      phones: { customType: 'custom', type: 'custom', value: '+1 888 555 2312' },
      relations: { customType: 'Cousin', type: 'custom', value: 'Bob Jensen' },
      externalIds: { customType: 'employee', type: 'custom', value: '12345' },
    };
    const changed = secret('another password of Barbara');
    await caller.update(ACCOUNT, uid, ...Object.entries(lists).map(([name, value]) => Attribute.of(name, map(value))),
      Attribute.of('primaryEmail', 'barbara@example.com'), Attribute.of('__PASSWORD__', new GuardedString(changed)), Attribute.of('givenName', 'B.'), Attribute.of('familyName', 'Smith'));
    const { emails, ...others } = lists;
    const read = await caller.values(ACCOUNT, uid);
    expect(read).toMatchObject({ __NAME__: 'barbara@example.com', givenName: 'B.', familyName: 'Smith', ...others });
    expect(read['emails']).toContainEqual(emails);
    expect(google.users.passwords.get(uid.value)).toBe(changed);
    await caller.update(ACCOUNT, uid, ...Object.keys(others).map((name) => new Attribute(name, null)));
    expect(Object.keys(await caller.values(ACCOUNT, uid)).filter((name) => name in others)).toEqual([]);
  });

  it('[gcp 13] is shown by Google as it was for a while after an update, which counts all the same', async () => {
    const uid = await caller.create(ACCOUNT, ...barbara());
    google.users.lag();
    expect(await caller.update(ACCOUNT, uid, Attribute.of('familyName', 'Smith'))).toEqual(uid);
    expect((await caller.values(ACCOUNT, uid))['familyName']).toBe('Jensen');
    google.users.lagging = undefined;
    expect((await caller.values(ACCOUNT, uid))['familyName']).toBe('Smith');
  });

  it('[gcp 14] gets a new password by an update of that alone', async () => {
    const uid = await caller.create(ACCOUNT, ...barbara());
    const fresh = secret('reset password of Barbara');
    await caller.update(ACCOUNT, uid, Attribute.of('__PASSWORD__', new GuardedString(fresh)));
    expect(lastBody('PUT')).toEqual({ password: fresh });
    expect(google.users.passwords.get(uid.value)).toBe(fresh);
    expect(await caller.values(ACCOUNT, uid)).not.toHaveProperty('__PASSWORD__');
  });

  it('[gcp 20] is gone once it is deleted', async () => {
    const uid = await caller.create(ACCOUNT, ...barbara());
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ __NAME__: 'bjensen@example.com' });
    await caller.remove(ACCOUNT, uid);
    expect(await caller.get(ACCOUNT, uid)).toBeNull();
    expect((await failure(caller.remove(ACCOUNT, uid))).kind).toBe('unknownUid');
  });

  it('is suspended and restored by __ENABLE__', async () => {
    const uid = await caller.create(ACCOUNT, ...barbara());
    await caller.update(ACCOUNT, uid, Attribute.of('__ENABLE__', false));
    expect(lastBody('PUT')).toEqual({ suspended: true });
    expect((await caller.values(ACCOUNT, uid))['__ENABLE__']).toBe(false);
  });

  it('is not given two different primary addresses, nor one that is taken', async () => {
    const uid = await caller.create(ACCOUNT, ...barbara());
    expect((await failure(caller.update(ACCOUNT, uid, new Name('bjensen@example.com'), Attribute.of('primaryEmail', 'other@example.com')))).message).toContain('Give one of them');
    expect((await failure(caller.create(ACCOUNT, ...barbara()))).kind).toBe('alreadyExists');
    const other = await caller.create(ACCOUNT, ...barbara('other@example.com'));
    expect((await failure(caller.update(ACCOUNT, other, new Name('bjensen@example.com')))).kind).toBe('alreadyExists');
  });
});

describe('searches', () => {
  const create = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index++) await caller.create(ACCOUNT, ...barbara(`user${index}@example.com`));
  };

  it('[gcp 18] give nothing but the uid, and the name ICF wants, where no attributes are asked for', async () => {
    await create(2);
    const { items } = await caller.search(ACCOUNT, undefined, { [OPTION.attributesToGet]: new IcfArray('String', ['__UID__']) });
    expect(items.map((object) => Object.keys(plain(object)))).toEqual([['__UID__', '__NAME__'], ['__UID__', '__NAME__']]);
  });

  it('ask for the domain\'s users maxResults at a time, to the end', async () => {
    await create(5);
    const small = callerFor(google, { maxResults: 2 });
    google.service.pages.oddity = 'emptyLast';
    expect((await small.search(ACCOUNT)).items).toHaveLength(5);
    await small.dispose();
    const lists = google.service.seenOf(`GET ${USERS}`);
    expect(lists.map(({ query }) => query['maxResults'])).toEqual(['2', '2', '2', '2']);
    expect(lists.every(({ query }) => query['domain'] === 'example.com')).toBe(true);
  });

  it('end with an error where Google gives a page again and again', async () => {
    await create(3);
    const small = callerFor(google, { maxResults: 1 });
    google.service.pages.oddity = 'duplicate';
    expect((await failure(small.search(ACCOUNT))).message).toContain('again and again');
    await small.dispose();
  });

  it('for a name read the user, whom searches of Google know hours later only', async () => {
    google.users.lag();
    await create(1);
    google.users.lagging = undefined;
    expect((await caller.search(ACCOUNT, { kind: 'equals', attribute: new Name('user0@example.com') })).items).toHaveLength(1);
    expect((await caller.search(ACCOUNT, { kind: 'equals', attribute: new Name('nobody@example.com') })).items).toEqual([]);
    expect(google.service.seenOf(`GET ${USERS}`).map(({ path }) => path)).toEqual([`${USERS}/user0%40example.com`, `${USERS}/nobody%40example.com`]);
  });
});

describe('what goes wrong', () => {
  it.each([
    ['403 for a quota', fault.forbidden({ error: { code: 403, message: 'Quota exceeded', errors: [{ reason: 'quotaExceeded' }] } })],
    ['a user that is not completely there yet', fault.answer({ status: 412, body: { error: { code: 412, message: 'User creation is not complete.', errors: [{ reason: 'conditionNotMet' }] } } })],
    ['429', fault.tooMany(1)],
    ['503', fault.serverError(503)],
  ])('%s is waited for', async (_, one) => {
    google.service.faults.next(one, { on: `GET ${USERS}` });
    await caller.test();
    expect(google.service.seenOf(`GET ${USERS}`)).toHaveLength(2);
  });

  it.each([
    ['a page of HTML', fault.loginPage()], ['half an answer', fault.truncatedJson()],
  ])('%s is an error', async (_, one) => {
    await caller.create(ACCOUNT, ...barbara());
    google.service.faults.next(one, { on: `GET ${USERS}` });
    await failure(caller.search(ACCOUNT));
  });

  it('an API that is not enabled is named', async () => {
    google.service.faults.next(fault.forbidden({ error: { code: 403, message: 'Access Not Configured', errors: [{ reason: 'accessNotConfigured' }] } }));
    expect(await failure(caller.test())).toMatchObject({ kind: 'configuration', message: expect.stringContaining('Enable the Admin SDK API') as unknown });
  });

  it('a create nobody heard of is told as that', async () => {
    google.service.faults.next(fault.serverError(500), { on: `POST ${USERS}` });
    expect((await failure(caller.create(ACCOUNT, ...barbara()))).outcome).toBe('unknown');
  });

  it('an uid nobody has is told as that', async () => {
    expect(await caller.get(ACCOUNT, new Uid('1'))).toBeNull();
    expect((await failure(caller.update(ACCOUNT, new Uid('1'), Attribute.of('givenName', 'x')))).kind).toBe('unknownUid');
  });
});
