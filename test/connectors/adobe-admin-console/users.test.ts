import { beforeEach, describe, expect, it } from 'vitest';
import { ACCOUNT, Attribute, IcfArray, OperationOptions, OPTION, Uid } from '../../../protocol/model/index.js';
import { failure, plain, type ConnectorCaller } from '../../support/connector-caller.js';
import { connected } from '../../support/tested-service.js';
import type { FakeAdobe } from './fake.js';
import { ADOBE } from './system.js';

let fake: FakeAdobe;
let caller: ConnectorCaller;
beforeEach(async () => { ({ fake, caller } = await connected(ADOBE)); });

const JOHN = 'john.doe@domain1.com';
const as = (values: Readonly<Record<string, string | string[]>>): Attribute[] => Object.entries(values).map(([name, value]) => (Array.isArray(value) ? new Attribute(name, value) : Attribute.of(name, value)));
const commands = (): unknown[] => fake.service.seenOf('POST /v2/usermanagement/action/').map(({ body }) => body);

describe('users of the Adobe Admin Console', () => {
  it('[adobe-admin-console 12] needs an address and a type', async () => {
    for (const [given, missing] of [[{ email: JOHN }, 'type'], [{ type: 'adobeID' }, 'email']] as const) {
      expect(await failure(caller.create(ACCOUNT, ...as(given)))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied', message: expect.stringContaining(missing) as unknown });
    }
    expect(commands()).toEqual([]);
  });

  it.each([['adobeID', 'addAdobeID'], ['FEDERATEDid', 'createFederatedID'], ['enterpriseid', 'createEnterpriseID']])('[adobe-admin-console 13] makes a user of the type %s', async (type, step) => {
    await caller.create(ACCOUNT, ...as({ email: JOHN, type, firstname: 'John', lastname: 'Doe' }));
    expect(commands()).toEqual([[{ user: JOHN, do: [{ [step]: { email: JOHN, firstname: 'John', lastname: 'Doe' } }] }]]);
    expect((await failure(caller.create(ACCOUNT, ...as({ email: 'x@example.com', type: 'guestID' })))).kind).toBe('invalidAttributeValue');
    expect(commands()).toHaveLength(1);
  });

  it('[adobe-admin-console 14, 16, 17] gives a new user its address as uid, name and user name, and the ids of its groups', async () => {
    const ids = [fake.addGroup('Group A'), fake.addGroup('Profile B', 'PRODUCT_PROFILE')];
    const uid = await caller.create(ACCOUNT, ...as({ email: JOHN, type: 'adobeID', firstName: 'John', lastName: 'Doe', country: 'US', __GROUPS__: ids }));
    expect(uid.value).toBe(JOHN);
    expect(await caller.values(ACCOUNT, uid)).toEqual({
      __UID__: JOHN, __NAME__: JOHN, email: JOHN, username: JOHN, id: expect.any(String) as unknown, firstname: 'John', lastname: 'Doe', type: 'adobeID', status: 'active',
      country: 'US', orgSpecific: true, businessAccount: true, __GROUPS__: ids,
    });
    expect(commands()).toMatchObject([[{ do: [{ addAdobeID: {} }, { add: { group: ['Group A', 'Profile B'] } }] }]]);
  });

  it('[adobe-admin-console 15] leaves the country to Adobe where none is given, and never changes it', async () => {
    const uid = await caller.create(ACCOUNT, ...as({ email: JOHN, type: 'federatedID' }));
    expect(commands()).toEqual([[{ user: JOHN, do: [{ createFederatedID: { email: JOHN } }] }]]);
    expect((await caller.values(ACCOUNT, uid))['country']).toBe('US');
    expect((await failure(caller.update(ACCOUNT, uid, Attribute.of('country', 'DE')))).kind).toBe('invalidAttributeValue');
  });

  it('gives a new federated user the user name that was asked for', async () => {
    const uid = await caller.create(ACCOUNT, ...as({ email: JOHN, type: 'federatedID', username: 'jdoe@domain2.com' }));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ __NAME__: 'jdoe@domain2.com', username: 'jdoe@domain2.com', email: JOHN });
  });

  it('[adobe-admin-console 18] addresses a user by the address', async () => {
    fake.addUser(JOHN);
    await caller.get(ACCOUNT, new Uid(JOHN));
    expect(fake.service.seen.at(-1)?.path).toBe(`/v2/usermanagement/organizations/12345%40AdobeOrg/users/${encodeURIComponent(JOHN)}`);
    await caller.update(ACCOUNT, new Uid(JOHN), Attribute.of('firstname', 'Jonny'));
    await caller.remove(ACCOUNT, new Uid(JOHN));
    expect(commands()).toMatchObject([[{ user: JOHN }], [{ user: JOHN }]]);
  });

  it('[adobe-admin-console 19] refuses to change the data of an Adobe ID', async () => {
    fake.addUser(JOHN, 'adobeID');
    expect(await failure(caller.update(ACCOUNT, new Uid(JOHN), Attribute.of('firstname', 'Jonny')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied', message: expect.stringContaining('error.update.adobeid.no') as unknown });
    expect(fake.users.get(JOHN)?.firstname).toBe('First');
    fake.addUser('e@example.com', 'enterpriseID');
    await caller.update(ACCOUNT, new Uid('e@example.com'), Attribute.of('firstname', 'Jonny'));
    expect(fake.users.get('e@example.com')?.firstname).toBe('Jonny');
  });

  it.each(['email', 'type', 'status', 'country', 'id', 'orgSpecific', 'businessAccount'])('[adobe-admin-console 20] does not change %s', async (name) => {
    fake.addUser(JOHN);
    const value = name.startsWith('b') || name === 'orgSpecific' ? false : 'x';
    expect((await failure(caller.update(ACCOUNT, new Uid(JOHN), new Attribute(name, [value])))).kind).toBe('invalidAttributeValue');
    expect(commands()).toEqual([]);
  });

  it('[adobe-admin-console 16, 20, 21] changes names and groups; the uid stays the address', async () => {
    const [one, two] = [fake.addGroup('one'), fake.addGroup('two')];
    const three = fake.addGroup('three');
    fake.addUser(JOHN);
    await caller.update(ACCOUNT, new Uid(JOHN), new Attribute('__GROUPS__', [three]));
    const uid = await caller.update(ACCOUNT, new Uid(JOHN), ...as({ firstname: 'Jonny', lastname: 'Doo', username: 'jonnydoo', __GROUPS__: [one, two] }));
    expect(uid.value).toBe(JOHN);
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ __UID__: JOHN, email: JOHN, firstname: 'Jonny', lastname: 'Doo', username: 'jonnydoo', __GROUPS__: [one, two] });
    expect(commands().at(-1)).toEqual([{ user: JOHN, do: [{ update: { firstname: 'Jonny', lastname: 'Doo', username: 'jonnydoo' } }, { remove: { group: ['three'] } }, { add: { group: ['one', 'two'] } }] }]);
  });

  it('refuses the id of a group nobody has, before anything is sent', async () => {
    expect(await failure(caller.create(ACCOUNT, ...as({ email: JOHN, type: 'adobeID', __GROUPS__: ['4711'] })))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied', message: expect.stringContaining('4711') as unknown });
    expect(commands()).toEqual([]);
  });

  it('sends memberships by the ten, which is what Adobe takes', async () => {
    const ids = Array.from({ length: 23 }, (_, index) => fake.addGroup(`group ${index}`));
    const uid = await caller.create(ACCOUNT, ...as({ email: JOHN, type: 'federatedID', __GROUPS__: ids }));
    expect((await caller.values(ACCOUNT, uid))['__GROUPS__']).toEqual(ids);
    expect(commands()).toHaveLength(3);
  });

  it('[adobe-admin-console 22] removes a user from the organization and leaves the account', async () => {
    fake.addUser(JOHN);
    const before = await caller.values(ACCOUNT, new Uid(JOHN));
    expect(before).toMatchObject({ email: JOHN, status: 'active' });
    await caller.remove(ACCOUNT, new Uid(JOHN));
    expect(await caller.get(ACCOUNT, new Uid(JOHN))).toBeNull();
    expect(commands()).toEqual([[{ user: JOHN, do: [{ removeFromOrg: { deleteAccount: false } }] }]]);
  });

  it('[adobe-admin-console 23] gives the type alone to whoever asks for it alone', async () => {
    fake.addUser(JOHN, 'federatedID');
    const { items } = await caller.search(ACCOUNT, undefined, { [OPTION.attributesToGet]: new IcfArray('String', ['type']) });
    expect(items.map(plain)).toEqual([{ __UID__: JOHN, __NAME__: JOHN, type: 'federatedID' }]);
    expect(fake.service.seenOf('GET /v2/usermanagement/groups')).toEqual([]);
    const got = await caller.get(ACCOUNT, new Uid(JOHN), OperationOptions.of({ [OPTION.attributesToGet]: new IcfArray('String', ['type']) }));
    expect(plain(got!)).toEqual({ __UID__: JOHN, __NAME__: JOHN, type: 'federatedID' });
  });

  it('[adobe-admin-console 24, 25] gives all users, or pages of Adobe\'s size, of which the first may be short', async () => {
    for (let index = 0; index < 4_005; index++) fake.addUser(`user${index}@example.com`);
    fake.technical = 3;
    const all = await caller.search(ACCOUNT);
    expect([all.items.length, all.cookie]).toEqual([4_005, undefined]);
    const sizes: number[] = [];
    const seen = new Set<string>();
    const before = fake.service.seenOf('GET /v2/usermanagement/users').length;
    let cookie: string | undefined;
    do {
      const page = await caller.search(ACCOUNT, undefined, { [OPTION.pageSize]: 2_000, ...(cookie === undefined ? {} : { [OPTION.pagedResultsCookie]: cookie }) });
      sizes.push(page.items.length);
      for (const { uid } of page.items) seen.add(uid.value);
      ({ cookie } = page);
    } while (cookie !== undefined);
    expect([sizes, seen.size]).toEqual([[1_997, 2_000, 8], 4_005]);
    expect(fake.service.seenOf('GET /v2/usermanagement/users')).toHaveLength(before + 3);
  });
});
