import { ConnectorError } from '../model/index.js';
import { FrameId } from '../frame-id.js';
import type { ResponseOutline } from '../frame-outline.js';
import { requireSize } from './execution.js';
import { FIXED } from './limits.js';
import { RelaySender, type RelaySenderParts } from './relay-sender.js';

export interface RelayOutputParts extends RelaySenderParts {
  /** The requester's id of the operation. */
  readonly id: number;
  readonly maxBytes: number;
  /** Makes another end message of the server's; undefined: it is passed on as it is. */
  readonly endFrame: ((frame: Uint8Array) => Uint8Array) | undefined;
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
  }

  /** Takes a message of the answer. Throws a ConnectorError when it is too large, or too much waits. */
  take(received: Uint8Array, outline: ResponseOutline): void {
    const { group, isSequenced, endFrame } = this.#parts;
    const frame = this.#id.replaceWithin(received, outline);
    requireSize(frame, group.limits.maxFrameBytes);
    const { hasItem } = outline;
    if (!hasItem && isSequenced) {
      this.#end = endFrame?.(frame) ?? frame;                           // says how many there are, so it leaves when they have
      return;
    }
    if (hasItem && this.#isUnwanted) return;
    this.#requireRoom(frame);
    if (hasItem) this.#items++;
    const number = isSequenced ? outline.sequence : this.#items;
    if (hasItem && number > this.#credits) this.#hold(number, frame);
    else this.#sender.add(frame);
  }

  /** The requester takes results up to this number. */
  grant(total: number): void {
    const before = this.#credits;
    if (total <= before) return;
    this.#credits = total;
    for (let number = before + 1; number <= Math.min(total, this.#highestHeld); number++) {
      const frame = this.#held.get(number);
      if (frame === undefined) continue;
      this.#held.delete(number);
      this.#heldBytes -= RelaySender.costOf(frame.length);
      this.#sender.add(frame);
    }
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
    if (last !== undefined) this.#sender.add(last);
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
