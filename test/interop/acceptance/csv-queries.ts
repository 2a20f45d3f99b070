import { describe, expect } from 'vitest';
import { PEOPLE } from './acceptance-data.js';
import type { Page } from './acceptance-world.js';
import type { Proofs } from './proof.js';

const ids = ({ result }: Page): unknown[] => result.map((row) => row['_id']);
const ALL_IDS = PEOPLE.map(({ _id }) => _id);

/** Filter and the ids it lets through, in the order of the file. Text compares with regard to case, as ICF does by default. */
const FILTERS: readonly (readonly [string, readonly string[]])[] = [
  ['true', ALL_IDS],
  ['false', []],
  ['_id eq "boris"', ['boris']],
  ['_id eq "BORIS"', []],
  ['uid eq "boris"', ['boris']],
  ['uid eq "nobody"', []],
  ['uid sw "D"', ['Dmitri']],
  ['uid sw "d"', []],
  ['uid co "ri"', ['boris', 'Dmitri', 'farid']],
  ['uid ew "a"', ['amina']],
  ['uid gt "boris"', ['chloe', 'elif', 'farid']],
  ['uid le "amina"', ['amina', 'Dmitri']],
  ['city eq "Berlin"', ['amina']],
  ['city eq "Köln"', ['farid']],
  ['lastName eq "Castillo, Jr."', ['chloe']],
  ['lastName co "\\"Fish\\""', ['farid']],
  ['email co "@example"', ['amina', 'boris', 'chloe', 'elif', 'farid']],
  ['email ew "example.com"', ['amina', 'boris', 'chloe', 'elif', 'farid']],
  ['firstName sw "E"', ['elif']],
  ['badge eq 205', ['elif']],
  ['badge gt 104', ['elif', 'farid']],
  ['badge ge 104', ['Dmitri', 'elif', 'farid']],
  ['badge lt 102', ['amina']],
  ['badge le 102', ['amina', 'boris']],
  ['city pr', ['amina', 'boris', 'Dmitri', 'elif', 'farid']],
  ['! (city pr)', ['chloe']],
  // Who has no city is neither in Paris nor elsewhere (protocol section 6).
  ['! (city eq "Paris")', ['amina', 'Dmitri', 'farid']],
  ['city eq "Paris" and badge lt 200', ['boris']],
  ['city eq "Paris" or uid eq "amina"', ['amina', 'boris', 'elif']],
  ['_id eq "chloe" or city eq "berlin"', ['chloe', 'Dmitri']],
  ['(city eq "Paris" or city eq "Berlin") and ! (uid sw "e")', ['amina', 'boris']],
  ['absent pr', []],
  ['! (absent pr) and badge gt 205', ['farid']],
];

/** Queries on a CSV file. */
export function describeCsvQueries({ world, proves, expected }: Proofs): void {
  describe('queries on a CSV file', () => {
    for (const [filter, rows] of FILTERS) {
      proves('search', 'csv', `filter ${filter}`, async () => {
        expect(ids(await world().query('csv', { _queryFilter: filter }))).toEqual(rows);
      });
    }

    proves('search', 'csv', 'answers rows and counts in full', async () => {
      expect(await world().query('csv', { _queryFilter: 'true' })).toEqual({
        result: PEOPLE, resultCount: 6, pagedResultsCookie: null, totalPagedResultsPolicy: 'NONE', totalPagedResults: -1, remainingPagedResults: -1,
      });
      expect((await world().query('csv', { _queryFilter: 'city eq "Paris"', _fields: 'badge' })).result).toEqual([{ _id: 'boris', badge: 102 }, { _id: 'elif', badge: 205 }]);
      const all = await world().query('csv', { _queryId: 'query-all-ids' });
      expect(all.result).toEqual(PEOPLE.map(({ _id, uid }) => ({ _id, uid })));
    });

    proves('search-paged', 'csv', 'pages by cookie, everybody once, to the last page without a cookie', async () => {
      const pages: unknown[][] = [];
      let cookie: string | null = null;
      do {
        const page: Page = await world().query('csv', { _queryFilter: 'badge ge 102', _pageSize: '2', ...(cookie === null ? {} : { _pagedResultsCookie: cookie }) });
        pages.push(ids(page));
        cookie = page.pagedResultsCookie;
      } while (cookie !== null && pages.length < 10);
      expect(pages.filter((page) => page.length > 0)).toEqual([['boris', 'chloe'], ['Dmitri', 'elif'], ['farid']]);
      expect(cookie).toBeNull();
      expect(pages).toHaveLength(expected('csv-empty-last-pages', 3, 4));
    });

    proves('search-paged', 'csv', 'pages by offset', async () => {
      const page = await world().query('csv', { _queryFilter: 'true', _pageSize: '2', _pagedResultsOffset: '3' });
      expect(ids(page)).toEqual(['Dmitri', 'elif']);
      expect(ids(await world().query('csv', { _queryFilter: 'true', _pageSize: '2', _pagedResultsOffset: '6' }))).toEqual([]);
    });

    proves('search-paged', 'csv', 'counts everything when asked to', async () => {
      const page = await world().query('csv', { _queryFilter: 'true', _pageSize: '2', _totalPagedResultsPolicy: 'EXACT' });
      expect(ids(page)).toEqual(['amina', 'boris']);
      expect([page.totalPagedResultsPolicy, page.totalPagedResults]).toEqual(expected('no-totals', ['EXACT', 6], ['NONE', -1]));
    });

    proves('search-sorted', 'csv', 'sorts by keys, ascending and descending', async () => {
      const sorted = await world().query('csv', { _queryFilter: 'city eq "Paris" or badge eq 206 or badge eq 101', _sortKeys: '-city,-badge' });
      expect(ids(sorted)).toEqual(expected('csv-unsorted', ['elif', 'boris', 'farid', 'amina'], ['amina', 'boris', 'elif', 'farid']));
    });

    proves('errors', 'csv', 'a cookie nobody gave is refused', async () => {
      const { status, body } = await world().send('csv/account?_queryFilter=true&_pageSize=2&_pagedResultsCookie=nonsense');
      expect([status, body['reason']]).toEqual(expected('foreign-cookie', [400, 'Bad Request'], [500, 'Internal Server Error']));
    });
    const bad: readonly (readonly [string, string])[] = [
      ['an attribute nobody has', '_queryFilter=shoeSize+eq+"4"'], ['a filter without operator', '_queryFilter=uid+"x"'], ['no query at all', ''],
      ['an unknown query id', '_queryId=all'], ['an unknown parameter', '_queryFilter=true&_nonsense=1'], ['a page size that is none', '_queryFilter=true&_pageSize=many'],
      ['two queries at once', '_queryFilter=true&_queryId=query-all-ids'],
      ['a comparison of the uid', '_queryFilter=_id+sw+"a"'],
    ];
    for (const [what, search] of bad) {
      proves('errors', 'csv', `${what} is refused with 400`, async () => {
        const { status, body } = await world().send(`csv/account?${search}`);
        expect([status, body['code'], body['reason']]).toEqual([400, 400, 'Bad Request']);
      });
    }
  });
}
