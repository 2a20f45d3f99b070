/**
 * Processor time of one run, in memory shared with the agent, which ends the thread when the script cannot be stopped from
 * inside. Written by the sandbox thread only.
 */
export class ProcessorTime {
  readonly #shared: BigInt64Array;
  #began = 0n;
  #before = 0n;

  constructor(shared: SharedArrayBuffer) {
    this.#shared = new BigInt64Array(shared, 0, 2);
    this.#write();
  }

  begin(): void {
    this.#began = process.hrtime.bigint();
    this.#write();
  }

  pause(): void {
    if (this.#began !== 0n) this.#before += process.hrtime.bigint() - this.#began;
    this.#began = 0n;
    this.#write();
  }

  /** Counts from 0 again. */
  restart(): void {
    this.#before = 0n;
    this.#write();
  }

  /** Milliseconds. */
  used(): number {
    return usedTime(this.#began, this.#before);
  }

  #write(): void {
    Atomics.store(this.#shared, 1, this.#before);
    Atomics.store(this.#shared, 0, this.#began);
  }
}

/** 32-bit integers behind the two of the time. */
export const ANSWERS_SENT = 4;
export const CURRENT_ITEM = 5;
export const SHARED_BYTES = 24;

/** Milliseconds of processor time a thread's run has used until now. */
export function readProcessorTime(shared: BigInt64Array): number {
  return usedTime(Atomics.load(shared, 0), Atomics.load(shared, 1));
}

function usedTime(began: bigint, before: bigint): number {
  return Number(before + (began === 0n ? 0n : process.hrtime.bigint() - began)) / 1e6;
}
