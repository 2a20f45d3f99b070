const TICK = 100;

/**
 * Longest time a process may be busy with something else while a Java peer sends it results by one socket. Such a peer gives
 * a search up, and reports a normal end, when it could not write for 100 ms (hazard 13); before that the buffers of the
 * socket have to be full. Measured on loopback, with two: nothing is lost at 1 s, a third of the results at 3 s.
 */
export const LONGEST_STALL = 500;

/**
 * Notices when this process does not get round to its sockets: no message is taken in, and a timer is late. (Late timers
 * alone mean nothing: they wait while there is always something to read.) Times in milliseconds.
 */
export class StallWatch {
  readonly #timer: NodeJS.Timeout;
  #last = performance.now();
  #longest = 0;

  constructor() {
    this.#timer = setInterval(() => this.alive(), TICK);
    this.#timer.unref();
  }

  /** The longest stall until somebody last showed to be alive. */
  get longest(): number {
    return this.#longest;
  }

  /** A message was taken in. */
  alive(): void {
    const now = performance.now();
    this.#longest = Math.max(this.#longest, now - this.#last - TICK);
    this.#last = now;
  }

  dispose(): void {
    clearInterval(this.#timer);
  }
}
