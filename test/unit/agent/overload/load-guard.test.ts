import { describe, expect, it } from 'vitest';
import { LoadGuard, type LoadReading } from '../../../../agent/overload/load-guard.js';
import { OverloadProtection } from '../../../../agent/overload/overload-protection.js';
import { watchProcess } from '../../../../agent/overload/process-load.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { until } from '../../../support/until.js';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const MIB = 1024 ** 2;
const CALM: LoadReading = { lag: 3, rss: 100 * MIB, heapShare: 0.2 };

function guard(limits = { eventLoopLag: 200, memory: 500 * MIB }) {
  let reading = CALM;
  const made = new LoadGuard({ limits, clock: new FakeClock(), log: quiet, read: () => reading });
  const see = (next: Partial<LoadReading>, times = 1): void => {
    reading = { ...CALM, ...next };
    for (let count = 0; count < times; count++) made.look();
  };
  return { made, see };
}

describe('lag', () => {
  it('one slow moment is none; two in a row are; and it takes a while of half as much to be over it', () => {
    const { made, see } = guard();
    see({ lag: 900 });
    see({ lag: 10 });
    see({ lag: 900 });
    expect(made.lag).toBeUndefined();
    see({ lag: 900 });
    expect(made.lag).toMatch(/900 ms late.*limits\.eventLoopLag: 200 ms/);
    see({ lag: 150 }, 20);
    expect(made.lag).toBeDefined();
    see({ lag: 20 }, 3);
    see({ lag: 120 });
    see({ lag: 20 }, 3);
    expect(made.lag).toBeDefined();
    see({ lag: 20 });
    expect(made.lag).toBeUndefined();
  });

  it('is not watched when the limit is 0', () => {
    const { made, see } = guard({ eventLoopLag: 0, memory: 500 * MIB });
    see({ lag: 10_000 }, 10);
    expect(made.lag).toBeUndefined();
  });

  it('is measured: a process that is kept busy is seen to be late, and to have caught up', async () => {
    const load = watchProcess();
    const measured = new LoadGuard({ limits: { eventLoopLag: 100, memory: 1e15 }, clock: new FakeClock(), log: quiet, read: () => load.read() });
    try {
      await until(() => {
        const end = performance.now() + 250;
        while (performance.now() < end);
        measured.look();
        return measured.lag !== undefined;
      }, 'the lag to be noticed');
      expect(measured.reading.lag).toBeGreaterThan(100);
      await until(() => {
        measured.look();
        return measured.lag === undefined;
      }, 'the lag to be over');
    } finally {
      load.close();
    }
  });
});

describe('memory', () => {
  it('is short above the limit, and enough again well below it', () => {
    const { made, see } = guard();
    see({ rss: 501 * MIB });
    expect(made.memory).toMatch(/501 MiB.*limits\.memory: 500 MiB/);
    see({ rss: 480 * MIB }, 10);
    expect(made.memory).toBeDefined();
    see({ rss: 440 * MIB });
    expect(made.memory).toBeUndefined();
    see({ heapShare: 0.95 });
    expect(made.memory).toContain('95 % of its heap');
  });
});

describe('an overloaded agent', () => {
  it('refuses reads, takes writes, says so in its status, and lets one read in when nothing else runs', async () => {
    const clock = new FakeClock();
    let reading: LoadReading = CALM;
    const protection = new OverloadProtection(
      { operations: 9, perConnector: 9, connectors: {}, perSystem: 9, queue: 9, queueTime: 9, eventLoopLag: 200, memory: 500 * MIB },
      { clock, log: quiet, load: { read: () => reading, close: () => undefined } },
    );
    expect(protection.refusal('search')).toBeUndefined();
    reading = { ...CALM, lag: 900 };
    await clock.advance(1_000);
    expect(protection.refusal('search')).toMatch(/busy: it is 900 ms late/);
    expect(protection.refusal('get')).toBeDefined();
    expect(protection.refusal('delete')).toBeUndefined();
    expect(protection.status()).toMatchObject({ overloaded: expect.stringContaining('900 ms late') as string, lagMs: 900, refused: 2 });
    reading = { ...CALM, rss: 600 * MIB };
    await clock.advance(2_000);
    expect(protection.refusal('search')).toBeUndefined();   // memory alone, and nothing under way
    await protection.close();
    expect(clock.sleeping).toBe(0);
  });
});
