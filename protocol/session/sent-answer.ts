import { after } from './clock.js';
import type { Clock, SessionLog } from './contract.js';
import { Deferred } from './deferred.js';
import { FIXED } from './limits.js';
import type { SocketLink } from './socket-link.js';

/** What a kept frame costs besides its bytes. */
const OVERHEAD = 256;
/** So much is handed over at once when an answer is given again. */
const PIECE_BYTES = 64 * 1024;
/** The front of the frames is cut off in pieces. */
const CUT_AT = 1024;
const NOTHING: Uint8Array = new Uint8Array();

export interface SentAnswerParts {
  readonly clock: Clock;
  readonly log: SessionLog;
  /** Bytes of results kept; no more are sent until some are acknowledged. */
  readonly maxBytes: number;
  /** The socket whose turn it is; undefined when none takes frames. */
  nextLink(): SocketLink | undefined;
}

/**
 * What has been sent of one answer and not been acknowledged (feature `resume`): results by their number, and the last
 * message. All of it is sent again when the requester asks, or when a socket was lost.
 */
export class SentAnswer {
  readonly id: number;
  readonly #parts: SentAnswerParts;
  readonly #frames: Uint8Array[] = [];
  /** Of each frame, the highest number of its results. */
  readonly #upTo: number[] = [];
  #front = 0;
  #bytes = 0;
  #highest = 0;
  #received = 0;
  #last: Uint8Array | undefined;
  #settled: Deferred<void> | undefined;
  #isSettled = false;
  #quietUntil = -Infinity;
  #asked: SocketLink | undefined;
  #stopTimer: (() => void) | undefined;
  #round = 0;
  readonly #busy = new Set<SocketLink>();
  /** There is room for more results. */
  onRoom: (() => void) | undefined;
  /** All that was sent is sent again by this socket; nothing else should be waited for. */
  onResend: ((link: SocketLink) => void) | undefined;

  constructor(id: number, parts: SentAnswerParts) {
    this.id = id;
    this.#parts = parts;
  }

  /** Bytes kept, with what they cost besides. */
  get bytes(): number {
    return this.#bytes + (this.#last === undefined ? 0 : this.#last.length + OVERHEAD);
  }

  get hasRoom(): boolean {
    return this.#bytes < this.#parts.maxBytes;
  }

  /** The highest number of all results sent. */
  get highest(): number {
    return this.#highest;
  }

  /** The last message is there. */
  get isFinished(): boolean {
    return this.#last !== undefined;
  }

  /** Nothing of it is wanted any more. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Keeps a frame with results up to this number. */
  keep(frame: Uint8Array, upTo: number): void {
    this.#highest = Math.max(this.#highest, upTo);
    if (this.#isSettled || upTo <= this.#received) return;
    this.#frames.push(frame);
    this.#upTo.push(upTo);
    this.#bytes += frame.length + OVERHEAD;
  }

  /** Keeps the last message: the end, an error, or the one answer there is. */
  finish(frame: Uint8Array): void {
    if (!this.#isSettled) this.#last = frame;
  }

  /** The requester has every result up to this number. What was never sent cannot be acknowledged. */
  acknowledge(received: number): void {
    const total = Math.min(received, this.#highest);
    if (!(total > this.#received)) return;
    this.#received = total;
    while (this.#front < this.#frames.length && (this.#upTo[this.#front] ?? 0) <= total) {
      this.#bytes -= (this.#frames[this.#front]?.length ?? 0) + OVERHEAD;
      this.#frames[this.#front++] = NOTHING;
    }
    if (this.#front === this.#frames.length || this.#front >= CUT_AT) this.#cut();
    if (!this.hasRoom) this.#pick(total);
    this.onRoom?.();
  }

  /** A relay may have sent results out of order: one that is ahead must not keep those behind it here. */
  #pick(received: number): void {
    const kept = this.#frames.map((frame, index) => ({ frame, upTo: this.#upTo[index] ?? 0 })).filter(({ upTo }, index) => index >= this.#front && upTo > received);
    this.#frames.length = 0;
    this.#upTo.length = 0;
    this.#front = 0;
    this.#bytes = 0;
    for (const { frame, upTo } of kept) {
      this.#frames.push(frame);
      this.#upTo.push(upTo);
      this.#bytes += frame.length + OVERHEAD;
    }
  }

  /** The requester has all of it, or does not want it any more. */
  settle(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#stopTimer?.();
    this.#front = this.#frames.length;
    this.#cut();
    this.#bytes = 0;
    this.#last = undefined;
    this.onRoom?.();
    this.#settled?.resolve();
  }

  whenSettled(): Promise<void> {
    this.#settled ??= new Deferred<void>();
    if (this.#isSettled) this.#settled.resolve();
    return this.#settled.promise;
  }

  /**
   * Sends what is kept once more, by the socket that was asked on or the next one; not more often than now and then, and
   * not by a socket that has not taken what it was given last time.
   */
  resend(asked?: SocketLink): void {
    if (this.#isSettled) return;
    const { clock, log } = this.#parts;
    const wait = this.#quietUntil - clock.now();
    if (wait > 0) {
      this.#asked = asked ?? this.#asked;
      this.#stopTimer ??= after(clock, wait, log, () => {
        this.#stopTimer = undefined;
        this.resend(this.#asked);
      });
      return;
    }
    this.#asked = undefined;
    const link = asked?.isUsable === true ? asked : this.#parts.nextLink();
    if (link === undefined) return;                      // the next socket that joins brings it along
    this.#quietUntil = clock.now() + FIXED.resendInterval;
    if (this.#busy.has(link)) this.resend(asked);        // later
    else this.#startRound(link);
  }

  #startRound(link: SocketLink): void {
    this.onResend?.(link);
    if (this.#front === this.#frames.length && this.#last === undefined) return;
    const frames = this.#frames.slice(this.#front);
    const upTo = this.#upTo.slice(this.#front);
    if (this.#last !== undefined) frames.push(this.#last);
    this.#sendRound(link, frames, upTo, ++this.#round).catch(() => undefined);
  }

  /** Piece by piece, each when the one before has been taken. A socket that is lost ends the round: that makes for another. */
  async #sendRound(link: SocketLink, frames: readonly Uint8Array[], upTo: readonly number[], round: number): Promise<void> {
    this.#busy.add(link);
    try {
      for (let index = 0; index < frames.length && round === this.#round && !this.#isSettled;) {
        const piece: Uint8Array[] = [];
        for (let bytes = 0; index < frames.length && bytes < PIECE_BYTES; index++) {
          const frame = frames[index];
          if (frame === undefined || (upTo[index] ?? Infinity) <= this.#received) continue;
          piece.push(frame);
          bytes += frame.length;
        }
        if (piece.length > 0) await link.send(...piece);
      }
    } finally {
      this.#busy.delete(link);
    }
  }

  #cut(): void {
    this.#frames.splice(0, this.#front);
    this.#upTo.splice(0, this.#front);
    this.#front = 0;
  }
}
