import { ConnectorError } from '../model/index.js';
import type { SessionGroup } from './group.js';
import type { SocketLink } from './socket-link.js';

/** What a waiting frame costs besides its bytes. */
const OVERHEAD = 256;
/** So much is handed over at once. */
const BATCH_BYTES = 32 * 1024;
/** Enough that the sockets always have something to write, and no more: what is behind is cheaper to keep unsent. */
const BYTES_UNDER_WAY = 256 * 1024;
/** The front of the queue is cut off in pieces. */
const CUT_AT = 4096;

export interface RelaySenderParts {
  readonly group: SessionGroup;
  /** The receiver restores the order: frames may leave by any socket, side by side. */
  readonly isSequenced: boolean;
  /** Milliseconds a frame may wait for others to leave with; 0: to the end of the turn. */
  readonly gatherTime: number;
  onSent(frames: readonly Uint8Array[]): void;
  onFailed(error: unknown): void;
}

/**
 * Frames on their way to a requester who may be slower than what comes in: many are handed over at a time, since a system
 * call for each small result costs more than all the rest of passing it on.
 */
export class RelaySender {
  readonly #parts: RelaySenderParts;
  readonly #closed = new AbortController();
  readonly #queue: Uint8Array[] = [];
  #front = 0;
  /** Bytes of all frames that have not left, and of those among them that were handed over. */
  #bytes = 0;
  #bytesUnderWay = 0;
  readonly #underWay = new Set<readonly Uint8Array[]>();
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #link: SocketLink | undefined;
  #onIdle: (() => void) | undefined;

  constructor(parts: RelaySenderParts) {
    this.#parts = parts;
  }

  /** Bytes that wait or are being written, with what they cost besides. */
  get bytes(): number {
    return this.#bytes;
  }

  get isIdle(): boolean {
    return this.#underWay.size === 0 && this.#front === this.#queue.length;
  }

  /** What a frame of so many bytes counts. */
  static costOf(length: number): number {
    return length + OVERHEAD;
  }

  add(frame: Uint8Array): void {
    this.#queue.push(frame);
    this.#bytes += frame.length + OVERHEAD;
    const waiting = this.#bytes - this.#bytesUnderWay;
    if (waiting >= BATCH_BYTES) this.flush();
    else if (this.#timer === undefined) this.#flushLater();
  }

  /** Hands over what waits, as far as there is room. */
  flush(): void {
    this.#stopTimer();
    while (this.#front < this.#queue.length && this.#hasRoom) this.#handOver(this.#nextBatch());
  }

  /** Resolves when everything has left. */
  async idle(): Promise<void> {
    this.flush();
    if (!this.isIdle) await new Promise<void>((resolve) => { this.#onIdle = resolve; });
  }

  /** What has not been handed over is not wanted any more. */
  drop(): void {
    this.#stopTimer();
    this.#queue.length = 0;
    this.#front = 0;
    this.#bytes = this.#bytesUnderWay;
    if (this.isIdle) this.#onIdle?.();
  }

  /** Nothing is wanted any more, not even what waits for a socket. */
  close(): void {
    this.drop();
    this.#closed.abort(new ConnectorError('connector', 'The operation is over.'));
  }

  get #hasRoom(): boolean {
    return this.#parts.isSequenced ? this.#bytesUnderWay < BYTES_UNDER_WAY : this.#underWay.size === 0;
  }

  #flushLater(): void {
    const { gatherTime } = this.#parts;
    const flush = (): void => this.flush();
    this.#timer = gatherTime > 0 ? setTimeout(flush, gatherTime) : setImmediate(flush);
  }

  #stopTimer(): void {
    if (this.#timer === undefined) return;
    if (this.#parts.gatherTime > 0) clearTimeout(this.#timer as NodeJS.Timeout);
    else clearImmediate(this.#timer as NodeJS.Immediate);
    this.#timer = undefined;
  }

  #nextBatch(): Uint8Array[] {
    const start = this.#front;
    let bytes = 0;
    while (this.#front < this.#queue.length && bytes < BATCH_BYTES) bytes += this.#queue[this.#front++]?.length ?? 0;
    const batch = this.#queue.slice(start, this.#front);
    if (this.#front === this.#queue.length || this.#front >= CUT_AT) {
      this.#queue.splice(0, this.#front);
      this.#front = 0;
    }
    return batch;
  }

  /** What is on its way is not waited for any longer: it takes another way as well. What follows takes `link` first. */
  forget(link: SocketLink): void {
    this.#link = link;
    for (const frames of [...this.#underWay]) this.#left(frames, frames);
  }

  #handOver(frames: readonly Uint8Array[]): void {
    this.#underWay.add(frames);
    this.#bytesUnderWay += costOf(frames);
    this.#send(frames).then(() => this.#left(frames, frames), (error: unknown) => {
      if (!this.#left(frames, [])) return;
      this.#parts.onFailed(error);
    });
  }

  /** False when these have been forgotten. */
  #left(frames: readonly Uint8Array[], sent: readonly Uint8Array[]): boolean {
    if (!this.#underWay.delete(frames)) return false;
    const bytes = costOf(frames);
    this.#bytesUnderWay -= bytes;
    this.#bytes -= bytes;
    this.#parts.onSent(sent);
    if (this.#timer === undefined) this.flush();
    if (this.isIdle) this.#onIdle?.();
    return true;
  }

  async #send(frames: readonly Uint8Array[]): Promise<void> {
    const { group, isSequenced } = this.#parts;
    if (isSequenced) {
      await group.respondAll(frames, this.#closed.signal, this.#link);
      return;
    }
    // What has no number keeps its order on one socket, as long as that lasts.
    for (const frame of frames) this.#link = await group.respond(frame, undefined, this.#link);
  }
}

function costOf(frames: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const frame of frames) bytes += frame.length + OVERHEAD;
  return bytes;
}
