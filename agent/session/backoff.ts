/**
 * How soon a failed connection is tried again. `slow` is for refusals that only a person can end, `long` for those that
 * somebody meant (a revoked certificate) or that asking again makes worse (an OAuth client that is locked out).
 */
export type Pace = 'normal' | 'slow' | 'long';

export interface BackoffOptions {
  /** Upper bound of the first delay, in milliseconds. @default 500 */
  readonly base?: number | undefined;
  /** No delay is ever longer, in milliseconds. @default 30000 */
  readonly cap?: number | undefined;
  /** Upper bound of a long delay, in milliseconds. @default 600000 */
  readonly long?: number | undefined;
  /** From 0 (included) to 1 (excluded). */
  readonly random?: (() => number) | undefined;
}

export interface Backoff {
  /** Milliseconds to wait before the next attempt. */
  next(pace?: Pace): number;
  /** After a stable connection. A flapping link keeps its long delays. */
  reset(): void;
}

/**
 * Exponential backoff with full jitter: anything from nothing to twice the last bound, up to the cap, so that agents a
 * controller lost at the same moment do not return at the same moment. Slow attempts lie in the upper half of the cap,
 * long ones in the upper half of theirs.
 */
export function createBackoff({ base = 500, cap = 30_000, long = 600_000, random = Math.random }: BackoffOptions = {}): Backoff {
  let attempt = 0;
  return {
    next(pace = 'normal') {
      if (pace === 'long') return Math.floor(Math.max(cap, long) * (0.5 + random() / 2));
      if (pace === 'slow') return Math.floor(cap * (0.5 + random() / 2));
      const bound = Math.min(cap, base * 2 ** Math.min(attempt, 30));
      attempt += 1;
      return Math.floor(random() * bound);
    },
    reset() {
      attempt = 0;
    },
  };
}
