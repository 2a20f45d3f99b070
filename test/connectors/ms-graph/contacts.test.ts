import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT, Attribute, OperationOptions, type Schema } from '../../../protocol/model/index.js';
import { failure } from '../../support/connector-caller.js';
import { calling } from '../../support/memory-facade.js';
import { DESKLESS } from './fake-licences.js';
import { addUser, fields, listOf, map, newUser, system, type System } from './system.js';

let at: System;
beforeAll(async () => { at = await system('contacts'); });
afterAll(() => at.stop());

const businessAddress = { city: 'exampleCity', state: 'exampleState', postalCode: '99999', street: 'example st', countryOrRegion: 'United States' };

describe('contacts of a user', () => {
  it('[ms-graph 27] are for users that exist, by three attributes that are never read', async () => {
    const before = at.fake.of('users').length;
    expect(await failure(at.caller.create(ACCOUNT, ...newUser(), Attribute.of('__addContacts__', map({ givenName: 'Test' }))))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    expect(at.fake.of('users').length).toBe(before);
    const schema = await at.caller.facade.perform({ kind: 'schema' }, calling()) as Schema;
    const declared = schema.objectClasses.find(({ type }) => type === ACCOUNT)!.attributes;
    for (const name of ['__addContacts__', '__updateContacts__', '__removeContacts__']) expect([...declared.find((each) => each.name === name)!.flags]).toEqual(expect.arrayContaining(['NOT_READABLE', 'NOT_RETURNED_BY_DEFAULT', 'MULTIVALUED']));
  });

  it('[ms-graph 28-30] are added, changed under the same id, and removed', async () => {
    const uid = await addUser(at);
    await at.caller.update(ACCOUNT, uid, Attribute.of('__addContacts__', map({ givenName: 'Test-Contact', businessAddress })));
    const [added] = await listOf(at, ACCOUNT, uid, 'contacts') as { id: string }[];
    expect(added).toEqual({ id: expect.stringMatching(/./) as string, givenName: 'Test-Contact', businessAddress });
    await at.caller.update(ACCOUNT, uid, Attribute.of('__updateContacts__', map({ id: added!.id, givenName: 'Test-Contact-Updated' })));
    expect(await listOf(at, ACCOUNT, uid, 'contacts')).toEqual([{ id: added!.id, givenName: 'Test-Contact-Updated', businessAddress }]);
    await at.caller.update(ACCOUNT, uid, new Attribute('__removeContacts__', [added!.id]));
    expect((await fields(at, ACCOUNT, uid, 'contacts'))['contacts']).toEqual([]);
    expect((await at.caller.get(ACCOUNT, uid, OperationOptions.none))?.get('contacts')).toBeUndefined();
  });

  it('[ms-graph 31] and the other attributes that are lists take one bare value', async () => {
    const uid = await addUser(at);
    const resource = at.fake.add('servicePrincipals', { displayName: 'Resource', appId: 'bare' });
    await at.caller.update(ACCOUNT, uid, Attribute.of('__addContacts__', map({ givenName: 'One' })), Attribute.of('addLicenses', map({ skuId: DESKLESS.skuId })));
    await at.caller.update(ACCOUNT, uid, Attribute.of('__addAppRoleAssignments__', map({ principalId: uid.value, resourceId: resource, appRoleId: '00000000-0000-0000-0000-000000000000' })));
    const [contact] = await listOf(at, ACCOUNT, uid, 'contacts') as { id: string }[];
    const [assignment] = await listOf(at, ACCOUNT, uid, 'appRoleAssignments') as { id: string }[];
    await at.caller.update(ACCOUNT, uid, Attribute.of('__updateContacts__', map({ id: contact!.id, givenName: 'Two' })), Attribute.of('removeLicenses', DESKLESS.skuId), Attribute.of('__removeAppRoleAssignments__', assignment!.id));
    expect(await fields(at, ACCOUNT, uid, 'contacts', 'licenses', 'appRoleAssignments')).toMatchObject({ contacts: { givenName: 'Two' }, licenses: [], appRoleAssignments: [] });
  });

  it('that need an id and have none are refused before anything is changed', async () => {
    const uid = await addUser(at);
    expect(await failure(at.caller.update(ACCOUNT, uid, Attribute.of('displayName', 'Changed'), Attribute.of('__updateContacts__', map({ givenName: 'No id' }))))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    expect(at.fake.find('users', uid.value).fields['displayName']).toBe('Steve Carter');
  });
});
