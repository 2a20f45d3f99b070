import { beforeEach, describe, expect, it } from 'vitest';
import docusign from '../../../connectors/catalog/docusign/index.js';
import { Attribute, GROUP, IcfArray, OPTION, Uid, type IcfValue } from '../../../protocol/model/index.js';
import { failure, plain, type ConnectorCaller } from '../../support/connector-caller.js';
import { connected } from '../../support/tested-service.js';
import type { FakeDocuSign } from './fake.js';
import { DOCUSIGN } from './system.js';

let fake: FakeDocuSign;
let caller: ConnectorCaller;
beforeEach(async () => { ({ fake, caller } = await connected(DOCUSIGN)); });

const as = (values: Readonly<Record<string, string>>): Attribute[] => Object.entries(values).map(([name, value]) => Attribute.of(name, value));
const all = async (objectClass: string, ...names: string[]) => (await caller.search(objectClass, undefined, names.length === 0 ? {} : { [OPTION.attributesToGet]: new IcfArray('String', names) })).items.map(plain);

describe('groups of DocuSign', () => {
  it('[docusign 33] [docusign 21] shows what DocuSign makes of a name and a profile', async () => {
    const uid = await caller.create(GROUP, ...as({ groupName: 'testing group 4', permissionProfileId: '1597' }));
    expect(await caller.values(GROUP, uid)).toEqual({ __UID__: uid.value, __NAME__: 'testing group 4', groupId: uid.value, groupName: 'testing group 4', usersCount: '0', groupType: 'customGroup', permissionProfileId: '1597' });
  });

  it('[docusign 34] gives the profile of a group to whoever reads the group, or asks for it by name', async () => {
    const uid = await caller.create(GROUP, ...as({ groupName: 'testing group 4', permissionProfileId: '1597' }));
    const [, listed] = await all(GROUP);
    expect(listed).toEqual({ __UID__: uid.value, __NAME__: 'testing group 4', groupId: uid.value, groupName: 'testing group 4', usersCount: '0', groupType: 'customGroup' });
    expect((await caller.values(GROUP, uid))['permissionProfileId']).toBe('1597');
    expect((await all(GROUP, 'permissionProfileId'))[1]).toMatchObject({ permissionProfileId: '1597' });
  });

  it('[docusign 35] [docusign 36] changes name and profile, and deletes', async () => {
    const uid = await caller.create(GROUP, ...as({ groupName: 'testing group 4', permissionProfileId: '1597' }));
    await caller.update(GROUP, uid, ...as({ groupName: 'newGroupName', permissionProfileId: '3108' }));
    expect(await caller.values(GROUP, uid)).toMatchObject({ __NAME__: 'newGroupName', groupName: 'newGroupName', permissionProfileId: '3108' });
    await caller.remove(GROUP, uid);
    expect(await caller.get(GROUP, uid)).toBeNull();
  });

  it('[docusign 27] [docusign 37] gives groups of every type, and ids alone where they alone are asked for', async () => {
    fake.addGroup('Administrators', 'adminGroup');
    fake.addGroup('Ours');
    expect((await all(GROUP)).map(({ groupType }) => groupType)).toEqual(['everyoneGroup', 'adminGroup', 'customGroup']);
    const { items } = await caller.search(GROUP, undefined, { [OPTION.attributesToGet]: new IcfArray('String', []) });
    expect(items.every((object) => object.attributes.length === 2)).toBe(true);
  });
});

describe('signing groups of DocuSign', () => {
  const sample = { groupEmail: 'example@mail.com', groupType: 'sharedSigningGroup', groupName: 'SigningGroup Name' };

  it('[docusign 38] [docusign 39] [docusign 22] are of one type, and say who made them and when', async () => {
    expect((await failure(caller.create('signingGroup', ...as({ ...sample, groupType: 'privateSigningGroup' })))).kind).toBe('invalidAttributeValue');
    const uid = await caller.create('signingGroup', ...as(sample));
    const values = await caller.values('signingGroup', uid);
    expect(values).toEqual({ ...sample, __UID__: uid.value, __NAME__: 'SigningGroup Name', signingGroupId: uid.value, createdBy: 'Carlos Garcia', modifiedBy: 'Carlos Garcia', created: values['modified'], modified: expect.stringMatching(/\.\d{7}Z$/) as unknown });
  });

  it('[docusign 40] are not there where DocuSign answers 409', async () => {
    expect(await caller.get('signingGroup', new Uid('946554'))).toBeNull();
    expect((await failure(caller.update('signingGroup', new Uid('946554'), Attribute.of('groupName', 'x')))).kind).toBe('unknownUid');
    expect((await failure(caller.remove('signingGroup', new Uid('946554')))).kind).toBe('unknownUid');
  });

  it('[docusign 41] [docusign 42] [docusign 43] are changed, have an address or none, and are deleted', async () => {
    const uid = await caller.create('signingGroup', ...as({ groupName: 'without', groupType: 'sharedSigningGroup' }));
    const before = await caller.values('signingGroup', uid);
    expect(before).not.toHaveProperty('groupEmail');
    await caller.update('signingGroup', uid, ...as({ ...sample, groupName: 'New group name' }));
    const after = await caller.values('signingGroup', uid);
    expect(after).toMatchObject({ ...sample, groupName: 'New group name', __NAME__: 'New group name', created: before['created'] });
    expect(String(after['modified']) > String(before['modified'])).toBe(true);
    await caller.remove('signingGroup', uid);
    expect(await caller.get('signingGroup', uid)).toBeNull();
  });
});

describe('contacts of DocuSign', () => {
  const phone = (phoneNumber: string, phoneType: string): IcfValue => new Map([['phoneNumber', phoneNumber], ['phoneType', phoneType]]);
  const sample = [...as({ shared: 'False', organization: 'contact co', name: 'contact testing5' }), new Attribute('emails', ['contacttesting5@mail15.com']), new Attribute('contactPhoneNumbers', [phone('+12223331177', 'mobile'), phone('+12213332255', 'home')])];

  it('[docusign 44] [docusign 20] show what was given, and an id', async () => {
    const uid = await caller.create('contact', ...sample);
    expect(await caller.values('contact', uid)).toEqual({
      __UID__: uid.value, __NAME__: 'contact testing5', contactId: uid.value, name: 'contact testing5', shared: 'False', organization: 'contact co', emails: 'contacttesting5@mail15.com',
      contactPhoneNumbers: [{ phoneNumber: '+12223331177', phoneType: 'mobile' }, { phoneNumber: '+12213332255', phoneType: 'home' }],
    });
  });

  it.each(['home', 'mobile', 'work', 'other', 'fax'])('[docusign 45] have numbers of the type %s, and of no other', async (type) => {
    const uid = await caller.create('contact', Attribute.of('name', 'someone'), new Attribute('contactPhoneNumbers', [phone('+1', type)]));
    expect((await caller.values('contact', uid))['contactPhoneNumbers']).toEqual({ phoneNumber: '+1', phoneType: type });
    expect((await failure(caller.update('contact', uid, new Attribute('contactPhoneNumbers', [phone('+1', `${type}less`)])))).kind).toBe('invalidAttributeValue');
  });

  it('[docusign 46] are listed without their numbers, unless they are asked for by name', async () => {
    await caller.create('contact', ...sample);
    expect((await all('contact'))[0]).not.toHaveProperty('contactPhoneNumbers');
    expect((await all('contact', 'contactPhoneNumbers'))[0]).toHaveProperty('contactPhoneNumbers');
  });

  it('[docusign 47] [docusign 48] are changed and deleted', async () => {
    const uid = await caller.create('contact', ...sample);
    await caller.update('contact', uid, ...as({ shared: 'False', organization: 'New Org', name: 'New Contact Name' }), new Attribute('emails', ['newemail@foo.bar']), new Attribute('contactPhoneNumbers', [phone('+122234888', 'mobile')]));
    expect(await caller.values('contact', uid)).toMatchObject({ __NAME__: 'New Contact Name', name: 'New Contact Name', organization: 'New Org', emails: 'newemail@foo.bar', contactPhoneNumbers: { phoneNumber: '+122234888', phoneType: 'mobile' } });
    await caller.remove('contact', uid);
    expect(await caller.get('contact', uid)).toBeNull();
  });
});

describe('permission profiles of DocuSign', () => {
  it('[docusign 49] [docusign 50] are read, and listed on one page without their settings', async () => {
    const { items, cookie } = await caller.search('permissionProfile');
    expect([items.length, cookie]).toEqual([3, undefined]);
    expect(plain(items[2]!)).toMatchObject({ __NAME__: 'API Admin', permissionProfileName: 'API Admin', modifiedByUsername: 'Carlos Garcia' });
    expect(plain(items[2]!)).not.toHaveProperty('settings');
    expect(await caller.values('permissionProfile', items[0]!.uid)).toMatchObject({ modifiedByUsername: '', settings: { canCreateWorkspaces: 'true' } });
    expect(await caller.get('permissionProfile', new Uid('4711'))).toBeNull();
    expect(docusign.objectClasses.find(({ name }) => name === 'permissionProfile')?.operations).toEqual(['read', 'query']);
    expect((await failure(caller.create('permissionProfile', Attribute.of('permissionProfileName', 'x')))).outcome).toBe('notApplied');
  });

  it('reads a signature by the ids of its user and its own', async () => {
    expect(await caller.values('userSignature', new Uid('u1:s1'))).toMatchObject({ __UID__: 'u1:s1', __NAME__: 'Carlos Garcia', signatureId: 's1' });
  });
});
