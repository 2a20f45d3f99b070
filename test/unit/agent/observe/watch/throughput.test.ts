import { describe, expect, it } from 'vitest';
import { BUCKETS, Throughput } from '../../../../../agent/observe/watch/throughput.js';

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

describe('throughput', () => {
  it('the bucket under way is not told; complete ones are, the newest last', () => {
    const throughput = new Throughput(10_000);
    throughput.add('operations', 4, 11_000);
    expect(sum(throughput.status(14_999, 0).operations)).toBe(0);
    throughput.add('operations', 6, 15_000);
    const told = throughput.status(20_000, Date.parse('2026-01-01T00:00:01Z'));
    expect(told.operations.slice(-3)).toEqual([0, 4, 6]);
    expect(told).toMatchObject({ bucketSeconds: 5, operationsPerSecond: 1, until: '2026-01-01T00:00:01.000Z' });
    expect(throughput.status(22_500, Date.parse('2026-01-01T00:00:03.500Z')).until).toBe('2026-01-01T00:00:01.000Z');
  });

  it('forgets after fifteen minutes, and after any longer pause', () => {
    const throughput = new Throughput(0);
    throughput.add('entries', 100, 1);
    expect(throughput.status(15 * 60_000, 0).entries[0]).toBe(100);
    expect(sum(throughput.status(15 * 60_000 + 5000, 0).entries)).toBe(0);
    throughput.add('entries', 9, 16 * 60_000);
    const later = throughput.status(1e9, 0);
    expect([sum(later.entries), later.entries.length]).toEqual([0, BUCKETS]);
  });

  it('a clock that goes back loses nothing', () => {
    const throughput = new Throughput(100_000);
    throughput.add('failed', 1, 100_000);
    throughput.add('failed', 2, 40_000);
    expect(sum(throughput.status(105_000, 0).failed)).toBe(3);
  });

  it('counts over many turns of the ring are those of the last fifteen minutes', () => {
    const throughput = new Throughput(0);
    for (let second = 0; second < 3600; second += 1) throughput.add('operations', 1, second * 1000);
    expect(throughput.status(3_600_000, 0).operations).toEqual(new Array(BUCKETS).fill(5));
  });
});
