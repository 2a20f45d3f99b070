import { createHash } from 'node:crypto';
import { secondOf, secondsBefore, timeKey } from './generalized-time.js';
import type { Seen } from './position.js';

interface Second { count: number; digest: bigint }

function digestOf(identity: string): bigint {
  return createHash('sha256').update(identity).digest().readBigUInt64BE();
}

/**
 * A digest of what was delivered, second by second, for the last `span` seconds only: by it the next run can tell whether
 * anything has turned up meanwhile at a time that had been passed already (a second change within one second, an operation
 * that was logged late, a replica that lags). Needs memory for `span` seconds, however many changes there are.
 */
export class TrailingWindow {
  readonly span: number;
  readonly #seconds = new Map<string, Second>();
  #latest = '';

  constructor(span: number) {
    this.span = span;
  }

  /** `identity` must differ between two versions of one entry. */
  add(time: string, identity: string): void {
    const key = secondOf(time);
    const second = this.#seconds.get(key) ?? { count: 0, digest: 0n };
    second.count++;
    second.digest ^= digestOf(identity);
    this.#seconds.set(key, second);
  }

  /** Nothing before the span that ends at `time` will be asked for any more. */
  advanceTo(time: string): void {
    if (secondOf(time) <= this.#latest) return;
    this.#latest = secondOf(time);
    const from = secondOf(secondsBefore(time, this.span));
    for (const key of this.#seconds.keys()) if (key < from) this.#seconds.delete(key);
  }

  /** What was delivered within the span that ends at `time`. */
  seenUntil(time: string): Seen {
    const from = secondOf(secondsBefore(time, this.span));
    const to = secondOf(time);
    let count = 0;
    let digest = 0n;
    for (const [key, second] of this.#seconds) {
      if (key < from || key > to) continue;
      count += second.count;
      digest ^= second.digest;
    }
    return { count, digest: digest.toString(16).padStart(16, '0') };
  }
}

/** Whether `time` is within the window of `span` seconds that ends at `end`, fractions of a second included. */
export function withinWindow(time: string, end: string, span: number): boolean {
  const [key, last] = [timeKey(time), timeKey(end)];
  return key !== undefined && last !== undefined && key <= last && secondOf(time) >= secondOf(secondsBefore(end, span));
}
