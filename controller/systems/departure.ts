import type { FacadeMembers, MemberPlace } from './facade-members.js';

/** A member without any connection is left after this; before, its answers may still come by another socket. Milliseconds. */
const AWAY_MS = 3_000;

/**
 * Decides when a search leaves the member it runs at for another one: at its next bookmark when the member drains, and when
 * the member has been away for some time. Never while there is no other member to go to.
 */
export class Departure {
  readonly #place: MemberPlace;
  readonly #members: FacadeMembers;
  readonly #canGoOn: () => boolean;
  readonly #leaving = new AbortController();
  readonly #caller: AbortSignal;
  readonly #stopListening: () => void;
  readonly #onCaller = (): void => { this.#leaving.abort(this.#caller.reason); };
  #awaySince: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isDue = false;
  #stays = false;
  #hasLeft = false;

  /** `canGoOn`: the search can be continued from where it stands. */
  constructor(place: MemberPlace, members: FacadeMembers, caller: AbortSignal, canGoOn: () => boolean) {
    this.#place = place;
    this.#members = members;
    this.#caller = caller;
    this.#canGoOn = canGoOn;
    if (caller.aborted) this.#onCaller();
    else caller.addEventListener('abort', this.#onCaller, { once: true });
    this.#stopListening = members.onChange(() => { this.#review(); });
  }

  /** Ends the search at the member: the caller's word, or ours. */
  get signal(): AbortSignal {
    return this.#leaving.signal;
  }

  /** A bookmark has come at which the search goes on elsewhere; what comes after it is not wanted from this member. */
  get isDue(): boolean {
    return this.#isDue;
  }

  /** The signal fired because the member was away. */
  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  bookmarked(): void {
    if (!this.#stays && this.#place.isDraining && this.#hasOther()) this.#isDue = true;
  }

  /** The search cannot go on elsewhere: it ends here, if it may. */
  stay(): void {
    this.#stays = true;
    this.#isDue = false;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#caller.removeEventListener('abort', this.#onCaller);
    this.#stopListening();
  }

  #hasOther(): boolean {
    return this.#members.now().some(({ place }) => place !== this.#place && place.isOperational && !place.isDraining);
  }

  #review(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#place.isOperational) {
      this.#awaySince = undefined;
      return;
    }
    this.#awaySince ??= performance.now();
    const left = this.#awaySince + AWAY_MS - performance.now();
    if (left > 0) this.#timer = setTimeout(() => { this.#review(); }, left);
    else if (this.#canGoOn() && this.#hasOther()) {
      this.#hasLeft = true;
      this.#leaving.abort(new Error('the member is away'));
    }
  }
}
