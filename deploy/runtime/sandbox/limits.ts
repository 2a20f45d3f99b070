/** What one run of a script may take. */
export interface RunLimits {
  /** Milliseconds from its start to its end, waiting included. */
  readonly timeout: number;
  /** Milliseconds at work: not waiting. On a machine that is busy, that is more than the processor's time. */
  readonly cpuTime: number;
  /** Bytes of values and code. */
  readonly memory: number;
  /** Characters, encoded, of one value that goes in or comes out: the variables, the result, the arguments or the answer of one call. */
  readonly valueSize: number;
  /** Calls of host functions, from start to end. */
  readonly calls: number;
}

const MIB = 1024 ** 2;

export const DEFAULT_LIMITS: RunLimits = { timeout: 60_000, cpuTime: 10_000, memory: 32 * MIB, valueSize: MIB, calls: 10_000 };

/** Characters of a script. */
export const LONGEST_SCRIPT = MIB;
/** Bytes of the interpreter's own stack: some thousand calls deep. */
export const STACK_BYTES = 256 * 1024;
/** Calls of host functions that wait for an answer, those that wait for their turn included. */
export const CALLS_WAITING = 256;
/** Calls of one run that the host works on at a time. */
export const CALLS_AT_A_TIME = 8;
/** Characters of the arguments of calls that wait for their turn. */
export const WAITING_CHARACTERS = 4 * MIB;
/** Lines one run may write to the log, and characters of each. */
export const LOG_LINES = 200;
export const LOG_CHARACTERS = 2000;
/** Of a line or an error on its way out, so much: secrets are looked for in it before it is cut. */
export const TEXT_CHARACTERS = 4000;
/** A value nested deeper goes neither in nor out. */
export const DEEPEST_VALUE = 64;
/** The sandbox stops a script by itself; when it has not so much later, its thread is ended from outside. Milliseconds. */
export const GRACE = 1_000;
