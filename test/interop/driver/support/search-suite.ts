import { describe, expect, it } from 'vitest';
import type { JavaSearchResult, JavaStreamControl } from '../../support/java-driver-types.js';
import type { JavaFacade } from '../../support/java-facade.js';
import { valuesOf, type JavaFilter, type JavaObject, type JavaOptions } from '../../support/java-values.js';
import { failureOf, JAVA_CLASS } from './failure-of.js';
import { FILTER_CASES, deepFilter, type Names } from './filter-cases.js';
import { PEOPLE, type Person } from './people.js';
import type { Proof } from './proven.js';

const ACCOUNT = '__ACCOUNT__';

export interface SearchedConnector {
  readonly proven: Proof;
  readonly names: Names;
  /** Compares as a directory does. */
  readonly isDirectory: boolean;
  /** The `uid` of the person an object stands for. */
  idOf(object: JavaObject): string;
  /** What the connector calls it. */
  readonly idAttribute: string;
  facade(): JavaFacade;
}

const expected = (matches: (person: Person) => boolean): string[] => PEOPLE.filter(matches).map(({ uid }) => uid);

/** Searches over the people: all filters, pages, orders, attributes and options. */
export function describeSearches(connector: SearchedConnector): void {
  const { proven, names, idOf } = connector;
  const search = (filter: JavaFilter | null = null, options: JavaOptions = {}, more: JavaStreamControl = {}): Promise<JavaSearchResult> => connector.facade().search(ACCOUNT, filter, { options, ...more });
  const idsOf = ({ objects }: JavaSearchResult): string[] => objects.map(idOf);

  describe('filters', () => {
    it.each(FILTER_CASES)('$title', ({ filter, matches, inDirectory }) => proven('search', async () => {
      const found = idsOf(await search(filter(names)));
      expect([...found].sort()).toEqual(expected(connector.isDirectory ? inDirectory ?? matches : matches).sort());
    }));

    it('none: everybody, once each', () => proven('search', async () => {
      const result = await search();
      expect(idsOf(result).sort()).toEqual(expected(() => true).sort());
      expect(result).toMatchObject({ ended: 'complete', count: PEOPLE.length });
    }));

    it('thirty levels deep', () => proven('search', async () => {
      expect(idsOf(await search(deepFilter(names.mail, 30)))).toEqual(['lars']);
    }));

    it('more levels than the agent takes: refused with the reason, and the next search goes well', async () => {
      const failure = await failureOf(search(deepFilter(names.mail, 200)));
      expect(failure.message).toMatch(/deep/);
      expect(idsOf(await search({ type: 'equals', attribute: names.mail, values: ['lars@example.com'] }))).toEqual(['lars']);
    });
  });

  describePages(connector, search, idsOf);
  describeOrder(connector, search, idsOf);
  describeOptions(connector, search, idsOf);
}

type Search = (filter?: JavaFilter | null, options?: JavaOptions, more?: JavaStreamControl) => Promise<JavaSearchResult>;
type IdsOf = (result: JavaSearchResult) => string[];

/** All pages by their cookies. */
async function pagesOf(search: Search, filter: JavaFilter | null, options: JavaOptions): Promise<JavaSearchResult[]> {
  const pages = [await search(filter, options)];
  for (let cookie = pages[0]!.result?.pagedResultsCookie; cookie !== null && cookie !== undefined && pages.length < 100; cookie = pages.at(-1)!.result?.pagedResultsCookie) {
    pages.push(await search(filter, { ...options, pagedResultsCookie: cookie }));
  }
  return pages;
}

function describePages({ proven, names }: SearchedConnector, search: Search, idsOf: IdsOf): void {
  describe('pages', () => {
    it('by cookie: full pages, then the rest; everybody once; -1 for what was not counted', () => proven('search-paged', async () => {
      const pages = await pagesOf(search, null, { pageSize: 5 });
      expect(pages.map(({ count }) => count)).toEqual([5, 5, 2]);
      expect(pages.flatMap(idsOf).sort()).toEqual(expected(() => true).sort());
      for (const { result } of pages) expect(result).toMatchObject({ totalPagedResultsPolicy: 'NONE', totalPagedResults: -1, remainingPagedResults: -1 });
      expect(pages.at(-1)?.result?.pagedResultsCookie).toBeNull();
    }));

    it('by cookie with a filter', () => proven('search-paged', async () => {
      const pages = await pagesOf(search, { type: 'endsWith', attribute: names.mail, value: '.com' }, { pageSize: 4 });
      expect(pages.map(({ count }) => count)).toEqual([4, 4, 1]);
      expect(pages.flatMap(idsOf).sort()).toEqual(expected(({ mail }) => mail?.endsWith('.com') === true).sort());
    }));

    it('by cookie with a filter and sort keys: the order goes on from page to page', () => proven('search-paged', async () => {
      const pages = await pagesOf(search, { type: 'presence', attribute: names.mail }, { pageSize: 3, sortKeys: [{ field: names.badge, ascending: false }, { field: names.mail, ascending: true }] });
      const inOrder = PEOPLE.filter(({ mail }) => mail !== undefined).sort((a, b) => b.badge.localeCompare(a.badge) || a.mail!.localeCompare(b.mail!));
      expect(pages.flatMap(idsOf)).toEqual(inOrder.map(({ uid }) => uid));
    }));

    it('by offset', () => proven('search-paged', async () => {
      const order = { sortKeys: [{ field: names.mail, ascending: true }] };
      const all = idsOf(await search({ type: 'presence', attribute: names.mail }, order));
      expect(idsOf(await search({ type: 'presence', attribute: names.mail }, { ...order, pageSize: 4, pagedResultsOffset: 5 }))).toEqual(all.slice(5, 9));
      expect(idsOf(await search({ type: 'presence', attribute: names.mail }, { ...order, pagedResultsOffset: 9 }))).toEqual(all.slice(9));
      expect(idsOf(await search(null, { pageSize: 4, pagedResultsOffset: 100 }))).toEqual([]);
    }));

    it('a page of exactly, and of more than, everybody has no next one', () => proven('search-paged', async () => {
      for (const pageSize of [PEOPLE.length, 1000]) {
        const pages = await pagesOf(search, null, { pageSize });
        expect(pages.flatMap(idsOf)).toHaveLength(PEOPLE.length);
      }
    }));

    it('a cookie nobody gave out, and one of another search, are refused', async () => {
      const refusals: readonly string[] = [JAVA_CLASS.illegalArgument, JAVA_CLASS.invalidAttributeValue];
      expect(refusals).toContain((await failureOf(search(null, { pageSize: 5, pagedResultsCookie: 'made-up' }))).javaClass);
      const cookie = (await search({ type: 'presence', attribute: names.mail }, { pageSize: 5 })).result?.pagedResultsCookie;
      expect(cookie).toEqual(expect.any(String));
      expect(refusals).toContain((await failureOf(search(null, { pageSize: 5, pagedResultsCookie: cookie! }))).javaClass);
    });
  });
}

function describeOrder({ proven, names }: SearchedConnector, search: Search, idsOf: IdsOf): void {
  const withMail: JavaFilter = { type: 'presence', attribute: names.mail };
  const byMail = PEOPLE.filter(({ mail }) => mail !== undefined).sort((a, b) => (a.mail! < b.mail! ? -1 : 1)).map(({ uid }) => uid);

  describe('order', () => {
    it('ascending and descending', () => proven('search-sorted', async () => {
      expect(idsOf(await search(withMail, { sortKeys: [{ field: names.mail, ascending: true }] }))).toEqual(byMail);
      expect(idsOf(await search(withMail, { sortKeys: [{ field: names.mail, ascending: false }] }))).toEqual([...byMail].reverse());
    }));

    it('by two keys of different directions', () => proven('search-sorted', async () => {
      const sorted = PEOPLE.filter(({ mail }) => mail !== undefined).sort((a, b) => a.badge.localeCompare(b.badge) || b.mail!.localeCompare(a.mail!)).map(({ uid }) => uid);
      expect(idsOf(await search(withMail, { sortKeys: [{ field: names.badge, ascending: true }, { field: names.mail, ascending: false }] }))).toEqual(sorted);
    }));

    it('by an attribute that was not asked for, which is not returned', () => proven('search-sorted', async () => {
      const result = await search(withMail, { sortKeys: [{ field: names.mail, ascending: true }], attributesToGet: [names.badge] });
      expect(result.objects.map((object) => valuesOf(object, names.badge)?.[0])).toEqual(byMail.map((uid) => PEOPLE.find((person) => person.uid === uid)!.badge));
      for (const object of result.objects) expect(object.attributes.map(({ name }) => name)).toEqual([names.badge]);
    }));
  });
}

function describeOptions({ proven, names, idOf, isDirectory }: SearchedConnector, search: Search, idsOf: IdsOf): void {
  describe('options', () => {
    it('attributes to get: just those, in any case; those an object lacks are absent, or empty as the Java LDAP connector gives them', () => proven('search', async () => {
      const { objects } = await search(null, { attributesToGet: [names.mail.toUpperCase(), names.city, 'shoeSize'] });
      const given = (value: string | undefined): readonly string[] | undefined => (value === undefined ? isDirectory ? [] : undefined : [value]);
      for (const person of PEOPLE) {
        const object = objects.find((one) => idOf(one) === person.uid)!;
        const held = new Map(object.attributes.map(({ name, values }) => [name.toLowerCase(), values]));
        expect([held.get(names.mail), held.get(names.city), held.get('shoesize')], person.uid).toEqual([given(person.mail), given(person.city), given(undefined)]);
        expect(held.size).toBeLessThanOrEqual(3);
      }
    }));

    it('attributes to get without the attribute of the filter', () => proven('search', async () => {
      const { objects } = await search({ type: 'startsWith', attribute: names.mail, value: 'k' }, { attributesToGet: [names.city] });
      expect(objects.map((object) => object.attributes)).toEqual([[{ name: names.city, values: ['Köln'] }]]);
    }));

    it('an empty list of attributes to get: identifiers only', () => proven('search', async () => {
      // So does the Java LDAP connector; the Java CSV connector returns everything, because the framework takes an empty list for none.
      const { objects } = await search({ type: 'equals', attribute: names.badge, values: ['999'] }, { attributesToGet: [] });
      expect(objects.map((object) => ({ id: idOf(object), attributes: object.attributes }))).toEqual([{ id: 'grace', attributes: [] }]);
    }));

    it('options nobody knows, of every type an option can have, do no harm', () => proven('search', async () => {
      const custom = {
        text: 'x', number: { type: 'Integer', value: '5' }, long: { type: 'Long', value: '5000000000' }, flag: { type: 'Boolean', value: true }, double: { type: 'Double', value: '0.5' },
        list: { type: 'Array', component: 'String', items: ['a', 'b'] }, secret: { type: 'GuardedString', value: 'hidden' }, file: { type: 'File', value: '/tmp/x' }, uri: { type: 'URI', value: 'urn:x' },
      } as const;
      expect(idsOf(await search({ type: 'equals', attribute: names.badge, values: ['999'] }, { custom }))).toEqual(['grace']);
    }));

    it('the handler says stop: it sees no object more', () => proven('search-stopped', async () => {
      const result = await search(null, {}, { stopAfter: 3 });
      expect(result).toMatchObject({ ended: 'stopped', count: 3 });
      expect(new Set(result.objects.map(idOf)).size).toBe(3);
    }));
  });
}
