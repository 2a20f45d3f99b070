import { malformed } from '../codec-errors.js';
import { canonicalName } from './type-names.js';

export interface ConstantPool {
  /** Names by code. */
  readonly names: readonly string[];
  /** Bytes the pool takes in the stream. */
  readonly length: number;
}

interface Remembered {
  readonly bytes: Buffer;
  readonly pool: ConstantPool;
}

/** Results of one search nearly always have the same pool, so the last ones are kept instead of being read again. */
const remembered: Remembered[] = [];
const REMEMBERED_POOLS = 8;
const REMEMBERED_BYTES = 2048;
let nextVictim = 0;

/** Reads the pool at `start`; every count and length is checked against what is left before anything is allocated. */
export function readConstantPool(input: Buffer, start: number, maxNames: number): ConstantPool {
  for (const { bytes, pool } of remembered) {
    const end = start + bytes.length;
    if (end <= input.length && bytes.compare(input, start, end) === 0 && pool.names.length <= maxNames) return pool;
  }
  const pool = parsePool(input, start, maxNames);
  if (pool.length <= REMEMBERED_BYTES) {
    const bytes = Buffer.from(input.subarray(start, start + pool.length));
    remembered[nextVictim] = { bytes, pool };
    nextVictim = (nextVictim + 1) % REMEMBERED_POOLS;
  }
  return pool;
}

function parsePool(input: Buffer, start: number, maxNames: number): ConstantPool {
  if (input.length - start < 4) throw malformed('the object stream ends within its constant pool.');
  const count = input.readInt32BE(start);
  let position = start + 4;
  // An entry takes eight bytes at least.
  if (count < 0 || count > (input.length - position) / 8) throw malformed(`a constant pool of ${count} names does not fit its object stream.`);
  if (count > maxNames) throw malformed(`a constant pool of ${count} names is larger than the ${maxNames} accepted.`);
  const names: (string | undefined)[] = new Array<string | undefined>(count).fill(undefined);
  for (let i = 0; i < count; i++) {
    if (input.length - position < 8) throw malformed('the object stream ends within its constant pool.');
    const length = input.readInt32BE(position);
    position += 4;
    if (length < 0 || length > input.length - position - 4) throw malformed(`a name of ${length} bytes does not fit the constant pool.`);
    const name = input.toString('utf8', position, position + length);
    const code = input.readInt32BE(position + length);
    position += length + 4;
    if (code < 0 || code >= count) throw malformed(`the constant pool has the code ${code} among ${count} names.`);
    names[code] = canonicalName(name);
  }
  return { names: names.map((name, code) => name ?? missingCode(code)), length: position - start };
}

function missingCode(code: number): never {
  throw malformed(`the constant pool has no name with the code ${code}.`);
}
