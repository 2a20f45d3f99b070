import { Double, Int32, Long, ObjectId, UUID } from 'bson';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, Attribute, IcfArray, Name, OPTION, OperationOptions, type Filter, type Uid } from '../../../protocol/model/index.js';
import { calling, drain } from '../../support/memory-facade.js';
import { failureOf } from '../../support/scripted.js';
import { until } from '../../support/until.js';
import { PLAIN_VALUES, RARE_VALUES, anyDocuments, expectExactFilters } from './any-filter.js';
import { DATABASE, onPeople, person } from './fixture.js';

describe('a search', () => {
  it('finds what a filter means, whatever is stored', async () => {
    const { server, system } = await onPeople();
    for (const document of [...anyDocuments(PLAIN_VALUES), ...anyDocuments(RARE_VALUES, 'r')]) server.storage.insert(DATABASE, 'people', document);
    await expectExactFilters(system, 300);
  });

  it('asks the server for what the filter may mean, not for everything', async () => {
    const { server, system } = await onPeople();
    for (let index = 0; index < 300; index++) server.storage.insert(DATABASE, 'people', { name: `n${index}`, mail: `m${index}@x` });
    const asked: number[] = [];
    const { find } = server.storage;
    server.storage.find = (...given) => {
      const found = find.apply(server.storage, given);
      asked.push(found.length);
      return found;
    };
    for (const filter of [Attribute.of('mail', 'm7@x'), new Name('n7')]) {
      asked.length = 0;
      expect((await system.search({ kind: 'equals', attribute: filter })).items).toHaveLength(1);
      expect(asked.at(-1)).toBe(1);
    }
  });

  it('gives every document once over pages, of every type of _id, from any page on', async () => {
    const { server, system } = await onPeople();
    const ids = ['a', 'b', new Int32(1), Long.fromBigInt(2n ** 60n), new Double(0.5), new ObjectId(), new UUID(), new Date(0), true, { a: 1 }];
    for (const [index, id] of ids.entries()) server.storage.insert(DATABASE, 'people', { _id: id, name: `n${index}` });
    const everything = (await system.search()).items.map(({ uid }) => uid.value);
    expect(new Set(everything).size).toBe(ids.length);
    const paged: string[] = [];
    let cookie: string | null | undefined;
    do {
      const page = await system.search(undefined, { [OPTION.pageSize]: 3, [OPTION.totalPagedResultsPolicy]: 'EXACT', ...(typeof cookie === 'string' ? { [OPTION.pagedResultsCookie]: cookie } : {}) });
      expect(page.end).toMatchObject({ totalPagedResults: ids.length });
      paged.push(...page.items.map(({ uid }) => uid.value));
      cookie = page.end?.pagedResultsCookie;
    } while (typeof cookie === 'string');
    expect(paged).toEqual(everything);
    for (const uid of everything) expect((await system.get(uid))?.uid.value).toBe(uid);
    expect((await system.search(undefined, { [OPTION.pageSize]: 3, [OPTION.pagedResultsOffset]: 8 })).items).toHaveLength(2);
  });

  it('gives every document a filter means once over pages, whatever is deleted and added before the place it is at', async () => {
    const { server, system } = await onPeople();
    const add = (name: string) => server.storage.insert(DATABASE, 'people', { _id: name, name, team: Number(name.slice(1)) % 3 === 0 ? 'a' : 'b' });
    for (let index = 100; index < 160; index++) add(`n${index}`);
    const filter: Filter = { kind: 'not', operand: { kind: 'equals', attribute: Attribute.of('team', 'b') } };
    const seen: string[] = [];
    let cookie: string | null | undefined;
    do {
      const page = await system.search(filter, { [OPTION.pageSize]: 4, ...(typeof cookie === 'string' ? { [OPTION.pagedResultsCookie]: cookie } : {}) });
      seen.push(...page.items.map(({ uid }) => uid.value));
      for (const { uid } of page.items) server.storage.delete(DATABASE, 'people', { _id: uid.value });
      add(`m${seen.length * 3}`);
      cookie = page.end?.pagedResultsCookie;
    } while (typeof cookie === 'string');
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => `n${102 + 3 * index}`));
  });

  it('asks again without the types a server does not know, which is only compatible with MongoDB', async () => {
    const { server, system } = await onPeople();
    for (let index = 0; index < 9; index++) server.storage.insert(DATABASE, 'people', { name: `n${index}`, mail: `m${index}@x` });
    expect((await system.search({ kind: 'presence', name: 'mail' })).items).toHaveLength(9);
    for (const name of ['minKey', 'decimal']) server.failNext({ command: 'find', how: { code: 2, message: `Unknown type name alias: ${name}` } });
    server.failNext({ command: 'find', how: { code: 2, message: 'Unknown type name alias: decimal' } });
    const filter: Filter = { kind: 'endsWith', attribute: Attribute.of('mail', '@x') };
    expect((await failureOf(system.search(filter))).message).toMatch(/alias: decimal/);
    expect((await system.search(filter)).items).toHaveLength(9);
  });

  it('frees its cursor when nobody wants more, and when the caller goes', async () => {
    const { server, system } = await onPeople();
    for (let index = 0; index < 2_000; index++) server.storage.insert(DATABASE, 'people', { name: `n${index}` });
    for (const way of ['return', 'abort']) {
      const abort = new AbortController();
      const results = system.facade.stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none }, calling(abort.signal));
      expect((await results.next()).done).toBe(false);
      expect(server.cursors.count).toBe(1);
      if (way === 'return') await results.return(undefined);
      else {
        abort.abort();
        await results.next().catch(() => undefined);
      }
      await until(() => server.cursors.count === 0, 'the cursor to be closed');
    }
  });

  it.each([['find', 0], ['getMore', 500]])('that waits for an answer to %s leaves neither cursor nor connection waiting when the caller goes', async (command, given) => {
    const { server, system } = await onPeople();
    for (let index = 0; index < 2_000; index++) server.storage.insert(DATABASE, 'people', { name: `n${index}` });
    await system.perform({ kind: 'test' });
    const before = server.connectionCount();
    server.failNext({ command, how: 'hang' });
    const abort = new AbortController();
    const results = system.facade.stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none }, calling(abort.signal));
    for (let taken = 0; taken < given; taken++) await results.next();
    const waiting = failureOf(results.next());
    await until(() => server.commands.at(-1) === command, 'the command to be sent');
    abort.abort();
    await waiting;
    await until(() => server.cursors.count === 0, 'the cursor to be closed');
    if (command === 'find') await until(() => server.connectionCount() < before, 'the connection to be closed');
    expect((await system.search()).items).toHaveLength(2_000);
  });

  it('goes on where it was when the server has forgotten its cursor', async () => {
    const { server, system } = await onPeople();
    for (let index = 0; index < 1_500; index++) server.storage.insert(DATABASE, 'people', { name: `n${index}` });
    const results = system.facade.stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none }, calling());
    const first = await results.next();
    server.cursors.forgetAll();
    const { items } = await drain(results);
    expect(new Set([first.value, ...items].map((object) => (object as { uid: Uid }).uid.value)).size).toBe(1_500);
  });

  it('can be asked again when the server has forgotten its cursor and there is no order to go on in', async () => {
    const { server, system } = await onPeople();
    for (let index = 0; index < 1_500; index++) server.storage.insert(DATABASE, 'people', { name: `n${index}`, mail: 'm' });
    const filter: Filter = { kind: 'equals', attribute: Attribute.of('mail', 'm') };
    const results = system.facade.stream({ kind: 'search', objectClass: ACCOUNT, filter, options: OperationOptions.none }, calling());
    await results.next();
    server.cursors.forgetAll();
    const error = await failureOf(drain(results));
    expect(error).toMatchObject({ kind: 'connectorIo', retryable: true });
  });

  it('gives the attributes asked for', async () => {
    const { system } = await onPeople();
    await system.create(person('ann', { mail: 'a', title: 'b' }));
    const { items } = await system.search(undefined, { [OPTION.attributesToGet]: new IcfArray('String', ['MAIL']) });
    expect(items[0]?.attributes.map(({ name }) => name).sort()).toEqual(['__NAME__', '__UID__', 'mail']);
  });
});
