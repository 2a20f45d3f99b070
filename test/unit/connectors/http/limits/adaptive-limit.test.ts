import { describe, expect, it } from 'vitest';
import { runLimits, type LimitFigures } from '../../../../bench/rate-limits.js';
import type { RequestLimits } from '../../../../../connectors/engines/http/limits/target-limits.js';
import type { LimitedServerOptions } from '../../../../support/limited-server.js';

const run = (server: Partial<LimitedServerOptions>, { limits = {}, latency = [20, 60], clients = 1 }: { limits?: RequestLimits; latency?: readonly [number, number]; clients?: number } = {}): Promise<LimitFigures> => runLimits({
  name: '', server: { limit: 60, period: 60_000, windows: 'clock', reset: 'imfDate', ahead: 7_321, ...server }, limits, latency, clients,
});

describe('under 8 operations, a server that counts strictly and tells whole seconds', () => {
  it.each(['clock', 'firstRequest'] as const)('gives 99 % of what it permits and refuses nothing, its windows by the %s', async (windows) => {
    for (const reset of ['imfDate', 'epochSeconds', 'epochMilliseconds', 'deltaSeconds'] as const) {
      for (const phase of [0, 311, 23_456]) {
        const { accepted, permitted, refused } = await run({ windows, reset, phase });
        expect({ reset, phase, refused }).toEqual({ reset, phase, refused: 0 });
        expect(accepted / permitted).toBeGreaterThanOrEqual(0.99);
      }
    }
  });

  it('is not asked too much when answers take from 20 ms to nearly two seconds', async () => {
    const { accepted, permitted, refused } = await run({ phase: 311 }, { latency: [10, 900] });
    expect(refused).toBe(0);
    expect(accepted / permitted).toBeGreaterThanOrEqual(0.99);
  });

  it('is shared with a second client that nobody told of: each gets its part', async () => {
    const { accepted, permitted, refused, byClient } = await run({ windows: 'firstRequest' }, { clients: 2 });
    expect(refused).toBeLessThanOrEqual(1);
    expect(accepted / permitted).toBeGreaterThanOrEqual(0.95);
    expect(Math.min(...byClient) / Math.max(...byClient)).toBeGreaterThan(0.9);
  });

  it('is shared by four agents with a quarter each, without a refusal', async () => {
    const { accepted, permitted, refused } = await run({ phase: 1_700 }, { clients: 4, limits: { share: 0.25 } });
    expect(refused).toBe(0);
    expect(accepted / permitted).toBeGreaterThanOrEqual(0.99);
  });
});
