/** Frames of one stream on their way to the sockets: enough that these always have something to write, and no more. */
const MAX_FRAMES = 64;
const MAX_BYTES = 64 * 1024;

/**
 * Lets a stream hand over its next frame before the one before has been flushed, within bounds, so that a socket writes
 * several at once: a system call and a TLS record for each small frame cost more than making it.
 */
export class WritesUnderWay {
  #flushed = 0;
  #frames = 0;
  #bytes = 0;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  /** Frames that have left so far. */
  get flushed(): number {
    return this.#flushed;
  }

  /** Takes note of a write. Undefined when there is room for another at once, else a promise of that; fails with any write. */
  add(write: Promise<unknown>, bytes: number): Promise<void> | undefined {
    this.#frames++;
    this.#bytes += bytes;
    write.then(() => {
      this.#flushed++;
      this.#ended(bytes);
    }, (error: unknown) => {
      this.#failure ??= { error };
      this.#ended(bytes);
    });
    return this.#failure === undefined && this.#hasRoom() ? undefined : this.#room();
  }

  #ended(bytes: number): void {
    this.#frames--;
    this.#bytes -= bytes;
    this.#wake?.();
  }

  #hasRoom(): boolean {
    return this.#frames < MAX_FRAMES && this.#bytes < MAX_BYTES;
  }

  async #room(): Promise<void> {
    await this.#until(() => this.#failure !== undefined || this.#hasRoom());
    this.#throwFailure();
  }

  /** Resolves when no frame is on its way any more, whatever became of them. */
  async idle(): Promise<void> {
    await this.#until(() => this.#frames === 0);
  }

  /** Resolves when every frame has been flushed. Throws the failure of any write. */
  async settled(): Promise<void> {
    await this.idle();
    this.#throwFailure();
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => { this.#wake = resolve; });
    this.#wake = undefined;
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
