import type { Brake } from '../policy.js';

/** A window is counted in so many parts; what is a part older than the window counts no more. */
const PARTS = 60;

/** What is kept of one count. Times are epoch milliseconds. */
export interface KeptCount {
  readonly brake: string;
  readonly system: string;
  /** Length of a part of the window, in milliseconds. */
  readonly part: number;
  /** [number of the part, changes in it] */
  readonly parts: readonly (readonly [number, number])[];
  readonly tripped: number | null;
}

/**
 * Changes of one system under one brake: a sliding window in parts, which errs on the side of counting too long. Time may
 * jump: back, and what lies in the future still counts; forward, and the window has passed.
 */
export class BrakeCount {
  readonly system: string;
  tripped: number | undefined;
  #brake: Brake;
  readonly #parts = new Map<number, number>();
  /** What the file says of each part: never less than is counted here once a change is let through. */
  readonly #safe = new Map<number, number>();

  constructor(brake: Brake, system: string) {
    this.#brake = brake;
    this.system = system;
  }

  get brake(): Brake {
    return this.#brake;
  }

  /** The policy was read again. Another window starts a new count of parts, with what was counted in it. */
  adopt(brake: Brake, now: number): void {
    const before = this.#brake;
    this.#brake = brake;
    if (before.window === brake.window) return;
    const count = this.total(now);
    this.#parts.clear();
    this.#safe.clear();
    if (count > 0) this.#parts.set(partOf(brake, now), count);
  }

  total(now: number): number {
    this.#forget(now);
    let total = 0;
    for (const count of this.#parts.values()) total += count;
    return total;
  }

  /** A tripped brake whose window has passed lets go by itself, if it may. */
  isBlocked(now: number): boolean {
    if (this.tripped === undefined) return false;
    if (this.#brake.release === 'manual' || now < this.tripped + this.#brake.window) return true;
    this.release();
    return false;
  }

  /** Counts one change; false when there is no room for it, and then nothing is counted. */
  add(now: number): boolean {
    if (this.total(now) >= this.#brake.limit) return false;
    const part = partOf(this.#brake, now);
    this.#parts.set(part, (this.#parts.get(part) ?? 0) + 1);
    return true;
  }

  /** Takes a change of that time back: it was not made. */
  takeBack(when: number): void {
    const part = partOf(this.#brake, when);
    const count = this.#parts.get(part);
    if (count === undefined) return;
    if (count > 1) this.#parts.set(part, count - 1);
    else this.#parts.delete(part);
  }

  release(): void {
    this.tripped = undefined;
    this.#parts.clear();
  }

  get isEmpty(): boolean {
    return this.tripped === undefined && this.#parts.size === 0;
  }

  /** More was counted than the file would tell after a crash. */
  get isUnsafe(): boolean {
    for (const [part, count] of this.#parts) if (count > (this.#safe.get(part) ?? 0)) return true;
    return false;
  }

  /** For the file. `ahead`: counts changes still to come, so that not each of them has to wait for the disk. */
  keep(ahead: boolean): { readonly kept: KeptCount; written(): void } {
    const latest = Math.max(...this.#parts.keys());
    const more = ahead ? Math.floor(this.#brake.limit / 50) : 0;
    const parts = [...this.#parts].map(([part, count]): readonly [number, number] => [part, part === latest ? count + more : count]);
    return {
      kept: { brake: this.#brake.name, system: this.system, part: lengthOf(this.#brake), parts, tripped: this.tripped ?? null },
      written: () => {
        this.#safe.clear();
        for (const [part, count] of parts) this.#safe.set(part, count);
      },
    };
  }

  /** Takes up what a file said. Counts of another window are taken as made now. */
  restore({ parts, part: length, tripped }: KeptCount, now: number): void {
    const isSame = length === lengthOf(this.#brake);
    for (const [part, count] of parts) {
      const own = isSame ? part : partOf(this.#brake, Math.max(part * length, now - this.#brake.window));
      this.#parts.set(own, (this.#parts.get(own) ?? 0) + count);
    }
    if (isSame) for (const [part, count] of this.#parts) this.#safe.set(part, count);
    this.tripped = tripped ?? undefined;
  }

  #forget(now: number): void {
    const length = lengthOf(this.#brake);
    for (const part of this.#parts.keys()) {
      if ((part + 1) * length <= now - this.#brake.window) {
        this.#parts.delete(part);
        this.#safe.delete(part);
      }
    }
  }
}

function lengthOf({ window }: Brake): number {
  return Math.max(1, Math.ceil(window / PARTS));
}

function partOf(brake: Brake, when: number): number {
  return Math.floor(when / lengthOf(brake));
}
