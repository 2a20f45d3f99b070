import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT, Attribute, GROUP, type Uid } from '../../../protocol/model/index.js';
import { failure } from '../../support/connector-caller.js';
import { addUser, fields, listOf, map, system, type System } from './system.js';

let at: System;
beforeAll(async () => { at = await system('applications'); });
afterAll(() => at.stop());

const NO_ROLE = '00000000-0000-0000-0000-000000000000';
const access = map({ resourceAppId: '00000002-0000-0000-c000-000000000000' });
const addApplication = (): Promise<Uid> => at.caller.create('application', Attribute.of('displayName', 'Test-Application'), Attribute.of('requiredResourceAccess', access));
async function addPrincipal(): Promise<Uid> {
  const application = await addApplication();
  return at.caller.create('servicePrincipal', Attribute.of('appId', String((await at.caller.values('application', application))['appId'])));
}

describe('applications', () => {
  it('[ms-graph 34, 38] are created with two attributes, and the directory adds the rest', async () => {
    const uid = await addApplication();
    expect(await fields(at, 'application', uid, 'displayName', 'signInAudience', 'api', 'parentalControlSettings', 'passwordCredentials', 'keyCredentials', 'web', 'requiredResourceAccess', 'appId')).toMatchObject({
      displayName: 'Test-Application', signInAudience: 'AzureADandPersonalMicrosoftAccount', api: { requestedAccessTokenVersion: 2 }, parentalControlSettings: { legalAgeGroupRule: 'Allow' }, passwordCredentials: [], keyCredentials: [],
      web: { implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false } }, requiredResourceAccess: { resourceAppId: '00000002-0000-0000-c000-000000000000' }, appId: expect.stringMatching(/-/) as string,
    });
  });

  it('[ms-graph 39] are not created with passwords, and neither are service principals', async () => {
    const credential = Attribute.of('passwordCredentials', map({ displayName: 'x' }));
    expect(await failure(at.caller.create('application', Attribute.of('displayName', 'x'), credential))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    expect(await failure(at.caller.create('servicePrincipal', Attribute.of('appId', 'x'), credential))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
  });

  it('[ms-graph 45] and service principals change by what is replaced, and are whole afterwards', async () => {
    const [application, principal] = [await addApplication(), await addPrincipal()];
    await at.caller.update('application', application, Attribute.of('displayName', 'Test-Application-Updated'));
    expect(await at.caller.values('application', application)).toMatchObject({ displayName: 'Test-Application-Updated', signInAudience: 'AzureADandPersonalMicrosoftAccount' });
    await at.caller.update('servicePrincipal', principal, Attribute.of('appRoleAssignmentRequired', true));
    expect(await at.caller.values('servicePrincipal', principal)).toMatchObject({ appRoleAssignmentRequired: true, appDisplayName: 'Test-Application', appRoleAssignments: [], appRoleAssignedTo: [] });
    expect(at.fake.service.seenOf('PATCH /v1.0/servicePrincipals').at(-1)?.body).toEqual({ appRoleAssignmentRequired: true });
  });

  it('[ms-graph 34, 46] have service principals, made of the application\'s id, with its names', async () => {
    expect(await failure(at.caller.create('servicePrincipal', Attribute.of('tags', 'x')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    const uid = await addPrincipal();
    const read = await at.caller.values('servicePrincipal', uid);
    expect(read).toMatchObject({ displayName: 'Test-Application', appDisplayName: 'Test-Application', servicePrincipalNames: read['appId'], accountEnabled: true, appRoleAssignmentRequired: false });
  });

  it('[ms-graph 47] and service principals are deleted', async () => {
    for (const [objectClass, uid] of [['application', await addApplication()], ['servicePrincipal', await addPrincipal()]] as const) {
      await at.caller.remove(objectClass, uid);
      expect(await at.caller.get(objectClass, uid)).toBeNull();
      expect((await failure(at.caller.remove(objectClass, uid))).kind).toBe('unknownUid');
    }
  });
});

describe('app roles', () => {
  it('[ms-graph 48-50, 53] are granted to users, groups and service principals alike, and revoked by the id of the grant', async () => {
    const resource = await addPrincipal();
    const principals = [[ACCOUNT, await addUser(at), 'User'], [GROUP, await at.caller.create(GROUP, Attribute.of('displayName', 'Granted')), 'Group'], ['servicePrincipal', await addPrincipal(), 'ServicePrincipal']] as const;
    for (const [objectClass, { value: principalId }, principalType] of principals) {
      const uid = principals.find(([name]) => name === objectClass)![1];
      await at.caller.update(objectClass, uid, Attribute.of('__addAppRoleAssignments__', map({ principalId, resourceId: resource.value, appRoleId: 'df021288-bdef-4463-88db-98f22de89214' })));
      const [assignment] = await listOf(at, objectClass, uid, 'appRoleAssignments') as Record<string, string>[];
      expect(Object.keys(assignment!).sort()).toEqual(['appRoleId', 'createdDateTime', 'id', 'principalDisplayName', 'principalId', 'principalType', 'resourceDisplayName', 'resourceId']);
      expect(assignment).toMatchObject({ principalId, resourceId: resource.value, appRoleId: 'df021288-bdef-4463-88db-98f22de89214', principalType, resourceDisplayName: 'Test-Application' });
      await at.caller.update(objectClass, uid, Attribute.of('__removeAppRoleAssignments__', assignment!['id']!));
      expect(await listOf(at, objectClass, uid, 'appRoleAssignments')).toEqual([]);
    }
  });

  it('[ms-graph 51, 52] are granted and revoked at the resource, too, with the role everybody has where it has none', async () => {
    const [resource, user] = [await addPrincipal(), await addUser(at)];
    await at.caller.update('servicePrincipal', resource, Attribute.of('__addAppRoleAssignedTo__', map({ principalId: user.value, resourceId: resource.value, appRoleId: NO_ROLE })));
    const [assignment] = await listOf(at, 'servicePrincipal', resource, 'appRoleAssignedTo') as Record<string, string>[];
    expect(assignment).toMatchObject({ principalId: user.value, appRoleId: NO_ROLE, principalType: 'User' });
    expect(await listOf(at, ACCOUNT, user, 'appRoleAssignments')).toMatchObject([{ id: assignment!['id'] }]);
    await at.caller.update('servicePrincipal', resource, Attribute.of('__removeAppRoleAssignedTo__', assignment!['id']!));
    expect(await listOf(at, 'servicePrincipal', resource, 'appRoleAssignedTo')).toEqual([]);
  });

  it('[ms-graph 54] are commands: no resource has the attributes, and an incomplete one is refused', async () => {
    const resource = await addPrincipal();
    const read = await fields(at, 'servicePrincipal', resource, '__addAppRoleAssignments__', '__removeAppRoleAssignments__', '__addAppRoleAssignedTo__', '__removeAppRoleAssignedTo__');
    expect(Object.keys(read).sort()).toEqual(['__NAME__', '__UID__']);
    const error = await failure(at.caller.update('servicePrincipal', resource, Attribute.of('description', 'Changed'), Attribute.of('__addAppRoleAssignments__', map({ principalId: resource.value }))));
    expect(error).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    expect(at.fake.find('servicePrincipals', resource.value).fields['description']).toBeUndefined();
  });
});
