/** Asked before each try; the search for a smaller input ends when it says so. */
export type Budget = () => boolean;

/**
 * A smaller input that still `fails`: pieces are left out, halves first, single bytes last; then bytes are made plain. At
 * worst the input itself.
 */
export async function minimise(input: Uint8Array, fails: (candidate: Uint8Array) => Promise<boolean>, budget: Budget): Promise<Uint8Array> {
  let smallest = input;
  for (let size = Math.ceil(input.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < smallest.length && budget();) {
      const candidate = without(smallest, start, size);
      if (candidate.length > 0 && await fails(candidate)) smallest = candidate;
      else start += size;
    }
    if (size === 1 || !budget()) break;
  }
  return plainer(smallest, fails, budget);
}

function without(input: Uint8Array, start: number, length: number): Uint8Array {
  const end = Math.min(input.length, start + length);
  const result = new Uint8Array(input.length - (end - start));
  result.set(input.subarray(0, start));
  result.set(input.subarray(end), start);
  return result;
}

const PLAIN = 0x61;

async function plainer(input: Uint8Array, fails: (candidate: Uint8Array) => Promise<boolean>, budget: Budget): Promise<Uint8Array> {
  let plainest = input;
  for (let index = 0; index < plainest.length && budget(); index++) {
    if (plainest[index] === PLAIN) continue;
    const candidate = Uint8Array.from(plainest);
    candidate[index] = PLAIN;
    if (await fails(candidate)) plainest = candidate;
  }
  return plainest;
}
