import { Double, Int32, ObjectId, UUID } from 'bson';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, Attribute, GROUP, GuardedString, IcfDouble, NAME, Name, PASSWORD, Uid, type IcfValue } from '../../../protocol/model/index.js';
import { failureOf } from '../../support/scripted.js';
import type { FakeMongo } from '../../targets/mongo/fake-mongo.js';
import { DATABASE, onPeople, person } from './fixture.js';

const stored = (server: FakeMongo, collection = 'people') => server.documents(DATABASE, collection);
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (_key, item: unknown) => (item instanceof Int32 || item instanceof Double ? item.value : item)));

describe('a document that is refused', () => {
  it('leaves the collection as it was: no name, a name there already, a field that cannot be', async () => {
    const { server, system } = await onPeople();
    await system.create(person('ann'));
    const refused = [
      [person('ann', { mail: 'x' }), 'alreadyExists', /name "ann" already/],
      [person('bob', { $where: '1' }), 'invalidAttributeValue', /\$where/],
      [person('bob', { 'a.b': '1' }), 'invalidAttributeValue', /a\.b/],
      [[new Name('bob'), Attribute.of(PASSWORD, new GuardedString('not-for-documents'))], 'invalidAttributeValue', /no place for __PASSWORD__/],
      [person('bob', { name: 'x' }), 'invalidAttributeValue', /__NAME__/],
      [person(' '), 'invalidAttributeValue', /__NAME__ is missing/],
    ] as const;
    for (const [attributes, kind, message] of refused) {
      const error = await failureOf(system.create([...attributes]));
      expect(error).toMatchObject({ kind });
      expect(error.message).toMatch(message);
    }
    expect(stored(server)).toHaveLength(1);
  });

  it('by a unique index is refused as existing, without the value', async () => {
    const { server, system } = await onPeople();
    server.storage.uniqueIndex(DATABASE, 'people', 'mail');
    await system.create(person('ann', { mail: 'ann@example.com' }));
    const error = await failureOf(system.create(person('bob', { mail: 'ann@example.com' })));
    expect(error).toMatchObject({ kind: 'alreadyExists' });
    expect(`${error.message} ${error.stack ?? ''}`).not.toContain('ann@example.com');
  });

  it('is not created twice by many at once', async () => {
    const { server, system } = await onPeople();
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => system.create(person('ann'))));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(stored(server)).toHaveLength(1);
  });

  it('for an unknown uid is unknown, in every write', async () => {
    const { system } = await onPeople();
    const nobody = new ObjectId().toHexString();
    expect(await system.get(nobody)).toBeNull();
    const writes = [() => system.remove(nobody), () => system.change('REPLACE', nobody, [Attribute.of('mail', 'x')]), () => system.change('REPLACE', nobody, []), () => system.change('ADD', nobody, [Attribute.of('mail', 'x')])];
    for (const write of writes) {
      expect((await failureOf(write())).kind).toBe('unknownUid');
    }
  });

  it.each([
    ['{"$regularExpression":{"pattern":".*","options":""}}'], ['{"$ne":null}'], ['{"$gt":""}'], ['{"$where":"1"}'], ['{"$exists":true}'],
  ])('whose uid is %s is nobody, whatever that means in a query', async (uid) => {
    const { server, system } = await onPeople({ ICFName: '_id' });
    await system.create(person('ann', { mail: 'ann@example.com' }));
    const before = plain(stored(server));
    const writes = [() => system.remove(uid), () => system.change('REPLACE', uid, [Attribute.of('mail', 'x')]), () => system.change('ADD', uid, [Attribute.of('mail', 'x')])];
    for (const write of writes) expect((await failureOf(write())).kind).toBe('unknownUid');
    expect(await system.get(uid)).toBeNull();
    expect(plain(stored(server))).toEqual(before);
  });

  it('renamed to the name of another is refused', async () => {
    const { system } = await onPeople();
    await system.create(person('ann'));
    const bob = await system.create(person('bob'));
    expect((await failureOf(system.change('REPLACE', bob!.value, [new Name('ann')]))).kind).toBe('alreadyExists');
    await system.change('REPLACE', bob!.value, [new Name('bill')]);
    expect((await system.get(bob!.value))?.name.value).toBe('bill');
  });
});

describe('a document as an account', () => {
  it('has its name in the field ICFName says [mongodb 16]', async () => {
    const { server, system } = await onPeople({ ICFName: 'login' });
    const uid = await system.create(person('ann', { mail: 'a@x' }));
    expect(plain(stored(server))).toEqual([{ login: 'ann', mail: 'a@x', _id: uid?.value }]);
    const byDefault = await onPeople();
    await byDefault.system.create(person('ann'));
    expect(stored(byDefault.server)[0]).toHaveProperty('name', 'ann');
  });

  it('may have its name for its _id, which then cannot change', async () => {
    const { server, system } = await onPeople({ ICFName: '_id' });
    expect(await system.create(person('ann'))).toEqual(new Uid('ann'));
    await system.create(person('bob', { mail: 'b' }));
    expect((await failureOf(system.create(person('bob')))).kind).toBe('alreadyExists');
    expect((await failureOf(system.change('REPLACE', 'ann', [new Name('anna')]))).kind).toBe('invalidAttributeValue');
    await system.change('REPLACE', 'ann', [new Name('ann'), Attribute.of('mail', 'm')]);
    expect(plain(stored(server))).toEqual([{ _id: 'ann', mail: 'm' }, { _id: 'bob', mail: 'b' }]);
  });

  it('keeps types, lists, dates and documents within [mongodb 12] [mongodb 13]', async () => {
    const { server, system } = await onPeople({ dateAttributes: ['born'], arrayAttributes: ['tags'] });
    const address = new Map<IcfValue, IcfValue>([['city', 'Paris'], ['geo', [new IcfDouble(1.5)]]]);
    const uid = await system.create(person('ann', { born: '2000-01-02T03:04:05Z', tags: 'x', age: 7, big: 2n ** 60n, address, mails: ['a', 'b'] }));
    const [document] = stored(server);
    expect(document).toMatchObject({ born: new Date('2000-01-02T03:04:05Z'), tags: ['x'], age: new Int32(7), mails: ['a', 'b'] });
    expect(String(document?.['big'])).toBe(String(2n ** 60n));
    const read = await system.get(uid!.value);
    expect(read?.get('born')?.values).toEqual(['2000-01-02T03:04:05Z']);
    expect(read?.get('big')?.values).toEqual([2n ** 60n]);
    expect(read?.get('address')?.values).toEqual([address]);
    expect((await failureOf(system.change('REPLACE', uid!.value, [Attribute.of('born', 'soon')]))).message).toMatch(/dateFormat/);
  });

  it('leaves null and empty lists out, and takes fields away that are cleared [mongodb 14] [mongodb 15]', async () => {
    const { server, system } = await onPeople();
    const uid = await system.create(person('ann', { mail: null, teams: [], title: 'x' }));
    await system.change('REPLACE', uid!.value, [new Attribute('title', null)]);
    expect(Object.keys(stored(server)[0] ?? {}).sort()).toEqual(['_id', 'name']);
    const keeping = await onPeople({ includeNullValue: true, includeEmptyList: true });
    await keeping.system.create(person('ann', { mail: null, teams: [] }));
    expect(stored(keeping.server)[0]).toMatchObject({ mail: null, teams: [] });
  });

  it('is written by the spelling its collection has, whatever the caller\'s', async () => {
    const { server, system } = await onPeople();
    server.storage.insert(DATABASE, 'people', { name: 'old', givenName: 'Otto' });
    const uid = await system.create(person('ann', { GIVENNAME: 'Ann' }));
    await system.change('REPLACE', uid!.value, [Attribute.of('givenname', 'Anna')]);
    expect(stored(server)[1]).toMatchObject({ givenName: 'Anna' });
    expect((await system.search({ kind: 'equals', attribute: Attribute.of('GivenName', 'Anna') })).items).toHaveLength(1);
  });

  it('is a group where the collection is mapped to one', async () => {
    const { server, system } = await onPeople({ arrayAttributes: ['members'] });
    const uid = await system.create([new Name('staff'), Attribute.of('members', 'ann')], GROUP);
    expect((await system.get(uid!.value, GROUP))?.objectClass).toBe(GROUP);
    expect(stored(server, 'teams')).toHaveLength(1);
    expect((await failureOf(system.get('x', 'role'))).message).toMatch(/__ACCOUNT__, __GROUP__/);
  });

  it('that nobody gave a name is called by its uid, and found by it', async () => {
    const { server, system } = await onPeople();
    server.storage.insert(DATABASE, 'people', { _id: new UUID(), mail: 'x' });
    const { items } = await system.search();
    expect(items[0]?.name.value).toBe(items[0]?.uid.value);
    expect((await system.search({ kind: 'equals', attribute: new Name(items[0]!.uid.value) })).items).toHaveLength(1);
  });
});

describe('single values', () => {
  it('are added and removed beside those others add meanwhile', async () => {
    for (const arrays of [['members'], []]) {
      const { server, system } = await onPeople({ arrayAttributes: arrays });
      const uid = (await system.create([new Name('staff')], GROUP))!.value;
      await Promise.all(Array.from({ length: 12 }, (_, index) => system.change('ADD', uid, [Attribute.of('members', `m${index}`)], GROUP)));
      expect((await system.get(uid, GROUP))?.get('members')?.values).toHaveLength(12);
      await system.change('ADD', uid, [Attribute.of('members', 'm1')], GROUP);
      await Promise.all(Array.from({ length: 11 }, (_, index) => system.change('REMOVE', uid, [Attribute.of('members', `m${index}`)], GROUP)));
      expect((await system.get(uid, GROUP))?.get('members')?.values).toEqual(['m11']);
      await system.change('REMOVE', uid, [Attribute.of('members', 'm11', 'unknown')], GROUP);
      expect(stored(server, 'teams')[0]).not.toHaveProperty('members');
    }
  });

  it('are added to a field that holds one value and should hold a list', async () => {
    const { server, system } = await onPeople({ arrayAttributes: ['members'] });
    const { _id: id } = server.storage.insert(DATABASE, 'teams', { name: 'staff', members: 'ann' });
    await system.change('ADD', String(id), [Attribute.of('members', 'bob')], GROUP);
    expect(stored(server, 'teams')[0]).toMatchObject({ members: ['ann', 'bob'] });
  });
});

describe('the schema of documents', () => {
  it('is what the documents look like, with the attributes the configuration names', async () => {
    const { server, system } = await onPeople({ dateAttributes: ['born'], arrayAttributes: ['tags'] });
    server.storage.insert(DATABASE, 'people', { name: 'a', age: new Int32(1), mails: ['x'], mixed: 'x', address: { city: 'Paris' } });
    server.storage.insert(DATABASE, 'people', { name: 'b', mixed: true });
    const schema = await system.perform({ kind: 'schema' });
    const [account, group] = schema?.objectClasses ?? [];
    expect(account?.type).toBe(ACCOUNT);
    expect(group?.attributes.map(({ name }) => name)).toEqual([NAME, 'born', 'tags']);
    const types = Object.fromEntries((account?.attributes ?? []).map(({ name, type, flags }) => [name, [type, ...flags]]));
    expect(types).toEqual({
      [NAME]: ['String', 'REQUIRED'], age: ['Integer'], mails: ['String', 'MULTIVALUED'], mixed: ['String'], address: ['Map'], born: ['String'], tags: ['String', 'MULTIVALUED'],
    });
  });
});
