import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import teamdynamix from '../../../connectors/catalog/teamdynamix/index.js';
import { isIn, parsePartition } from '../../../connectors/catalog/teamdynamix/partition.js';
import { announcedLimit } from '../../../connectors/engines/http/limits/announced-limit.js';
import { describeConnector } from '../../../connectors/framework/index.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, IcfArray, Name, Uid, type Filter, type IcfValue } from '../../../protocol/model/index.js';
import { callerFor as opened } from './system.js';
import { failure, type ConnectorCaller } from '../../support/connector-caller.js';
import { fault } from '../../targets/rest/faults.js';
import { FakeTeamDynamix } from './fake.js';

let fake: FakeTeamDynamix;
let callers: ConnectorCaller[] = [];
beforeEach(async () => { fake = await FakeTeamDynamix.start(); });
afterEach(async () => {
  for (const caller of callers) await caller.dispose();
  callers = [];
  await fake.service.stop();
  expect(fake.service.complaints).toEqual([]);
});

function callerFor(changes: Readonly<Record<string, IcfValue>> = {}): ConnectorCaller {
  const caller = opened(fake, changes);
  callers.push(caller);
  return caller;
}

const newPerson = (role: string, ...more: readonly Attribute[]): readonly Attribute[] => [
  new Name('ada'), Attribute.of('FirstName', 'Ada'), Attribute.of('LastName', 'Lovelace'), Attribute.of('PrimaryEmail', 'ada@example.com'), Attribute.of('Company', 'Example'),
  Attribute.of('TypeID', 1), Attribute.of('SecurityRoleID', role), ...more,
];
const inPart = (part: string): Filter => ({ kind: 'equals', attribute: Attribute.of('partition', part) });
const GETS = 'GET /TDWebApi/api/people/';
const details = () => fake.service.seenOf(GETS).filter(({ path }) => !path.endsWith('userlist'));

describe('people of TeamDynamix', () => {
  it('[teamdynamix 1] are read and written with groups, applications and security roles', async () => {
    const caller = callerFor();
    const [role, group, other] = [fake.addRole('Technician'), fake.addGroup('Staff'), fake.addGroup('Library')];
    const app = fake.addApplication('IT Tickets');
    const appRole = fake.addRole('Ticket reader', app);
    const uid = await caller.create(ACCOUNT, ...newPerson(role, new Attribute('GroupIDs', [group]), new Attribute('Applications', ['TDNext']), new Attribute('OrgApplications', [new Map<IcfValue, IcfValue>([['ID', app], ['SecurityRoleId', appRole], ['IsAdministrator', false]])])));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ __NAME__: 'ada', GroupIDs: group, Applications: 'TDNext', SecurityRoleID: role, SecurityRoles: [role, appRole], OrgApplicationIDs: String(app), OrgApplicationRoles: `${app}:${appRole}`, __ENABLE__: true });
    await caller.update(ACCOUNT, uid, new Attribute('GroupIDs', [group, other]), new Attribute('Applications', []), Attribute.of('SecurityRoleID', 'another'), Attribute.of('Title', 'Countess'));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ GroupIDs: [group, other], Applications: [], SecurityRoles: ['another', appRole], Title: 'Countess' });
    await caller.update(ACCOUNT, uid, Attribute.of('__ENABLE__', false), new Attribute('Title', null), new Attribute('GroupIDs', []));
    expect(await caller.values(ACCOUNT, uid)).toMatchObject({ __ENABLE__: false, GroupIDs: [] });
    expect(await caller.values(ACCOUNT, uid)).not.toHaveProperty('Title');
  });

  it('[teamdynamix 2] are written; applications, groups, security roles and departments are only read', async () => {
    const app = fake.addApplication('IT Tickets');
    fake.addApplication('TDNext', 'Standard');
    const names = { [GROUP]: ['Staff'], applications: ['IT Tickets', 'TDNext'], securityRoles: ['Global', 'Ticket reader'], accounts: ['Physics'] };
    fake.addGroup('Staff');
    fake.addRole('Global');
    fake.addRole('Ticket reader', app);
    fake.addAccount('Physics');
    const caller = callerFor();
    for (const [objectClass, expected] of Object.entries(names)) {
      const { items } = await caller.search(objectClass);
      expect(items.map(({ name }) => name.value).sort(), objectClass).toEqual(expected);
      expect(await caller.get(objectClass, items[0]!.uid), objectClass).not.toBeNull();
      expect((await failure(caller.create(objectClass, new Name('new')))).kind).toMatch(/unsupportedOperation|invalidAttributeValue/);
    }
    expect(describeConnector(teamdynamix).objectClasses.filter(({ operations }) => operations.includes('create') || operations.includes('update')).map(({ name }) => name)).toEqual([ACCOUNT]);
    // One search for the global roles and one for the application that has some; Standard ones have none.
    expect(fake.service.seenOf('POST /TDWebApi/api/securityroles/search').slice(0, 2).map(({ body }) => body)).toEqual([{ AppID: 0 }, { AppID: app }]);
  });

  it('[teamdynamix 3] have all their applications, with a role on each, in one object', async () => {
    const uid = fake.addPerson({ OrgApplications: [1, 2, 3].map((id) => ({ ID: id, Name: `App ${id}`, SecurityRoleId: id === 3 ? null : `role-${id}`, IsAdministrator: id === 1 })) });
    const values = await callerFor().values(ACCOUNT, new Uid(uid));
    expect(values).toMatchObject({ OrgApplicationIDs: ['1', '2', '3'], OrgApplicationRoles: ['1:role-1', '2:role-2'], SecurityRoles: ['role-1', 'role-2'] });
    expect((values['OrgApplications'] as object[])[0]).toMatchObject({ ID: 1, IsAdministrator: true });
  });

  it('[teamdynamix 11] take one GET each, and none when only what the list gives is asked for', async () => {
    for (let index = 0; index < 30; index++) fake.addPerson({ UserName: `user${index}`, Title: 'x' });
    const caller = callerFor();
    expect((await caller.search(ACCOUNT)).items).toHaveLength(30);
    expect(details()).toHaveLength(30);
    expect(fake.service.mostOpen).toBeLessThanOrEqual(8);
    expect((await caller.search(ACCOUNT, undefined, { ATTRS_TO_GET: new IcfArray('String', ['FullName', '__ENABLE__']) })).items).toHaveLength(30);
    expect((await caller.search(ACCOUNT, { kind: 'equals', attribute: new Name('user7') })).items.map(({ name }) => name.value)).toEqual(['user7']);
    expect(details()).toHaveLength(31);
    expect(fake.service.seenOf('GET /TDWebApi/api/people/userlist')).toHaveLength(3);
  });
});

describe('partitions', () => {
  it('[teamdynamix 13] cover everybody once, by filter or by configuration, page by page too', async () => {
    const uids = Array.from({ length: 60 }, (_, index) => fake.addPerson({ UserName: `user${index}` })).sort();
    const caller = callerFor();
    const byFilter: string[] = [];
    const byConfiguration: string[] = [];
    for (const part of ['1/3', '2/3', '3/3']) {
      let cookie: string | undefined;
      do {
        const page = await caller.search(ACCOUNT, inPart(part), { PAGE_SIZE: 4, ...(cookie === undefined ? {} : { PAGED_RESULTS_COOKIE: cookie }) });
        expect(page.items.length).toBeLessThanOrEqual(4);
        byFilter.push(...page.items.map(({ uid }) => uid.value));
        ({ cookie } = page);
      } while (cookie !== undefined);
      byConfiguration.push(...(await callerFor({ partition: part }).search(ACCOUNT)).items.map(({ uid }) => uid.value));
    }
    expect(byFilter.sort()).toEqual(uids);
    expect(byConfiguration.sort()).toEqual(uids);
    // Nobody was read but for the part asked for.
    expect(details()).toHaveLength(120);
  });

  it('are of a size, the same wherever they are made, and whatever the case of the uid', () => {
    const uids = Array.from({ length: 8_000 }, (_, index) => `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`);
    for (const part of [1, 2, 3, 4]) expect(uids.filter((uid) => isIn({ part, of: 4 }, uid)).length).toBeGreaterThan(1_850);
    expect(isIn(parsePartition('2/4'), uids[10]!.toUpperCase())).toBe(isIn({ part: 2, of: 4 }, uids[10]!));
    // By sha256sum: db8055e0... and 6b7be926..., whose first 32 bits leave 0 and 2 by 4.
    expect([isIn({ part: 1, of: 4 }, uids[0]!), isIn({ part: 3, of: 4 }, uids[7]!)]).toEqual([true, true]);
    expect(uids.slice(0, 8).map((uid) => [1, 2, 3, 4].filter((part) => isIn({ part, of: 4 }, uid)).length)).toEqual(Array<number>(8).fill(1));
  });

  it('go with other filters, and are refused where they would mean nothing', async () => {
    for (let index = 0; index < 20; index++) fake.addPerson({ UserName: `user${index}`, FirstName: index % 2 === 0 ? 'Even' : 'Odd', Title: index < 10 ? 'low' : 'high' });
    const caller = callerFor();
    const both: Filter = { kind: 'and', operands: [inPart('1/2'), { kind: 'equals', attribute: Attribute.of('FirstName', 'Even') }, { kind: 'equals', attribute: Attribute.of('Title', 'low') }] };
    const other: Filter = { kind: 'and', operands: [inPart('2/2'), ...both.operands.slice(1)] };
    expect((await caller.search(ACCOUNT, both)).items.length + (await caller.search(ACCOUNT, other)).items.length).toBe(5);
    expect(details()).toHaveLength(10);
    for (const wrong of [inPart('5/4'), inPart('half'), { kind: 'not', operand: inPart('1/2') }, { kind: 'or', operands: [inPart('1/2'), inPart('2/2')] }] satisfies Filter[]) {
      expect((await failure(caller.search(ACCOUNT, wrong))).kind, JSON.stringify(wrong)).toBe('illegalArgument');
    }
  });
});

describe('the service', () => {
  it('[teamdynamix 4] gives its token bare, for BEID and key as JSON', async () => {
    await callerFor().test();
    expect(fake.tokensIssued).toBe(1);
    expect(fake.service.seenOf('POST /TDWebApi/api/auth/loginadmin')).toHaveLength(1);
  });

  it('is logged in to anew once when it no longer takes the token, and not over and over', async () => {
    const caller = callerFor();
    await caller.test();
    fake.expireTokens();
    await caller.test();
    expect(fake.tokensIssued).toBe(2);
    expect((await failure(callerFor({ webServicesKey: new GuardedString('wrong-key-of-nobody') }).test())).kind).toBe('invalidCredential');
  });

  it('[teamdynamix 7] tells the end of a window as a date, which is understood as it is', () => {
    const headers = new Map([['x-ratelimit-limit', '60'], ['x-ratelimit-remaining', '59'], ['x-ratelimit-reset', 'Mon, 02 Sep 2024 08:49:37 GMT']]);
    expect(announcedLimit(headers)?.reset).toEqual({ at: 1_725_266_977_000, resolution: 1_000 });
  });

  it('has its own words in errors', async () => {
    const caller = callerFor();
    const role = fake.addRole('Technician');
    await caller.create(ACCOUNT, ...newPerson(role));
    const twice = await failure(caller.create(ACCOUNT, ...newPerson(role)));
    expect([twice.kind, twice.message]).toEqual(['alreadyExists', expect.stringContaining('A user with this username already exists.')]);
    const lacking = await failure(caller.create(ACCOUNT, ...newPerson(role).filter(({ name }) => name !== 'Company')));
    expect([lacking.kind, lacking.message]).toEqual(['invalidAttributeValue', expect.stringContaining('Company')]);
  });

  it('does not get to see a uid that it would take for a user name', async () => {
    fake.addPerson({ UserName: 'ada' });
    expect(await callerFor().get(ACCOUNT, new Uid('ada'))).toBeNull();
    expect(details()).toEqual([]);
  });

  it('says what has been done when a later step fails', async () => {
    const caller = callerFor();
    const role = fake.addRole('Technician');
    const applications = new Attribute('OrgApplications', [new Map<IcfValue, IcfValue>([['ID', 1]])]);
    fake.service.faults.next(fault.serverError(500), { on: 'PATCH' });
    const created = await failure(caller.create(ACCOUNT, ...newPerson(role, applications)));
    const [uid] = [...fake.people.keys()];
    expect(created).toMatchObject({ outcome: 'applied', message: expect.stringContaining(`created with the uid '${uid}'. OrgApplications could not be set`) as string });
    const updated = await failure(caller.update(ACCOUNT, new Uid(uid!), Attribute.of('Title', 'x'), new Attribute('GroupIDs', ['999'])));
    expect(updated).toMatchObject({ outcome: 'applied', message: expect.stringContaining('GroupIDs could not be set') as string });
  });

  it.each([['serviceUri', 'ftp://x'], ['rateLimitShare', '0'], ['rateLimitShare', '5/4'], ['rateLimitShare', 'half'], ['partition', '3/2']])('is not asked under %s %s', async (property, value) => {
    expect((await failure(callerFor({ [property]: value }).test())).message).toContain(property === 'partition' ? 'partition' : property);
  });
});
