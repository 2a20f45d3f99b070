import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defineRestConnector } from '../../../../connectors/engines/rest/define-rest-connector.js';
import { textAt } from '../../../../connectors/engines/rest/json.js';
import { ACCOUNT, Attribute, ENABLE, GuardedString, IcfArray, Name, OPTION, OperationOptions, PASSWORD, Uid, type IcfValue } from '../../../../protocol/model/index.js';
import { ConnectorCaller, failure, plain } from '../../../support/connector-caller.js';
import { calling } from '../../../support/memory-facade.js';
import { fault } from '../../../targets/rest/faults.js';
import { Library, definition, libraryConnector } from './library.js';

let library: Library;
let caller: ConnectorCaller;
const settings = (): Record<string, IcfValue> => ({ serviceUri: library.service.address, user: 'librarian', secret: new GuardedString('l1brary-w0rd') });
beforeEach(async () => {
  library = await Library.start();
  caller = new ConnectorCaller(libraryConnector, settings());
});
afterEach(async () => {
  await caller.dispose();
  await library.service.stop();
});

const text = (name: string, ...values: IcfValue[]): Attribute => Attribute.of(name, ...values);
const only = (...names: string[]) => ({ [OPTION.attributesToGet]: new IcfArray('String', names) });
const add = (login: string): string => textAt(library.keep({ login, name: { given: login, family: 'Reader' }, state: 'open' }), 'number') ?? '';
const asked = (start: string): number => library.service.seenOf(start).length;

describe('a definition', () => {
  const broken = (change: object) => () => defineRestConnector({ ...definition, objectClasses: { reader: { ...definition.objectClasses['reader'], ...change } } } as typeof definition);
  it.each<[string, object, RegExp]>([
    ['a method nobody has', { read: 'FETCH /readers/{uid}' }, /reader\.read.*FETCH/], ['a variable that is neither the uid nor a property', { delete: 'DELETE /{country}/readers/{uid}' }, /reader\.delete.*country/],
    ['an attribute the list gives and nobody has', { list: { request: 'GET /readers', gives: ['shoe'] } }, /shoe/], ['a uid where none is known', { create: 'POST /readers/{uid}' }, /reader\.create.*uid/],
  ])('is refused with %s', (_, change, message) => {
    expect(broken(change)).toThrow(message);
  });

  it('offers what its classes offer, and leads where its configuration does', () => {
    expect(Object.keys(libraryConnector.operations).sort()).toEqual(['addValues', 'create', 'delete', 'latestSyncToken', 'removeValues', 'schema', 'search', 'sync', 'test', 'update']);
    const given = { serviceUri: 'https://library.example/api', httpProxyHost: 'proxy.example', httpProxyPort: 3128 };
    expect(libraryConnector.targets?.(given as never)).toEqual([{ host: 'library.example', port: 443 }, { host: 'proxy.example', port: 3128 }]);
  });
});

describe('reading', () => {
  it('lists by what the list gives, and reads each object for anything else, in the order of the list', async () => {
    const logins = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    for (const login of logins) add(login);
    expect((await caller.search('reader', undefined, only('__NAME__'))).items.map(({ name }) => name.value)).toEqual(logins);
    expect(asked('GET /api/north/readers/')).toBe(0);
    const { items } = await caller.search('reader');
    expect(items.map((item) => plain(item)['given'])).toEqual(logins);
    expect(asked('GET /api/north/readers/')).toBe(7);
    expect(plain(items[0]!)).toEqual({ __UID__: 'r1', __NAME__: 'a', __ENABLE__: true, given: 'a', family: 'Reader', number: 'r1' });
  });

  it('asks for what further requests tell only where it is wanted', async () => {
    library.loans.set(add('a'), 3);
    expect(plain((await caller.search('reader')).items[0]!)).not.toHaveProperty('loans');
    expect(asked('GET /api/north/readers/r1/loans')).toBe(0);
    expect(plain((await caller.search('reader', undefined, only('loans'))).items[0]!)).toMatchObject({ loans: 3 });
  });

  it('finds by a filter what further requests tell, and gives it to nobody who has not asked for it', async () => {
    for (const [login, loans] of [['a', 3], ['b', 0], ['c', 3]] as const) library.loans.set(add(login), loans);
    const { items } = await caller.search('reader', { kind: 'equals', attribute: text('loans', 3) });
    expect(items.map(({ name }) => name.value)).toEqual(['a', 'c']);
    expect(plain(items[0]!)).not.toHaveProperty('loans');
  });

  it('leaves out what has gone between the list and the reading', async () => {
    for (const login of ['a', 'b', 'c']) add(login);
    library.service.faults.next(fault.answer({ status: 404, body: { message: 'gone' } }), { on: 'GET /api/north/readers/r2' });
    expect((await caller.search('reader')).items.map(({ name }) => name.value)).toEqual(['a', 'c']);
  });

  it('gives pages of any size whatever sizes the service has, everything once', async () => {
    for (let index = 0; index < 11; index++) add(`reader${index}`);
    for (const size of [1, 2, 3, 5, 20]) {
      const found: string[] = [];
      let cookie: string | undefined;
      do {
        const page = await caller.search('reader', undefined, { ...only('__NAME__'), [OPTION.pageSize]: size, ...(cookie === undefined ? {} : { [OPTION.pagedResultsCookie]: cookie }) });
        expect(page.items.length).toBeLessThanOrEqual(size);
        found.push(...page.items.map(({ uid }) => uid.value));
        ({ cookie } = page);
      } while (cookie !== undefined);
      expect(found).toEqual(Array.from({ length: 11 }, (_, index) => `r${index + 1}`));
    }
    const counts = new Set(library.service.seen.flatMap(({ query }) => (query['count'] === undefined ? [] : [Number(query['count'])])));
    expect([...counts].every((count) => count >= 2 && count <= 4)).toBe(true);
    expect((await caller.search('reader', undefined, { ...only('__NAME__'), [OPTION.pageSize]: 3, [OPTION.pagedResultsOffset]: 7 })).items.map(({ uid }) => uid.value)).toEqual(['r8', 'r9', 'r10']);
  });

  it('does not follow a service that gives a page again for ever', async () => {
    for (let index = 0; index < 9; index++) add(`reader${index}`);
    library.service.pages.oddity = 'duplicate';
    expect(await failure(caller.search('reader', undefined, only('__NAME__')))).toMatchObject({ kind: 'connector', message: expect.stringContaining('again and again') as string });
  });

  it('has nothing for an unknown uid, and a class without pages, reading or a name of its own', async () => {
    expect(await caller.get('reader', new Uid('nobody'))).toBeNull();
    expect((await caller.search('shelf')).items.map(plain)).toEqual([{ __UID__: 's1', __NAME__: 's1', place: 'left' }, { __UID__: 's2', __NAME__: 's2' }]);
    expect(plain((await caller.get('shelf', new Uid('s2')))!)).toMatchObject({ __UID__: 's2' });
    expect(await failure(caller.search(ACCOUNT))).toMatchObject({ message: expect.stringContaining('reader, shelf') as string });
  });
});

describe('writing', () => {
  const newReader = (): Promise<Uid> => caller.create(
    'reader', new Name('ann'), text(PASSWORD, new GuardedString('4711')), text(ENABLE, false), text('given', 'Ann'), text('age', 41), text('vip', true), text('tags', 'x', 'y'), text('address', new Map<IcfValue, IcfValue>([['city', 'Bern']])),
  );

  it('sends attributes where the service has them, and shows them again', async () => {
    const uid = await newReader();
    expect(library.service.seenOf('POST /api/north/readers')[0]?.body).toEqual({ reader: { login: 'ann', pin: '4711', state: 'barred', name: { given: 'Ann' }, age: 41, vip: true, tags: ['x', 'y'], address: { city: 'Bern' } } });
    expect(await caller.values('reader', uid)).toEqual({ __UID__: 'r1', __NAME__: 'ann', __ENABLE__: false, given: 'Ann', age: 41, vip: true, tags: ['x', 'y'], address: { city: 'Bern' }, number: 'r1' });
  });

  it('has changed nothing where the whole object cannot be read', async () => {
    const uid = await newReader();
    library.service.faults.always(fault.serverError(500));
    expect(await failure(caller.update('reader', uid, text('family', 'Lee')))).toMatchObject({ kind: 'connectorIo', outcome: 'notApplied' });
  });

  it('replaces whole objects without losing what does not change, and without what the service does not take back', async () => {
    const uid = await newReader();
    library.readers.set('r1', { ...library.readers.get('r1'), note: 'ours alone' });
    await caller.update('reader', uid, text('family', 'Lee'), new Attribute('age', null), new Attribute('tags', null));
    expect(library.readers.get('r1')).toMatchObject({ login: 'ann', name: { given: 'Ann', family: 'Lee' }, age: null, tags: [], note: 'ours alone', state: 'barred' });
  });

  it('adds and removes single values', async () => {
    const uid = await newReader();
    const change = (updateType: 'ADD' | 'REMOVE', value: string) => caller.facade.perform({ kind: 'update', updateType, objectClass: 'reader', uid, attributes: [text('tags', value)], options: OperationOptions.none }, calling());
    await change('ADD', 'z');
    expect((await caller.values('reader', uid))['tags']).toEqual(['x', 'y', 'z']);
    await change('REMOVE', 'x');
    expect((await caller.values('reader', uid))['tags']).toEqual(['y', 'z']);
  });

  it.each<[string, Attribute[], RegExp]>([
    ['an attribute there is not', [new Name('a'), text('shoe', '44')], /shoe/], ['two values of one that has one', [new Name('a'), text('given', 'A', 'B')], /given/], ['no number', [new Name('a'), text('age', 'old')], /age/],
    ['what the service decides', [new Name('a'), text('number', '7')], /number/], ['no name', [text('given', 'A')], /__NAME__/],
  ])('refuses %s before anything is sent', async (_, attributes, message) => {
    expect(await failure(caller.create('reader', ...attributes))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied', message: expect.stringMatching(message) as string });
    expect(asked('POST /')).toBe(0);
  });

  it('says what became of a write: refused, unknown, or not possible at all', async () => {
    const uid = await newReader();
    expect(await failure(newReader())).toMatchObject({ kind: 'alreadyExists', outcome: 'notApplied', message: expect.stringContaining('this login is taken') as string });
    library.service.faults.next(fault.serverError(500), { on: 'POST /api/north/readers' });
    expect(await failure(caller.create('reader', new Name('bob')))).toMatchObject({ kind: 'connectorIo', outcome: 'unknown' });
    library.service.faults.next(fault.resetAfter(), { on: 'DELETE /api/north/readers' });
    expect(await failure(caller.remove('reader', uid))).toMatchObject({ outcome: 'unknown' });
    expect(await failure(caller.remove('reader', uid))).toMatchObject({ kind: 'unknownUid' });
    expect(await failure(caller.create('shelf', new Name('s3')))).toMatchObject({ kind: 'unsupportedOperation', outcome: 'notApplied' });
  });

  it('knows the uid of a new object by the answer, or says that it exists without one', async () => {
    library.service.faults.next(fault.answer({ status: 201, body: { reader: {} } }), { on: 'POST /api/north/readers' });
    expect(await failure(caller.create('reader', new Name('bob')))).toMatchObject({ kind: 'connector', outcome: 'applied' });
  });
});

describe('sync by the time of modification', () => {
  const ago = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString();

  it('tells everything first, then what has changed since, once, and nothing that may still be joined by others', async () => {
    for (const [index, login] of ['a', 'b', 'c', 'd'].entries()) library.keep({ login }, ago(100 - index));
    const first = await caller.sync('reader', null);
    expect(first.items.map(({ uid }) => uid.value)).toEqual(['r1', 'r2', 'r3', 'r4']);
    expect((await caller.sync('reader', first.end!)).items).toEqual([]);
    library.keep({ number: 'r2', login: 'b' }, ago(0));
    expect((await caller.sync('reader', first.end!)).items).toEqual([]);
  });

  it('goes on behind the last time that was told whole, when a run is broken off', async () => {
    const [early, late] = [ago(60), ago(50)];
    library.keep({ login: 'a' }, early);
    library.keep({ login: 'b' }, late);
    library.keep({ login: 'c' }, late);
    const { items } = await caller.sync('reader', null);
    expect(items.map(({ uid }) => uid.value)).toEqual(['r1', 'r2', 'r3']);
    const again = async (token: (typeof items)[number]['token']) => (await caller.sync('reader', token)).items.map(({ uid }) => uid.value);
    expect(await again(items[0]!.token)).toEqual(['r1', 'r2', 'r3']);
    expect(await again(items[1]!.token)).toEqual(['r2', 'r3']);
    expect(await again(items[2]!.token)).toEqual(['r2', 'r3']);
  });

  it('starts from now where nobody has a token, and is refused for a class that has no such times', async () => {
    library.keep({ login: 'a' }, ago(10));
    const token = await caller.facade.perform({ kind: 'latestSyncToken', objectClass: 'reader' }, calling());
    expect((await caller.sync('reader', token)).items).toEqual([]);
    expect(await failure(caller.sync('shelf', null))).toMatchObject({ kind: 'unsupportedOperation' });
  });
});
