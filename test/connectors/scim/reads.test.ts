import { afterEach, describe, expect, it } from 'vitest';
import scim from '../../../connectors/catalog/scim/index.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, IcfArray, Name, OPTION, OperationOptions, Uid, type Filter, type IcfValue, type Schema } from '../../../protocol/model/index.js';
import { ConnectorCaller, failure } from '../../support/connector-caller.js';
import { calling } from '../../support/memory-facade.js';
import { fault } from '../../targets/rest/faults.js';
import { startScimServer } from '../../targets/scim-server.js';
import { FakeScim } from './fake.js';
import { PAY } from './schemas-of-fake.js';
import { callerFor, map } from './system.js';

const ended: (() => Promise<unknown>)[] = [];
afterEach(async () => { for (const end of ended.splice(0).reverse()) await end(); });

async function start(settings: Parameters<typeof FakeScim.start>[0], changes: Readonly<Record<string, IcfValue>> = {}): Promise<{ fake: FakeScim; caller: ConnectorCaller }> {
  const fake = await FakeScim.start(settings);
  const caller = callerFor(fake, changes);
  ended.push(() => fake.service.stop(), () => caller.dispose());
  return { fake, caller };
}

const schemaOf = async ({ facade }: ConnectorCaller): Promise<Schema> => (await facade.perform({ kind: 'schema' }, calling()))!;
const on = (kind: 'equals' | 'startsWith' | 'contains' | 'endsWith' | 'greaterThan', name: string, value: string): Filter => ({ kind, attribute: Attribute.of(name, value) });
const both = (...operands: Filter[]): Filter => ({ kind: 'and', operands });

describe('the schema', () => {
  it('[scim 7, 21] has accounts and groups with what the standard has, without asking the service', async () => {
    for (const version of [1, 2] as const) {
      const { fake, caller } = await start({ version });
      const { objectClasses } = await schemaOf(caller);
      expect(objectClasses.map(({ type }) => type)).toEqual([ACCOUNT, GROUP]);
      const [users, groups] = objectClasses.map(({ attributes }) => attributes.map(({ name }) => name));
      expect(users).toEqual(expect.arrayContaining(['__NAME__', '__PASSWORD__', '__ENABLE__', 'userName', 'name', 'emails', 'addresses', 'groups', 'employeeNumber', 'manager', 'meta']));
      expect(groups).toEqual(expect.arrayContaining(['__NAME__', 'displayName', 'members', 'externalId']));
      expect(fake.service.seen).toEqual([]);
    }
  });

  it('[scim 22] is the service\'s own where that is asked for, with object classes of its own', async () => {
    const { fake, caller } = await start({ version: 2 }, { readSchema: true });
    const { objectClasses } = await schemaOf(caller);
    const flagsOf = (type: string): Record<string, string> => Object.fromEntries(objectClasses.find((one) => one.type === type)!.attributes.map(({ name, type: of, flags }) => [name, [of, ...flags].join(' ')]));
    expect(objectClasses.map(({ type }) => type)).toEqual([ACCOUNT, GROUP, 'Device']);
    expect(flagsOf(ACCOUNT)).toMatchObject({
      __NAME__: 'String', userName: 'String', active: 'Boolean', emails: 'Map MULTIVALUED', __PASSWORD__: expect.stringContaining('GuardedString') as string,
      grade: 'Integer', rate: 'Double', badge: 'String NOT_UPDATEABLE', [`${PAY}:title`]: 'String',
    });
    expect(flagsOf('Device')).toMatchObject({ __NAME__: 'String', serial: 'String REQUIRED', tags: 'String MULTIVALUED' });
    const uid = await caller.create('Device', new Name('printer'), Attribute.of('serial', 'x1'), Attribute.of('tags', 'a', 'b'));
    expect(await caller.values('Device', uid)).toMatchObject({ name: 'printer', serial: 'x1', tags: ['a', 'b'] });
    expect((await caller.search('Device', on('equals', 'serial', 'x1'))).items).toHaveLength(1);
    expect(fake.service.seenOf('GET /scim/Devices').map(({ query }) => query['filter']).at(-1)).toBe('serial eq "x1"');
    const user = await caller.create(ACCOUNT, new Name('bjensen'), Attribute.of('grade', 7), Attribute.of(`${PAY}:title`, 'Dr'), Attribute.of('title', 'Guide'));
    expect(fake.users.get(user.value)).toMatchObject({ title: 'Guide', [PAY]: { grade: 7, title: 'Dr' } });
    await caller.update(ACCOUNT, user, Attribute.of('grade', 8));
    expect(await caller.values(ACCOUNT, user)).toMatchObject({ grade: 8, [`${PAY}:title`]: 'Dr' });
    expect((await caller.search(ACCOUNT, { kind: 'and', operands: [on('equals', `${PAY}:title`, 'Dr'), on('equals', 'title', 'Guide')] })).items).toHaveLength(1);
    expect(fake.service.seenOf('GET /scim/Users').at(-1)?.query['filter']).toBe(`(${PAY}:title eq "Dr") and (title eq "Guide")`);
    expect((await caller.search(ACCOUNT, on('equals', 'grade', '8'))).items).toHaveLength(0);
    expect(fake.service.seenOf('GET /scim/Users').at(-1)?.query['filter']).toBeUndefined();
    expect((await failure(caller.create('Device', new Name('other')))).message).toContain('serial');
    const builtIn = callerFor(fake);
    ended.push(() => builtIn.dispose());
    expect((await failure(builtIn.search('Device'))).message).toContain('no object class Device');
  });

  it('[scim 22] of a SCIM 1.1 service names the extension of an attribute', async () => {
    const { fake, caller } = await start({ version: 1 }, { readSchema: true });
    const user = await caller.create(ACCOUNT, new Name('bjensen'), Attribute.of('shoeSize', 42));
    expect(fake.users.get(user.value)).toMatchObject({ userName: 'bjensen', schemas: ['urn:scim:schemas:core:1.0', 'urn:example:extension:1.0'], 'urn:example:extension:1.0': { shoeSize: 42 } });
    expect(await caller.values(ACCOUNT, user)).toMatchObject({ shoeSize: 42 });
  });

  it('that cannot be read says what to do', async () => {
    const { fake, caller } = await start({ version: 2 }, { readSchema: true });
    fake.service.faults.next(fault.answer({ body: {} }), { on: 'GET /scim/Schemas' });
    expect((await failure(schemaOf(caller))).message).toContain('readSchema');
  });
});

describe('a search', () => {
  it('asks for what the service can tell, and looks for the rest itself', async () => {
    const { fake, caller } = await start({ version: 2 });
    for (const [name, title] of [['ann', 'Guide'], ['bob', 'guide'], ['cy', 'Cook "le chef"']] as const) await caller.create(ACCOUNT, new Name(name), Attribute.of('title', title));
    const found = async (filter: Filter): Promise<unknown> => {
      fake.service.seen.length = 0;
      const { items } = await caller.search(ACCOUNT, filter);
      return [items.map(({ name }) => name.value), fake.service.seenOf('GET /scim/Users')[0]?.query['filter']];
    };
    expect(await found(on('equals', 'title', 'Guide'))).toEqual([['ann'], 'title eq "Guide"']);
    expect(await found(both(on('startsWith', '__NAME__', 'b'), on('contains', 'TITLE', 'ui')))).toEqual([['bob'], '(userName sw "b") and (title co "ui")']);
    expect(await found({ kind: 'or', operands: [on('equals', '__NAME__', 'ann'), on('equals', 'userName', 'cy')] })).toEqual([['ann', 'cy'], '(userName eq "ann") or (userName eq "cy")']);
    for (const filter of [on('contains', 'title', '"le'), on('endsWith', 'title', 'chef"'), { kind: 'not', operand: on('contains', 'title', 'uide') } as Filter]) expect(await found(filter)).toEqual([['cy'], undefined]);
  });

  it('takes as many as the service gives at a time, and none where there are none', async () => {
    const { fake, caller } = await start({ version: 1 });
    expect((await caller.search(ACCOUNT)).items).toEqual([]);
    for (let index = 0; index < 120; index++) fake.users.set(`u${index}`, { id: `u${index}`, userName: `user${index}`, meta: {} });
    fake.service.seen.length = 0;
    expect((await caller.search(ACCOUNT)).items).toHaveLength(120);
    expect(fake.service.seen.map(({ query }) => [query['startIndex'], query['count']])).toEqual([['1', '100'], ['51', '100'], ['101', '100']]);
  });

  it('leaves out large values nobody wants, where the version can', async () => {
    for (const version of [1, 2] as const) {
      const { fake, caller } = await start({ version });
      const uid = await caller.create(GROUP, new Name('g'), Attribute.of('members', map({ value: 'u1' })));
      fake.service.seen.length = 0;
      const only = { [OPTION.attributesToGet]: new IcfArray('String', ['displayName']) };
      await caller.get(GROUP, uid, OperationOptions.of(only));
      await caller.search(GROUP, undefined, only);
      await caller.search(GROUP);
      expect(fake.service.seen.map(({ query }) => query['excludedAttributes'])).toEqual(version === 2 ? ['members', 'members', undefined] : [undefined, undefined, undefined]);
    }
  });

  it('survives what services do: a duplicate page is noticed, an empty last one is not', async () => {
    const { fake, caller } = await start({ version: 2 });
    for (let index = 0; index < 60; index++) fake.users.set(`u${index}`, { id: `u${index}`, userName: `user${index}`, meta: {} });
    fake.service.pages.oddity = 'duplicate';
    expect((await failure(caller.search(ACCOUNT))).message).toContain('again and again');
    fake.service.pages.oddity = undefined;
    fake.service.faults.next(fault.answer({ body: { totalResults: 61, startIndex: 61, itemsPerPage: 0 } }), { on: ({ query }) => query.get('startIndex') === '61' });
    fake.service.faults.next(fault.answer({ body: { totalResults: 61, startIndex: 51, Resources: [...fake.users.values()].slice(50) } }), { on: ({ query }) => query.get('startIndex') === '51' });
    expect((await caller.search(ACCOUNT)).items).toHaveLength(60);
  });

  it('fails clearly where the service does', async () => {
    const { fake, caller } = await start({ version: 2 });
    await caller.create(ACCOUNT, new Name('ann'));
    for (const [trouble, kind, message] of [
      [fault.loginPage(), 'connector', /text\/html/], [fault.truncatedJson(), 'connectorIo', /./], [fault.serverError(500), 'connectorIo', /500/], [fault.forbidden({ detail: 'no right to users' }), 'permissionDenied', /no right to users/],
      [fault.answer({ status: 501, body: {} }), 'unsupportedOperation', /501/], [fault.tooMany(3600), 'retryable', /3600 seconds/],
    ] as const) {
      fake.service.faults.next(trouble, { on: 'GET /scim/Users' });
      const error = await failure(caller.search(ACCOUNT));
      expect([error.kind, error.message]).toEqual([expect.stringMatching(kind), expect.stringMatching(message)]);
      fake.service.faults.clear();
    }
  });

  it('gets a new token where the old one has ended', async () => {
    const { fake, caller } = await start({ version: 2 });
    const uid = await caller.create(ACCOUNT, new Name('ann'));
    fake.service.tokens.expireAll();
    expect(await caller.get(ACCOUNT, uid)).not.toBeNull();
    expect(fake.service.tokens.issued).toBe(2);
  });
});

describe('a sync', () => {
  it('tells what changed since, by the time of the last change', async () => {
    const { fake, caller } = await start({ version: 2 });
    const at = (hour: number): string => `2020-01-01T${String(hour).padStart(2, '0')}:00:00.000Z`;
    for (const hour of [1, 2, 3]) fake.users.set(`u${hour}`, { id: `u${hour}`, userName: `user${hour}`, meta: { lastModified: at(hour) } });
    const all = await caller.sync(ACCOUNT, null);
    expect(all.items.map(({ uid }) => uid.value)).toEqual(['u1', 'u2', 'u3']);
    const since = await caller.sync(ACCOUNT, { value: at(2) });
    expect(since.items.map(({ kind, uid }) => [kind, uid.value])).toEqual([['CREATE_OR_UPDATE', 'u3']]);
    expect(fake.service.seen.at(-1)!.query['filter']).toMatch(/^meta\.lastModified gt "2020-01-01T02:00:00\.000Z" and meta\.lastModified le "20/);
    expect((await caller.sync(ACCOUNT, all.end!)).items).toEqual([]);
  });

  it('works with another\'s SCIM server', async () => {
    const server = await startScimServer();
    const caller = new ConnectorCaller(scim, { SCIMEndpoint: server.address, SCIMVersion: 2, authenticationMethod: 'TOKEN', authToken: new GuardedString(server.token) });
    ended.push(() => server.stop(), () => caller.dispose());
    const uid = await caller.create(ACCOUNT, new Name('bjensen@example.com'), Attribute.of('title', 'Guide'));
    const stored = server.users.get(uid.value) as unknown as { meta: { lastModified: Date } };
    stored.meta.lastModified = new Date('2020-01-01T01:00:00Z');
    expect((await caller.sync(ACCOUNT, { value: '2020-01-01T00:00:00.000Z' })).items.map((change) => change.uid.value)).toEqual([uid.value]);
    expect((await caller.sync(ACCOUNT, { value: '2020-01-01T02:00:00.000Z' })).items).toEqual([]);
    expect(await caller.get(ACCOUNT, new Uid('nobody'))).toBeNull();
    const group = await caller.create(GROUP, new Name('Guides'));
    const change = (updateType: 'ADD' | 'REMOVE', ...ids: string[]) => caller.facade.perform({ kind: 'update', updateType, objectClass: GROUP, uid: group, attributes: [new Attribute('members', ids)], options: OperationOptions.none }, calling());
    await change('ADD', uid.value, 'another');
    await change('REMOVE', 'another');
    expect(server.groups.get(group.value)!['members']).toMatchObject([{ value: uid.value }]);
    const readingSchema = new ConnectorCaller(scim, { SCIMEndpoint: server.address, SCIMVersion: 2, authenticationMethod: 'TOKEN', authToken: new GuardedString(server.token), readSchema: true });
    ended.push(() => readingSchema.dispose());
    expect((await schemaOf(readingSchema)).objectClasses.map(({ type }) => type)).toEqual(expect.arrayContaining([ACCOUNT, GROUP]));
    await readingSchema.update(ACCOUNT, uid, Attribute.of('title', 'Chief'));
    expect(await readingSchema.values(ACCOUNT, uid)).toMatchObject({ title: 'Chief', __NAME__: 'bjensen@example.com' });
  });
});
