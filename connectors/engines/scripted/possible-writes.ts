import { ConnectorError } from '../../../protocol/model/index.js';

/**
 * Whether a script may have changed its target. Counted, not flagged: of several calls under way at a time, one that turns out to
 * have done nothing must not speak for the others.
 */
export class PossibleWrites {
  #count = 0;

  get any(): boolean {
    return this.#count > 0;
  }

  /** One that nothing will take back. */
  add(): void {
    this.#count++;
  }

  /** Does the work, which counts as a write unless it fails with `notApplied`, or its result says that it was none. */
  async during<T>(work: () => Promise<T>, wasNone: (result: T) => boolean = () => false): Promise<T> {
    this.#count++;
    try {
      const result = await work();
      if (wasNone(result)) this.#count--;
      return result;
    } catch (error) {
      if (error instanceof ConnectorError && error.outcome === 'notApplied') this.#count--;
      throw error;
    }
  }
}
