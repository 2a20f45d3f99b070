/** Time of day, so that tests need none to pass. Milliseconds since the epoch. */
export interface WallClock {
  now(): number;
  /** Calls back once, unless the returned function was called before. */
  after(milliseconds: number, callback: () => void): () => void;
}

export const wallClock: WallClock = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    timer.unref();
    return () => { clearTimeout(timer); };
  },
};
