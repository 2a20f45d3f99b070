/** One counter per place the instrumented code passes; filled by that code itself (see instrument.ts). */
export type Counters = Uint8Array;

/** More places than the product has; places beyond share counters. */
export const PLACES = 1 << 16;

declare global {
  var causewayFuzzCounters: Counters | undefined;
}

/** The counters of this thread. */
export function sharedCounters(): Counters {
  return globalThis.causewayFuzzCounters ??= new Uint8Array(PLACES);
}

/** Passing a place 5 times is not worth more than 4 times, but more than once or 20 times is: as AFL counts. */
const BUCKET = new Uint8Array(256).map((_, count) => {
  if (count <= 3) return count === 0 ? 0 : 1 << (count - 1);
  if (count < 8) return 8;
  if (count < 16) return 16;
  if (count < 32) return 32;
  return count < 128 ? 64 : 128;
});

/** Remembers which places were passed, and how often, by any input so far. */
export class Coverage {
  readonly #counters: Counters;
  readonly #words: Uint32Array;
  readonly #seen = new Uint8Array(PLACES);
  places = 0;

  /** Only the first `places` counters are looked at. */
  constructor(counters = sharedCounters(), places = PLACES) {
    this.#counters = counters.subarray(0, Math.min(PLACES, Math.ceil(places / 4) * 4));
    this.#words = new Uint32Array(counters.buffer, counters.byteOffset, this.#counters.length / 4);
  }

  /** Whether a place from `first` up to but not including `end` was passed. */
  hasSeen(first: number, end: number): boolean {
    return this.#seen.subarray(first % PLACES, first % PLACES + end - first).some((buckets) => buckets !== 0);
  }

  reset(): void {
    this.#counters.fill(0);
  }

  /** Takes in what ran since `reset`: the number of places passed for the first time, or passed in a new number. */
  take(): number {
    const words = this.#words;
    let news = 0;
    for (let word = 0; word < words.length; word++) {
      if (words[word] !== 0) news += this.#takeFour(word * 4);
    }
    return news;
  }

  #takeFour(start: number): number {
    let news = 0;
    for (let place = start; place < start + 4; place++) {
      const bucket = BUCKET[this.#counters[place] ?? 0] ?? 0;
      const seen = this.#seen[place] ?? 0;
      if ((seen & bucket) === bucket) continue;
      if (seen === 0) this.places++;
      this.#seen[place] = seen | bucket;
      news++;
    }
    return news;
  }
}
