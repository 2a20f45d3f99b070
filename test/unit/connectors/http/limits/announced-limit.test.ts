import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { announcedLimit } from '../../../../../connectors/engines/http/limits/announced-limit.js';

const said = (headers: Readonly<Record<string, string>>) => announcedLimit(new Map(Object.entries(headers)));

describe('a limit that a server announces', () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ['no header', {}], ['a limit alone', { 'x-ratelimit-limit': '60' }], ['words', { 'x-ratelimit-remaining': 'many', 'x-ratelimit-reset': 'soon' }],
    ['a negative number', { 'x-ratelimit-remaining': '-1' }], ['a date in words', { 'x-ratelimit-reset': 'in 2 days' }], ['an empty field', { ratelimit: '' }],
  ])('is not made out of %s', (_, headers) => {
    expect(said(headers)).toBeUndefined();
  });

  // https://help.uillinois.edu/TDWebApi/swagger/guides/rate-limiting
  it('is read as TeamDynamix sends it, with a date of RFC 1123', () => {
    expect(said({ 'x-ratelimit-limit': '60', 'x-ratelimit-remaining': '59', 'x-ratelimit-reset': 'Wed, 28 Mar 2018 16:08:14 GMT' }))
      .toMatchObject({ limit: 60, remaining: 59, reset: { at: Date.UTC(2018, 2, 28, 16, 8, 14), resolution: 1_000 } });
  });

  it.each([
    ['1725266977', { at: 1_725_266_977_000, resolution: 1_000 }], ['1725266977.5', { at: 1_725_266_977_500, resolution: 1 }], ['1725266977123', { at: 1_725_266_977_123, resolution: 1 }],
    ['37', { after: 37_000, resolution: 1_000 }], ['0', { after: 0, resolution: 1_000 }], ['Mon, 02 Sep 2024 08:49:37 GMT', { at: 1_725_266_977_000, resolution: 1_000 }],
    ['2018-03-13T00:00:00Z', { at: Date.UTC(2018, 2, 13), resolution: 1_000 }],
  ])('ends at %s', (text, reset) => {
    expect(said({ 'x-rate-limit-remaining': '1', 'x-rate-limit-reset': text })?.reset).toEqual(reset);
  });

  // draft-ietf-httpapi-ratelimit-headers, examples of drafts 06, 07 and 10
  it.each<[string, Readonly<Record<string, string>>, object]>([
    ['three fields', { 'ratelimit-limit': '100, 100;w=60', 'ratelimit-remaining': '50', 'ratelimit-reset': '30' }, { limit: 100, remaining: 50, window: 60_000, reset: { after: 30_000 } }],
    ['one field', { ratelimit: 'limit=100, remaining=50, reset=5', 'ratelimit-policy': '100;w=10' }, { limit: 100, remaining: 50, window: 10_000, reset: { after: 5_000 } }],
    ['policies', { 'ratelimit-policy': '"burst";q=100;w=60,"daily";q=1000;w=86400', ratelimit: '"burst";r=50;t=30,"daily";r=900;t=3000' }, { limit: 100, remaining: 50, window: 60_000, reset: { after: 30_000 } }],
  ])('of the IETF draft: %s', (_, headers, limit) => {
    expect(said(headers)).toMatchObject(limit);
  });

  it('is read from a server\'s own headers, in any case', () => {
    const names = { limit: 'X-Quota', remaining: 'X-Quota-Left', reset: 'X-Quota-Ends' };
    expect(announcedLimit(new Map([['x-quota', '10'], ['x-quota-left', '3'], ['x-quota-ends', '7']]), [names])).toMatchObject({ limit: 10, remaining: 3, reset: { after: 7_000 } });
  });

  it('is read from headers that do not say when it ends, and from no others then', () => {
    const names = { limit: 'X-BurstLimit-Limit', remaining: 'X-BurstLimit-Remaining' };
    const announced = (headers: Readonly<Record<string, string>>) => announcedLimit(new Map(Object.entries(headers)), [names]);
    expect(announced({ 'x-burstlimit-limit': '500', 'x-burstlimit-remaining': '499' })).toEqual({ limit: 500, remaining: 499, reset: undefined, window: undefined });
    expect(announced({ 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '30', ratelimit: '"default";r=50;t=30' })).toBeUndefined();
  });

  it('means the same moment in each notation', () => {
    fc.assert(fc.property(fc.integer({ min: 1_000_000_000, max: 4_000_000_000 }), fc.nat(100_000), (second, remaining) => {
      const at = (text: string) => said({ 'x-ratelimit-remaining': String(remaining), 'x-ratelimit-reset': text });
      for (const text of [String(second), String(second * 1_000), new Date(second * 1_000).toUTCString(), new Date(second * 1_000).toISOString()]) {
        expect(at(text)).toMatchObject({ remaining, reset: { at: second * 1_000 } });
      }
    }));
  });

  it('never fails, nor is anything but a number or a moment, whatever is sent', () => {
    const value = fc.oneof(fc.string(), fc.stringMatching(/^[0-9;=,.wqrt" ]{0,40}$/), fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()));
    const name = fc.constantFrom('x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'ratelimit', 'ratelimit-policy', 'ratelimit-remaining', 'ratelimit-reset');
    fc.assert(fc.property(fc.dictionary(name, value), (headers) => {
      const limit = said(headers);
      if (limit === undefined) return;
      expect(limit.remaining ?? limit.reset).toBeDefined();
      const { reset } = limit;
      if (reset !== undefined) expect(Number.isFinite('at' in reset ? reset.at : reset.after)).toBe(true);
      for (const number of [limit.limit, limit.remaining, limit.window]) expect(number === undefined || (Number.isSafeInteger(number) && number >= 0)).toBe(true);
    }), { numRuns: 500 });
  });
});
