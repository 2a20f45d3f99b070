interface Stoppable { stop(): Promise<unknown> }

/** What a test file started, stopped in reverse order even where starting stuck half-way. */
export class Started {
  readonly #things: Stoppable[] = [];

  add<T extends Stoppable>(thing: T): T {
    this.#things.push(thing);
    return thing;
  }

  async stopAll(): Promise<void> {
    for (const thing of this.#things.splice(0).reverse()) await thing.stop();
  }
}
