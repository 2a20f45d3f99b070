import type { Random } from './random.js';

/** What every input has to keep to. */
export interface Bounds {
  /** Longer inputs are not tried. */
  readonly bytes: number;
  /** One input may take so long. */
  readonly milliseconds: number;
  /** Memory one input may take: `base` plus `perByte` for each of its bytes. */
  readonly base: number;
  readonly perByte: number;
}

export const DEFAULT_BOUNDS: Bounds = { bytes: 8 * 1024, milliseconds: 250, base: 8 * 1024 * 1024, perByte: 1024 };

/** One entrance for input from outside, with what has to hold whatever comes in. */
export interface FuzzTarget {
  readonly name: string;
  /** Real inputs to begin with. */
  seeds(): readonly Uint8Array[];
  /** Words that mean something here, beside the texts found in the code under test. */
  readonly words?: readonly string[];
  readonly bounds?: Partial<Bounds>;
  /** A well-formed input, for what mutation does not reach. */
  generate?(random: Random): Uint8Array;
  /** Throws a {@link Finding}, or lets an undocumented error through, when something does not hold. */
  run(input: Uint8Array): void | Promise<void>;
}

/** An invariant that does not hold. */
export class Finding extends Error {
  override readonly name = 'Finding';
}

export function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Finding(what);
}

/** Runs `decode`; undefined when it refuses with one of the documented classes. Everything else it throws is a finding. */
export function refusable<T>(decode: () => T, ...documented: (new (...parameters: never[]) => Error)[]): T | undefined {
  try {
    return decode();
  } catch (error) {
    checkRefusal(error, documented);
    return undefined;
  }
}

/** As {@link refusable} for what answers later. */
export async function refusableLater<T>(decode: () => Promise<T>, ...documented: (new (...parameters: never[]) => Error)[]): Promise<T | undefined> {
  try {
    return await decode();
  } catch (error) {
    checkRefusal(error, documented);
    return undefined;
  }
}

/** A message quotes what it refuses, but not megabytes of it. */
const LONGEST_MESSAGE = 9000;

function checkRefusal(error: unknown, documented: readonly (new (...parameters: never[]) => Error)[]): void {
  if (!(error instanceof Error) || !documented.some((known) => error instanceof known)) throw error;
  check(error.message !== '', `a ${error.name} without a message`);
  check(error.message.length <= LONGEST_MESSAGE, `a message of ${error.message.length} characters`);
}

export const text = (input: Uint8Array): string => Buffer.from(input.buffer, input.byteOffset, input.byteLength).toString('utf8');

export const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'utf8');
