import { describe, expect, it } from 'vitest';
import { benchmarkSearch } from '../bench/search-200k.js';

const LIMIT = 60_000_000;

describe('memory of a large search', () => {
  it('200,000 entries let the memory of agent and controller rise by no more than 60 MB above what 20,000 do', async () => {
    const { small, large, growth } = await benchmarkSearch({ small: 20_000, large: 200_000 });
    expect(small.entries).toBe(20_000);
    expect(large.entries).toBe(200_000);
    expect(growth.agent).toBeLessThan(LIMIT);
    expect(growth.controller).toBeLessThan(LIMIT);
    // Streamed: the first entry is there long before the last is read.
    expect(large.firstEntry).toBeLessThan(large.milliseconds / 5);
  }, 420_000);
});
