import { Session } from 'node:inspector/promises';
import { getHeapSpaceStatistics } from 'node:v8';
import { expect, test } from 'vitest';
import { boundYoungGeneration } from '../../../../agent/cli/young-generation.js';

const WANTED = 16 * 1024 * 1024;
/** Objects alive at once, two megabytes: enough that V8 wants more room for new ones. */
const ALIVE = 20_000;

const size = (): number => getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')!.space_size;

/** Makes what survives a moment, for as long as `isWanted` says so, at most `most` times. Lets the event loop turn between. */
async function churn(isWanted: () => boolean, most: number): Promise<void> {
  for (let round = 0; round < most && isWanted(); round++) {
    const alive: object[] = [];
    while (alive.length < ALIVE) alive.push({ value: [alive.length] });
    await new Promise((resolve) => { setImmediate(resolve); });
  }
}

/** As V8 does in an idle process, which takes it half a minute. */
async function shrink(): Promise<void> {
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.collectGarbage');
  session.disconnect();
}

test('the memory for new objects grows again after V8 has shrunk it, and no further than before', async () => {
  boundYoungGeneration();
  expect(size()).toBeGreaterThanOrEqual(WANTED);
  await shrink();
  expect(size()).toBeLessThan(WANTED);
  await churn(() => size() < WANTED, 2_000);
  const grown = size();
  await churn(() => true, 100);
  expect(grown).toBe(WANTED);
  expect(size()).toBe(WANTED);
}, 60_000);
