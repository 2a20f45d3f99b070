import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineConnector, properties } from '../../../../connectors/framework/index.js';
import type { SearchRequest } from '../../../../connectors/framework/spi.js';
import { ACCOUNT, ConnectorObject, LAST_PAGE, Name, OPTION, OperationOptions, Uid, type SearchResult } from '../../../../protocol/model/index.js';
import { calling, drain, facadeOf } from '../../../support/memory-facade.js';

type Page = { readonly uids: readonly string[]; readonly end?: Partial<SearchResult> };

const object = (uid: string): ConnectorObject => new ConnectorObject(ACCOUNT, [new Uid(uid), new Name(uid)]);

/** A target that gives these pages by these cookies, right or wrong. */
function target(pages: (cookie: string | undefined, request: SearchRequest) => Page, { native = true } = {}) {
  const connector = defineConnector({
    id: 'pages', displayName: 'Paged Target', family: 'test', key: { bundleName: 'b', bundleVersion: '1', connectorName: 'c' },
    properties: properties({}), objectClasses: [], pooled: false, open: async () => ({}), close: async () => undefined,
    search: { paging: native, sorting: false, projection: false },
    nativeFilter: (filter) => ({ native: undefined, residual: filter }),
    operations: {
      async* search(_session: object, request: SearchRequest) {
        const { uids, end } = pages(request.options.pagedResultsCookie, request);
        for (const uid of uids) yield object(uid);
        return { ...LAST_PAGE, ...end };
      },
    },
  });
  const { facade } = facadeOf(connector);
  const page = (cookie?: string, options: Record<string, string | number> = {}) => drain(facade.stream({
    kind: 'search', objectClass: ACCOUNT, filter: undefined,
    options: OperationOptions.of({ [OPTION.pageSize]: 2, ...(cookie === undefined ? {} : { [OPTION.pagedResultsCookie]: cookie }), ...options }),
  }, calling()));
  /** Reads page after page until there is no cookie. */
  const all = async (options?: Record<string, string | number>): Promise<string[]> => {
    const uids: string[] = [];
    for (let cookie: string | undefined, round = 0; round < 100; round++) {
      const { items, end } = await page(cookie, options);
      uids.push(...items.map(({ uid }) => uid.value));
      if (typeof end?.pagedResultsCookie !== 'string') return uids;
      cookie = end.pagedResultsCookie;
    }
    throw new Error('endless');
  };
  const unpaged = () => drain(facade.stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none }, calling()));
  return { page, all, unpaged, facade };
}

const from = (pages: Readonly<Record<string, Page>>) => (cookie: string | undefined): Page => pages[cookie ?? 'first'] ?? { uids: [] };
const next = (cookie: string): Partial<SearchResult> => ({ pagedResultsCookie: cookie });
const exact = (total: number, cookie?: string): Partial<SearchResult> => ({ pagedResultsCookie: cookie ?? null, totalPagedResultsPolicy: 'EXACT', totalPagedResults: total });
const incomplete = { kind: 'connectorIo', message: expect.stringContaining('cannot be completed') as string };

describe('pages of one search', () => {
  it('that fit together are left alone', async () => {
    const { all } = target(from({ first: { uids: ['a', 'b'], end: exact(5, '2') }, 2: { uids: ['c', 'd'], end: exact(5, '3') }, 3: { uids: ['e'], end: exact(5) } }));
    expect(await all({ [OPTION.totalPagedResultsPolicy]: 'EXACT' })).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('an empty page with a cookie is not given out: the next one is', async () => {
    const { page } = target(from({ first: { uids: [], end: next('2') }, 2: { uids: [], end: next('3') }, 3: { uids: ['a'] } }));
    expect((await page()).items.map(({ uid }) => uid.value)).toEqual(['a']);
  });

  it('an empty page that comes with the cookie it was asked with is an error, not a search without end', async () => {
    const { all } = target(from({ first: { uids: ['a'], end: next('2') }, 2: { uids: [], end: next('2') } }));
    await expect(all()).rejects.toMatchObject(incomplete);
  });

  it('empty pages for ever are an error', async () => {
    let count = 0;
    const { all } = target(() => ({ uids: [], end: next(String(++count)) }));
    await expect(all()).rejects.toMatchObject(incomplete);
  });

  it('the same page once more is an error', async () => {
    const { all } = target(from({ first: { uids: ['a', 'b'], end: next('2') }, 2: { uids: ['a', 'b'], end: next('3') }, 3: { uids: ['e'] } }));
    await expect(all()).rejects.toMatchObject(incomplete);
  });

  it('a cookie that stays the same while pages differ is the target\'s own affair', async () => {
    let count = 0;
    const { all } = target(() => ({ uids: [`u${++count}`], end: count < 3 ? next('scroll') : {} }));
    expect(await all()).toEqual(['u1', 'u2', 'u3']);
  });

  it('pages that overlap are an error', async () => {
    const { all } = target(from({ first: { uids: ['a', 'b'], end: next('2') }, 2: { uids: ['x', 'b'], end: next('3') } }));
    await expect(all()).rejects.toMatchObject(incomplete);
  });

  it('a uid twice in one page is an error that says where to look', async () => {
    const { all } = target(from({ first: { uids: ['a', 'a'] } }));
    await expect(all()).rejects.toMatchObject({ kind: 'connector', message: expect.stringContaining("two objects with the uid 'a'") as string });
  });

  it('an end before the target\'s own count is an error, whichever page named it; what went away since is none', async () => {
    const short = target(from({ first: { uids: ['a', 'b'], end: exact(5, '2') }, 2: { uids: ['c'], end: exact(5) } }));
    await expect(short.all({ [OPTION.totalPagedResultsPolicy]: 'EXACT' })).rejects.toMatchObject(incomplete);
    const shrunk = target(from({ first: { uids: ['a', 'b'], end: exact(5, '2') }, 2: { uids: ['c'], end: exact(3) } }));
    expect(await shrunk.all({ [OPTION.totalPagedResultsPolicy]: 'EXACT' })).toEqual(['a', 'b', 'c']);
  });

  it('a search without pages that ends with a cookie, or before its own count, is not complete', async () => {
    await expect(target(() => ({ uids: ['a'], end: next('more') })).unpaged()).rejects.toMatchObject({ kind: 'connectorIo', message: expect.stringContaining('cookie for more') as string });
    await expect(target(() => ({ uids: ['a'], end: exact(2) })).unpaged()).rejects.toMatchObject({ kind: 'connectorIo', message: expect.stringContaining('counts 2 objects and gave 1') as string });
    expect((await target(() => ({ uids: ['a'], end: exact(1) })).unpaged()).items).toHaveLength(1);
  });
});

describe('pages the facade counts off', () => {
  it('while others come and go: nobody is skipped or repeated, or it is an error', async () => {
    const change = fc.record({ page: fc.integer({ min: 1, max: 4 }), remove: fc.boolean(), at: fc.nat(30) });
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.array(change, { maxLength: 4 }), async (size, changes) => {
      let present = Array.from({ length: size }, (_, index) => `m${String(index).padStart(2, '0')}`);
      const lasting = new Set(present);
      const { page } = target(() => ({ uids: present }), { native: false });
      const seen: string[] = [];
      let cookie: string | undefined;
      let added = 0;
      for (let round = 1; round < 40; round++) {
        const answer = await page(cookie).catch((error: unknown) => error as Error);
        if (answer instanceof Error) {
          expect(answer).toMatchObject(incomplete);
          return;
        }
        seen.push(...answer.items.map(({ uid }) => uid.value));
        if (typeof answer.end?.pagedResultsCookie !== 'string') break;
        cookie = answer.end.pagedResultsCookie;
        for (const { remove, at } of changes.filter((each) => each.page === round)) {
          const where = at % (present.length + 1);
          const gone = present[where];
          if (remove && gone !== undefined) lasting.delete(gone);
          present = remove ? present.filter((_, index) => index !== where) : [...present.slice(0, where), `n${++added}`, ...present.slice(where)];
        }
      }
      expect(new Set(seen).size).toBe(seen.length);
      for (const uid of lasting) expect(seen).toContain(uid);
    }), { numRuns: 150 });
  });
});

describe('the guards', () => {
  it('cost a page of 10,000 nothing that is felt', async () => {
    const uids = Array.from({ length: 10_000 }, (_, index) => `user${index}`);
    const { page } = target((cookie) => (cookie === undefined ? { uids, end: next('2') } : { uids: uids.map((uid) => `${uid}x`) }));
    const { end } = await page(undefined, { [OPTION.pageSize]: 10_000 });
    const before = performance.now();
    await page(end!.pagedResultsCookie!, { [OPTION.pageSize]: 10_000 });
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});

