import { describe, expect, it } from 'vitest';
import { MemoryTarget, memoryConnector, type MemoryOptions } from '../../../support/memory-connector.js';
import { calling, drain, facadeOf } from '../../../support/memory-facade.js';
import { ACCOUNT, Attribute, IcfArray, OPTION, OperationOptions, SortKey, type ConnectorObject, type Filter, type IcfValue, type SearchResult } from '../../../../protocol/model/index.js';

const odd: Filter = { kind: 'equals', attribute: Attribute.of('team', 'odd') };
const uid = (index: number): string => `u${String(index).padStart(5, '0')}`;

function people(count: number): MemoryTarget {
  const target = new MemoryTarget();
  for (let index = 0; index < count; index++) target.add(uid(index), { team: index % 2 === 0 ? 'even' : 'odd', mail: `m${index}@x` });
  return target;
}

interface Mark { readonly cookie: string; readonly given: number }

/** One agent with the target: runs a search and notes the bookmarks, with how many results had been taken. */
function agent(target: MemoryTarget, options: MemoryOptions = {}) {
  const { facade } = facadeOf(memoryConnector(target, options));
  return async (filter: Filter | undefined, entries: Record<string, IcfValue> = {}): Promise<{ items: ConnectorObject[]; end: SearchResult | undefined; marks: Mark[] }> => {
    const items: ConnectorObject[] = [];
    const marks: Mark[] = [];
    const results = facade.stream({ kind: 'search', objectClass: ACCOUNT, filter, options: OperationOptions.of(entries) }, { ...calling(), onBookmark: (cookie) => marks.push({ cookie, given: items.length }) });
    for (;;) {
      const step = await results.next();
      if (step.done === true) return { items, end: step.value, marks };
      items.push(step.value);
    }
  };
}

const uids = (objects: readonly ConnectorObject[]): string[] => objects.map(({ uid: { value } }) => value);
const from = (cookie: string, entries: Record<string, IcfValue> = {}): Record<string, IcfValue> => ({ ...entries, [OPTION.pagedResultsCookie]: cookie });

describe('a search goes on from its bookmarks at another agent', () => {
  it.each<[string, Filter | undefined, Record<string, IcfValue>, MemoryOptions]>([
    ['as a whole', undefined, {}, {}],
    ['with a filter of the facade and attributes to get', odd, { [OPTION.attributesToGet]: new IcfArray('String', ['mail']) }, {}],
    ['behind an offset', undefined, { [OPTION.pagedResultsOffset]: 40 }, {}],
    ['in a page the facade counts', undefined, { [OPTION.pageSize]: 1_300, [OPTION.pagedResultsOffset]: 10 }, {}],
    ['in a page of the target', undefined, { [OPTION.pageSize]: 1_300 }, { native: { paging: true, sorting: true, projection: true } }],
    ['sorted by the target', undefined, { [OPTION.sortKeys]: new IcfArray('SortKey', [new SortKey('mail', false)]) }, { native: { paging: false, sorting: true, projection: false } }],
  ])('%s: nothing is missing or twice, and it ends as it would have', async (_how, filter, entries, options) => {
    const whole = await agent(people(3_000), options)(filter, entries);
    expect(whole.marks.length).toBeGreaterThan(1);
    for (const [index, { cookie, given }] of whole.marks.entries()) {
      const rest = await agent(people(3_000), options)(filter, from(cookie, entries));
      expect(uids(rest.items)).toEqual(uids(whole.items).slice(given));
      expect(rest.end).toEqual(whole.end);
      expect(rest.items.map((object) => object.attributes.length)).toEqual(whole.items.slice(given).map((object) => object.attributes.length));
      // Bookmarks of the rest lead to the same places.
      expect(rest.marks.map((mark) => mark.given + given)).toEqual(whole.marks.slice(index + 1).map((mark) => mark.given));
    }
  });

  it('and the page behind it goes on at its own cookie', async () => {
    const page = { [OPTION.pageSize]: 1_100 };
    const first = await agent(people(1_500))(undefined, page);
    const rest = await agent(people(1_500))(undefined, from(first.marks[0]!.cookie, page));
    const last = await agent(people(1_500))(undefined, from(rest.end!.pagedResultsCookie!, page));
    expect(uids([...first.items.slice(0, first.marks[0]!.given), ...rest.items, ...last.items])).toEqual(Array.from({ length: 1_500 }, (_, index) => uid(index)));
  });

  it('at most one in some hundred results, and none for a small search', async () => {
    expect((await agent(people(10_000))(undefined)).marks.length).toBeLessThanOrEqual(10_000 / 256);
    expect((await agent(people(10_000))(undefined)).marks.length).toBeGreaterThanOrEqual(10_000 / 1_024);
    expect((await agent(people(50))(undefined)).marks).toEqual([]);
  });

  it('a slow search tells one a second', async () => {
    let now = 0;
    const target = people(10);
    const { facade } = facadeOf(memoryConnector(target), {}, { clock: { now: () => now, after: () => () => undefined } });
    target.beforeObject = async () => { now += 600; };
    let marks = 0;
    await drain(facade.stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none }, { ...calling(), onBookmark: () => { marks += 1; } }));
    expect(marks).toBeGreaterThanOrEqual(4);
    expect(marks).toBeLessThanOrEqual(6);
  });
});

describe('a bookmark is refused', () => {
  it.each<[string, (target: MemoryTarget) => void]>([
    ['one of the objects given is gone', (target) => target.remove(uid(100))],
    ['another one has come among them', (target) => { target.add(uid(100), {}); target.remove(uid(101)); }],
    ['there are fewer objects than were given', (target) => { for (let index = 200; index < 3_000; index++) target.remove(uid(index)); }],
  ])('where %s', async (_what, change) => {
    const { marks } = await agent(people(3_000))(undefined);
    const other = people(3_000);
    change(other);
    await expect(agent(other)(undefined, from(marks[0]!.cookie))).rejects.toMatchObject({ kind: 'connectorIo', message: expect.stringContaining('Run it again') as string });
  });

  it('where the target answers in another order', async () => {
    const { marks } = await agent(people(3_000))(undefined);
    const other = new MemoryTarget();
    for (let index = 2_999; index >= 0; index--) other.add(uid(index));
    await expect(agent(other)(undefined, from(marks[0]!.cookie))).rejects.toMatchObject({ kind: 'connectorIo' });
  });

  it('a change behind it does no harm', async () => {
    const { marks } = await agent(people(3_000))(undefined);
    const other = people(3_000);
    other.remove(uid(2_000));
    other.add('v', {});
    const { items } = await agent(other)(undefined, from(marks[0]!.cookie));
    expect(items).toHaveLength(3_000 - marks[0]!.given);
  });

  it.each<[string, Filter | undefined, (cookie: string) => string]>([
    ['of another search', odd, (cookie) => cookie],
    ['that was changed', undefined, (cookie) => `${cookie.slice(0, -6)}${cookie.at(-6) === 'A' ? 'B' : 'A'}${cookie.slice(-5)}`],
    ['that is no cookie', undefined, () => 'x'],
  ])('%s', async (_what, filter, change) => {
    const { marks } = await agent(people(3_000))(undefined);
    await expect(agent(people(3_000))(filter, from(change(marks[0]!.cookie)))).rejects.toMatchObject({ kind: 'invalidAttributeValue' });
  });
});

describe('no bookmark is told', () => {
  it('of what the facade sorts', async () => {
    expect((await agent(people(3_000))(undefined, { [OPTION.sortKeys]: new IcfArray('SortKey', [new SortKey('mail', true)]) })).marks).toEqual([]);
  });

  it('in a page that began at a cookie which is good once', async () => {
    const options: MemoryOptions = { native: { paging: true, sorting: true, projection: true } };
    const first = await agent(people(3_000), options)(undefined, { [OPTION.pageSize]: 1_000 });
    const second = await agent(people(3_000), options)(undefined, from(first.end!.pagedResultsCookie!, { [OPTION.pageSize]: 1_000 }));
    expect([first.marks.length > 0, second.marks.length]).toEqual([true, 0]);
  });

  it('to a caller that does not ask for any', async () => {
    const { facade } = facadeOf(memoryConnector(people(3_000)));
    expect((await drain(facade.stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none }, calling()))).items).toHaveLength(3_000);
  });
});
