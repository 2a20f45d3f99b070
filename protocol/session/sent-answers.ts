import { after } from './clock.js';
import type { Clock, SessionLimits, SessionLog } from './contract.js';
import { FIXED } from './limits.js';
import { SentAnswer } from './sent-answer.js';
import type { SocketLink } from './socket-link.js';

/** Results are sent to this many bytes without being acknowledged, whatever the number of answers under way. */
const LEAST_BYTES = 1_048_576;

export interface SentAnswersParts {
  readonly clock: Clock;
  readonly log: SessionLog;
  readonly limits: SessionLimits;
  nextLink(): SocketLink | undefined;
}

/**
 * The answers one peer can ask for again (feature `resume`): those under way, and those that are over until they are
 * acknowledged or `resendTimeout` is. The latter are bounded in number and bytes; the oldest gives way.
 */
export class SentAnswers {
  readonly #parts: SentAnswersParts;
  readonly #maxBytes: number;
  readonly #underWay = new Map<number, SentAnswer>();
  /** The oldest first. */
  readonly #over = new Map<number, { readonly answer: SentAnswer; readonly until: number }>();
  #bytesOver = 0;
  #stopSweep: (() => void) | undefined;

  constructor(parts: SentAnswersParts) {
    const { maxBufferedBytes, maxConcurrentRequests } = parts.limits;
    this.#parts = parts;
    this.#maxBytes = Math.max(LEAST_BYTES, Math.floor(maxBufferedBytes / maxConcurrentRequests));
  }

  /** Answers kept, under way or over. */
  get size(): number {
    return this.#underWay.size + this.#over.size;
  }

  /** Bytes of all of them, with what they cost besides. */
  get bytes(): number {
    let bytes = this.#bytesOver;
    for (const answer of this.#underWay.values()) bytes += answer.bytes;
    return bytes;
  }

  /** Requests whose answers are over and kept. */
  get idsOver(): Iterable<number> {
    return this.#over.keys();
  }

  isOver(id: number): boolean {
    return this.#over.has(id);
  }

  /** An operation is started whose answer is kept. */
  begin(id: number): SentAnswer {
    const answer = new SentAnswer(id, { ...this.#parts, maxBytes: this.#maxBytes });
    this.#underWay.set(id, answer);
    return answer;
  }

  /** The operation is over, with an answer or without. */
  end(answer: SentAnswer): void {
    this.#underWay.delete(answer.id);
    if (!answer.isFinished || answer.isSettled) {
      answer.settle();
      return;
    }
    this.#over.set(answer.id, { answer, until: this.#parts.clock.now() + this.#parts.limits.resendTimeout });
    this.#bytesOver += answer.bytes;
    this.#makeRoom();
    this.#sweepLater();
  }

  /** The requester has every result of it up to this number. */
  acknowledge(id: number, received: number): void {
    const answer = this.#find(id);
    if (answer === undefined) return;
    const before = answer.bytes;
    answer.acknowledge(received);
    if (this.#over.has(id)) this.#bytesOver -= before - answer.bytes;
  }

  /** Nothing more is wanted of these. */
  settle(ids: readonly number[]): void {
    for (const id of ids) {
      this.#underWay.get(id)?.settle();
      this.#drop(id);
    }
  }

  /** Gives one answer again. False when nothing is known of it. */
  resend(id: number, link: SocketLink): boolean {
    const answer = this.#find(id);
    answer?.resend(link);
    return answer !== undefined;
  }

  /** A socket was lost, or one is there again: whatever was sent may be lost. */
  resendAll(): void {
    for (const answer of this.#underWay.values()) answer.resend();
    for (const { answer } of this.#over.values()) answer.resend();
  }

  /** The session is over. */
  close(): void {
    this.#stopSweep?.();
    for (const answer of this.#underWay.values()) answer.settle();
    for (const { answer } of this.#over.values()) answer.settle();
    this.#over.clear();
    this.#bytesOver = 0;
  }

  #find(id: number): SentAnswer | undefined {
    return this.#underWay.get(id) ?? this.#over.get(id)?.answer;
  }

  #makeRoom(): void {
    for (const id of this.#over.keys()) {
      if (this.#over.size <= FIXED.keptAnswers && (this.#bytesOver <= this.#parts.limits.maxBufferedBytes || this.#over.size === 1)) return;
      this.#drop(id);
    }
  }

  #drop(id: number): void {
    const kept = this.#over.get(id);
    if (kept === undefined) return;
    this.#over.delete(id);
    this.#bytesOver -= kept.answer.bytes;
    kept.answer.settle();
    if (this.#over.size > 0) return;
    this.#stopSweep?.();
    this.#stopSweep = undefined;
  }

  #sweepLater(): void {
    const [oldest] = this.#over.values();
    if (oldest === undefined || this.#stopSweep !== undefined) return;
    const { clock, log } = this.#parts;
    this.#stopSweep = after(clock, Math.max(0, oldest.until - clock.now()), log, () => {
      this.#stopSweep = undefined;
      for (const [id, { until }] of this.#over) if (until <= clock.now()) this.#drop(id);
      this.#sweepLater();
    });
  }
}
