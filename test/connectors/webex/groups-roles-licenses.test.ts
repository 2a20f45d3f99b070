import { describe, expect, it } from 'vitest';
import webex from '../../../connectors/catalog/webex/index.js';
import { describeConnector } from '../../../connectors/framework/index.js';
import { ACCOUNT, Attribute, GROUP, IcfArray, OPTION, Uid, type IcfValue, type ObjectClassInfo, type Schema } from '../../../protocol/model/index.js';
import { failure, plain } from '../../support/connector-caller.js';
import { calling } from '../../support/memory-facade.js';
import { connected } from '../../support/tested-service.js';
import { person, WEBEX } from './system.js';

const of = (name: string, ...values: IcfValue[]): Attribute => new Attribute(name, values);
const member = (id: string): IcfValue => new Map([['id', id]]);

describe('a group of Webex', () => {
  it('needs a display name, and is new without members [webex 28, 35]', async () => {
    const { caller } = await connected(WEBEX);
    expect((await failure(caller.create(GROUP, of('description', 'd')))).message).toContain('displayName');
    const uid = await caller.create(GROUP, of('displayName', 'Group name'), of('description', 'Group Description'), of('orgId', 'org'));
    expect(await caller.values(GROUP, uid)).toMatchObject({ displayName: 'Group name', description: 'Group Description', orgId: 'org', members: [] });
  });

  it('is among the ids of all groups [webex 29]', async () => {
    const { caller, fake } = await connected(WEBEX);
    const ids = Array.from({ length: 130 }, (_, index) => fake.addGroup(`Group ${index}`));
    const { items } = await caller.search(GROUP, undefined, { [OPTION.attributesToGet]: new IcfArray('String', []) });
    expect(items.map(({ uid }) => uid.value)).toEqual(ids);
    expect(fake.service.seenOf('GET /v1/groups').some(({ query }) => 'includeMembers' in query)).toBe(false);
  });

  it('is changed in description and display name, and nothing else of its own [webex 30]', async () => {
    const { caller, fake } = await connected(WEBEX);
    const uid = new Uid(fake.addGroup('Old'));
    await caller.update(GROUP, uid, of('displayName', 'New Group Name'), of('description', 'New Description'));
    expect(fake.service.seenOf('PATCH').map(({ body }) => body)).toEqual([{ displayName: 'New Group Name', description: 'New Description' }]);
    expect(await failure(caller.update(GROUP, uid, of('orgId', 'other')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    expect(await caller.values(GROUP, uid)).toMatchObject({ displayName: 'New Group Name', description: 'New Description', orgId: 'org', members: [] });
  });

  it('takes members at its creation and afterwards, in one request', async () => {
    const { caller, fake } = await connected(WEBEX);
    const people = [];
    for (const name of ['a', 'b', 'c']) people.push((await caller.create(ACCOUNT, ...person(`${name}@example.com`))).value);
    const uid = await caller.create(GROUP, of('displayName', 'Sales'), of('members', member(people[0]!), member(people[1]!)));
    await caller.update(GROUP, uid, of('members', member(people[1]!), member(people[2]!)));
    expect(fake.service.seenOf('PATCH').map(({ body }) => body)).toEqual([{ members: [{ id: people[2], operation: 'add' }, { id: people[0], operation: 'delete' }] }]);
    expect([...fake.groups.get(uid.value)!.members]).toEqual(people.slice(1));
  });

  it('is given with all its members, also those beyond what Webex gives at once', async () => {
    const { caller, fake } = await connected(WEBEX);
    const id = fake.addGroup('Everybody', Array.from({ length: 1_203 }, (_, index) => `p${index}`));
    expect((await caller.get(GROUP, new Uid(id)))?.get('members')?.values).toHaveLength(1_203);
    fake.people.set('p1202', { id: 'p1202', displayName: 'Last', emails: ['last@example.com'] });
    expect(await caller.values(ACCOUNT, new Uid('p1202'))).toMatchObject({ groups: id });
  });

  it('is deleted by its id, and could be read before [webex 31]', async () => {
    const { caller, fake } = await connected(WEBEX);
    const uid = new Uid(fake.addGroup('Gone'));
    expect(await caller.values(GROUP, uid)).toMatchObject({ displayName: 'Gone', members: [] });
    await caller.remove(GROUP, uid);
    expect(fake.service.seenOf('DELETE').map(({ path }) => path)).toEqual([`/v1/groups/${uid.value}`]);
    expect(await caller.get(GROUP, uid)).toBeNull();
  });
});

describe('roles and licences of Webex', () => {
  it('are listed and read by their ids, and never written [webex 32]', async () => {
    const { caller, fake } = await connected(WEBEX);
    expect((await caller.search('ROLES')).items).toHaveLength(2);
    expect((await caller.search('LICENSES')).items).toHaveLength(2);
    expect((await caller.get('ROLES', new Uid('role-full')))?.name.value).toBe('Full Administrator');
    expect((await caller.get('LICENSES', new Uid(fake.meetings)))?.name.value).toBe('Meeting - Webex Meetings');
    expect(await caller.get('LICENSES', new Uid('none'))).toBeNull();
    for (const objectClass of ['ROLES', 'LICENSES']) {
      const uid = new Uid(objectClass === 'ROLES' ? 'role-full' : fake.meetings);
      for (const write of [caller.create(objectClass, of('name', 'x')), caller.update(objectClass, uid, of('name', 'x')), caller.remove(objectClass, uid)]) expect((await failure(write)).outcome).not.toBe('applied');
    }
    expect(fake.service.seen.every(({ method, path }) => method === 'GET' || path.endsWith('/access_token'))).toBe(true);
  });

  it('are of a role its id and name, and nothing else [webex 33]', async () => {
    const { caller } = await connected(WEBEX);
    const read = await caller.values('ROLES', new Uid('role-full'));
    expect(read).toEqual({ __UID__: 'role-full', __NAME__: 'Full Administrator' });
    expect((await caller.search('ROLES')).items.map(plain)[0]).toEqual(read);
  });

  it('are of a licence all in a list, and as Java shows it when read alone [webex 34]', async () => {
    const { caller, fake } = await connected(WEBEX);
    const rest = { name: 'Meeting - Webex Meetings', subscriptionId: 'Sub-1', siteUrl: 'site1-example.webex.com', siteType: 'Control Hub managed site' };
    expect((await caller.search('LICENSES')).items.map(plain)[1]).toMatchObject({ __UID__: fake.meetings, totalUnits: 10, consumedUnits: 4, ...rest });
    const alone = await caller.values('LICENSES', new Uid(fake.meetings));
    expect(alone).toEqual({ __UID__: fake.meetings, __NAME__: 'Meeting - Webex Meetings', totalUnits: '10', ...rest });
  });
});

describe('the mappings of the documentation', () => {
  const attribute = (schema: Schema, objectClass: string, name: string) =>
    (schema.objectClasses.find(({ type }) => type === objectClass) as ObjectClassInfo).attributes.find((each) => each.name.toLowerCase() === name.toLowerCase());
  const schemaOf = async (): Promise<Schema> => {
    const { caller } = await connected(WEBEX);
    return await caller.facade.perform({ kind: 'schema' }, calling()) as Schema;
  };

  it('find every attribute they read [webex 36, 38]', async () => {
    const schema = await schemaOf();
    const users = ['id', 'emails', 'lastName', 'firstname', 'displayName', 'extension', 'locationId', 'avatar', 'title', 'orgId', 'department', 'roles', 'licenses', 'addresses', 'siteUrls', 'phoneNumbers', 'manager', 'managerId'];
    for (const [objectClass, names] of [[ACCOUNT, users], [GROUP, ['id', 'displayName', 'orgId', 'members', 'description']]] as const) {
      for (const name of names) expect([name, attribute(schema, objectClass, name)?.flags.includes('NOT_READABLE')]).toEqual([name, false]);
    }
  });

  it('find every attribute they write [webex 37, 39]', async () => {
    const schema = await schemaOf();
    const users = ['id', 'firstName', 'lastName', 'displayName', 'emails', 'roles', 'licenses', 'addresses', 'siteUrls', 'phoneNumbers', 'department', 'extension', 'avatar', 'locationId', 'manager', 'managerId', 'title', 'orgId'];
    for (const [objectClass, names] of [[ACCOUNT, users], [GROUP, ['displayName', 'members', 'group_management_type', 'group_external_id']]] as const) {
      for (const name of names) expect([name, attribute(schema, objectClass, name)?.flags.includes('NOT_CREATABLE'), attribute(schema, objectClass, name)?.flags.includes('NOT_UPDATEABLE')]).toEqual([name, false, false]);
    }
  });

  it('are of object classes that answer to the names of the documentation\'s tables as well', () => {
    expect(describeConnector(webex).objectClasses.flatMap(({ aliases }) => aliases)).toEqual(['Roles', 'Licenses']);
  });
});
