import { describe, expect, it } from 'vitest';
import { WaitMetrics } from '../../../../../agent/observe/metrics/wait-metrics.js';
import { MetricsRegistry } from '../../../../../deploy/runtime/metrics/metrics-registry.js';
import { Scrape } from '../../../../support/prometheus-text.js';

function setUp() {
  const registry = new MetricsRegistry('t_');
  let now = 0;
  const metrics = new WaitMetrics(registry, () => now);
  const scrape = async (): Promise<Scrape> => new Scrape((await registry.exposition(() => { metrics.fill(); })).body);
  return { metrics, scrape, pass: (seconds: number) => { now += seconds * 1_000; } };
}

describe('the figures of waits', () => {
  it('of a wait that is given up twice count it once', async () => {
    const { metrics, scrape, pass } = setUp();
    const over = metrics.of('scim').begun('limit');
    pass(4);
    over();
    over();
    const page = await scrape();
    expect(page.value('t_target_waiting', { connector: 'scim' })).toBe(0);
    expect(page.value('t_target_wait_seconds_count', { connector: 'scim' })).toBe(1);
  });

  it('say how many wait now, and how long those took that do not any more, by connector and cause', async () => {
    const { metrics, scrape, pass } = setUp();
    const first = metrics.of('scim').begun('limit');
    metrics.of('scim').begun('limit');
    const refused = metrics.of('box').begun('429');
    const busy = metrics.of('box').begun('503');
    pass(0.3);
    first();
    pass(40);
    refused();
    busy();
    const page = await scrape();
    const series = page.samples('t_target_waiting').map(({ labels, value }) => ({ ...labels, value }));
    expect(series).toEqual([{ connector: 'scim', cause: 'limit', value: 1 }, { connector: 'box', cause: '429', value: 0 }, { connector: 'box', cause: '503', value: 0 }]);
    expect(page.value('t_target_wait_seconds_sum', { connector: 'scim', cause: 'limit' })).toBeCloseTo(0.3);
    expect(page.value('t_target_wait_seconds_bucket', { connector: 'scim', le: '0.1' })).toBe(0);
    expect(page.value('t_target_wait_seconds_bucket', { connector: 'scim', le: '0.5' })).toBe(1);
    expect(page.value('t_target_wait_seconds_sum', { connector: 'box', cause: '429' })).toBeCloseTo(40.3);
    expect(page.value('t_target_wait_seconds_count', { connector: 'box', cause: '503' })).toBe(1);
  });
});
