import { ConnectorError } from '../model/index.js';
import type { Clock, SessionLog } from './contract.js';
import type { ExecutingRequests } from './executing-requests.js';
import { FIXED } from './limits.js';
import type { PendingRequests } from './pending-requests.js';
import type { SentAnswers } from './sent-answers.js';

/** Both ends name the requests they know of; what one end has forgotten is struck and, at the third strike, ended (protocol section 2.5). */
export class Reconciliation<Response> {
  readonly #pending: PendingRequests<Response>;
  readonly #executing: ExecutingRequests;
  readonly #answers: Pick<SentAnswers, 'idsOver'>;
  readonly #answering = new Map<number, number>();
  readonly #clock: Clock;
  readonly #log: SessionLog;
  #lastStrike = -Infinity;

  constructor(pending: PendingRequests<Response>, executing: ExecutingRequests, answers: Pick<SentAnswers, 'idsOver'>, clock: Clock, log: SessionLog) {
    this.#clock = clock;
    this.#pending = pending;
    this.#executing = executing;
    this.#answers = answers;
    this.#log = log;
  }

  /**
   * Complete lists, control requests included: whatever is missing, a Java peer kills after three rounds (hazard 25). An
   * answer that is over and kept is still under way for a requester who may have to ask for it again.
   */
  lists(): { readonly localRequestIds: number[]; readonly remoteRequestIds: number[] } {
    return { localRequestIds: [...this.#executing.ids, ...this.#answers.idsOver, ...this.#answering.keys()], remoteRequestIds: this.#pending.ids };
  }

  /** Notes a control request that is being answered; the returned function ends that. */
  answering(id: number): () => void {
    this.#answering.set(id, (this.#answering.get(id) ?? 0) + 1);
    return () => {
      const left = (this.#answering.get(id) ?? 1) - 1;
      if (left === 0) this.#answering.delete(id);
      else this.#answering.set(id, left);
    };
  }

  get answeringCount(): number {
    return this.#answering.size;
  }

  /** The peer's lists have come. */
  compare(peer: { readonly localRequestIds: readonly number[]; readonly remoteRequestIds: readonly number[] }): void {
    const counts = this.#clock.now() - this.#lastStrike >= FIXED.strikeInterval;
    if (counts) this.#lastStrike = this.#clock.now();
    this.#pending.strike(new Set(peer.localRequestIds), counts);
    this.#executing.strike(new Set(peer.remoteRequestIds), counts);
  }

  /** At every group check: ends what is struck out. */
  enforce(): void {
    const lost = this.#pending.failStruckOut(({ what }) => new ConnectorError('connectionBroken',
      `The peer no longer knows the ${what}; whether it was carried out is unknown.`));
    const orphaned = this.#executing.endStruckOut();
    if (lost.length > 0) this.#log.warn({ messageIds: lost }, 'Requests the peer no longer knows were failed.');
    if (orphaned.length > 0) this.#log.warn({ messageIds: orphaned }, 'Operations the peer no longer waits for were cancelled.');
  }
}
