import { FIXED } from './limits.js';

/** What a result costs its sender besides its bytes while it is kept. */
const OVERHEAD = 256;

/** When the sender of a stream has to be told what has come, although no credit is due (feature `resume`). */
export class Receipt {
  #told = 0;
  #bytes = 0;

  /** Notes a message; true when the results up to `received` should be acknowledged. */
  isDue(received: number, bytes: number): boolean {
    this.#bytes += bytes + OVERHEAD;
    return received > this.#told && (received - this.#told >= FIXED.unacknowledgedResults || this.#bytes >= FIXED.unacknowledgedBytes);
  }

  /** They have been. */
  told(received: number): void {
    this.#told = received;
    this.#bytes = 0;
  }
}
