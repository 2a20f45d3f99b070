import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBackoff } from '../../../../agent/session/backoff.js';

describe('backoff', () => {
  it('never waits longer than its cap, whatever the dice say and however often it is asked', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 1, max: 600_000 }), fc.array(fc.double({ min: 0, max: 0.999_999, noNaN: true }), { minLength: 1, maxLength: 100 }), (base, cap, dice) => {
      let turn = 0;
      const backoff = createBackoff({ base, cap, random: () => dice[turn++ % dice.length]! });
      for (let i = 0; i < 100; i += 1) {
        for (const pace of ['normal', 'slow'] as const) {
          const delay = backoff.next(pace);
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThanOrEqual(cap);
        }
      }
    }));
  });

  it('doubles the bound of its full jitter from attempt to attempt', () => {
    const backoff = createBackoff({ base: 100, cap: 1000, random: () => 0.999_999 });
    expect(Array.from({ length: 6 }, () => backoff.next())).toEqual([99, 199, 399, 799, 999, 999]);
  });

  it('may wait nothing at all, so that a crowd spreads over the whole span', () => {
    const backoff = createBackoff({ base: 100, cap: 1000, random: () => 0 });
    backoff.next();
    expect(backoff.next()).toBe(0);
  });

  it('begins anew only when it is reset', () => {
    const backoff = createBackoff({ base: 100, cap: 1000, random: () => 0.5 });
    backoff.next();
    backoff.next();
    expect(backoff.next()).toBe(200);
    backoff.reset();
    expect(backoff.next()).toBe(50);
  });

  it('keeps slow attempts in the upper half of the cap', () => {
    expect(createBackoff({ base: 1, cap: 1000, random: () => 0 }).next('slow')).toBe(500);
    expect(createBackoff({ base: 1, cap: 1000, random: () => 0.999_999 }).next('slow')).toBe(999);
  });
});
