import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import identityCenter from '../../../connectors/catalog/aws-iam-identity-center/index.js';
import { describeConnector } from '../../../connectors/framework/index.js';
import { ACCOUNT, Attribute, GROUP, IcfArray, Name, OPTION, Uid, type AttributeFilterKind, type IcfValue } from '../../../protocol/model/index.js';
import { failure, plain, type ConnectorCaller } from '../../support/connector-caller.js';
import type { FakeIdentityCenter } from './fake.js';
import { callerFor, person, watchedFake, type WatchedFake } from './system.js';

let watched: WatchedFake;
let fake: FakeIdentityCenter;
let caller: ConnectorCaller;
beforeEach(async () => {
  watched = await watchedFake('behaviour');
  ({ fake } = watched);
  caller = callerFor(fake);
});
afterEach(async () => {
  await caller.dispose();
  await watched.stop();
});

type Value = IcfValue | Readonly<Record<string, string | boolean>>;
const attribute = (name: string, value: Value): Attribute => Attribute.of(name, typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype ? new Map(Object.entries(value)) : value as IcfValue);
const given = (values: Readonly<Record<string, Value>>): Attribute[] => Object.entries(values).map(([name, value]) => attribute(name, value));
const NOBODY = '1234567890-6f9b1c6e-0000-4000-8000-000000000000';

/** The documentation's sample of a new user, its groups aside. */
const ADDRESS = { type: 'home', streetAddress: '123 Main St', locality: 'Springfield', region: 'IL', postalCode: '62701', country: 'USA', primary: true, formatted: '123 Main St, Springfield, IL 62701, USA' };
const JOHN = {
  displayName: 'John Doe', locale: 'US', nickName: 'JonnyDoe', timezone: 'UTC', title: 'Engineer', profileUrl: 'https://www.profile.com/jdoe', userType: 'USER', preferredLanguage: 'us-US',
  name: { givenName: 'John', middleName: 'Michael', familyName: 'Doe', honorificPrefix: 'Sr.', honorificSufix: 'PhD', formatted: 'Sr. John Michael Doe, PhD' },
  addresses: ADDRESS, emails: { type: 'home', value: 'johndoe@example.com', primary: true }, phoneNumbers: { type: 'mobile', value: '+0101010101', primary: true },
};
/** What its update changes. */
const JONNY = {
  displayName: 'Jonny Doe', locale: 'DE', nickName: 'Jon', timezone: 'CET', title: 'Doctor', profileUrl: 'https://www.profile.com/jonnydoe', userType: 'EMPLOYEE', preferredLanguage: 'de',
  name: { givenName: 'Jonny', familyName: 'Doe', honorificPrefix: 'Jr.', honorificSufix: 'PhD', formatted: 'Jr. John Michael Doe, PhD' },
  addresses: { ...ADDRESS, postalCode: '60999', country: 'US' }, emails: { type: 'work', value: 'john@example.com', primary: true }, phoneNumbers: { type: 'home', value: '505050', primary: true },
};

describe('users of an identity store', () => {
  it('[aws-iam-identity-center 11] [aws-iam-identity-center 12] are created by the documentation\'s sample, single objects where lists are declared, in groups', async () => {
    const groups = ['one', 'two'].map((name) => fake.addGroup(name));
    const uid = await caller.create(ACCOUNT, new Name('JohnDoe'), ...given(JOHN), new Attribute('__GROUPS__', groups));
    expect(uid.value).toMatch(/^1234567890-[0-9a-f-]{36}$/);
    expect(fake.askedFor('CreateUser')).toEqual([{
      UserName: 'JohnDoe', DisplayName: 'John Doe', Locale: 'US', NickName: 'JonnyDoe', Timezone: 'UTC', Title: 'Engineer', ProfileUrl: 'https://www.profile.com/jdoe', UserType: 'USER', PreferredLanguage: 'us-US',
      Name: { GivenName: 'John', MiddleName: 'Michael', FamilyName: 'Doe', HonorificPrefix: 'Sr.', HonorificSuffix: 'PhD', Formatted: 'Sr. John Michael Doe, PhD' },
      Addresses: [{ Type: 'home', StreetAddress: '123 Main St', Locality: 'Springfield', Region: 'IL', PostalCode: '62701', Country: 'USA', Primary: true, Formatted: '123 Main St, Springfield, IL 62701, USA' }],
      Emails: [{ Type: 'home', Value: 'johndoe@example.com', Primary: true }], PhoneNumbers: [{ Type: 'mobile', Value: '+0101010101', Primary: true }],
    }]);
    expect(await caller.values(ACCOUNT, uid)).toEqual({ __UID__: uid.value, __NAME__: 'JohnDoe', ...JOHN, externalIds: [], __GROUPS__: groups });
    const changed = { emails: { type: 'work', value: 'j@example.com', primary: true }, phoneNumbers: { type: 'home', value: '1' }, addresses: { locality: 'Bonn' } };
    await caller.update(ACCOUNT, uid, ...given(changed));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject(changed);
    const classes = describeConnector(identityCenter).objectClasses.find(({ name }) => name === ACCOUNT);
    for (const name of Object.keys(changed)) expect(classes?.attributes.find((each) => each.name === name)).toMatchObject({ type: 'Array', flags: ['MULTIVALUED'] });
  });

  it.each(['__NAME__', 'displayName', 'name'])('[aws-iam-identity-center 10] are not created without %s', async (missing) => {
    const error = await failure(caller.create(ACCOUNT, ...person('jane').filter(({ name }) => name !== missing)));
    expect(error).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied', message: expect.stringContaining(missing) as string });
    expect(fake.asked).toEqual([]);
  });

  it.each([[{ givenName: 'Jane' }, 'familyName'], [{ familyName: 'Doe', givenName: '' }, 'givenName']])('[aws-iam-identity-center 10] are not created with %j for a name', async (name, missing) => {
    const rest = person('jane').filter((each) => each.name !== 'name');
    expect(await failure(caller.create(ACCOUNT, ...rest, attribute('name', name)))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied', message: expect.stringContaining(missing) as string });
    expect(fake.asked).toEqual([]);
    await caller.create(ACCOUNT, ...person('jane'));
  });

  it('[aws-iam-identity-center 9] have their user name for __NAME__, as groups have their group\'s', async () => {
    const [user, staff] = [await caller.create(ACCOUNT, ...person('jane')), await caller.create(GROUP, new Name('staff'))];
    expect([fake.kept.User.get(user.value)?.['UserName'], fake.kept.Group.get(staff.value)?.['DisplayName']]).toEqual(['jane', 'staff']);
    expect([(await caller.values(ACCOUNT, user))['__NAME__'], (await caller.values(GROUP, staff))['__NAME__']]).toEqual(['jane', 'staff']);
  });

  it('[aws-iam-identity-center 13] are listed with their addresses, numbers and groups, which are lists without any, too', async () => {
    const group = fake.addGroup('staff');
    await caller.create(ACCOUNT, ...person('jane', attribute('emails', { value: 'jane@example.com' }), Attribute.of('__GROUPS__', group)));
    await caller.create(ACCOUNT, ...person('joe'));
    const [jane, joe] = (await caller.search(ACCOUNT)).items;
    expect(jane?.get('__GROUPS__')?.values).toEqual([group]);
    expect(jane?.get('emails')?.values).toEqual([new Map([['value', 'jane@example.com']])]);
    expect(plain(joe!)).toEqual({ __UID__: joe?.uid.value, __NAME__: 'joe', displayName: 'joe Doe', name: { givenName: 'joe', familyName: 'Doe' }, emails: [], phoneNumbers: [], addresses: [], externalIds: [], __GROUPS__: [] });
  });

  it('[aws-iam-identity-center 14] are read, updated and deleted by their ids, and never by their names', async () => {
    const uid = await caller.create(ACCOUNT, ...person('jane'));
    expect((await caller.values(ACCOUNT, uid))['__NAME__']).toBe('jane');
    for (const other of ['jane', NOBODY]) {
      expect(await caller.get(ACCOUNT, new Uid(other))).toBeNull();
      expect(await failure(caller.update(ACCOUNT, new Uid(other), Attribute.of('title', 'Dr')))).toMatchObject({ kind: 'unknownUid', outcome: 'notApplied' });
      expect(await failure(caller.update(ACCOUNT, new Uid(other), Attribute.of('__GROUPS__', fake.addGroup(`group of ${other}`))))).toMatchObject({ kind: 'unknownUid', outcome: 'notApplied' });
      expect(await failure(caller.remove(ACCOUNT, new Uid(other)))).toMatchObject({ kind: 'unknownUid', outcome: 'notApplied' });
    }
    await caller.update(ACCOUNT, uid, Attribute.of('title', 'Dr'));
    await caller.remove(ACCOUNT, uid);
    expect(await caller.get(ACCOUNT, uid)).toBeNull();
    expect(fake.askedFor('DeleteUser')).toEqual([{ UserId: uid.value }]);
  });

  it('[aws-iam-identity-center 18] are changed in everything the documentation\'s update has', async () => {
    const [old, other] = [fake.addGroup('old'), fake.addGroup('new')];
    const uid = await caller.create(ACCOUNT, new Name('JohnDoe'), ...given(JOHN), Attribute.of('__GROUPS__', old));
    await caller.update(ACCOUNT, uid, new Name('JonnyDoe'), ...given(JONNY), Attribute.of('__GROUPS__', other));
    expect(await caller.values(ACCOUNT, uid)).toEqual({ __UID__: uid.value, __NAME__: 'JonnyDoe', ...JONNY, externalIds: [], __GROUPS__: other });
    const [{ Operations: operations }] = fake.askedFor('UpdateUser') as unknown as [{ Operations: { AttributePath: string; AttributeValue: unknown }[] }];
    expect(operations).toContainEqual({ AttributePath: 'name.honorificSuffix', AttributeValue: 'PhD' });
    // A name is replaced as a whole, though it is changed part by part.
    expect(operations).toContainEqual({ AttributePath: 'name.middleName', AttributeValue: null });
    expect(operations).toContainEqual({ AttributePath: 'emails', AttributeValue: [JONNY.emails] });
  });

  it('lose what an update empties, as AWS takes no empty values; what they need stays', async () => {
    const uid = await caller.create(ACCOUNT, new Name('JohnDoe'), ...given({ ...JOHN, nickName: '' }));
    expect(fake.askedFor('CreateUser')[0]).not.toHaveProperty('NickName');
    await caller.update(ACCOUNT, uid, Attribute.of('title', ''), new Attribute('locale', null), new Attribute('emails', []), attribute('addresses', { locality: 'Bonn', region: '' }));
    const user = await caller.values(ACCOUNT, uid);
    expect(user).toMatchObject({ emails: [], addresses: { locality: 'Bonn' }, timezone: 'UTC' });
    for (const name of ['title', 'locale', 'nickName']) expect(user).not.toHaveProperty(name);
    for (const changes of [Attribute.of('displayName', ''), new Attribute('name', null), Attribute.of('name', 'John')]) expect((await failure(caller.update(ACCOUNT, uid, changes))).kind).toBe('invalidAttributeValue');
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ displayName: 'John Doe', name: JOHN.name });
  });

  it('take external ids back as they were read, which AWS decides', async () => {
    const uid = await caller.create(ACCOUNT, ...person('jane'));
    fake.kept.User.set(uid.value, { ...fake.kept.User.get(uid.value), ExternalIds: [{ Issuer: 'https://idp.example.com', Id: 'jane' }] });
    const { externalIds } = await caller.values(ACCOUNT, uid);
    expect(externalIds).toEqual({ issuer: 'https://idp.example.com', id: 'jane' });
    await caller.update(ACCOUNT, uid, attribute('externalIds', externalIds as Record<string, string>), Attribute.of('title', 'Dr'));
    expect(fake.askedFor('UpdateUser')).toEqual([{ UserId: uid.value, Operations: [{ AttributePath: 'title', AttributeValue: 'Dr' }] }]);
    await caller.update(ACCOUNT, uid, attribute('externalIds', externalIds as Record<string, string>));
    expect(fake.askedFor('UpdateUser')).toHaveLength(1);
  });
});

describe.each([[ACCOUNT, 'User'], [GROUP, 'Group']] as const)('searches of %s', (objectClass, kind) => {
  const add = (name: string): Promise<Uid> => caller.create(objectClass, ...(objectClass === ACCOUNT ? person(name) : [new Name(name)]));
  const names = async (filterKind: AttributeFilterKind, value: string) => (await caller.search(objectClass, { kind: filterKind, attribute: new Name(value) })).items.map(({ name }) => name.value);

  it('[aws-iam-identity-center 15] by the name itself are made at AWS, and any other over what AWS lists', async () => {
    for (const name of ['anna', 'anton', 'berta']) await add(name);
    expect(await names('equals', 'anton')).toEqual(['anton']);
    expect(fake.askedFor(`List${kind}s`)).toEqual([{ MaxResults: 100, Filters: [{ AttributePath: kind === 'User' ? 'UserName' : 'DisplayName', AttributeValue: 'anton' }] }]);
    expect(await names('startsWith', 'an')).toEqual(['anna', 'anton']);
    expect(await names('contains', 'ert')).toEqual(['berta']);
    expect(fake.askedFor(`List${kind}s`).slice(1)).toEqual([{ MaxResults: 100 }, { MaxResults: 100 }]);
  });

  it('[aws-iam-identity-center 16] ask for 100 at a time, whatever page the caller wants', async () => {
    for (let index = 0; index < 120; index++) fake.kept[kind].set(`1234567890-6f9b1c6e-0000-4000-8000-${String(index).padStart(12, '0')}`, kind === 'User' ? { UserName: `user${index}` } : { DisplayName: `group ${index}` });
    const bare = { [OPTION.attributesToGet]: new IcfArray('String', []) };
    const page = await caller.search(objectClass, undefined, { [OPTION.pageSize]: 110, ...bare });
    expect(page.items).toHaveLength(110);
    expect(fake.askedFor(`List${kind}s`).map(({ MaxResults: most }) => most)).toEqual([100, 100]);
    const rest = await caller.search(objectClass, undefined, { [OPTION.pageSize]: 110, [OPTION.pagedResultsCookie]: page.cookie!, ...bare });
    expect([rest.items.length, rest.cookie]).toEqual([10, undefined]);
    await caller.search(objectClass, undefined, { [OPTION.pageSize]: 7, ...bare });
    expect(fake.askedFor(`List${kind}s`).at(-1)).toEqual({ MaxResults: 7 });
  });

  it('[aws-iam-identity-center 17] for ids alone give those, and look nothing else up', async () => {
    const uid = await add('anna');
    const [found] = (await caller.search(objectClass, undefined, { [OPTION.attributesToGet]: new IcfArray('String', []) })).items;
    expect(plain(found!)).toEqual({ __UID__: uid.value, __NAME__: 'anna' });
    expect(fake.askedFor('ListGroupMembershipsForMember')).toEqual([]);
  });

  async function inPages(): Promise<string[]> {
    const found: string[] = [];
    let cookie: string | undefined;
    do {
      const page = await caller.search(objectClass, undefined, { [OPTION.pageSize]: 2, ...(cookie === undefined ? {} : { [OPTION.pagedResultsCookie]: cookie }) });
      found.push(...page.items.map(({ name }) => name.value));
      ({ cookie } = page);
    } while (cookie !== undefined);
    return found;
  }

  it('come to their end where the last page is empty, and say so where AWS gives one twice', async () => {
    for (const name of ['anna', 'anton', 'berta', 'bruno']) await add(name);
    fake.store.pages.oddity = 'emptyLast';
    expect(await inPages()).toEqual(['anna', 'anton', 'berta', 'bruno']);
    fake.store.pages.oddity = 'duplicate';
    expect(await failure(inPages())).toMatchObject({ kind: 'connectorIo', message: expect.stringContaining('once more') as string });
  });
});

describe('groups of an identity store', () => {
  it('[aws-iam-identity-center 21] are created by their names, a description may be with it, and have no external ids', async () => {
    const uid = await caller.create(GROUP, new Name('New Group'), Attribute.of('description', 'Some description'));
    expect(await caller.values(GROUP, uid)).toEqual({ __UID__: uid.value, __NAME__: 'New Group', description: 'Some description', externalIds: [] });
    expect(await caller.values(GROUP, await caller.create(GROUP, new Name('bare')))).toMatchObject({ __NAME__: 'bare', externalIds: [] });
    expect(await failure(caller.create(GROUP, Attribute.of('description', 'nameless')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
  });

  it('[aws-iam-identity-center 22] are renamed and described by an update of their id', async () => {
    const uid = await caller.create(GROUP, new Name('New Group'), Attribute.of('description', 'Some description'));
    await caller.update(GROUP, uid, new Name('New DisplayName'), Attribute.of('description', 'New Description'));
    expect(await caller.values(GROUP, uid)).toMatchObject({ __NAME__: 'New DisplayName', description: 'New Description' });
    expect(await failure(caller.update(GROUP, new Uid('New DisplayName'), Attribute.of('description', 'x')))).toMatchObject({ kind: 'unknownUid' });
  });

  it('are gone once deleted, from their members as well', async () => {
    const uid = await caller.create(GROUP, new Name('staff'));
    const user = await caller.create(ACCOUNT, ...person('jane', Attribute.of('__GROUPS__', uid.value)));
    await caller.remove(GROUP, uid);
    expect(await caller.get(GROUP, uid)).toBeNull();
    expect((await caller.values(ACCOUNT, user))['__GROUPS__']).toEqual([]);
  });
});

describe('the mappings of the documentation', () => {
  const userNames = ['displayName', 'timezone', 'nickname', 'title', 'locale', 'preferredLanguage', 'profileUrl', 'userType', 'name', 'phoneNumbers', 'addresses', 'emails'];

  it.each([
    ['[aws-iam-identity-center 24] [aws-iam-identity-center 25]', ACCOUNT, ['__NAME__', '__GROUPS__', 'externalIds', ...userNames], ['__NAME__', '__GROUPS__', ...userNames]],
    ['[aws-iam-identity-center 26] [aws-iam-identity-center 27]', GROUP, ['__NAME__', 'description', 'externalIds'], ['__NAME__', 'description']],
  ])('%s have attributes of %s for all they name, in any case, to read and to write', (_, objectClass, read, written) => {
    const { attributes = [] } = describeConnector(identityCenter).objectClasses.find(({ name }) => name === objectClass) ?? {};
    const flagsOf = (name: string): readonly string[] | undefined => attributes.find((each) => each.name.toLowerCase() === name.toLowerCase())?.flags;
    for (const name of read) expect(flagsOf(name), name).not.toContain('NOT_READABLE');
    for (const name of written) expect(flagsOf(name)?.some((flag) => flag === 'NOT_CREATABLE' || flag === 'NOT_UPDATEABLE'), name).toBe(false);
  });
});
