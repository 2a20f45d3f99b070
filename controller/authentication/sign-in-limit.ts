/** Wrong passwords in the window before nobody listens: of one name from one network, and of one network under any names. */
const MOST_OF_NAME = 10;
const MOST_OF_NETWORK = 100;
const WINDOW_MS = 5 * 60_000;
const MOST_REMEMBERED = 10_000;

/**
 * Slows guessing of passwords down. Names are counted per network: nobody can lock a user out from elsewhere, and behind one
 * proxy one user's mistakes are not another's.
 */
export class SignInLimit {
  readonly #failures = new Map<string, { readonly count: number; readonly until: number }>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Seconds to wait; 0 when the password may be looked at. */
  wait(network: string, name: string): number {
    return Math.max(this.#wait(network, MOST_OF_NETWORK), this.#wait(both(network, name), MOST_OF_NAME));
  }

  failed(network: string, name: string): void {
    this.#count(network);
    this.#count(both(network, name));
  }

  /** The right password: what its owner mistyped before is forgotten. */
  succeeded(network: string, name: string): void {
    if (this.#failures.size > 0) this.#failures.delete(both(network, name));
  }

  #wait(key: string, most: number): number {
    const found = this.#failures.get(key);
    return found === undefined || found.count < most ? 0 : Math.max(0, Math.ceil((found.until - this.#now()) / 1_000));
  }

  #count(key: string): void {
    const found = this.#failures.get(key);
    const isOver = found === undefined || found.until <= this.#now();
    this.#failures.delete(key);
    this.#failures.set(key, isOver ? { count: 1, until: this.#now() + WINDOW_MS } : { count: found.count + 1, until: found.until });
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size <= MOST_REMEMBERED) break;
      this.#failures.delete(oldest);
    }
  }
}

function both(network: string, name: string): string {
  return `${network} ${name.slice(0, 255)}`;
}
