import { describe, expect, it } from 'vitest';
import { benchmarkPaused } from '../../interop/bench/paused-consumer.js';

/** More than sockets hold behind the place where the reader stops. */
const ROWS = 150_000;

// The long one, side by side with the Java connector server: node scripts/interop-bench.mjs paused
describe('a reader that stops in the middle of a search and goes on after some seconds', () => {
  it.each(['ours', 'noExtensions'] as const)('%s: the agent holds no more meanwhile, and every result arrives, in order', async (run) => {
    const { results: [result] } = await benchmarkPaused({ rows: ROWS, pause: 5, runs: [run] });
    expect(result).toMatchObject({ ended: 'end', entries: ROWS, inOrder: true, complete: true });
    expect(result!.paused!.looks).toBeGreaterThan(8);
    expect(result).toMatchObject({ flat: true });
  }, 240_000);
});
