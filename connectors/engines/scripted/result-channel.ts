interface Offer<T> { readonly items: readonly T[]; readonly taken: (goOn: boolean) => void }
type Ending<E> = { readonly value: E } | { readonly error: unknown };

/**
 * Results on their way from a script, which offers them, to a generator, which is pulled. An offer is answered when its results
 * have been taken: the script makes the next ones meanwhile, and no more.
 */
export class ResultChannel<T, E> {
  readonly #offers: Offer<T>[] = [];
  #ending: Ending<E> | undefined;
  #isStopped = false;
  #wake: (() => void) | undefined;

  /** Resolves to false when no more are wanted. */
  offer(items: readonly T[]): Promise<boolean> {
    if (this.#isStopped) return Promise.resolve(false);
    if (items.length === 0) return Promise.resolve(true);
    return new Promise((taken) => {
      this.#offers.push({ items, taken });
      this.#wake?.();
    });
  }

  end(value: E): void {
    this.#ending ??= { value };
    this.#wake?.();
  }

  fail(error: unknown): void {
    this.#ending ??= { error };
    this.#wake?.();
  }

  /** Nobody takes results any more. */
  stop(): void {
    this.#isStopped = true;
    for (const { taken } of this.#offers.splice(0)) taken(false);
  }

  /** What was offered next; how it ended once nothing is left. Rejects with what the script failed with. */
  async next(): Promise<{ readonly items: readonly T[] } | { readonly end: E }> {
    for (;;) {
      const offer = this.#offers.shift();
      if (offer !== undefined) {
        offer.taken(true);
        return { items: offer.items };
      }
      const ending = this.#ending;
      if (ending !== undefined) {
        if ('error' in ending) throw ending.error;
        return { end: ending.value };
      }
      await new Promise<void>((resolve) => { this.#wake = resolve; });
      this.#wake = undefined;
    }
  }
}
