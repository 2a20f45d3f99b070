import { encodeMessage } from '../frame.js';
import { after } from './clock.js';
import type { Clock, SessionLog } from './contract.js';
import { FIXED } from './limits.js';
import type { Outbox } from './outbox.js';

/**
 * Tells the peer of requests nothing more is wanted of, so that it need not keep their answers (feature `resume`): many at
 * a time, and now and then. When that is lost, the peer gives the answer again, and is told again.
 */
export class SettledRequests {
  readonly #clock: Clock;
  readonly #log: SessionLog;
  readonly #outbox: Outbox;
  readonly #ids = new Set<number>();
  #stopTimer: (() => void) | undefined;
  #isClosed = false;

  constructor(clock: Clock, log: SessionLog, outbox: Outbox) {
    this.#clock = clock;
    this.#log = log;
    this.#outbox = outbox;
  }

  add(id: number): void {
    if (this.#isClosed) return;
    this.#ids.add(id);
    if (this.#ids.size >= FIXED.settledTogether) this.flush();
    else this.#stopTimer ??= after(this.#clock, FIXED.settledDelay, this.#log, () => this.flush());
  }

  /** Tells at once. */
  flush(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    if (this.#ids.size === 0) return;
    const frame = encodeMessage({ kind: 'credit', id: 0, credits: 0, settled: [...this.#ids] });
    this.#ids.clear();
    this.#outbox.send(frame, { wait: 0, repeatable: true }).catch(() => undefined);
  }

  close(): void {
    this.#stopTimer?.();
    this.#isClosed = true;
    this.#ids.clear();
  }
}
