import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryTarget, memoryConnector, type MemoryOptions } from '../../../support/memory-connector.js';
import { calling, drain, facadeOf } from '../../../support/memory-facade.js';
import {
  ACCOUNT, Attribute, DEFAULT_RESULTS_HANDLER, IcfArray, OPTION, OperationOptions, SortKey, Uid,
  type ApiConfiguration, type ConnectorObject, type Filter, type IcfValue, type SearchResult,
} from '../../../../protocol/model/index.js';

const strings = (...items: string[]) => new IcfArray('String', items);
const equals = (name: string, ...values: string[]): Filter => ({ kind: 'equals', attribute: new Attribute(name, values) });
const startsWith = (name: string, value: string): Filter => ({ kind: 'startsWith', attribute: Attribute.of(name, value) });
/** A target that can do nothing but `equals`. */
const onlyEquals = (filter: Filter) => (filter.kind === 'equals' ? { native: filter, residual: undefined } : { native: undefined, residual: filter });

function people(count: number): MemoryTarget {
  const target = new MemoryTarget();
  for (let index = 0; index < count; index++) {
    target.add(`u${String(index).padStart(4, '0')}`, { mail: `m${index % 10}@x`, team: index % 2 === 0 ? 'even' : 'odd', rank: count - index });
  }
  return target;
}

function subject(target: MemoryTarget, options: MemoryOptions = {}, changes: Partial<ApiConfiguration> = {}, environment = {}) {
  const { facade, log } = facadeOf(memoryConnector(target, options), changes, environment);
  const search = (filter: Filter | undefined, entries: Record<string, IcfValue> = {}) =>
    drain(facade.stream({ kind: 'search', objectClass: ACCOUNT, filter, options: OperationOptions.of(entries) }, calling()));
  return { facade, log, search, target };
}

const uids = (objects: readonly ConnectorObject[]): string[] => objects.map(({ uid }) => uid.value);
const names = (object: ConnectorObject | undefined): string[] => (object?.attributes ?? []).map(({ name }) => name).sort();

describe('filters', () => {
  it('are applied by the facade where the connector cannot, even with the filtered results handler off', async () => {
    for (const enableFilteredResultsHandler of [true, false]) {
      const { search, target } = subject(people(20), {}, { resultsHandler: { ...DEFAULT_RESULTS_HANDLER, enableFilteredResultsHandler } });
      const { items } = await search(equals('team', 'odd'));
      expect(items).toHaveLength(10);
      expect(items.every((object) => object.get('team')?.single === 'odd')).toBe(true);
      expect(target.searches[0]?.filter).toBeUndefined();
    }
  });

  it('are handed to a connector that can, and not applied again', async () => {
    const { search, target } = subject(people(20), { nativeFilter: onlyEquals });
    await search(equals('mail', 'm3@x'), { [OPTION.attributesToGet]: strings('team') });
    expect(target.searches[0]?.filter).toEqual(equals('mail', 'm3@x'));
    expect(target.produced).toBe(2);
    expect(target.searches[0]?.options.attributesToGet).toEqual(['team']);
  });

  it('see the attributes they need although the caller did not ask for them', async () => {
    const { search, target } = subject(people(20));
    const { items } = await search(equals('team', 'odd'), { [OPTION.attributesToGet]: strings('MAIL') });
    expect(items).toHaveLength(10);
    expect(names(items[0])).toEqual(['__NAME__', '__UID__', 'mail']);
    expect(target.searches[0]?.options.attributesToGet).toEqual(['MAIL', 'team']);
  });

  it('ignore case when the configuration says so', async () => {
    const target = people(4);
    expect((await subject(target).search(startsWith('team', 'ODD'))).items).toHaveLength(0);
    const lenient = subject(target, {}, { resultsHandler: { ...DEFAULT_RESULTS_HANDLER, enableCaseInsensitiveFilter: true } });
    expect((await lenient.search(startsWith('team', 'ODD'))).items).toHaveLength(2);
  });

  it('with an operator nobody knows are refused', async () => {
    const { search } = subject(people(4));
    await expect(search({ kind: 'extendedMatch', operator: 'soundsLike', attribute: Attribute.of('team', 'od') }))
      .rejects.toMatchObject({ kind: 'unsupportedOperation', message: expect.stringContaining('soundsLike') as string });
  });

  it('are explained in the log without their values', async () => {
    const { search, log } = subject(people(4), { nativeFilter: onlyEquals });
    await search({ kind: 'not', operand: startsWith('team', 'topsecret') });
    const line = log.entries.find(({ message }) => message === 'Search planned');
    expect(line?.fields).toMatchObject({ nativeFilter: 'none', facadeFilter: 'not(startsWith team)' });
    expect(JSON.stringify(log.entries)).not.toContain('topsecret');
  });
});

describe('attributes to get', () => {
  it.each([
    [undefined, ['__NAME__', '__UID__', 'mail', 'rank', 'team']],
    [strings(), ['__NAME__', '__UID__']],
    [strings('__UID__'), ['__NAME__', '__UID__']],
    [strings('Mail', 'unknown'), ['__NAME__', '__UID__', 'mail']],
  ])('%s gives %s', async (asked, expected) => {
    const { search, facade } = subject(people(1));
    const entries = asked === undefined ? {} : { [OPTION.attributesToGet]: asked };
    expect(names((await search(undefined, entries)).items[0])).toEqual(expected);
    const got = await facade.perform({ kind: 'get', objectClass: ACCOUNT, uid: new Uid('u0000'), options: OperationOptions.of(entries) }, calling());
    expect(names(got!)).toEqual(expected);
  });

  it('are left to the connector when the handler is off, less what only the filter needed', async () => {
    const { search } = subject(people(2), {}, { resultsHandler: { ...DEFAULT_RESULTS_HANDLER, enableAttributesToGetSearchResultsHandler: false } });
    expect(names((await search(undefined, { [OPTION.attributesToGet]: strings('mail') })).items[0])).toEqual(['__NAME__', '__UID__', 'mail', 'rank', 'team']);
    expect(names((await search(equals('team', 'odd'), { [OPTION.attributesToGet]: strings('mail') })).items[0])).toEqual(['__NAME__', '__UID__', 'mail', 'rank']);
  });
});

/** Reads all pages, from one facade or another of the same configuration each time. */
async function pages(search: (cookie: string | undefined) => Promise<{ items: ConnectorObject[]; end: SearchResult | undefined }>) {
  const read: ConnectorObject[][] = [];
  let cookie: string | undefined;
  do {
    const { items, end } = await search(cookie);
    read.push(items);
    cookie = end?.pagedResultsCookie ?? undefined;
    expect(read.length).toBeLessThan(500);
  } while (cookie !== undefined);
  return read;
}

describe.each<[string, MemoryOptions]>([
  ['counted by the facade', {}],
  ['of the target', { native: { paging: true }, nativeFilter: onlyEquals }],
  ['of a target whose cookies last', { native: { paging: true, lastingCookies: true }, nativeFilter: onlyEquals }],
])('pages %s', (_, options) => {
  it('cover everything once, whatever size, filter and offset, over several agents', async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 15 }), fc.boolean(), fc.integer({ min: 0, max: 5 }), async (count, pageSize, filtered, offset) => {
      const target = people(count);
      const agents = [subject(target, options), subject(target, options)];
      const filter = filtered ? startsWith('team', 'od') : undefined;
      const matching = [...target.objects.keys()].filter((uid) => !filtered || Number(uid.slice(1)) % 2 === 1);
      let turn = 0;
      const read = await pages((cookie) => agents[turn++ % 2]!.search(filter, {
        [OPTION.pageSize]: pageSize, [OPTION.pagedResultsOffset]: cookie === undefined ? offset : 0,
        ...(cookie === undefined ? {} : { [OPTION.pagedResultsCookie]: cookie }),
      }));
      expect(read.flatMap(uids)).toEqual(matching.slice(offset));
      expect(read.every((page) => page.length <= pageSize)).toBe(true);
    }), { numRuns: 60 });
  });

  it('are full although the facade filters', async () => {
    const { search } = subject(people(40), options);
    const read = await pages((cookie) => search(startsWith('team', 'od'), { [OPTION.pageSize]: 6, ...(cookie === undefined ? {} : { [OPTION.pagedResultsCookie]: cookie }) }));
    expect(read.map((page) => page.length)).toEqual([6, 6, 6, 2]);
  });

  it('refuse a cookie of another query, and one that was changed', async () => {
    const { search } = subject(people(20), options);
    const { end } = await search(undefined, { [OPTION.pageSize]: 5 });
    const cookie = end!.pagedResultsCookie!;
    const next = (filter: Filter | undefined, text: string, more = {}) => search(filter, { [OPTION.pageSize]: 5, [OPTION.pagedResultsCookie]: text, ...more });
    expect((await next(undefined, cookie)).items).toHaveLength(5);
    const refused = { kind: 'invalidAttributeValue', message: expect.stringContaining('cookie') as string };
    await expect(next(equals('team', 'odd'), cookie)).rejects.toMatchObject(refused);
    await expect(next(undefined, cookie, { [OPTION.sortKeys]: new IcfArray('SortKey', [new SortKey('mail')]) })).rejects.toMatchObject(refused);
    await expect(next(undefined, `${cookie.slice(0, -1)}${cookie.endsWith('A') ? 'B' : 'A'}`)).rejects.toMatchObject(refused);
    await expect(next(undefined, '10')).rejects.toMatchObject(refused);
    await expect(search(undefined, { [OPTION.pagedResultsCookie]: cookie })).rejects.toMatchObject(refused);
  });

  it('give the exact total on demand and -1 otherwise', async () => {
    const { search } = subject(people(20), options);
    const unknown = await search(undefined, { [OPTION.pageSize]: 6 });
    expect(unknown.end).toMatchObject({ totalPagedResultsPolicy: 'NONE', totalPagedResults: -1, remainingPagedResults: -1 });
    const counted = await search(undefined, { [OPTION.pageSize]: 6, [OPTION.totalPagedResultsPolicy]: 'EXACT' });
    expect(counted.items).toHaveLength(6);
    expect(counted.end).toMatchObject({ totalPagedResultsPolicy: 'EXACT', totalPagedResults: 20 });
  });
});

describe('a filtered page of a target whose cookies last', () => {
  it('loses nobody and repeats nobody, whatever comes and goes between two pages', async () => {
    const change = fc.record({ at: fc.nat({ max: 60 }), kind: fc.constantFrom('remove' as const, 'add' as const) });
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 9 }), fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 20 }), async (count, pageSize, changes) => {
      const target = people(count);
      const { search } = subject(target, { native: { paging: true, lastingCookies: true } });
      const isOdd = (uid: string) => target.objects.get(uid)?.get('team')?.single === 'odd';
      let always = [...target.objects.keys()].filter(isOdd);
      let page = 0;
      const read = await pages((cookie) => {
        for (const { at, kind } of cookie === undefined ? [] : changes[page++] ?? []) {
          const uid = `u${String(at).padStart(4, '0')}`;
          if (kind === 'remove' && target.objects.has(uid)) target.remove(uid);
          else if (kind === 'add' && !target.objects.has(uid)) target.add(uid, { team: at % 2 === 0 ? 'even' : 'odd' });
          always = always.filter((held) => target.objects.has(held));
        }
        return search(startsWith('team', 'od'), { [OPTION.pageSize]: pageSize, ...(cookie === undefined ? {} : { [OPTION.pagedResultsCookie]: cookie }) });
      });
      const given = read.flatMap(uids);
      expect(new Set(given).size).toBe(given.length);
      expect(given).toEqual(expect.arrayContaining(always));
    }), { numRuns: 100 });
  });

  it('is no fuller than it may be although the block it is cut from changes while it is read', async () => {
    const target = people(40);
    const { search } = subject(target, { native: { paging: true, lastingCookies: true } });
    target.beforeObject = async (index) => {
      // What was even, and left out, is odd when the block is read again.
      if (index === 12) for (const uid of ['u0000', 'u0002', 'u0004']) target.put(uid, [Attribute.of('team', 'odd')]);
    };
    const read = await pages((cookie) => search(startsWith('team', 'od'), { [OPTION.pageSize]: 5, ...(cookie === undefined ? {} : { [OPTION.pagedResultsCookie]: cookie }) }));
    expect(Math.max(...read.map((page) => page.length))).toBe(5);
    const odd = [...target.objects.values()].filter((object) => object.get('team')?.single === 'odd');
    expect(read.flatMap(uids)).toEqual(uids(odd));
  });

  it('takes few large native pages, not many small ones', async () => {
    const { search, target } = subject(people(3000), { native: { paging: true, lastingCookies: true } });
    const rare: Filter = { kind: 'lessThan', attribute: Attribute.of('rank', 11) };
    const first = await search(rare, { [OPTION.pageSize]: 4 });
    expect(uids(first.items)).toEqual(['u2990', 'u2991', 'u2992', 'u2993']);
    expect(target.searches.length).toBeLessThan(10);
    const second = await search(rare, { [OPTION.pageSize]: 4, [OPTION.pagedResultsCookie]: first.end!.pagedResultsCookie });
    expect(uids(second.items)).toEqual(['u2994', 'u2995', 'u2996', 'u2997']);
    expect(target.searches.length).toBeLessThan(12);
  });
});

describe('a cookie', () => {
  it('is bound to the connector\'s own options too', async () => {
    const { search } = subject(people(20));
    const { end } = await search(undefined, { [OPTION.pageSize]: 5, searchFilter: '(a=b)' });
    const next = { [OPTION.pageSize]: 5, [OPTION.pagedResultsCookie]: end!.pagedResultsCookie };
    await expect(search(undefined, { ...next, searchFilter: '(a=c)' })).rejects.toMatchObject({ kind: 'invalidAttributeValue' });
    expect((await search(undefined, { ...next, searchFilter: '(a=b)', [OPTION.attributesToGet]: strings('mail') })).items).toHaveLength(5);
  });
});

describe('pages counted by the facade', () => {
  it('lose nobody when objects of an earlier page are deleted in between', async () => {
    const target = people(20);
    const { search } = subject(target);
    const first = await search(undefined, { [OPTION.pageSize]: 8 });
    target.remove('u0002');
    target.remove('u0005');
    const second = await search(undefined, { [OPTION.pageSize]: 8, [OPTION.pagedResultsCookie]: first.end!.pagedResultsCookie });
    expect(uids(second.items)).toEqual(['u0008', 'u0009', 'u0010', 'u0011', 'u0012', 'u0013', 'u0014', 'u0015']);
  });

  it('read one object more than they give', async () => {
    const { search, target } = subject(people(1000));
    await search(undefined, { [OPTION.pageSize]: 10 });
    expect(target.produced).toBe(11);
    expect(target.openSearches).toBe(0);
  });

  it('know what remains with the total', async () => {
    const { search } = subject(people(20));
    const counted = { [OPTION.pageSize]: 6, [OPTION.totalPagedResultsPolicy]: 'EXACT' };
    const first = await search(startsWith('team', 'od'), counted);
    expect(first.end).toMatchObject({ totalPagedResults: 10, remainingPagedResults: 4 });
    const second = await search(startsWith('team', 'od'), { ...counted, [OPTION.pagedResultsCookie]: first.end!.pagedResultsCookie });
    expect(second.end).toMatchObject({ totalPagedResults: 10, remainingPagedResults: 0, pagedResultsCookie: null });
  });
});

describe('sorting', () => {
  const byRank = { [OPTION.sortKeys]: new IcfArray('SortKey', [new SortKey('rank')]) };

  it('is done by the facade where the target cannot, with the key fetched and taken away again', async () => {
    const { search, target } = subject(people(12));
    const { items } = await search(undefined, { ...byRank, [OPTION.attributesToGet]: strings('mail') });
    expect(uids(items)).toEqual([...target.objects.keys()].reverse());
    expect(names(items[0])).toEqual(['__NAME__', '__UID__', 'mail']);
    expect(target.searches[0]?.options.sortKeys).toEqual([]);
  });

  it('is left to a target that can', async () => {
    const { search, target } = subject(people(12), { native: { sorting: true, paging: true } });
    const { items } = await search(undefined, { ...byRank, [OPTION.pageSize]: 5 });
    expect(uids(items)).toEqual(['u0011', 'u0010', 'u0009', 'u0008', 'u0007']);
    expect(target.searches[0]?.options.sortKeys).toEqual([new SortKey('rank')]);
  });

  it('puts objects without the key last, and orders names as people do', async () => {
    const target = new MemoryTarget();
    for (const [uid, sn] of [['1', 'carl'], ['2', undefined], ['3', 'Bob'], ['4', 'adam']] as const) target.add(uid, sn === undefined ? {} : { sn });
    const { search } = subject(target);
    const sorted = (ascending: boolean) => search(undefined, { [OPTION.sortKeys]: new IcfArray('SortKey', [new SortKey('sn', ascending)]) });
    expect(uids((await sorted(true)).items)).toEqual(['4', '3', '1', '2']);
    expect(uids((await sorted(false)).items)).toEqual(['2', '1', '3', '4']);
  });

  it('pages through a sorted result without gap or repetition', async () => {
    const { search, target } = subject(people(33), { native: { paging: true } });
    const byTeam = { [OPTION.sortKeys]: new IcfArray('SortKey', [new SortKey('team', false), new SortKey('mail')]) };
    const read = await pages((cookie) => search(undefined, { ...byTeam, [OPTION.pageSize]: 4, ...(cookie === undefined ? {} : { [OPTION.pagedResultsCookie]: cookie }) }));
    const seen = read.flatMap(uids);
    expect(new Set(seen).size).toBe(33);
    expect(read.flat().map((object) => object.get('team')?.single)).toEqual([...Array<string>(16).fill('odd'), ...Array<string>(17).fill('even')]);
    expect(target.openSearches).toBe(0);
  });

  it('is refused beyond the limit of memory, unless a page needs only the first few', async () => {
    const { search, target } = subject(people(100), {}, {}, { sortLimits: { objects: 50, bytes: 1e9 } });
    await expect(search(undefined, byRank)).rejects.toMatchObject({ kind: 'illegalArgument', message: expect.stringContaining('limit of 50 objects') as string });
    expect(target.openSearches).toBe(0);
    const { items } = await search(undefined, { ...byRank, [OPTION.pageSize]: 3 });
    expect(uids(items)).toEqual(['u0099', 'u0098', 'u0097']);
    const tight = subject(people(100), {}, {}, { sortLimits: { objects: 1e6, bytes: 2000 } });
    await expect(tight.search(undefined, byRank)).rejects.toMatchObject({ kind: 'illegalArgument' });
  });
});

describe('an offset without page size', () => {
  it('skips so many matching objects', async () => {
    const { search } = subject(people(10));
    expect(uids((await search(startsWith('team', 'od'), { [OPTION.pagedResultsOffset]: 2 })).items)).toEqual(['u0005', 'u0007', 'u0009']);
  });
});
