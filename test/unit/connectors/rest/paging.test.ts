import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../connectors/engines/rest/json.js';
import { offsetPaging, pageNumberPaging } from '../../../../connectors/engines/rest/paging/counted.js';
import { continuePaging, linkHeaderPaging, markerPaging, nextLink, nextUrlPaging } from '../../../../connectors/engines/rest/paging/given-next.js';
import { onePage, type Paging } from '../../../../connectors/engines/rest/paging/paging.js';

const answer = (position: Json | undefined, count: number, body: Json = {}, headers: Record<string, string> = {}) => ({ position, size: 10, count, body, headers: new Map(Object.entries(headers)) });

describe('paging', () => {
  it('of a list that is one answer asks for nothing and ends', () => {
    expect(onePage.request(undefined, 10)).toEqual({});
    expect(onePage.after(answer(undefined, 10))).toBeUndefined();
  });

  it('by offset goes on until the total, or until a page is empty where there is none', () => {
    const paging = offsetPaging({ offset: 'startIndex', size: 'count', total: 'totalResults', first: 1 });
    expect(paging.request(undefined, 10).query).toEqual({ startIndex: 1, count: 10 });
    expect(paging.after(answer(undefined, 10, { totalResults: 25 }))).toBe(11);
    expect(paging.request(11, 10).query).toEqual({ startIndex: 11, count: 10 });
    expect(paging.after(answer(11, 10, { totalResults: 25 }))).toBe(21);
    expect(paging.after(answer(21, 5, { totalResults: 25 }))).toBeUndefined();
    expect(paging.after(answer(21, 0, { totalResults: 25 }))).toBeUndefined();
    const asText = offsetPaging({ offset: 'start', size: 'count', total: 'totalSetSize' });
    expect([asText.after(answer(0, 10, { totalSetSize: '11' })), asText.after(answer(10, 1, { totalSetSize: '11' }))]).toEqual([10, undefined]);
    const plain = offsetPaging({ offset: 'offset', size: 'limit' });
    expect(plain.after(answer(undefined, 7))).toBe(7);     // the service's own limit may be smaller
    expect(plain.after(answer(7, 0))).toBeUndefined();
  });

  it('by page number counts pages', () => {
    const paging = pageNumberPaging({ page: 'page', size: 'per_page' });
    expect(paging.request(undefined, 10).query).toEqual({ page: 1, per_page: 10 });
    expect(paging.after(answer(undefined, 10))).toBe(2);
    expect(paging.after(answer(2, 9))).toBeUndefined();
  });

  it('by marker sends back what the answer gave, until it gives none', () => {
    const paging = markerPaging({ send: 'marker', next: 'next_marker', size: 'limit', always: { usemarker: 'true' } });
    expect(paging.request(undefined, 10).query).toEqual({ usemarker: 'true', limit: 10 });
    expect(paging.after(answer(undefined, 10, { next_marker: 'abc' }))).toBe('abc');
    expect(paging.request('abc', 10).query).toEqual({ usemarker: 'true', limit: 10, marker: 'abc' });
    for (const next of [null, '', undefined]) expect(paging.after(answer('abc', 10, next === undefined ? {} : { next_marker: next }))).toBeUndefined();
    expect(markerPaging({ send: 'cursor', next: 'cursor', more: 'has_more' }).after(answer(undefined, 10, { cursor: 'x', has_more: false }))).toBeUndefined();
    const asText = markerPaging({ send: 'Marker', next: 'Marker', more: 'IsTruncated' });
    expect(['true', 'false', '', undefined].map((flag) => asText.after(answer(undefined, 10, { Marker: 'x', ...(flag === undefined ? {} : { IsTruncated: flag }) })))).toEqual(['x', undefined, undefined, undefined]);
  });

  it('by a cursor with a request of its own sends it there, alone', () => {
    const paging = continuePaging({ continueBy: 'POST /users/list/continue', send: 'cursor', next: 'cursor', size: 'limit', more: 'has_more' });
    expect(paging.request(undefined, 10)).toEqual({ query: { limit: 10 } });
    expect(paging.after(answer(undefined, 10, { cursor: 'x', has_more: true }))).toBe('x');
    expect(paging.request('x', 10)).toEqual({ request: { line: 'POST /users/list/continue', json: { cursor: 'x' } } });
    expect(paging.after(answer('x', 3, { cursor: 'y', has_more: false }))).toBeUndefined();
  });

  it('by address follows it as it is', () => {
    const odata = nextUrlPaging({ next: ['@odata.nextLink'] });
    expect(odata.after(answer(undefined, 10, { '@odata.nextLink': 'https://s/users?$skiptoken=X' }))).toBe('https://s/users?$skiptoken=X');
    expect(odata.request('https://s/users?$skiptoken=X', 10)).toEqual({ url: 'https://s/users?$skiptoken=X' });
    expect(nextUrlPaging({ next: '_links.next.href' }).after(answer(undefined, 10, { _links: { next: { href: '/x' } } }))).toBe('/x');
    expect(odata.after(answer(undefined, 10))).toBeUndefined();
  });

  it.each([
    ['<https://api.example/u?page=2>; rel="next", <https://api.example/u?page=9>; rel="last"', 'https://api.example/u?page=2'],
    ['<https://api.example/u?page=1>; rel="prev", </u?page=3>; title="x, y"; rel="last next"', '/u?page=3'],
    ['<https://api.example/u>; rel=next', 'https://api.example/u'],
    ['<https://api.example/u>; rel="prev"', undefined],
    ['', undefined],
  ])('by Link header (RFC 8288): %s', (header, next) => {
    expect(nextLink(header)).toBe(next);
    expect(linkHeaderPaging().after(answer(undefined, 10, {}, { link: header }))).toBe(next);
  });

  it('asks for the size where the service takes one', () => {
    const all: readonly Paging[] = [markerPaging({ send: 'm', next: 'n', size: 'limit' }), nextUrlPaging({ next: 'n', size: 'limit' }), linkHeaderPaging({ size: 'limit' }), offsetPaging({ offset: 'o', size: 'limit' }), pageNumberPaging({ page: 'p', size: 'limit' })];
    for (const paging of all) expect(paging.request(undefined, 42).query).toMatchObject({ limit: 42 });
  });
});
