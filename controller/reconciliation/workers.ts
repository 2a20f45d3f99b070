/** Runs tasks, at most so many at once. A task that rejects stops the rest: its error comes out of the next call. */
export class Workers {
  readonly #limit: number;
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  /** 0 = one after the other. */
  constructor(limit: number) {
    this.#limit = Math.max(1, limit);
  }

  /** Starts a task once there is room; whoever hands in tasks waits here. */
  async add(task: () => Promise<void>): Promise<void> {
    while (this.#running.size >= this.#limit) await Promise.race(this.#running);
    this.#throwFailure();
    const run = task().catch((error: unknown) => { this.#failure ??= { error }; });
    this.#running.add(run);
    void run.finally(() => this.#running.delete(run));
  }

  /** Waits for all of them. */
  async finish(): Promise<void> {
    await this.settle();
    this.#throwFailure();
  }

  /** Waits for all of them, however they end. */
  async settle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
