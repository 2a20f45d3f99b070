import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Attribute, GROUP, Name, Uid } from '../../../protocol/model/index.js';
import { failure, plain } from '../../support/connector-caller.js';
import { addUser, map, system, type System } from './system.js';

let at: System;
beforeAll(async () => { at = await system('roles'); });
afterAll(() => at.stop());

const requested = (principalId: string): Attribute[] => Object.entries({
  action: 'adminAssign', justification: 'Justification is required', roleDefinitionId: 'fdd7a751-b60b-444a-984c-02652fe8fa1c', directoryScopeId: '/', principalId,
  scheduleInfo: map({ startDateTime: '2022-04-10T00:00:00Z', expiration: { type: 'noExpiration' } }),
}).map(([name, value]) => Attribute.of(name, value));

describe.each(['Eligibility', 'Assignment'])('role schedules: %s', (kind) => {
  const [REQUEST, SCHEDULE, INSTANCE] = [`role${kind}ScheduleRequest`, `role${kind}Schedule`, `role${kind}ScheduleInstance`];

  it('[ms-graph 32, 33, 34] a request is answered with what became of it, and starts now where it should have started before', async () => {
    const principal = (await addUser(at)).value;
    const before = Date.now();
    const uid = await at.caller.create(REQUEST, ...requested(principal));
    const read = await at.caller.values(REQUEST, uid);
    expect(read).toMatchObject({
      __NAME__: uid.value, status: 'Provisioned', action: 'adminAssign', justification: 'Justification is required', principalId: principal, directoryScopeId: '/', isValidationOnly: false, targetScheduleId: uid.value,
      createdDateTime: expect.any(String) as string, completedDateTime: expect.any(String) as string, createdBy: { user: { id: expect.any(String) as string } }, ticketInfo: {}, scheduleInfo: { expiration: { type: 'noExpiration' } },
    });
    expect(Date.parse((read['scheduleInfo'] as { startDateTime: string }).startDateTime)).toBeGreaterThanOrEqual(before);
  });

  it('[ms-graph 35-37] schedules and instances are found by who has the role, and lead to one another and to the request', async () => {
    const [one, other] = [(await addUser(at)).value, (await addUser(at)).value];
    const request = await at.caller.create(REQUEST, ...requested(one));
    await at.caller.create(REQUEST, ...requested(other));
    const byPrincipal = { kind: 'equals', attribute: Attribute.of('principalId', one) } as const;
    const { items: [schedule, ...moreSchedules] } = await at.caller.search(SCHEDULE, byPrincipal);
    expect(moreSchedules).toEqual([]);
    expect(plain(schedule!)).toMatchObject({ __UID__: request.value, createdUsing: request.value, principalId: one, memberType: 'Direct', status: 'Provisioned' });
    const { items: [instance, ...moreInstances] } = await at.caller.search(INSTANCE, byPrincipal);
    expect(moreInstances).toEqual([]);
    expect(plain(instance!)).toMatchObject({ [`role${kind}ScheduleId`]: schedule!.uid.value, principalId: one, startDateTime: expect.any(String) as string });
    expect(at.fake.service.seenOf(`GET /v1.0/roleManagement/directory/role${kind}Schedule`).filter(({ query }) => '$filter' in query).map(({ query }) => query['$filter'])).toEqual([`principalId eq '${one}'`, `principalId eq '${one}'`]);
  });

  it('cannot be changed or deleted', async () => {
    expect(await failure(at.caller.remove(REQUEST, new Uid('x')))).toMatchObject({ kind: 'unsupportedOperation' });
    expect(await failure(at.caller.create(SCHEDULE, Attribute.of('principalId', 'x')))).toMatchObject({ kind: 'unsupportedOperation' });
  });
});

describe('roles', () => {
  it('are activated from their template, defined, assigned and taken away', async () => {
    const { items: [template] } = await at.caller.search('directoryRoleTemplate');
    const role = await at.caller.create('directoryRole', Attribute.of('roleTemplateId', template!.uid.value));
    expect(await at.caller.values('directoryRole', role)).toMatchObject({ __NAME__: 'Global Administrator', roleTemplateId: template!.uid.value });
    const definition = await at.caller.create('roleDefinition', new Name('Application Registration Support'), Attribute.of('isEnabled', true), Attribute.of('rolePermissions', map({ allowedResourceActions: ['microsoft.directory/applications/basic/read'] })));
    await at.caller.update('roleDefinition', definition, Attribute.of('description', 'Reads'));
    expect(await at.caller.values('roleDefinition', definition)).toMatchObject({ displayName: 'Application Registration Support', description: 'Reads', isBuiltIn: false });
    const principal = await addUser(at);
    const assignment = await at.caller.create('roleAssignment', Attribute.of('principalId', principal.value), Attribute.of('roleDefinitionId', definition.value), Attribute.of('directoryScopeId', '/'));
    expect((await at.caller.search('roleAssignment', { kind: 'equals', attribute: Attribute.of('principalId', principal.value) })).items.map(({ uid }) => uid.value)).toEqual([assignment.value]);
    await at.caller.remove('roleAssignment', assignment);
    await at.caller.remove('roleDefinition', definition);
    expect([await at.caller.get('roleAssignment', assignment), await at.caller.get('roleDefinition', definition)]).toEqual([null, null]);
  });
});

describe('teams', () => {
  it('are made with an owner, which an application has to name, and go with their group', async () => {
    expect(await failure(at.caller.create('team', new Name('Nobody\'s')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    const owner = await addUser(at);
    const team = await at.caller.create('team', new Name('Researchers'), Attribute.of('description', 'All of them'), Attribute.of('owner', owner.value));
    await at.caller.update('team', team, Attribute.of('visibility', 'public'));
    expect(await at.caller.values('team', team)).toMatchObject({ displayName: 'Researchers', description: 'All of them', visibility: 'public', isArchived: false });
    expect((await at.caller.search('team', { kind: 'equals', attribute: new Name('Researchers') })).items[0]?.get('isArchived')?.values).toEqual([false]);
    await at.caller.remove('team', team);
    expect([await at.caller.get('team', team), await at.caller.get(GROUP, team)]).toEqual([null, null]);
  });
});
