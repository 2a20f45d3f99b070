/** So many bytes are handed over at once; fewer at the end of the turn. */
const BATCH_BYTES = 16 * 1024;
/** Bytes of one stream on their way to the sockets: enough that these always have something to write, and no more. */
const MAX_BYTES = 64 * 1024;
/** What a frame costs besides its bytes, so that their number is bounded as well. */
const OVERHEAD = 64;

/**
 * Frames of one stream on their way to the sockets, whose order the peer restores: handed over many at a time, and the next
 * ones before those before have been flushed, within bounds. A system call, a TLS record and a handful of promises for each
 * small frame cost more than making it.
 */
export class FrameFlow {
  readonly #send: (frames: readonly Uint8Array[]) => Promise<unknown>;
  readonly #mostTogether: number;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** Of all frames that have not been flushed. */
  #bytes = 0;
  #batches = 0;
  #flushed = 0;
  #epoch = 0;
  #failure: { readonly error: unknown } | undefined;
  #turn: NodeJS.Immediate | undefined;
  #wake: (() => void) | undefined;

  /** `send` resolves when the frames have been flushed. `mostTogether`: bytes it can take at once, unless one frame alone has more. */
  constructor(send: (frames: readonly Uint8Array[]) => Promise<unknown>, mostTogether = Infinity) {
    this.#send = send;
    this.#mostTogether = mostTogether;
  }

  /** Frames that have left so far. */
  get flushed(): number {
    return this.#flushed;
  }

  /** Takes a frame. Undefined when there is room for another at once, else a promise of that; fails with any write. */
  add(frame: Uint8Array): Promise<void> | undefined {
    if (this.#waitingBytes + frame.length + OVERHEAD > this.#mostTogether) this.flush();
    this.#waiting.push(frame);
    this.#waitingBytes += frame.length + OVERHEAD;
    this.#bytes += frame.length + OVERHEAD;
    if (this.#waitingBytes >= BATCH_BYTES) this.flush();
    else this.#turn ??= setImmediate(() => this.flush());
    return this.#failure === undefined && this.#bytes < MAX_BYTES ? undefined : this.#room();
  }

  /** Hands over what waits. */
  flush(): void {
    clearImmediate(this.#turn);
    this.#turn = undefined;
    const frames = this.#waiting;
    const bytes = this.#waitingBytes;
    if (frames.length === 0) return;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#batches++;
    const epoch = this.#epoch;
    this.#send(frames).then(() => {
      this.#flushed += frames.length;
    }, (error: unknown) => {
      if (epoch === this.#epoch) this.#failure ??= { error };
    }).finally(() => {
      if (epoch !== this.#epoch) return;
      this.#batches--;
      this.#bytes -= bytes;
      this.#wake?.();
    }).catch(() => undefined);
  }

  /** What is on its way is not waited for any longer, because it takes another way as well. */
  forget(): void {
    this.#epoch++;
    this.#batches = 0;
    this.#bytes = this.#waitingBytes;
    this.#wake?.();
  }

  /** Resolves when no frame is on its way any more, whatever became of them. */
  async idle(): Promise<void> {
    this.flush();
    await this.#until(() => this.#batches === 0);
  }

  /** Resolves when every frame has been flushed. Throws the failure of any write. */
  async settled(): Promise<void> {
    await this.idle();
    this.#throwFailure();
  }

  async #room(): Promise<void> {
    this.flush();
    await this.#until(() => this.#failure !== undefined || this.#bytes < MAX_BYTES);
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
