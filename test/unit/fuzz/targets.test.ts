import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mutate } from '../../fuzz/engine/mutate.js';
import { Random } from '../../fuzz/engine/random.js';
import { DEFAULT_BOUNDS } from '../../fuzz/engine/target.js';
import { loadTarget } from '../../fuzz/targets/index.js';
import { TARGET_NAMES } from '../../fuzz/targets/names.js';

const REGRESSIONS = join(import.meta.dirname, '../../fuzz/regressions');

/** Inputs that once broke something, by target. */
function regressionsOf(name: string): (readonly [file: string, input: Uint8Array])[] {
  try {
    return readdirSync(join(REGRESSIONS, name)).map((file) => [file, new Uint8Array(readFileSync(join(REGRESSIONS, name, file)))]);
  } catch {
    return [];                                             // nothing was found there so far
  }
}

/** Mutated inputs per target: a short look with every test run. `npm run fuzz` takes its time. */
const TRIES = 300;

describe.each(TARGET_NAMES)('fuzz target %s', (name) => {
  it('holds for its seeds, for inputs that broke something once, and for some mutated ones', async () => {
    const target = await loadTarget(name);
    if (target === undefined) throw new Error(`There is no target ${name}.`);
    expect(target.name).toBe(name);
    const seeds = target.seeds();
    expect(seeds.length).toBeGreaterThan(0);
    for (const [, input] of regressionsOf(name)) await target.run(input);
    for (const seed of seeds) await target.run(seed);
    const random = new Random(20_261_122);
    const words = (target.words ?? []).map((word) => Buffer.from(word));
    const most = target.bounds?.bytes ?? DEFAULT_BOUNDS.bytes;
    const other = () => random.pick(seeds)!;
    for (let count = 0; count < TRIES; count++) await target.run(mutate(other(), random, { words, other }, most));
  });
});

it('keeps regressions only for targets there are', () => {
  expect(readdirSync(REGRESSIONS).filter((name) => !name.endsWith('.md') && !(TARGET_NAMES as readonly string[]).includes(name))).toEqual([]);
});
