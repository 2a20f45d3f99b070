import { describe, expect } from 'vitest';
import { STAFF } from './acceptance-data.js';
import type { Page } from './acceptance-world.js';
import type { DifferenceName } from './known-differences.js';
import type { Proofs } from './proof.js';

const uids = ({ result }: Partial<Page>): unknown[] => (result ?? []).map((row) => row['uid']);

/** Filter and the uids it lets through. The directory compares without regard to case, and orders numbers as numbers. */
const FILTERS: readonly (readonly [string, readonly string[]])[] = [
  ['true', ['anna', 'bert', 'carla', 'zoe']],
  ['uid eq "anna"', ['anna']],
  ['uid eq "ANNA"', ['anna']],
  ['uid eq "nobody-at-all"', []],
  [`dn eq "uid=bert,${STAFF}"`, ['bert']],
  [`dn eq "UID=Bert, OU=staff, DC=example, DC=com"`, ['bert']],
  ['uid sw "ca"', ['carla']],
  ['mail co "@example.o"', ['carla']],
  ['mail ew ".org"', ['carla']],
  ['cn co "(clerk)"', ['carla']],
  ['cn eq "Zoë Zimmer"', ['zoe']],
  ['title eq "Engineer"', ['anna', 'bert']],
  ['title eq "Engineer" and sn sw "B"', ['bert']],
  ['uid eq "anna" or uid eq "zoe"', ['anna', 'zoe']],
  ['title eq "Clerk" and ! (sn eq "Corti")', ['zoe']],
  ['title eq "Engineer" and ! (telephoneNumber eq "+49 30 1")', ['bert']],
  ['telephoneNumber eq "+49 30 2"', ['anna', 'bert']],
  ['telephoneNumber sw "+49 30 1"', ['anna']],
  ['employeeNumber eq 1026', ['zoe']],
  ['number gt 5002', ['carla', 'zoe']],
  ['number ge 5002', ['bert', 'carla', 'zoe']],
  ['number lt 5002', ['anna']],
  ['number le 5002', ['anna', 'bert']],
  ['number ge 999', ['anna', 'bert', 'carla', 'zoe']],
  ['uid eq "*"', []],
  ['uid eq "a*"', []],
  ['uid eq ")(uid=*"', []],
  ['absent pr', []],
];

/** The same, where the Java connector leaves to the server what the server cannot do, or leaves it out. */
const DIFFERENT: readonly (readonly [DifferenceName, string, readonly string[], readonly string[]])[] = [
  ['ldap-no-ordering-rule', 'employeeNumber ge 1003', ['carla', 'zoe'], []],
  ['ldap-no-ordering-rule', 'sn lt "Braun"', ['anna'], []],
  ['ldap-presence', 'mail pr', ['anna', 'bert', 'carla'], ['anna', 'bert', 'carla', 'zoe']],
  ['ldap-presence', 'title eq "Clerk" and ! (mail pr)', ['zoe'], ['carla', 'zoe']],
];

/** Queries on a directory: whatever its server can evaluate runs there. */
export function describeLdapQueries({ world, proves, expected }: Proofs): void {
  describe('queries on a directory', () => {
    for (const [filter, found] of FILTERS) {
      proves('search', 'ldap', `filter ${filter}`, async () => {
        expect(uids(await world().query('ldap', { _queryFilter: filter })).sort()).toEqual(found);
      });
    }
    for (const [difference, filter, ours, java] of DIFFERENT) {
      proves('search', 'ldap', `filter ${filter}`, async () => {
        expect(uids(await world().query('ldap', { _queryFilter: filter })).sort()).toEqual(expected(difference, ours, java));
      });
    }

    proves('search', 'ldap', 'by id; with all attributes, with some, with none', async () => {
      const [anna] = (await world().query('ldap', { _queryFilter: 'uid eq "anna"' })).result;
      expect({ ...anna, telephoneNumber: [...anna?.['telephoneNumber'] as string[]].sort() }).toEqual({
        _id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string, dn: `uid=anna,${STAFF}`, uid: 'anna', cn: 'Anna Ahrens', sn: 'Ahrens', givenName: 'Anna', mail: 'anna@example.com',
        title: 'Engineer', employeeNumber: 1001, number: 5001, description: null, telephoneNumber: ['+49 30 1', '+49 30 2'],
      });
      const _id = String(anna?.['_id']);
      expect(await world().query('ldap', { _queryFilter: `_id eq "${_id}"`, _fields: 'mail,sn' })).toEqual({
        result: [{ _id, mail: 'anna@example.com', sn: 'Ahrens' }], resultCount: 1, pagedResultsCookie: null, totalPagedResultsPolicy: 'NONE', totalPagedResults: -1, remainingPagedResults: -1,
      });
      expect((await world().query('ldap', { _queryFilter: `_id eq "${_id}" or uid eq "bert"` })).result).toHaveLength(2);
      const ids = await world().query('ldap', { _queryId: 'query-all-ids' });
      expect(ids.result.length).toBeGreaterThanOrEqual(4);
      for (const row of ids.result) expect(Object.keys(row).sort()).toEqual(['_id', 'dn']);
    });

    proves('search-paged', 'ldap', 'pages by cookie: everybody once, and none is left out', async () => {
      const everybody = uids(await world().query('ldap', { _queryFilter: 'true' }));
      const seen: unknown[] = [];
      let cookie: string | null = null;
      let pages = 0;
      do {
        const page: Page = await world().query('ldap', { _queryFilter: 'true', _pageSize: '3', ...(cookie === null ? {} : { _pagedResultsCookie: cookie }) });
        expect(page.result.length).toBeLessThanOrEqual(3);
        seen.push(...uids(page));
        cookie = page.pagedResultsCookie;
        pages += 1;
      } while (cookie !== null && pages < 50);
      expect(cookie).toBeNull();
      expect(pages).toBe(Math.ceil(everybody.length / 3));
      expect([...seen].sort()).toEqual([...everybody].sort());
    });

    proves('search-sorted', 'ldap', 'sorts by keys, ascending and descending', async () => {
      expect(uids(await world().query('ldap', { _queryFilter: 'number ge 999', _sortKeys: '-number' }))).toEqual(['zoe', 'carla', 'bert', 'anna']);
      expect(uids(await world().query('ldap', { _queryFilter: 'title eq "Engineer"', _sortKeys: 'number' }))).toEqual(['anna', 'bert']);
      const bySurname = await world().send('ldap/account?_queryFilter=true&_sortKeys=-sn');
      expect([bySurname.status, uids(bySurname.body as unknown as Page)]).toEqual(expected('ldap-no-ordering-rule', [200, ['zoe', 'carla', 'bert', 'anna']], [500, []]));
    });

    proves('errors', 'ldap', 'a cookie nobody gave is refused', async () => {
      const { status, body } = await world().send('ldap/account?_queryFilter=true&_pageSize=2&_pagedResultsCookie=nonsense');
      expect([status, body['reason']]).toEqual(expected('foreign-cookie', [400, 'Bad Request'], [500, 'Internal Server Error']));
    });
    const bad: readonly (readonly [string, string])[] = [
      ['an attribute nobody has', '_queryFilter=shoeSize+eq+"4"'],
      ['a comparison of the uid', '_queryFilter=_id+gt+"a"'], ['an unknown operator', '_queryFilter=sn+like+"a"'], ['a number for a text operator', '_queryFilter=sn+sw+5'],
    ];
    for (const [what, search] of bad) {
      proves('errors', 'ldap', `${what} is refused with 400`, async () => {
        const { status, body } = await world().send(`ldap/account?${search}`);
        expect([status, body['code'], body['reason']]).toEqual([400, 400, 'Bad Request']);
      });
    }
  });
}
