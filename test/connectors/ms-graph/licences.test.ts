import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT, Attribute, Uid } from '../../../protocol/model/index.js';
import { failure, plain } from '../../support/connector-caller.js';
import { DESKLESS, PREMIUM } from './fake-licences.js';
import { addUser, callerFor, fields, listOf, map, newUser, system, type System } from './system.js';

let at: System;
beforeAll(async () => { at = await system('licences'); });
afterAll(() => at.stop());

const [YAMMER, LEARNING, COMPANY, BOOKINGS] = DESKLESS.servicePlans.map(({ servicePlanId }) => `${DESKLESS.skuId}:${servicePlanId}`);
interface Licence { skuId: string; skuPartNumber: string; servicePlans: { servicePlanId: string; provisioningStatus: string; appliesTo: string }[] }
const assigned = (uid: Uid): unknown => at.fake.find('users', uid.value).fields['assignedLicenses'];

describe('service plans and subscriptions', () => {
  it('[ms-graph 18] are read only', async () => {
    for (const objectClass of ['servicePlan', 'subscribedSku']) {
      expect(await failure(at.caller.create(objectClass, Attribute.of('skuPartNumber', 'x')))).toMatchObject({ kind: 'unsupportedOperation' });
      expect(await failure(at.caller.update(objectClass, new Uid('x'), Attribute.of('skuPartNumber', 'x')))).toMatchObject({ kind: 'unsupportedOperation' });
      expect(await failure(at.caller.remove(objectClass, new Uid('x')))).toMatchObject({ kind: 'unsupportedOperation' });
    }
  });

  it('[ms-graph 19] have ids and names of two parts, one of the subscription and one of the plan', async () => {
    const { items } = await at.caller.search('servicePlan');
    expect(items.length).toBe(DESKLESS.servicePlans.length + PREMIUM.servicePlans.length);
    expect([items[0]!.uid.value, items[0]!.name.value]).toEqual([YAMMER, 'DESKLESSPACK:VIVAENGAGE_CORE']);
    expect(plain((await at.caller.get('servicePlan', new Uid(YAMMER!)))!)).toEqual({
      __UID__: YAMMER, __NAME__: 'DESKLESSPACK:VIVAENGAGE_CORE', appliesTo: 'User', subscribedSkuId: DESKLESS.id, skuPartNumber: 'DESKLESSPACK', provisioningStatus: 'Success', servicePlanId: DESKLESS.servicePlans[0]!.servicePlanId,
    });
    expect(await at.caller.get('servicePlan', new Uid('none:none'))).toBeNull();
  });

  it('[ms-graph 20] the subscription is named by its part number and holds its plans', async () => {
    const { items: [first] } = await at.caller.search('subscribedSku');
    expect(first!.name.value).toBe('DESKLESSPACK');
    expect(plain(first!)).toMatchObject({ skuPartNumber: 'DESKLESSPACK', skuId: DESKLESS.skuId, consumedUnits: 1, capabilityStatus: 'Enabled', prepaidUnits: { enabled: 25 }, servicePlans: DESKLESS.servicePlans });
  });

  it('[ms-graph 17] are read again each time, or kept for the minutes the configuration gives', async () => {
    const asked = (): number => at.fake.service.seenOf('GET /v1.0/subscribedSkus').length;
    const before = asked();
    for (let round = 0; round < 2; round++) await at.caller.search('servicePlan');
    expect(asked() - before).toBe(2);
    const keeping = callerFor(at.fake, { licenseCacheExpiryTime: 10n });
    for (let round = 0; round < 3; round++) await keeping.search(round === 1 ? 'subscribedSku' : 'servicePlan');
    expect(asked() - before).toBe(3);
    await keeping.dispose();
  });
});

describe('licences of a user', () => {
  it('[ms-graph 21-23] by service plans: those named are on, the other ones for users off, those of the company as they are', async () => {
    const uid = await addUser(at);
    await at.caller.update(ACCOUNT, uid, new Attribute('__servicePlanIds__', [YAMMER!, LEARNING!]));
    const read = await at.caller.get(ACCOUNT, uid);
    expect(read?.get('__servicePlanIds__')?.values).toEqual([YAMMER, LEARNING]);
    const [licence] = await listOf(at, ACCOUNT, uid, 'licenses') as Licence[];
    expect(read?.get('licenses')?.values?.length).toBe(1);
    expect(licence!.servicePlans.map(({ provisioningStatus, appliesTo }) => [appliesTo, provisioningStatus])).toEqual([['User', 'Success'], ['User', 'Success'], ['Company', 'PendingActivation'], ['User', 'Disabled']]);
    await at.caller.update(ACCOUNT, uid, new Attribute('__servicePlanIds__', [BOOKINGS!]));
    expect(await listOf(at, ACCOUNT, uid, '__servicePlanIds__')).toEqual([BOOKINGS]);
    await at.caller.update(ACCOUNT, uid, new Attribute('__servicePlanIds__', [`${PREMIUM.skuId}:${PREMIUM.servicePlans[1]!.servicePlanId}`]));
    expect(assigned(uid)).toEqual([{ skuId: PREMIUM.skuId, disabledPlans: [] }]);
  });

  it('by service plans leave what comes with a group', async () => {
    const uid = await addUser(at);
    at.fake.change('users', uid.value, { licenseAssignmentStates: [{ skuId: PREMIUM.skuId, assignedByGroup: 'f0000000-0000-4000-8000-000000000000', state: 'Active' }] });
    await at.caller.update(ACCOUNT, uid, new Attribute('__servicePlanIds__', [YAMMER!]));
    expect(at.fake.service.seenOf(`POST /v1.0/users/${uid.value}/assignLicense`).at(-1)?.body).toMatchObject({ removeLicenses: [] });
  });

  it('refuse a plan of the company and one nobody has, before anything is changed', async () => {
    const uid = await addUser(at);
    const before = at.fake.service.seenOf('PATCH').length;
    for (const plan of [COMPANY!, 'x:y']) {
      const error = await failure(at.caller.update(ACCOUNT, uid, Attribute.of('displayName', 'Changed'), new Attribute('__servicePlanIds__', [plan])));
      expect(error).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
      expect(error.message).toContain(plan);
    }
    expect(at.fake.service.seenOf('PATCH').length).toBe(before);
  });

  it('[ms-graph 24, 25] are added by objects and removed by ids, on create and update; the list itself cannot be written', async () => {
    expect(await failure(at.caller.update(ACCOUNT, await addUser(at), Attribute.of('licenses', map({ skuId: PREMIUM.skuId }))))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    const uid = await at.caller.create(ACCOUNT, ...newUser({ usageLocation: 'FR' }), Attribute.of('addLicenses', map({ skuId: PREMIUM.skuId })));
    expect(assigned(uid)).toEqual([{ skuId: PREMIUM.skuId, disabledPlans: [] }]);
    await at.caller.update(ACCOUNT, uid, new Attribute('removeLicenses', [PREMIUM.skuId]), Attribute.of('addLicenses', map({ skuId: DESKLESS.skuId })));
    expect(assigned(uid)).toEqual([{ skuId: DESKLESS.skuId, disabledPlans: [] }]);
    expect((await at.caller.get(ACCOUNT, uid))?.get('addLicenses')).toBeUndefined();
  });

  it('[ms-graph 26] are all that is read when nothing else is asked for', async () => {
    const uid = await at.caller.create(ACCOUNT, ...newUser({ usageLocation: 'FR' }), Attribute.of('addLicenses', map({ skuId: PREMIUM.skuId })));
    const read = await fields(at, ACCOUNT, uid, 'licenses');
    expect(Object.keys(read).sort()).toEqual(['__NAME__', '__UID__', 'licenses']);
    expect(read['licenses']).toMatchObject({ skuPartNumber: 'O365_BUSINESS_PREMIUM', skuId: PREMIUM.skuId, id: expect.any(String) as string, servicePlans: [{ servicePlanName: 'RMS_S_BASIC' }, {}] });
  });

  it('that cannot be given leave the new user, and say so', async () => {
    const error = await failure(at.caller.create(ACCOUNT, ...newUser(), Attribute.of('addLicenses', map({ skuId: PREMIUM.skuId }))));
    expect(error).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'applied' });
    expect(error.message).toMatch(/was created with the uid '.*usage location/);
  });
});
