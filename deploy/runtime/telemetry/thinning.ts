/** Spans recorded of one trace here, before every other one is left out, then three of four, and so on. */
const AT_FIRST = 256;

/**
 * Bounds the spans one operation, or one reconciliation, may have: the first are all recorded, later ones ever more sparsely, so
 * that a million of them leave some three thousand, from the beginning to the end.
 */
export class Thinning {
  readonly #atFirst: number;
  #stride = 1;
  #seen = 0;
  #taken = 0;
  #leftOut = 0;

  constructor(atFirst = AT_FIRST) {
    this.#atFirst = atFirst;
  }

  get leftOut(): number {
    return this.#leftOut;
  }

  /** Whether the next one is recorded. */
  take(): boolean {
    const isTaken = this.#seen++ % this.#stride === 0;
    if (!isTaken) {
      this.#leftOut++;
      return false;
    }
    if (++this.#taken < this.#atFirst) return true;
    this.#taken = 0;
    this.#seen = 0;
    this.#stride *= 2;
    return true;
  }

  /** So many were left out elsewhere. */
  leaveOut(count: number): void {
    this.#leftOut += count;
  }
}
