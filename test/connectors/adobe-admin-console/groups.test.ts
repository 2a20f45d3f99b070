import { beforeEach, describe, expect, it } from 'vitest';
import { Attribute, GROUP, IcfArray, OPTION, Uid } from '../../../protocol/model/index.js';
import { failure, plain, type ConnectorCaller } from '../../support/connector-caller.js';
import { connected } from '../../support/tested-service.js';
import { fault } from '../../targets/rest/faults.js';
import type { FakeAdobe } from './fake.js';
import { ADOBE } from './system.js';

let fake: FakeAdobe;
let caller: ConnectorCaller;
beforeEach(async () => { ({ fake, caller } = await connected(ADOBE)); });

describe('groups of the Adobe Admin Console', () => {
  it('[adobe-admin-console 26] gives all groups, or pages of Adobe\'s size', async () => {
    for (let index = 0; index < 810; index++) fake.addGroup(`group ${index}`);
    const all = await caller.search(GROUP);
    expect([all.items.length, all.cookie]).toEqual([810, undefined]);
    const first = await caller.search(GROUP, undefined, { [OPTION.pageSize]: 400 });
    expect(first.items).toHaveLength(400);
    const second = await caller.search(GROUP, undefined, { [OPTION.pageSize]: 400, [OPTION.pagedResultsCookie]: first.cookie! });
    const third = await caller.search(GROUP, undefined, { [OPTION.pageSize]: 400, [OPTION.pagedResultsCookie]: second.cookie! });
    expect([second.items.length, third.items.length, third.cookie]).toEqual([400, 10, undefined]);
  });

  it('[adobe-admin-console 27] needs a name; the description never comes back', async () => {
    expect(await failure(caller.create(GROUP, Attribute.of('description', 'without a name')))).toMatchObject({ kind: 'invalidAttributeValue', message: expect.stringContaining('groupName') as unknown });
    await caller.create(GROUP, Attribute.of('groupName', 'without a description'));
    const uid = await caller.create(GROUP, Attribute.of('groupName', 'DevOps'), Attribute.of('description', 'Operations'));
    expect(fake.groups.get('DevOps')?.description).toBe('Operations');
    const { items } = await caller.search(GROUP, { kind: 'equals', attribute: uid }, { [OPTION.attributesToGet]: new IcfArray('String', ['groupName', 'description']) });
    expect(items.map(plain)).toEqual([{ __UID__: uid.value, __NAME__: uid.value, groupName: 'DevOps' }]);
  });

  it('[adobe-admin-console 28, 30, 31] answers uid and name, which are the id, whatever is done', async () => {
    const uid = await caller.create(GROUP, Attribute.of('groupName', 'group name'), Attribute.of('description', 'group description'));
    const bare = { __UID__: uid.value, __NAME__: uid.value };
    expect(await caller.values(GROUP, uid)).toEqual(bare);
    expect(await caller.update(GROUP, uid, Attribute.of('description', 'New Description'))).toEqual(uid);
    expect(fake.groups.get('group name')?.description).toBe('New Description');
    expect(await caller.values(GROUP, uid)).toEqual(bare);
    await caller.remove(GROUP, uid);
    expect(await caller.get(GROUP, uid)).toBeNull();
    expect(fake.groups.size).toBe(0);
  });

  it('[adobe-admin-console 29] lists uids, and what else is asked for', async () => {
    const id = fake.addGroup('Profile', 'PRODUCT_PROFILE', { productName: 'All Apps', licenseQuota: '8', adminGroupName: '_admin_Profile' });
    expect((await caller.search(GROUP)).items.map(plain)).toEqual([{ __UID__: id, __NAME__: id }]);
    const { items } = await caller.search(GROUP, undefined, { [OPTION.attributesToGet]: new IcfArray('String', ['groupName', 'type', 'memberCount', 'productName', 'licenseQuota', 'adminGroupName']) });
    expect(items.map(plain)).toEqual([{ __UID__: id, __NAME__: id, groupName: 'Profile', type: 'PRODUCT_PROFILE', memberCount: 0, productName: 'All Apps', licenseQuota: '8', adminGroupName: '_admin_Profile' }]);
  });

  it('[adobe-admin-console 30] changes nothing but the description', async () => {
    const uid = new Uid(fake.addGroup('DevOps'));
    for (const name of ['groupName', 'type', 'productName']) expect((await failure(caller.update(GROUP, uid, Attribute.of(name, 'other')))).kind).toBe('invalidAttributeValue');
    expect(fake.service.seenOf('POST /v2/usermanagement/action')).toEqual([]);
  });

  it('says that a group was created whose id could not be found out', async () => {
    fake.service.faults.next(fault.forbidden(), { on: 'GET /v2/usermanagement/groups' });
    expect(await failure(caller.create(GROUP, Attribute.of('groupName', 'DevOps')))).toMatchObject({ outcome: 'applied', message: expect.stringContaining('was created') as unknown });
  });
});
