import { describe, expect, it } from 'vitest';
import { ACCOUNT, Attribute, IcfArray, OPTION, OperationOptions, Uid, type Filter, type IcfValue } from '../../../protocol/model/index.js';
import { failure, plain, type ConnectorCaller } from '../../support/connector-caller.js';
import { connected } from '../../support/tested-service.js';
import { fault } from '../../targets/rest/faults.js';
import type { FakeWebex } from './fake.js';
import { person, WEBEX } from './system.js';

const on = (kind: 'equals' | 'startsWith', name: string, value: string): Filter => ({ kind, attribute: Attribute.of(name, value) });
const of = (name: string, ...values: IcfValue[]): Attribute => new Attribute(name, values);
const map = (fields: Record<string, string>): IcfValue => new Map(Object.entries(fields));
const bodies = (fake: FakeWebex, line: string) => fake.service.seenOf(line).map(({ body }) => body as Record<string, unknown>);
const uids = ({ items }: Awaited<ReturnType<ConnectorCaller['search']>>): string[] => items.map(({ uid }) => uid.value).sort();

describe('a person of Webex', () => {
  it('needs an address and a display name to be created [webex 12, 35]', async () => {
    const { caller, fake } = await connected(WEBEX);
    expect(await failure(caller.create(ACCOUNT, of('displayName', 'John Doe')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied', message: expect.stringContaining('emails') as string });
    expect((await failure(caller.create(ACCOUNT, of('emails', 'john.doe@example.com')))).message).toContain('displayName');
    expect(fake.service.seenOf('POST /v1/people')).toEqual([]);
    const uid = await caller.create(ACCOUNT, ...person('john.doe@example.com'));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ emails: 'john.doe@example.com', displayName: 'John Doe' });
  });

  it('is created from the documented sample, whatever the case of LastName, with its groups [webex 27]', async () => {
    const { caller, fake } = await connected(WEBEX);
    const groups = [fake.addGroup('Sales'), fake.addGroup('Everybody')];
    const sample = person('john.doe@example.com', {
      firstName: 'John', LastName: 'Doe', groups, licenses: [fake.meetings], roles: ['role-users'], avatar: 'https://example.com/a.png', title: 'Title', department: 'Sales',
      manager: 'Manager Name', managerId: 'manager', phoneNumbers: [map({ type: 'work', value: '+1 010 110 1101' })], siteUrls: ['mysite.webex.com#attendee'], orgId: 'org',
      addresses: [map({ type: 'work', country: 'US', locality: 'Milpitas', region: 'California', streetAddress: '1111 Bird Ave.', postalCode: '010101' })],
    });
    const uid = await caller.create(ACCOUNT, ...sample);
    const read = await caller.values(ACCOUNT, uid);
    expect(read).toMatchObject({ firstName: 'John', lastName: 'Doe', title: 'Title', manager: 'Manager Name', siteUrls: 'mysite.webex.com#attendee', phoneNumbers: { type: 'work', value: '+1 010 110 1101' } });
    expect(read['groups']).toEqual(groups);
    await caller.update(ACCOUNT, uid, of('title', 'Other'), of('groups', groups[1]!));
    expect((await caller.values(ACCOUNT, uid))['groups']).toBe(groups[1]);
    expect(bodies(fake, `PATCH /v1/groups/${groups[0]!}`)).toEqual([{ members: [{ id: uid.value, operation: 'add' }] }, { members: [{ id: uid.value, operation: 'delete' }] }]);
  });

  it('is refused an extension, a location or sites without the licence for them [webex 13]', async () => {
    const { caller, fake } = await connected(WEBEX);
    for (const more of [{ extension: '123' }, { extension: '123', locationId: 'loc' }, { siteUrls: ['mysite.webex.com'] }]) {
      expect(await failure(caller.create(ACCOUNT, ...person('john.doe@example.com', more)))).toMatchObject({ kind: 'invalidAttributeValue', message: expect.stringContaining('license') as string });
    }
    await caller.create(ACCOUNT, ...person('john.doe@example.com', { licenses: [fake.calling, fake.meetings], extension: '123', locationId: 'loc', siteUrls: ['mysite.webex.com'] }));
  });

  it('has a location with an extension alone [webex 14]', async () => {
    const { caller, fake } = await connected(WEBEX);
    expect(await failure(caller.create(ACCOUNT, ...person('a@example.com', { licenses: [fake.calling], locationId: 'loc' })))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied', message: expect.stringContaining('extension') as string });
    const uid = await caller.create(ACCOUNT, ...person('a@example.com', { licenses: [fake.calling] }));
    expect(await failure(caller.update(ACCOUNT, uid, of('locationId', 'loc')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    expect(fake.service.seenOf('PUT')).toEqual([]);
    await caller.update(ACCOUNT, uid, of('extension', '77'));
    await caller.update(ACCOUNT, uid, of('locationId', 'loc'));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ extension: '77', locationId: 'loc' });
  });

  it('has a location or numbers, not both [webex 15]', async () => {
    const { caller, fake } = await connected(WEBEX);
    const both = { licenses: [fake.calling], extension: '1', locationId: 'loc', phoneNumbers: [map({ type: 'work', value: '1' })] };
    expect(await failure(caller.create(ACCOUNT, ...person('a@example.com', both)))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    const uid = await caller.create(ACCOUNT, ...person('a@example.com', { ...both, phoneNumbers: [] }));
    expect((await failure(caller.update(ACCOUNT, uid, of('locationId', 'loc'), of('phoneNumbers', map({ type: 'work', value: '1' }))))).outcome).toBe('notApplied');
    // One of them takes the other's place.
    await caller.update(ACCOUNT, uid, of('phoneNumbers', map({ type: 'work', value: '1' }), map({ type: 'work_extension', value: '81' })));
    expect(bodies(fake, 'PUT').at(-1)).toMatchObject({ phoneNumbers: [{ type: 'work', value: '1' }] });
    expect(bodies(fake, 'PUT').at(-1)).not.toHaveProperty('locationId');
    await caller.update(ACCOUNT, uid, of('locationId', 'loc'));
    expect(bodies(fake, 'PUT').at(-1)).not.toHaveProperty('phoneNumbers');
  });

  it('is read with the licences Webex gave it by itself [webex 16]', async () => {
    const { caller, fake } = await connected(WEBEX);
    fake.defaultLicenses = [fake.meetings];
    const uid = await caller.create(ACCOUNT, ...person('a@example.com'));
    expect((await caller.search(ACCOUNT)).items[0]?.get('licenses')?.values).toEqual([fake.meetings]);
    expect((await caller.values(ACCOUNT, uid))['licenses']).toBe(fake.meetings);
  });

  it('is created without what Webex cannot assign, also where that is answered with 400 [webex 17]', async () => {
    const { caller, fake } = await connected(WEBEX);
    const uid = await caller.create(ACCOUNT, ...person('a@example.com', { licenses: ['no-license', fake.meetings], roles: ['no-role'], avatar: 'not an address' }));
    const read = await caller.get(ACCOUNT, uid);
    expect([read?.get('licenses')?.values, read?.get('roles')?.values, read?.get('avatar')]).toEqual([[fake.meetings], [], undefined]);
    fake.refusesWhatItMade = true;
    const other = await caller.create(ACCOUNT, ...person('b@example.com'));
    expect(await caller.values(ACCOUNT, other)).toMatchObject({ emails: 'b@example.com' });
    expect(caller.log.entries.some((entry) => JSON.stringify(entry).includes('without what Webex refused'))).toBe(true);
  });

  it('is not mistaken for an older one of the same address after a refusal', async () => {
    const { caller, fake } = await connected(WEBEX);
    const uid = await caller.create(ACCOUNT, ...person('a@example.com'));
    fake.people.set(uid.value, { ...fake.people.get(uid.value), created: '2020-01-01T00:00:00.000Z' });
    fake.service.faults.next(fault.answer({ status: 400, body: { message: 'no' } }), { on: 'POST /v1/people' });
    expect(await failure(caller.create(ACCOUNT, ...person('a@example.com')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'unknown' });
    expect(await failure(caller.create(ACCOUNT, ...person('a@example.com')))).toMatchObject({ kind: 'alreadyExists' });
  });

  it('is read by its id, with extension and location where the licence is there [webex 19]', async () => {
    const { caller, fake } = await connected(WEBEX);
    const plainOne = await caller.create(ACCOUNT, ...person('a@example.com'));
    const calling = await caller.create(ACCOUNT, ...person('b@example.com', { licenses: [fake.calling], extension: '123', locationId: 'loc' }));
    expect(await caller.values(ACCOUNT, calling)).toMatchObject({ extension: '123', locationId: 'loc' });
    const read = await caller.values(ACCOUNT, plainOne);
    expect(Object.keys(read)).not.toEqual(expect.arrayContaining(['extension']));
    expect(Object.keys(read)).not.toEqual(expect.arrayContaining(['locationId']));
    expect(fake.service.seenOf('GET').map(({ path }) => path)).toContain(`/v1/people/${calling.value}`);
    expect(await caller.get(ACCOUNT, new Uid('nobody'))).toBeNull();
  });

  it('is changed as a whole: address, display name and licences go along [webex 24]', async () => {
    const { caller, fake } = await connected(WEBEX);
    const uid = await caller.create(ACCOUNT, ...person('a@example.com', { licenses: [fake.meetings], siteUrls: ['mysite.webex.com#attendee'], department: 'Sales' }));
    await caller.update(ACCOUNT, uid, of('title', 'Boss'));
    expect(bodies(fake, 'PUT')[0]).toEqual({ emails: ['a@example.com'], displayName: 'John Doe', licenses: [fake.meetings], roles: [], siteUrls: ['mysite.webex.com#attendee'], department: 'Sales', orgId: 'org', title: 'Boss' });
    expect(fake.service.seenOf('PUT')[0]?.query).toEqual({ callingData: 'true' });
    await caller.update(ACCOUNT, uid, of('siteUrls'), of('department'));
    expect(fake.service.seenOf('PUT')[1]?.query).toEqual({ callingData: 'true', showAllTypes: 'true' });
    expect(bodies(fake, 'PUT')[1]).toMatchObject({ siteUrls: [], department: '', title: 'Boss' });
  });

  it('is addressed by its id in the path, and can be read until it is deleted [webex 25]', async () => {
    const { caller, fake } = await connected(WEBEX);
    const uid = await caller.create(ACCOUNT, ...person('deleted.member@email.com'));
    await caller.update(ACCOUNT, uid, of('title', 'Title'));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ emails: 'deleted.member@email.com', title: 'Title' });
    await caller.remove(ACCOUNT, uid);
    expect(fake.service.seen.filter(({ method }) => ['PUT', 'DELETE'].includes(method)).map(({ method, path }) => `${method} ${path}`)).toEqual([`PUT /v1/people/${uid.value}`, `DELETE /v1/people/${uid.value}`]);
    expect(await failure(caller.remove(ACCOUNT, uid))).toMatchObject({ kind: 'unknownUid' });
    expect(await failure(caller.update(ACCOUNT, uid, of('title', 'x')))).toMatchObject({ kind: 'unknownUid' });
  });

  it('says what was done when a membership fails after the creation', async () => {
    const { caller, fake } = await connected(WEBEX);
    const error = await failure(caller.create(ACCOUNT, ...person('a@example.com', { groups: [fake.addGroup('Sales'), 'no-group'] })));
    expect(error).toMatchObject({ outcome: 'applied', message: expect.stringMatching(/was created with the uid 'person-\d+'.*Of 2 changes of groups 1 were made/) as string });
  });
});

describe('people of Webex', () => {
  async function three() {
    const system = await connected(WEBEX);
    const { caller } = system;
    const made = [];
    for (const [first, email] of [['John', 'john@example.wbx.ai'], ['Joan', 'joan@example.wbx.ai'], ['Ann', 'ann@example.wbx.ai']] as const) {
      made.push((await caller.create(ACCOUNT, ...person(email, { firstName: first, displayName: `${first} Doe` }))).value);
    }
    system.fake.service.seen.length = 0;
    return { ...system, made };
  }
  const nothing = { [OPTION.attributesToGet]: new IcfArray('String', []) };

  it('are all listed, ids alone without calling data [webex 18]', async () => {
    const { caller, fake, made } = await three();
    fake.service.pages.oddity = 'emptyLast';
    expect(uids(await caller.search(ACCOUNT, undefined, { [OPTION.pageSize]: 2, ...nothing }))).toHaveLength(2);
    expect(uids(await caller.search(ACCOUNT, undefined, nothing))).toEqual(made.sort());
    expect(fake.service.seen.at(-2)?.query).toMatchObject({ max: '1000', excludeStatus: 'true' });
    expect(fake.service.seen.some(({ query }) => 'callingData' in query)).toBe(false);
  });

  it('are read page after page by the Link header', async () => {
    const { caller, fake } = await connected(WEBEX);
    for (let index = 0; index < 120; index++) fake.people.set(`p${index}`, { id: `p${index}`, displayName: `P ${index}`, emails: [`p${index}@example.com`] });
    expect((await caller.search(ACCOUNT)).items).toHaveLength(120);
    expect(fake.service.seenOf('GET /v1/people').map(({ query }) => query['cursor'] !== undefined)).toEqual([false, true]);
    fake.service.pages.oddity = 'duplicate';
    expect((await failure(caller.search(ACCOUNT))).message).toContain('same page');
  });

  it('are given with their addresses alone where nothing else is asked for [webex 20]', async () => {
    const { caller } = await three();
    const { items } = await caller.search(ACCOUNT, undefined, { [OPTION.attributesToGet]: new IcfArray('String', ['emails']) });
    expect(items.map((object) => Object.keys(plain(object)).sort())).toEqual(Array.from({ length: 3 }, () => ['__NAME__', '__UID__', 'emails']));
  });

  it('are found by address, with the first name as the name [webex 21, 23]', async () => {
    const { caller, fake, made } = await three();
    const { items } = await caller.search(ACCOUNT, on('equals', 'emails', 'john@example.wbx.ai'));
    expect(items.map(plain)).toEqual([expect.objectContaining({ __UID__: made[0], __NAME__: 'John', firstName: 'John', groups: [] })]);
    expect(fake.service.seenOf('GET /v1/people')[0]?.query).toMatchObject({ email: 'john@example.wbx.ai' });
  });

  it('are found by the beginning of their display name, and by a short one as well [webex 22]', async () => {
    const { caller, fake, made } = await three();
    expect(uids(await caller.search(ACCOUNT, on('startsWith', 'displayName', 'John')))).toEqual([made[0]]);
    expect(fake.service.seenOf('GET /v1/people')[0]?.query).toMatchObject({ displayName: 'John' });
    expect(uids(await caller.search(ACCOUNT, on('startsWith', 'displayName', 'Jo')))).toEqual(made.slice(0, 2));
    expect(fake.service.seenOf('GET /v1/people')[1]?.query).not.toHaveProperty('displayName');
  });

  it('survive a token that has expired, a busy service, and say what broke otherwise', async () => {
    const { caller, fake, made } = await three();
    fake.service.tokens.expireAll();
    expect(uids(await caller.search(ACCOUNT, undefined, nothing))).toEqual(made);
    fake.service.faults.next(fault.tooMany(1), { on: 'GET /v1/people' });
    fake.service.faults.next(fault.serverError(503), { on: 'GET /v1/people' });
    expect(uids(await caller.search(ACCOUNT, undefined, nothing))).toEqual(made);
    for (const broken of [fault.loginPage(), fault.truncatedJson()]) {
      fake.service.faults.next(broken, { on: 'GET /v1/people' });
      expect((await failure(caller.search(ACCOUNT, undefined, nothing))).kind).toBe('connectorIo');
    }
    fake.service.faults.next(fault.answer({ status: 200, body: { something: 'else' } }), { on: 'GET /v1/people' });
    expect((await failure(caller.search(ACCOUNT, undefined, nothing))).kind).toBe('connector');
  });

  it('are read with all attributes of a get by options', async () => {
    const { caller, made } = await three();
    const one = await caller.get(ACCOUNT, new Uid(made[0]!), OperationOptions.of({ [OPTION.attributesToGet]: new IcfArray('String', ['id']) }));
    expect(plain(one!)).toMatchObject({ id: made[0] });
  });
});
