import { beforeEach, describe, expect, it } from 'vitest';
import { ACCOUNT, Attribute, GuardedString, IcfArray, OPTION, Uid, type Filter, type IcfValue } from '../../../protocol/model/index.js';
import { failure, plain, type ConnectorCaller } from '../../support/connector-caller.js';
import { connected } from '../../support/tested-service.js';
import type { FakeDocuSign } from './fake.js';
import { DOCUSIGN } from './system.js';

let fake: FakeDocuSign;
let caller: ConnectorCaller;
beforeEach(async () => { ({ fake, caller } = await connected(DOCUSIGN)); });

const create = (userName: string, email = 'cgarcia@example.com', ...more: readonly Attribute[]): Promise<Uid> => caller.create(ACCOUNT, Attribute.of('userName', userName), Attribute.of('email', email), ...more);
const map = (values: Readonly<Record<string, string>>): IcfValue => new Map(Object.entries(values));
const equals = (name: string, value: string): Filter => ({ kind: 'equals', attribute: Attribute.of(name, value) });
const lists = () => fake.service.seen.filter(({ method, path }) => method === 'GET' && path.endsWith('/users'));

describe('accounts of DocuSign: creating', () => {
  it('[docusign 5] needs a user name and an address', async () => {
    for (const missing of ['userName', 'email']) {
      const given = [Attribute.of('userName', 'cgarcia'), Attribute.of('email', 'cgarcia@example.com')].filter(({ name }) => name !== missing);
      expect(await failure(caller.create(ACCOUNT, ...given))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied', message: expect.stringContaining(missing) as unknown });
    }
    expect(fake.users.size).toBe(0);
  });

  it('[docusign 6] [docusign 8] [docusign 10] [docusign 14] [docusign 16-22] shows what DocuSign makes of a name and an address', async () => {
    const uid = await create('Carlos Garcia');
    expect(fake.service.seen.at(-1)?.body).toEqual({ newUsers: [{ userName: 'Carlos Garcia', email: 'cgarcia@example.com' }] });
    const values = await caller.values(ACCOUNT, uid);
    expect(values).toMatchObject({
      __UID__: uid.value, userId: uid.value, uri: `/users/${uid.value}`, __NAME__: 'Carlos Garcia', userName: 'Carlos Garcia', firstName: 'Carlos', lastName: 'Garcia', email: 'cgarcia@example.com',
      userStatus: 'ActivationSent', userType: 'CompanyUser', isAdmin: 'False', permissionProfileId: '', permissionProfileName: '', jobTitle: '', enableConnectForUser: 'false', sendActivationOnInvalidLogin: 'false',
      workAddress: { address1: '', address2: '', city: '', stateOrProvince: '', postalCode: '', phone: '', country: '' }, initialsImageUri: expect.stringMatching(/initials_image$/) as unknown,
      userSettings: { canManageAccount: 'false', templateMatchingSensitivity: '80', localePolicy: { cultureName: 'en' }, sealIdentifiers: [] },
      groupList: { groupId: fake.everyone, groupName: 'Everyone', groupType: 'everyoneGroup' }, __GROUP__: fake.everyone,
    });
    expect(values['createdDateTime']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/);
  });

  it('[docusign 7-9] leaves the parts of the name to DocuSign', async () => {
    expect(await caller.values(ACCOUNT, await create('cgarcia'))).toMatchObject({ userName: 'cgarcia', lastName: 'cgarcia' });
    expect(await caller.values(ACCOUNT, await create('Carlos Garcia'))).toMatchObject({ userName: 'Carlos Garcia', firstName: 'Carlos', lastName: 'Garcia' });
    expect(await caller.values(ACCOUNT, await create('Juan Carlos Garcia Perez'))).toMatchObject({ userName: 'Juan Carlos Garcia Perez', firstName: 'Juan', middleName: 'Carlos', lastName: 'Garcia' });
  });

  it('[docusign 11] [docusign 12] takes a password and the question for it, and never gives them', async () => {
    const uid = await create('Carlos Garcia', 'cgarcia@example.com', Attribute.of('password', new GuardedString('a-password-for-carlos')), new Attribute('forgottenPasswordInfo', [map({ forgottenPasswordQuestion1: 'Which?', forgottenPasswordAnswer1: 'That' })]));
    expect(fake.users.get(uid.value)).toMatchObject({ password: 'a-password-for-carlos', forgottenPasswordInfo: { forgottenPasswordQuestion1: 'Which?', forgottenPasswordAnswer1: 'That' } });
    for (const options of [{}, { [OPTION.attributesToGet]: new IcfArray('String', ['password', 'forgottenPasswordInfo']) }]) {
      for (const object of (await caller.search(ACCOUNT, undefined, options)).items) expect(Object.keys(plain(object))).not.toEqual(expect.arrayContaining([expect.stringMatching(/password/i)]));
    }
  });

  it('[docusign 13] [docusign 15] [docusign 17] sends everything of a full create, with groups', async () => {
    const group = fake.addGroup('GLHFVAV_docusign_group');
    const texts = { userType: 'CompanyUser', lastName: 'User3', permissionProfileId: '', permissionProfileName: '', sendActivationOnInvalidLogin: 'false', firstName: 'showing3', isAdmin: 'False', enableConnectForUser: 'false', jobTitle: 'hired' };
    const uid = await create('showing3', 'showing3@example.com', ...Object.entries(texts).map(([name, value]) => Attribute.of(name, value)), new Attribute('groupList', [map({ groupId: group })]), new Attribute('userSettings', [map({ canManageAccount: 'true' })]));
    expect(fake.service.seenOf('POST')[1]?.body).toEqual({ newUsers: [{ ...texts, userName: 'showing3', email: 'showing3@example.com', groupList: [{ groupId: group }], userSettings: { canManageAccount: 'true' } }] });
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({
      ...texts, __GROUP__: [fake.everyone, group], groupList: [{ groupId: fake.everyone, groupName: 'Everyone', groupType: 'everyoneGroup' }, { groupId: group, groupName: 'GLHFVAV_docusign_group', groupType: 'customGroup' }],
    });
  });

  it('[docusign 51] has the picture of the initials at once, and that of the signature in reads', async () => {
    const uid = await create('Carlos Garcia');
    expect((await caller.search(ACCOUNT)).items.map(plain)[0]).toMatchObject({ initialsImageUri: expect.any(String) as unknown });
    expect(fake.users.get(uid.value)).not.toHaveProperty('signatureImageUri');
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ signatureImageUri: expect.stringMatching(/signature_image$/) as unknown, initialsImageUri: expect.any(String) as unknown });
  });
});

describe('accounts of DocuSign: searching', () => {
  it('[docusign 23] [docusign 24] finds users of every status, or of those that are asked for', async () => {
    const [first, second, third] = [await create('one'), await create('two'), await create('three')];
    await caller.remove(ACCOUNT, second);
    fake.users.set(third.value, { ...fake.users.get(third.value)!, userStatus: 'Active' });
    const found = async (filter?: Filter) => (await caller.search(ACCOUNT, filter)).items.map(({ uid }) => uid.value).sort();
    expect(await found()).toEqual([first, second, third].map(({ value }) => value).sort());
    expect(await found(equals('userStatus', 'Closed'))).toEqual([second.value]);
    expect(await found(equals('userStatus', 'Active,Closed'))).toEqual([second, third].map(({ value }) => value).sort());
    expect(lists().at(-1)?.query['status']).toBe('Active,Closed');
    expect((await failure(found(equals('userStatus', 'Asleep')))).message).toContain('Asleep');
  });

  it('[docusign 25] names every status beside another filter, so that closed users are found', async () => {
    const uid = await create('Carlos Garcia', 'closed@example.com');
    await create('Other', 'other@example.com');
    await caller.remove(ACCOUNT, uid);
    for (const filter of [equals('email', 'closed@example.com'), equals('userName', 'Carlos Garcia')]) expect((await caller.search(ACCOUNT, filter)).items.map((object) => object.uid.value)).toEqual([uid.value]);
    expect(lists()[0]?.query).toMatchObject({ email_substring: 'closed@example.com', status: 'ActivationRequired,ActivationSent,Active,Closed,Disabled' });
    expect((await caller.search(ACCOUNT, { kind: 'and', operands: [equals('email', 'closed@example.com'), equals('userStatus', 'Active')] })).items).toEqual([]);
  });

  it('[docusign 26] asks for a hundred users at a time and no more', async () => {
    for (let index = 0; index < 205; index++) fake.users.set(`user-${index}`, { userId: `user-${index}`, userName: `User ${index}`, email: 'x', userStatus: 'Active', groupList: [] });
    const page = await caller.search(ACCOUNT, undefined, { [OPTION.pageSize]: 500 });
    expect([page.items.length, page.cookie]).toEqual([205, undefined]);
    expect(lists().map(({ query }) => query['count'])).toEqual(['100', '100', '100']);
  });

  it('[docusign 27] [docusign 28] gives ids alone where they alone are asked for, and everything of one that is read', async () => {
    const uid = await create('Carlos Garcia');
    const { items } = await caller.search(ACCOUNT, undefined, { [OPTION.attributesToGet]: new IcfArray('String', []) });
    expect(items.map(plain)).toEqual([{ __UID__: uid.value, __NAME__: 'Carlos Garcia' }]);
    expect(lists()[0]?.query['additional_info']).toBe('false');
    expect(Object.keys(await caller.values(ACCOUNT, uid))).toEqual(expect.arrayContaining(['userSettings', 'workAddress', 'groupList', '__GROUP__']));
  });
});

describe('accounts of DocuSign: changing', () => {
  it('[docusign 29] keeps the address', async () => {
    const uid = await create('Carlos Garcia');
    expect((await failure(caller.update(ACCOUNT, uid, Attribute.of('email', 'other@example.com')))).kind).toBe('invalidAttributeValue');
    expect(fake.service.seenOf('PUT')).toEqual([]);
  });

  it('[docusign 30] shows after an update what DocuSign has, whatever DocuSign said of it', async () => {
    const uid = await create('Carlos Garcia');
    await caller.update(ACCOUNT, uid, Attribute.of('jobTitle', 'director'));
    expect((await caller.values(ACCOUNT, uid))['jobTitle']).toBe('director');
    fake.pretends = true;
    await caller.update(ACCOUNT, uid, Attribute.of('jobTitle', 'president'));
    expect((await caller.values(ACCOUNT, uid))['jobTitle']).toBe('director');
  });

  it('[docusign 31] [docusign 32] closes a user, who stays, can be read and is not changed any more', async () => {
    const uid = await create('Carlos Garcia');
    await caller.remove(ACCOUNT, uid);
    expect((await caller.values(ACCOUNT, uid))['userStatus']).toBe('Closed');
    expect(fake.users.size).toBe(1);
    expect(await failure(caller.update(ACCOUNT, uid, Attribute.of('jobTitle', 'x')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied', message: expect.stringContaining('closed') as unknown });
  });

  it('puts into groups and takes out of them, but not out of Everyone', async () => {
    const [one, two, three] = [fake.addGroup('one'), fake.addGroup('two'), fake.addGroup('three')];
    const uid = await create('Carlos Garcia', 'c@example.com', new Attribute('__GROUP__', [one, two]));
    await caller.update(ACCOUNT, uid, new Attribute('__GROUP__', [two, three]), Attribute.of('jobTitle', 'x'));
    expect((await caller.values(ACCOUNT, uid))['__GROUP__']).toEqual([fake.everyone, two, three]);
    expect(await failure(caller.update(ACCOUNT, uid, new Attribute('__GROUP__', [two, three, '4711']), Attribute.of('jobTitle', 'y')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'applied', message: expect.stringContaining('was updated') as unknown });
    expect((await failure(create('Another', 'a@example.com', new Attribute('__GROUP__', ['4711'])))).outcome).toBe('notApplied');
  });

  it('knows users who are not there, and those who are there already', async () => {
    const nobody = new Uid('00000000-0000-4000-8000-000000000000');
    expect(await caller.get(ACCOUNT, nobody)).toBeNull();
    expect((await failure(caller.update(ACCOUNT, nobody, Attribute.of('jobTitle', 'x')))).kind).toBe('unknownUid');
    expect((await failure(caller.remove(ACCOUNT, nobody))).kind).toBe('unknownUid');
    await create('Carlos Garcia');
    expect(await failure(create('Carlos Garcia'))).toMatchObject({ kind: 'alreadyExists', outcome: 'notApplied' });
  });
});
