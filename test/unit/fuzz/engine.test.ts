import { describe, expect, it } from 'vitest';
import { Campaign, numberBytes, signatureOf, type CampaignOptions, type Crash } from '../../fuzz/engine/campaign.js';
import { sharedCounters } from '../../fuzz/engine/coverage.js';
import { COUNTERS_MODULE, instrument } from '../../fuzz/engine/instrument.js';
import { minimise } from '../../fuzz/engine/minimise.js';
import { mutate } from '../../fuzz/engine/mutate.js';
import { Random } from '../../fuzz/engine/random.js';
import { check, type FuzzTarget } from '../../fuzz/engine/target.js';
import { threadMilliseconds } from '../../fuzz/engine/thread-time.js';

/** A function of its source, with counters, as the build makes it. */
function instrumented<T>(source: string): { readonly run: T; readonly words: ReadonlySet<string>; readonly numbers: ReadonlySet<number>; readonly places: number } {
  let places = 0;
  const { code, words, numbers } = instrument(source, 'sample.js', () => 40_000 + places++);
  expect(code).toContain(COUNTERS_MODULE);
  const body = code.replace(/^import .*$/m, '').replace(/^\s*export /gm, '');
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the sample above, with counters
  const make = new Function('causewayFuzz', `${body}\nreturn run;`) as (counters: Uint8Array) => T;
  return { run: make(sharedCounters()), words, numbers, places };
}

function campaign(target: FuzzTarget, milliseconds: number, more: Partial<CampaignOptions> = {}): { readonly crashes: Crash[]; readonly done: Promise<Campaign> } {
  const crashes: Crash[] = [];
  const run = new Campaign(target, { seed: 7, milliseconds, places: 65_536, words: () => [], known: [], onInput: () => undefined, onCrash: (crash) => { crashes.push(crash); }, onKept: () => undefined, onDropped: () => undefined, ...more });
  return { crashes, done: run.run().then(() => run) };
}

const BURIED = `
export function run(bytes) {
  let at = 0;
  if (bytes[at++] === 0x63) {
    if (bytes[at++] === 0x61) {
      const third = bytes[at++] === 0x75 ? 'yes' : 'no';
      if (third === 'yes' && bytes[at++] === 0x73) throw new RangeError('found');
    }
  }
}`;

describe('coverage guidance', () => {
  it('leads to a fault behind four comparisons, which luck alone would meet once in four billion inputs, and minimises it', async () => {
    const { run, numbers } = instrumented<(bytes: Uint8Array) => void>(BURIED);
    const known: Uint8Array[] = [];
    let crashes: readonly Crash[] = [];
    // In runs of a second, each on what those before it kept: a busy machine needs more of them.
    for (let seed = 1; seed <= 40 && crashes.length === 0; seed++) {
      const next = campaign({ name: 'buried', seeds: () => [new Uint8Array(8)], run }, 1_000, { seed, known: [...known], words: () => [...numbers].map(numberBytes), onKept: (input) => { known.push(input); } });
      await next.done;
      crashes = next.crashes;
    }
    expect(crashes.map(({ signature }) => signature)).toEqual([expect.stringContaining('RangeError')]);
    expect(Buffer.from(crashes[0]!.input).toString()).toBe('caus');
  }, 60_000);

  it('counts every way the code can go, and changes nothing of what it does', () => {
    const { run, words, places } = instrumented<(value: number) => string>(`
      export const run = (value) => {
        const kind = value > 3 ? 'large' : value < 0 ? 'negative' : 'small';
        for (let i = 0; i < 2; i++) value += i;
        if (value === 9) return { kind: 'nine' }.kind; else value--;
        switch (kind) { case 'large': return kind; case 'small': { return kind ?? 'never'; } default: break; }
        do value++; while (value < 0);
        try { throw new Error(kind); } catch { return [1].map((x) => x + value).join() || (() => ({ a: 1 }))().a; }
      };`);
    expect([run(4), run(1), run(-5), run(8)]).toEqual(['large', 'small', '1', 'nine']);
    expect([...words]).toEqual(expect.arrayContaining(['large', 'small', 'negative', 'nine']));
    expect(places).toBeGreaterThan(12);
  });
});

describe('inputs of earlier runs', () => {
  it('stay only when they lead somewhere no other does, the shortest first, so that what is kept on disk is bounded', async () => {
    const { run } = instrumented<(bytes: Uint8Array) => void>(`
      export function run(bytes) {
        if (bytes[0] === 1) return 'one';
        if (bytes[0] === 2) return 'two';
        return 'other';
      }`);
    const dropped: Uint8Array[] = [];
    const kept: Uint8Array[] = [];
    const known = [[1], [2], [1, 9], [2, 9, 9], [7]].map((bytes) => Uint8Array.from(bytes));
    const { done } = campaign({ name: 'known', seeds: () => [Uint8Array.of(0)], run }, 0, { known, onDropped: (input) => { dropped.push(input); }, onKept: (input) => { kept.push(input); } });
    await done;
    expect(dropped.map((input) => [...input])).toEqual([[1, 9], [2, 9, 9], [7]]);
    expect(kept).toEqual([]);
  });
});

describe('what counts as a crash', () => {
  const found = async (run: FuzzTarget['run'], bounds: FuzzTarget['bounds'] = {}): Promise<string[]> => {
    const { crashes, done } = campaign({ name: 'sample', seeds: () => [Uint8Array.of(1, 2, 3, 4)], bounds, run }, 300);
    await done;
    return crashes.map(({ signature }) => signature);
  };

  it('a changed prototype', async () => {
    try {
      expect(await found(() => { (Object.prototype as unknown as Record<string, unknown>)['polluted'] = true; })).toEqual([expect.stringContaining('changed a prototype')]);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted');
    }
  });

  it('an input that takes too long, and neither a single hiccup of the machine nor one that others have the processor of', async () => {
    const work = (milliseconds: number): void => { const end = threadMilliseconds() + milliseconds; while (threadMilliseconds() < end); };
    expect(await found(() => work(30), { milliseconds: 10 })).toEqual([expect.stringContaining('takes N ms')]);
    let isFirst = true;
    expect(await found(() => { if (isFirst) work(80); isFirst = false; }, { milliseconds: 40 })).toEqual([]);
    const nobody = new Int32Array(new SharedArrayBuffer(4));
    expect(await found(() => { Atomics.wait(nobody, 0, 0, 60); }, { milliseconds: 40 })).toEqual([]);
  });

  it('an input that takes more memory than its length explains', async () => {
    const kept: unknown[] = [];
    expect(await found(() => { kept.push(new Uint8Array(4 * 1024 * 1024)); if (kept.length > 30) kept.length = 0; }, { base: 1024 * 1024, perByte: 1024 }))
      .toEqual([expect.stringContaining('takes N bytes of memory')]);
  });

  it('an invariant that does not hold, once per kind', async () => {
    expect(await found((input) => { check((input[0] ?? 0) < 200, `byte ${input[0] ?? 0} is too large`); })).toHaveLength(1);
  });
});

describe('mutation and minimising', () => {
  it('repeats with the seed and keeps to the longest length', () => {
    const outputs = (seed: number): string[] => {
      const random = new Random(seed);
      const source = { words: [Buffer.from('word')], other: () => Uint8Array.of(9, 9, 9) };
      return Array.from({ length: 200 }, () => Buffer.from(mutate(Uint8Array.of(1, 2, 3, 4, 5), random, source, 64)).toString('hex'));
    };
    expect(outputs(1)).toEqual(outputs(1));
    expect(outputs(1)).not.toEqual(outputs(2));
    expect(outputs(3).every((hex) => hex.length <= 128)).toBe(true);
  });

  it('leaves the input alone, a Buffer of shared memory too', () => {
    const random = new Random(5);
    const input = Buffer.from('unchanged');
    const neighbour = Buffer.from('untouched');
    for (let count = 0; count < 500; count++) mutate(input, random, { words: [Buffer.from('w')], other: () => neighbour }, 64);
    expect(`${input.toString()} ${neighbour.toString()}`).toBe('unchanged untouched');
  });

  it('leaves of an input only what makes it fail', async () => {
    const input = Buffer.from('some long text with "needle" and more of it behind');
    const smallest = await minimise(input, async (candidate) => Buffer.from(candidate).includes('needle'), () => true);
    expect(Buffer.from(smallest).toString()).toBe('needle');
  });

  it('tells faults apart by where they come from', () => {
    const here = (): Error => new TypeError('x');
    expect(signatureOf(here())).toContain('TypeError at');
    expect(signatureOf('text')).toContain('thrown');
  });
});
