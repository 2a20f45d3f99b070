import { describe, expect, it, vi } from 'vitest';
import { runLimits } from '../../../../bench/rate-limits.js';
import type { LimitedServerOptions } from '../../../../support/limited-server.js';

vi.setConfig({ testTimeout: 60_000 });

type Way = readonly [number, number];
const NEAR: Way = [1, 2];
const USUAL: Way = [20, 60];
const FAR: Way = [100, 300];

const run = (server: Pick<LimitedServerOptions, 'limit' | 'period' | 'windows' | 'reset'> & Partial<LimitedServerOptions>, latency: Way = USUAL, learning = 2) => runLimits({
  name: '', server: { phase: 321, ahead: 7_321, ...server }, limits: {}, latency, learning,
});

describe('at the end of windows', () => {
  /** Each was refused once a window by limits that took the first guess at a window's length for granted. */
  it.each<[LimitedServerOptions, Way]>([
    [{ limit: 10, period: 5_000, windows: 'clock', reset: 'epochSeconds', phase: 321, ahead: 7_321 }, [5, 10]],
    [{ limit: 100, period: 5_000, windows: 'clock', reset: 'imfDate', phase: 321, ahead: 7_321 }, USUAL],
    [{ limit: 10, period: 2_000, windows: 'clock', reset: 'deltaSeconds', phase: 321, ahead: 7_321 }, [5, 10]],
    [{ limit: 10, period: 2_000, windows: 'firstRequest', reset: 'deltaSeconds', ahead: 7_321 }, USUAL],
    [{ limit: 30, period: 3_000, windows: 'clock', reset: 'imfDate', phase: 27_967, ahead: 19_886 }, FAR],
    [{ limit: 5, period: 10_000, windows: 'clock', reset: 'deltaSeconds', phase: 10_592, ahead: 1_446 }, NEAR],
  ])('nothing is refused where the clock hides when that is: %j', async (server, latency) => {
    expect((await run(server, latency)).refused).toBe(0);
  });

  it('nothing is refused whatever the length of the window, its place in the second and the way there', async () => {
    for (const windows of ['clock', 'firstRequest'] as const) {
      for (const reset of ['epochSeconds', 'epochMilliseconds', 'imfDate'] as const) {
        for (const [period, limit] of [[1_000, 5], [2_000, 30], [3_000, 10], [10_000, 5]] as const) {
          for (const latency of [NEAR, USUAL, FAR]) {
            const server = { windows, reset, period, limit, phase: period % 3_000 + 450 };
            expect({ server, latency, refused: (await run(server, latency)).refused }).toEqual({ server, latency, refused: 0 });
          }
        }
      }
    }
  });

  it('agents with a share each are refused nothing where windows begin with a request of any of them', async () => {
    for (const reset of ['imfDate', 'epochSeconds', 'epochMilliseconds'] as const) {
      const server = { limit: 60, period: 60_000, windows: 'firstRequest', reset, ahead: 7_321 } as const;
      const { accepted, permitted, refused } = await runLimits({ name: '', server, limits: { share: 0.25 }, latency: USUAL, clients: 4 });
      expect(refused).toBe(0);
      expect(accepted / permitted).toBeGreaterThanOrEqual(0.99);
    }
  });

  it.each([1_000, 2_000])('99 in a hundred of what is permitted are used where windows of %i ms follow a clock', async (period) => {
    for (const reset of ['epochSeconds', 'epochMilliseconds', 'imfDate'] as const) {
      for (const limit of [10, 30]) {
        const { accepted, permitted, refused } = await run({ windows: 'clock', reset, period, limit }, USUAL, 20);
        expect(refused).toBe(0);
        expect(accepted / permitted).toBeGreaterThanOrEqual(0.99);
      }
    }
  });

  it('where a window begins with a request, hardly more than the way to the server is lost between two', async () => {
    for (const period of [1_000, 2_000]) {
      const near = await run({ windows: 'firstRequest', reset: 'epochMilliseconds', period, limit: 30 }, [5, 6], 20);
      expect(near.refused).toBe(0);
      expect(near.accepted / near.permitted).toBeGreaterThanOrEqual(0.99);
    }
  });
});
