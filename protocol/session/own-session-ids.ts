import { after } from './clock.js';
import type { Clock, SessionLog } from './contract.js';
import { FIXED } from './limits.js';
import { freshSessionId } from './session-id.js';

/**
 * The ids we go by. A Java dialler never forgets a group: one that comes back under an id it has given up is half dead
 * (hazard 3). So the id changes after a long time without any socket, and a listener also answers under a new one to a
 * single peer it has given up.
 */
export class OwnSessionIds {
  readonly #clock: Clock;
  readonly #expiry: number;
  readonly #log: SessionLog;
  readonly #onChanged: () => void;
  readonly #towards = new Map<string, string>();
  #current = freshSessionId();
  #stopTimer: () => void = () => undefined;

  /** `onChanged`: handshakes under way still speak of the old id and must not succeed. */
  constructor(clock: Clock, expiry: number, log: SessionLog, onChanged: () => void) {
    this.#clock = clock;
    this.#expiry = expiry;
    this.#log = log;
    this.#onChanged = onChanged;
  }

  get current(): string {
    return this.#current;
  }

  towards(peerSessionId: string | undefined): string {
    return (peerSessionId === undefined ? undefined : this.#towards.get(peerSessionId)) ?? this.#current;
  }

  /** The group of this peer was given up; should it return, it meets a new id. */
  changeTowards(peerSessionId: string): void {
    this.#towards.delete(peerSessionId);
    this.#towards.set(peerSessionId, freshSessionId());
    const [oldest] = this.#towards.keys();
    if (this.#towards.size > FIXED.groups && oldest !== undefined) this.#towards.delete(oldest);
  }

  /** The last socket that had joined a group is gone. */
  onAlone(): void {
    this.#stopTimer();
    this.#stopTimer = after(this.#clock, this.#expiry, this.#log, () => {
      this.renew();
    });
  }

  /** Everybody meets a new id from now on. */
  renew(): void {
    this.#current = freshSessionId();
    this.#towards.clear();
    this.#onChanged();
  }

  onCompany(): void {
    this.#stopTimer();
    this.#stopTimer = () => undefined;
  }
}
