import { ConnectorError } from '../model/index.js';
import { FrameId } from '../frame-id.js';
import { singleResults } from '../codec/index.js';
import { decodeFrame } from '../frame.js';
import type { ResponseOutline } from '../frame-outline.js';
import { requireSize } from './execution.js';
import { RESULTS_BATCH } from './features.js';
import { FIXED } from './limits.js';
import { RelaySender, type RelaySenderParts } from './relay-sender.js';
import type { SentAnswer } from './sent-answer.js';

export interface RelayOutputParts extends RelaySenderParts {
  /** The requester's id of the operation. */
  readonly id: number;
  readonly maxBytes: number;
  /** Makes another end message of the server's; undefined: it is passed on as it is. */
  readonly endFrame: ((frame: Uint8Array) => Uint8Array) | undefined;
  /** Where the answer is kept until the requester has it; undefined when it cannot ask for it again. */
  readonly sent: SentAnswer | undefined;
  /** The server the results come from, for errors. */
  readonly server: string;
}

/**
 * The requester's side of an operation that is passed on: messages get the requester's id and leave as fast as the
 * requester takes them. What it has not taken waits here, up to a limit: a Java server must always be read, because it
 * ends a search early, and silently, when it cannot write for a tenth of a second (protocol section 7.5).
 */
export class RelayOutput {
  readonly #parts: RelayOutputParts;
  readonly #id: FrameId;
  readonly #sender: RelaySender;
  /** Results the requester has given no credit for, by their number. */
  readonly #held = new Map<number, Uint8Array>();
  #heldBytes = 0;
  #highestHeld = 0;
  /** No result below this number is held. */
  #lowestHeld = 1;
  #credits: number;
  #items = 0;
  #isUnwanted = false;
  #end: Uint8Array | undefined;
  #onAllGranted: (() => void) | undefined;

  /** `credits`: the last result the requester takes at the start; undefined: any. */
  constructor(parts: RelayOutputParts, credits: number | undefined) {
    this.#parts = parts;
    this.#id = new FrameId(parts.id);
    this.#sender = new RelaySender(parts);
    this.#credits = credits ?? Infinity;
    const { sent } = parts;
    if (sent === undefined) return;
    sent.onRoom = () => this.#release();
    sent.onResend = (link) => this.#sender.forget(link);
  }

  /** Takes a message of the answer. Throws a ConnectorError when it is too large, or too much waits. */
  take(received: Uint8Array, outline: ResponseOutline): void {
    const { group, isSequenced, endFrame } = this.#parts;
    const frame = this.#id.replaceWithin(received, outline);
    requireSize(frame, group.limits.maxFrameBytes);
    const { hasItem, isBookmark } = outline;
    if (isSequenced && !hasItem && !isBookmark) this.#end = endFrame?.(frame) ?? frame;   // says how many there are, so it leaves when they have
    else if (!this.#isUnwanted || !(hasItem || isBookmark)) this.#pass(frame, outline);
  }

  #pass(frame: Uint8Array, { hasItem, batched, sequence }: ResponseOutline): void {
    const { group, isSequenced } = this.#parts;
    if (batched > 0 && !group.features.has(RESULTS_BATCH)) {
      this.#takeOneByOne(frame);
      return;
    }
    const results = Math.max(1, batched);
    this.#requireRoom(frame);
    if (hasItem) this.#takeItem(frame, isSequenced ? sequence + results - 1 : this.#items + 1, results);
    else this.#send(frame, isSequenced ? sequence : undefined);
  }

  /** The requester knows no messages with many results. */
  #takeOneByOne(batch: Uint8Array): void {
    const { context: { codecLimits } } = this.#parts.group;
    const message = decodeFrame(batch, codecLimits);
    if (message.kind !== 'operationResponse') return;
    for (const { sequence, frame } of singleResults(message.id, message.response.fields)) {
      this.#requireRoom(frame);
      this.#takeItem(frame, sequence, 1);
    }
  }

  /** `number`: of the last result in the message. */
  #takeItem(frame: Uint8Array, number: number, results: number): void {
    this.#items += results;
    if (number > this.#credits || !this.#hasRoom(number)) this.#hold(number, frame);
    else this.#send(frame, number);
  }

  /** What is behind results that have left goes where there is no room, too: without it the requester cannot acknowledge those. */
  #hasRoom(number: number): boolean {
    const { sent } = this.#parts;
    return sent === undefined || sent.hasRoom || number <= sent.highest;
  }

  /** `upTo`: the number of the last result in it; undefined where results have none, so that the message is all of the answer. */
  #send(frame: Uint8Array, upTo: number | undefined): void {
    const { sent, isSequenced } = this.#parts;
    if (isSequenced && upTo !== undefined) sent?.keep(frame, upTo);
    else sent?.finish(frame);
    this.#sender.add(frame);
  }

  /** The requester takes results up to this number. */
  grant(total: number): void {
    if (total <= this.#credits) return;
    this.#credits = total;
    this.#release();
  }

  /** Sends what is held and may be sent by now. */
  #release(): void {
    let number = this.#lowestHeld;
    for (const last = Math.min(this.#credits, this.#highestHeld); number <= last && this.#hasRoom(number); number++) {
      const frame = this.#held.get(number);
      if (frame === undefined) continue;
      this.#held.delete(number);
      this.#heldBytes -= RelaySender.costOf(frame.length);
      this.#send(frame, number);
    }
    this.#lowestHeld = number;
    if (this.#held.size === 0) this.#onAllGranted?.();
  }

  /** No result is wanted any more, neither those that wait nor those that still come; the end is. */
  drop(): void {
    this.#isUnwanted = true;
    this.#held.clear();
    this.#heldBytes = 0;
    this.#onAllGranted?.();
    this.#sender.drop();
  }

  /** Nothing is wanted any more. */
  close(): void {
    this.drop();
    this.#sender.close();
  }

  /** Resolves when everything taken has left, and the end behind it. `error`: the peer's own message instead of the end. */
  async finish(error?: Uint8Array): Promise<void> {
    if (this.#held.size > 0) await new Promise<void>((resolve) => { this.#onAllGranted = resolve; });
    const last = error === undefined ? this.#end : this.#id.putInto(error);
    if (last !== undefined) requireSize(last, this.#parts.group.limits.maxFrameBytes);
    if (error !== undefined) await this.#letResultsArrive();
    if (last !== undefined) {
      this.#parts.sent?.finish(last);
      this.#sender.add(last);
    }
    await this.#sender.idle();
  }

  /** An end that arrives before the last results waits for them; an error must not overtake them, not even within a Java peer. */
  async #letResultsArrive(): Promise<void> {
    const { group, isSequenced } = this.#parts;
    await this.#sender.idle();
    if (isSequenced && this.#items > 0 && group.features.size === 0) await group.clock.sleep(FIXED.errorSettle);
  }

  #hold(number: number, frame: Uint8Array): void {
    this.#held.set(number, frame);
    this.#heldBytes += RelaySender.costOf(frame.length);
    this.#highestHeld = Math.max(this.#highestHeld, number);
    this.#lowestHeld = Math.min(this.#lowestHeld, number);
  }

  #requireRoom(frame: Uint8Array): void {
    const { server, maxBytes } = this.#parts;
    const waiting = this.#sender.bytes + this.#heldBytes;
    if (waiting === 0 || waiting + RelaySender.costOf(frame.length) <= maxBytes) return;
    throw new ConnectorError('connectorIo',
      `Results of ${server} arrive faster than they are read: ${this.#items} have come and ${waiting} bytes of them wait (maxBufferedBytes of the relay is ${maxBytes}). `
      + 'Ask in pages, read faster, or raise the limit.');
  }
}
