import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Both halves, in bytes. */
const ENOUGH = 16 * 1024 * 1024;
/** Numbers of a block, 8 KB, and blocks made at once. */
const BLOCK = 1000;
const BLOCKS = 16;
/** Several times what it takes, should V8 change. */
const MOST_BLOCKS = 1000;

/**
 * Keeps the memory for new objects at one size: V8 lets it grow to 32 MiB while modules are loaded. An agent's objects live for
 * a moment only, but for longer than 4 MiB last: the results on their way were promoted, and collecting them took 40 % of a
 * search's processor time. To be called before anything large is loaded. V8 sets the size by what survives, so something is
 * made to survive until it has grown as far as wanted.
 */
export function boundYoungGeneration(): void {
  const survivors: number[][] = [];
  while (youngBytes() < ENOUGH && survivors.length < MOST_BLOCKS) {
    for (let count = 0; count < BLOCKS; count++) survivors.push(new Array<number>(BLOCK).fill(0));
  }
  boundGrowth();
  // V8 shrinks it in an idle process, which may then let it grow again: looked at after every collection, as growth comes with one.
  new PerformanceObserver(boundGrowth).observe({ entryTypes: ['gc'] });
}

function boundGrowth(): void {
  setFlagsFromString(`--semi-space-growth-factor=${youngBytes() < ENOUGH ? 2 : 1}`);
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? ENOUGH;
}
