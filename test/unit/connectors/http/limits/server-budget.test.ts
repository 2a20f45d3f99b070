import { beforeEach, describe, expect, it } from 'vitest';
import { ServerBudget } from '../../../../../connectors/engines/http/limits/server-budget.js';
import type { Place } from '../../../../../connectors/engines/http/limits/throttle.js';
import { Turns } from '../../../../../connectors/engines/http/limits/turns.js';
import { ManualTimers } from '../../../../support/manual-timers.js';

const never = new AbortController().signal;
const BEGINNING = Date.UTC(2024, 8, 2, 8, 49);

describe('what a server announces', () => {
  let clock: ManualTimers;
  let turns: Turns;
  let budgets: readonly ServerBudget[];
  let places: Place[];
  beforeEach(() => {
    clock = new ManualTimers();
    turns = new Turns(clock);
    places = [];
    budgets = [new ServerBudget()];
  });

  /** Has so many ask, and says how many passed by now. */
  async function ask(count: number): Promise<number> {
    const before = places.length;
    for (let n = 0; n < count; n++) void turns.pass({ lane: n, kind: 'read', budgets }, never).then((place) => places.push(place));
    await clock.advance(0);
    return places.length - before;
  }

  async function passedAfter(milliseconds: number): Promise<number> {
    const before = places.length;
    await clock.advance(milliseconds);
    return places.length - before;
  }

  function answer(index: number, headers: Readonly<Record<string, string>> = {}, status = 200): number | undefined {
    return places[index]?.answered({ status, headers: new Map([['date', new Date(BEGINNING + Math.floor(clock.now() / 1_000) * 1_000).toUTCString()], ...Object.entries(headers)]) });
  }

  const limit = (remaining: number, reset: string): Record<string, string> => ({ 'x-ratelimit-limit': '60', 'x-ratelimit-remaining': String(remaining), 'x-ratelimit-reset': reset });

  it('is found out by one request; nothing announced, nothing limited', async () => {
    expect(await ask(10)).toBe(1);
    answer(0);
    expect(await passedAfter(0)).toBe(9);
    expect(await ask(100)).toBe(100);
  });

  it('is not waited for any longer than a few seconds, and another request goes where the first one failed', async () => {
    expect(await ask(3)).toBe(1);
    expect(await passedAfter(4_900)).toBe(0);
    expect(await passedAfter(200)).toBe(1);
    places[0]?.failed();
    places[1]?.failed();
    expect(await passedAfter(0)).toBe(1);
  });

  it('lets everybody wait after 429 as long as Retry-After says, and then one ask', async () => {
    await ask(1);
    answer(0);
    expect(await ask(8)).toBe(8);
    for (let n = 1; n < 9; n++) expect(answer(n, { 'retry-after': '12' }, 429)).toBe(12_000);
    expect(await ask(5)).toBe(0);
    expect(await passedAfter(11_900)).toBe(0);
    expect(await passedAfter(200)).toBe(1);
    answer(9);
    expect(await passedAfter(0)).toBe(4);
  });

  it('takes a date as Retry-After by the server\'s own clock', async () => {
    await ask(1);
    const pause = answer(0, { 'retry-after': new Date(BEGINNING + 30_000).toUTCString() }, 429) ?? 0;
    expect(pause).toBeGreaterThanOrEqual(29_000);
    expect(pause).toBeLessThanOrEqual(31_000);
  });

  it('waits for the end of the window after 429 without Retry-After, and longer each time where nothing is said', async () => {
    await ask(1);
    const end = answer(0, limit(0, 'Mon, 02 Sep 2024 08:49:37 GMT'), 429) ?? 0;
    expect(end).toBeGreaterThanOrEqual(37_000);
    expect(end).toBeLessThanOrEqual(39_000);
    budgets = [new ServerBudget()];
    const pauses: (number | undefined)[] = [];
    for (let n = 1; n < 5; n++) {
      await ask(1);
      pauses.push(answer(n, {}, 429));
      await clock.advance(60_000);
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000]);
  });

  it('does not send what is not left, and one more once the window has surely ended', async () => {
    await ask(1);
    answer(0, limit(2, 'Mon, 02 Sep 2024 08:49:37 GMT'));
    await ask(10);
    expect(await passedAfter(36_000)).toBe(2);
    expect(await passedAfter(1_000)).toBe(0);
    expect(await passedAfter(2_200)).toBe(1);
  });

  it('spreads what is left over the window, but for the first few', async () => {
    await ask(1);
    answer(0, limit(59, '60'));
    expect(await ask(100)).toBeLessThanOrEqual(6);
    const firstHalf = await passedAfter(30_000);
    expect(firstHalf).toBeGreaterThan(22);
    expect(firstHalf).toBeLessThan(33);
  });

  it('counts a request that failed as if it had arrived', async () => {
    await ask(1);
    answer(0, limit(2, '60'));
    await ask(3);
    await clock.advance(59_100);
    expect(places).toHaveLength(3);
    places[1]?.failed();
    places[2]?.failed();
    expect(await passedAfter(1_500)).toBe(0);
  });

  it('is taken to a share of each window only, whatever is left of it', async () => {
    budgets = [new ServerBudget({ share: 0.25 })];
    await ask(1);
    answer(0, limit(59, '60'));
    await ask(100);
    await clock.advance(59_100);
    expect(places).toHaveLength(15);
  });

  it('is taken with what others use: what they have taken is not asked for', async () => {
    await ask(1);
    answer(0, limit(20, '60'));
    await ask(100);
    await clock.advance(5_000);
    answer(1, limit(1, '55'));
    const before = places.length;
    await clock.advance(50_000);
    expect(places.length).toBe(before);
  });
});
