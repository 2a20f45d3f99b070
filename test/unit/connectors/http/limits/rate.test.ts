import { describe, expect, it } from 'vitest';
import { FixedBudget } from '../../../../../connectors/engines/http/limits/fixed-budget.js';
import { fixedLimits } from '../../../../../connectors/engines/http/limits/fixed-limits.js';
import { parseRate, shareOf } from '../../../../../connectors/engines/http/limits/rate.js';

describe('a rate in a property', () => {
  it.each(['', 'fast', '30', '0/sec', '-1/sec', '1e3/sec', '30/day', '5/', '/sec', '1,5/sec', '200000/sec', '0.00001/sec'])('%j is refused, with property and text', (text) => {
    expect(() => parseRate('writeRateLimit', text)).toThrow(expect.objectContaining({ kind: 'configuration', message: expect.stringContaining(`writeRateLimit: '${text}'`) as unknown }));
  });

  it.each([
    ['30/sec', 30, 1_000], ['100/min', 100, 60_000], ['1000/hour', 1_000, 3_600_000], ['0.5/sec', 1, 2_000], ['0.5/min', 1, 120_000], [' 2.5 / sec ', 2, 800],
  ])('%s is so many requests in so many milliseconds', (text, count, period) => {
    expect(parseRate('readRateLimit', text)).toEqual({ count, period });
  });

  it('is counted by what the property says where it has no unit', () => {
    expect(parseRate('readRateLimit', '2.5', { bare: 1_000 })).toEqual({ count: 2, period: 800 });
    expect(parseRate('hourRateLimit', '1000', { bare: 3_600_000 })).toEqual({ count: 1_000, period: 3_600_000 });
    expect(parseRate('burstRateLimit', '500/min', { bare: 30_000 })).toEqual({ count: 500, period: 60_000 });
  });

  it('is lowered to a share, down to less than a request in its time', () => {
    expect(shareOf({ count: 60, period: 60_000 }, 0.25)).toEqual({ count: 15, period: 60_000 });
    expect(shareOf({ count: 1, period: 2_000 }, 0.5)).toEqual({ count: 1, period: 4_000 });
  });

  it('is none where the property is empty, and the others remain', () => {
    const limits = fixedLimits([{ property: 'userReadRateLimit', text: null, kinds: ['userRead'] }, { property: 'groupReadRateLimit', text: ' ', kinds: ['groupRead'] }, { property: 'writeRateLimit', text: '3/sec', kinds: ['write'] }]);
    expect(limits).toEqual([{ rate: { count: 3, period: 1_000 }, kinds: ['write'] }]);
  });

  it('lets 0.09 requests pass in a second as one in 11.1 s', () => {
    const budget = new FixedBudget(parseRate('groupReadRateLimit', '0.09/sec'));
    expect(budget.readyAt(5)).toBe(5);
    budget.sent({ sentAt: 5 });
    expect(budget.readyAt(6)).toBeCloseTo(11_116.1, 0);
  });
});
