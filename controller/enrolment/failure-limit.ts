/** Failures somebody may cause in a minute before nobody listens for the rest of it. */
const MOST_FAILURES = 20;
const WINDOW_MS = 60_000;
/** Remembered at most; the one that is heard of longest ago is forgotten first. */
const MOST_REMEMBERED = 10_000;

/** Bounds what strangers can make us do and write down. A secret cannot be guessed at any rate: it has 256 bits. */
export class FailureLimit {
  readonly #failures = new Map<string, { count: number; readonly until: number }>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Seconds to wait; 0 when `who` may ask. */
  wait(who: string): number {
    const found = this.#failures.get(who);
    if (found === undefined || found.count < MOST_FAILURES) return 0;
    return Math.max(0, Math.ceil((found.until - this.#now()) / 1_000));
  }

  failed(who: string): void {
    const found = this.#failures.get(who);
    const isOver = found === undefined || found.until <= this.#now();
    this.#failures.delete(who);
    this.#failures.set(who, isOver ? { count: 1, until: this.#now() + WINDOW_MS } : { count: found.count + 1, until: found.until });
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size <= MOST_REMEMBERED) break;
      this.#failures.delete(oldest);
    }
  }

  get size(): number {
    return this.#failures.size;
  }
}

/** What of an address tells strangers apart: whoever has one IPv6 address has the 2^64 around it. */
export function networkOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  const [head = '', tail = ''] = address.split('::');
  const front = head.split(':').filter((part) => part !== '');
  const back = tail.split(':').filter((part) => part !== '');
  const zeros = Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0');
  return [...front, ...zeros, ...back].slice(0, 4).join(':');
}
