import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRate } from '../../../../../connectors/engines/http/limits/rate.js';
import { RateLimit } from '../../../../../connectors/engines/http/limits/rate-limit.js';
import { ManualTimers } from '../../../../support/manual-timers.js';

const never = new AbortController().signal;

describe('a rate limit', () => {
  it.each([['30/sec', 30, 1_000], ['100/min', 100, 60_000], [' 5 / sec ', 5, 1_000]])('is read: %s', (text, count, period) => {
    expect(parseRate('readRateLimit', text)).toEqual({ count, period });
  });

  it('lets no more pass in any stretch of its time, and all in their order', async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 20 }), async (count, pauses) => {
      const clock = new ManualTimers();
      const limit = new RateLimit({ count, period: 1_000 }, clock);
      const passed: { who: number; at: number }[] = [];
      for (const [who, pause] of pauses.entries()) {
        await clock.advance(pause);
        void limit.pass(never).then(() => passed.push({ who, at: clock.now() }));
      }
      await clock.advance(25_000);
      expect(passed.map(({ who }) => who)).toEqual(pauses.map((_, who) => who));
      for (const [index, { at }] of passed.entries()) {
        const before = passed[index - count];
        if (before !== undefined) expect(at - before.at).toBeGreaterThanOrEqual(1_000);
      }
    }), { numRuns: 30 });
  });

  it('lets go of who gives up while others wait before it', async () => {
    const clock = new ManualTimers();
    const limit = new RateLimit({ count: 1, period: 1_000 }, clock);
    await limit.pass(never);
    const abort = new AbortController();
    const before = limit.pass(never);
    const given = limit.pass(abort.signal);
    const next = limit.pass(never);
    abort.abort(new Error('gone'));
    await expect(given).rejects.toThrow('gone');
    await clock.advance(1_000);
    await before;
    await clock.advance(1_000);
    await next;
  });

  it('lets go of who waits when the signal fires, and the next one takes the place', async () => {
    const clock = new ManualTimers();
    const limit = new RateLimit({ count: 1, period: 1_000 }, clock);
    await limit.pass(never);
    const abort = new AbortController();
    const given = limit.pass(abort.signal);
    const next = limit.pass(never);
    abort.abort(new Error('gone'));
    await expect(given).rejects.toThrow('gone');
    await clock.advance(1_000);
    await next;
  });
});
