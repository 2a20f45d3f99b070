import type { Random } from './random.js';

const INTERESTING_BYTES = [0, 1, 0x7f, 0x80, 0xff, 0x22, 0x27, 0x5c, 0x0a, 0x0d, 0x00, 0x25, 0x28, 0x29, 0x2a, 0x2e, 0x2f];
const INTERESTING_NUMBERS = [0, 1, -1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, -0x80000000, 0x1fffffff];
/** Deep nesting and long runs are not found byte by byte. */
const REPEATS = [2, 8, 64, 70, 512, 3000];

type Mutation = (input: Uint8Array, random: Random, others: MutationSource) => Uint8Array;

export interface MutationSource {
  readonly words: readonly Uint8Array[];
  other(): Uint8Array;
}

function splice(input: Uint8Array, start: number, removed: number, inserted: Uint8Array): Uint8Array {
  const result = new Uint8Array(input.length - removed + inserted.length);
  result.set(input.subarray(0, start));
  result.set(inserted, start);
  result.set(input.subarray(start + removed), start + inserted.length);
  return result;
}

function changed(input: Uint8Array, change: (copy: Uint8Array, view: DataView) => void): Uint8Array {
  // Not slice: a Buffer's would be the same memory.
  const copy = Uint8Array.from(input);
  change(copy, new DataView(copy.buffer));
  return copy;
}

/** A piece of the input: start and length, short ones more often. */
function piece(input: Uint8Array, random: Random): { start: number; length: number } {
  const start = random.below(input.length);
  const most = Math.max(1, input.length - start);
  return { start, length: 1 + random.below(random.oneIn(3) ? most : Math.min(most, 16)) };
}

function cut(input: Uint8Array, random: Random): Uint8Array {
  const { start, length } = piece(input, random);
  return input.subarray(start, Math.min(input.length, start + length));
}

const mutations: readonly Mutation[] = [
  // A bit, a byte, a byte that means something.
  (input, random) => changed(input, (copy) => { copy[random.below(copy.length)]! ^= 1 << random.below(8); }),
  (input, random) => changed(input, (copy) => { copy[random.below(copy.length)] = random.uint32(); }),
  (input, random) => changed(input, (copy) => { copy[random.below(copy.length)] = random.pick(INTERESTING_BYTES)!; }),
  (input, random) => changed(input, (copy) => { copy[random.below(copy.length)]! += random.below(70) - 35; }),
  // A number, in either byte order.
  (input, random) => input.length < 4 ? input : changed(input, (_, view) => view.setInt32(random.below(input.length - 3), random.pick(INTERESTING_NUMBERS)!, random.oneIn(2))),
  (input, random) => input.length < 2 ? input : changed(input, (_, view) => view.setInt16(random.below(input.length - 1), random.pick(INTERESTING_NUMBERS)!, random.oneIn(2))),
  (input, random) => input.length < 4 ? input : changed(input, (_, view) => {
    const at = random.below(input.length - 3);
    view.setInt32(at, view.getInt32(at) + random.below(33) - 16);
  }),
  // Less, more, elsewhere.
  (input, random) => { const { start, length } = piece(input, random); return splice(input, start, Math.min(length, input.length - start), new Uint8Array()); },
  (input, random) => input.subarray(0, random.below(input.length)),
  (input, random) => splice(input, random.below(input.length + 1), 0, random.bytes(1 + random.below(8))),
  (input, random) => splice(input, random.below(input.length + 1), 0, cut(input, random)),
  (input, random) => { const from = cut(input, random); const at = random.below(input.length); return splice(input, at, Math.min(from.length, input.length - at), from); },
  (input, random) => repeated(input, random),
  // A word; a piece of another input.
  (input, random, { words }) => splice(input, random.below(input.length + 1), 0, random.pick(words) ?? new Uint8Array()),
  (input, random, { words }) => { const word = random.pick(words) ?? new Uint8Array(); const at = random.below(input.length); return splice(input, at, Math.min(word.length, input.length - at), word); },
  (input, random, { other }) => splice(input, random.below(input.length + 1), 0, cut(other(), random)),
  (input, random, { other }) => splice(other(), 0, 0, input.subarray(0, random.below(input.length))),
];

function repeated(input: Uint8Array, random: Random): Uint8Array {
  const unit = cut(input, random).subarray(0, 24);
  const times = random.pick(REPEATS) ?? 2;
  const run = new Uint8Array(unit.length * times);
  for (let count = 0; count < times; count++) run.set(unit, count * unit.length);
  return splice(input, random.below(input.length + 1), 0, run);
}

/** The input with one to a dozen changes, most often few, no longer than `most` bytes. */
export function mutate(input: Uint8Array, random: Random, source: MutationSource, most: number): Uint8Array {
  let result = input;
  const changes = 1 << random.below(random.oneIn(4) ? 5 : 3);
  for (let count = 0; count < changes; count++) {
    if (result.length === 0) result = random.bytes(1 + random.below(16));
    result = random.pick(mutations)!(result, random, source);
  }
  return Uint8Array.from(result.length > most ? result.subarray(0, most) : result);
}
