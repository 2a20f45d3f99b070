import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PagingCookies, type PagePosition } from '../../../../connectors/framework/facade/paging-cookie.js';

const cookies = new PagingCookies('configuration');
const anyPosition: fc.Arbitrary<PagePosition> = fc.oneof(
  fc.record({ kind: fc.constant('bookmark' as const), count: fc.nat(), digest: fc.string(), cookie: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }) }),
  fc.record({ kind: fc.constant('native' as const), cookie: fc.string({ unit: 'binary' }) }),
  fc.record({ kind: fc.constant('counted' as const), count: fc.nat(), anchor: fc.string() }),
);
const refusal = { name: 'ConnectorError', kind: 'invalidAttributeValue', message: expect.stringContaining('not of this query') as string };
const opening = (cookie: string, query = 'query', by = cookies) => () => by.open(query, cookie);

describe('paged results cookies', () => {
  it('are refused when any bit of them was changed', () => {
    fc.assert(fc.property(anyPosition, fc.nat(), fc.constantFrom('A', 'B', 'b', '0', '9', '-', '_', '=', '+', '/', ' '), (position, at, character) => {
      const cookie = cookies.seal('query', position);
      const index = at % cookie.length;
      const changed = cookie.slice(0, index) + character + cookie.slice(index + 1);
      fc.pre(changed !== cookie);
      expect(opening(changed)).toThrow(expect.objectContaining(refusal));
    }), { numRuns: 500 });
  });

  it('are refused for another query, another configuration, and when cut or extended', () => {
    fc.assert(fc.property(anyPosition, fc.string(), (position, other) => {
      fc.pre(other !== 'query');
      const cookie = cookies.seal('query', position);
      expect(opening(cookie, other)).toThrow(expect.objectContaining(refusal));
      expect(opening(cookie, 'query', new PagingCookies('another'))).toThrow(expect.objectContaining(refusal));
      expect(opening(cookie.slice(0, -2))).toThrow(expect.objectContaining(refusal));
      expect(opening(`${cookie}AA`)).toThrow(expect.objectContaining(refusal));
    }));
  });

  it.each(['', '0', 'AQ', 'not base64!', 'A'.repeat(200_000)])('are refused when they never were one (%#)', (cookie) => {
    expect(opening(cookie)).toThrow(expect.objectContaining(refusal));
  });

  it('say the position again on any agent with the same configuration', () => {
    fc.assert(fc.property(anyPosition, fc.string(), (position, query) => {
      const cookie = cookies.seal(query, position);
      expect(cookie).toMatch(/^[\w-]+$/);
      expect(new PagingCookies('configuration').open(query, cookie)).toEqual(position);
    }));
  });
});
