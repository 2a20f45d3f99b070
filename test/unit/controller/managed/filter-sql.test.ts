import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { compareValues, matchesFilter } from '../../../../controller/crest/evaluate-query-filter.js';
import type { JsonObject, JsonValue } from '../../../../controller/crest/json.js';
import { valueAt } from '../../../../controller/crest/json-pointer.js';
import { filterText, type QueryFilter } from '../../../../controller/crest/query-filter.js';
import type { SortField } from '../../../../controller/crest/request.js';
import { ManagedStore } from '../../../../controller/managed/store/managed-store.js';
import { writeCookie } from '../../../../controller/managed/store/page-cookie.js';
import { isStorable } from '../../../../controller/managed/store/storable-text.js';
import { testDatabase } from '../../../support/test-database.js';

const signal = new AbortController().signal;
const NAMES = ['a', 'b', '0', '1', '-1', '01', '__proto__', 'x"y', 'É'] as const;

/** Few letters, so that texts meet; some whose case, or whose order, is not plain. */
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'A', 'b', 'ß', 'İ', 'Σ', 'é', 'É', "'", '"', '\\', '%', '_', ' ', '\u{1F600}', '\uFFFD', '1'), maxLength: 4 }),
  fc.constantFrom('true', '1', 'null', '', "'; DROP TABLE managed_object; --", '$1', 'aaa'),
).filter(isStorable);
const number = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(0.1, -2.5, 1e-7, 1.5, 2 ** 53 - 1), fc.constantFrom(9_007_199_254_740_993n, -9_223_372_036_854_775_808n));
const single: fc.Arbitrary<JsonValue> = fc.oneof(text, number, fc.boolean(), fc.constant(null));
const value = fc.letrec<{ any: JsonValue; object: JsonObject }>((tie) => ({
  any: fc.oneof({ depthSize: 'small' }, single, single, fc.array(tie('any'), { maxLength: 3 }), tie('object')),
  object: fc.array(fc.tuple(fc.constantFrom(...NAMES), tie('any')), { maxLength: 3 }).map((entries): JsonObject => Object.fromEntries<JsonValue>(entries)),
}));
const content = fc.uniqueArray(fc.tuple(fc.constantFrom(...NAMES), value.any), { minLength: 3, maxLength: 8, selector: ([name]) => name }).map((entries): JsonObject => Object.fromEntries<JsonValue>(entries));
const pointer = fc.oneof({ weight: 4, arbitrary: fc.tuple(fc.constantFrom(...NAMES)) }, fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 }), fc.constant(['_id']), fc.constant([]));
const literal = fc.oneof(text, number, fc.boolean());
const filter = fc.letrec<{ filter: QueryFilter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small' },
    fc.record({ kind: fc.constant('compare' as const), operator: fc.constantFrom('eq', 'gt', 'ge', 'lt', 'le', 'co', 'sw'), pointer, value: literal }),
    fc.record({ kind: fc.constant('present' as const), pointer }),
    fc.record({ kind: fc.constant('literal' as const), value: fc.boolean() }),
    fc.record({ kind: fc.constant('extended' as const), operator: fc.constant('like'), pointer, value: literal }),
    fc.record({ kind: fc.constant('not' as const), operand: tie('filter') }),
    fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), operands: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }) }),
  ),
})).filter;

let store: ManagedStore;
let stored: (JsonObject & { readonly _id: string })[];

/** 150 objects once; each run asks them something else. */
beforeAll(async () => {
  store = new ManagedStore(await testDatabase());
  stored = [];
  for (const [index, object] of fc.sample(content, { numRuns: 150, seed: 42 }).entries()) {
    const { id, revision } = await store.insert('thing', { id: `Id${index}`, content: object }, [], signal);
    stored.push({ ...object, _id: id, _rev: revision });
  }
});

async function ids(asked: QueryFilter | undefined, sortKeys: readonly SortField[] = []): Promise<string[]> {
  return (await store.page({ type: 'thing', filter: asked, sortKeys, after: undefined, offset: 0, limit: 1_000 })).map(({ id }) => id);
}

describe('filters in the database', () => {
  it('find what the evaluation in memory finds, whatever the objects and the filter', async () => {
    let telling = 0;
    await fc.assert(fc.asyncProperty(filter, async (asked) => {
      const expected = stored.filter((object) => matchesFilter(asked, object)).map(({ _id }) => _id).sort();
      expect(await ids(asked), filterText(asked)).toEqual(expected);
      expect(await store.count('thing', asked)).toBe(expected.length);
      if (expected.length > 0 && expected.length < stored.length) telling += 1;
    }), { numRuns: 400 });
    expect(telling).toBeGreaterThan(50);
  });

  it('take a text of SQL for a text', async () => {
    for (const evil of ["x' OR '1'='1", "'; DELETE FROM managed_object; --", '$1', '\\', "') OR true --"]) {
      const asked: readonly QueryFilter[] = [
        { kind: 'compare', operator: 'eq', pointer: ['a'], value: evil }, { kind: 'compare', operator: 'co', pointer: ['a'], value: evil },
        { kind: 'compare', operator: 'lt', pointer: [evil], value: 'z' }, { kind: 'present', pointer: ['a', evil] },
      ];
      for (const one of asked) expect(await ids(one)).toEqual(stored.filter((object) => matchesFilter(one, object)).map(({ _id }) => _id).sort());
    }
    expect(await store.count('thing', undefined)).toBe(150);
  });

  it('find nothing by what cannot be stored, and say so where that would have an order', async () => {
    expect(await ids({ kind: 'compare', operator: 'eq', pointer: ['a'], value: 'a\0' })).toEqual([]);
    expect(await ids({ kind: 'present', pointer: ['a\ud800'] })).toEqual([]);
    await expect(ids({ kind: 'compare', operator: 'lt', pointer: ['a'], value: '\ud800' })).rejects.toMatchObject({ code: 400 });
  });
});

describe('order and pages', () => {
  const keys = fc.array(fc.record({ pointer: fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 2 }), ascending: fc.boolean() }), { maxLength: 3 });
  const rank = (value: JsonValue | undefined): number => (value === undefined || value === null ? 0 : typeof value === 'boolean' ? 1 : typeof value === 'number' || typeof value === 'bigint' ? 2 : typeof value === 'string' ? 3 : 4);
  const sorted = (sortKeys: readonly SortField[]): string[] => stored.toSorted((left, right) => {
    for (const { pointer: at, ascending } of sortKeys) {
      const [a, b] = [valueAt(left, at), valueAt(right, at)];
      const order = rank(a) - rank(b) || (compareValues(a, b) ?? 0);
      if (order !== 0) return ascending ? order : -order;
    }
    return left._id < right._id ? -1 : 1;
  }).map(({ _id }) => _id);

  it('is that of the values, and pages by cookie show every object once', async () => {
    await fc.assert(fc.asyncProperty(keys, fc.integer({ min: 1, max: 60 }), async (sortKeys, size) => {
      const all: string[] = [];
      for (let cookie: string | undefined; ;) {
        const rows = await store.page({ type: 'thing', filter: undefined, sortKeys, after: cookie === undefined ? undefined : { cookie }, offset: 0, limit: size });
        all.push(...rows.map(({ id }) => id));
        const last = rows.at(-1);
        if (last === undefined) break;
        cookie = writeCookie(last.place);
      }
      expect(all).toEqual(sorted(sortKeys));
    }), { numRuns: 40 });
  });

  it.each(['', 'x', 'W10', 'WyJhIiwiYiJd', Buffer.from('["9","0","a","b"]').toString('base64url'), Buffer.from('["0","1e9999999","a","b"]').toString('base64url'), Buffer.from('["0","0","a\\u0000","b"]').toString('base64url')])('refuses the cookie %j', async (cookie) => {
    await expect(store.page({ type: 'thing', filter: undefined, sortKeys: [{ pointer: ['a'], ascending: true }], after: { cookie }, offset: 0, limit: 1 })).rejects.toMatchObject({ code: 400 });
  });
});
