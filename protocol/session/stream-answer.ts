import { chunksOf, type StreamEnds, type StreamItems } from '../model/index.js';
import { BATCH_ENVELOPE, encodeAcknowledgement, encodeBatchPart, encodeBookmark, encodeResultsBatch, encodeStreamEnd, encodeStreamItem, type SequencedKind } from '../codec/index.js';
import { requireSize, type Execution } from './execution.js';
import { CREDITS } from './credits.js';
import { COMPLETE, RESULTS_BATCH } from './features.js';
import { FrameFlow } from './frame-flow.js';
import { FIXED } from './limits.js';
import { isSequenced, isSubscription, type StreamKind } from './operation-kinds.js';
import { pump } from './pump.js';
import { sendLast } from './send-last.js';
import type { SocketLink } from './socket-link.js';

/** Results of one message are not more than this, unless one alone is. */
const BATCH_BYTES = 16 * 1024;

/** Sends the results of one stream, in step with what the socket and the requester take. */
export class StreamAnswer<K extends StreamKind> {
  readonly #execution: Execution;
  readonly #kind: K;
  /** Of the last message. Subscriptions and batches have no sequence numbers; one socket keeps their order as long as it lasts. */
  #link: SocketLink | undefined;
  /** Where it has `#batchKind`, of results as they stand in a message of many; else of frames. */
  readonly #flow: FrameFlow;
  readonly #batchKind: SequencedKind | undefined;
  #acknowledged: Promise<void> | undefined;
  /** Results given to `#flow`, and those of them that have been put into a message of many. */
  #given = 0;
  #batched = 0;

  constructor(execution: Execution, kind: K) {
    const { executing, group, sent } = execution;
    this.#execution = execution;
    this.#kind = kind;
    this.#batchKind = group.features.has(RESULTS_BATCH) && isSequenced(kind) ? kind : undefined;
    this.#flow = new FrameFlow((parts) => this.#sendItems(parts), this.#batchKind === undefined ? Infinity : Math.min(BATCH_BYTES, group.limits.maxFrameBytes - BATCH_ENVELOPE));
    if (sent === undefined) return;
    executing.credits.kept = sent;
    sent.onRoom = () => executing.credits.lookAgain();
    sent.onResend = (link) => {
      this.#flow.flush();
      this.#link = link;
      this.#flow.forget();
    };
  }

  async give(results: AsyncGenerator<StreamItems[K], StreamEnds[K], void>): Promise<void> {
    const { executing, race, leftovers, group } = this.#execution;
    const hasCredits = group.features.has(CREDITS);
    try {
      const { end, count } = await pump(chunksOf(results), race, {
        admit: (sequence) => hasCredits ? executing.credits.pass(sequence, executing.signal) : undefined,
        send: (item, sequence) => this.#sendItem(item, sequence),
        onClosing: (closing) => leftovers.push(closing),
      });
      await this.#flow.settled();
      await this.acknowledge();
      for (const frame of encodeStreamEnd(executing.id, this.#kind, end, count, group.features.has(COMPLETE))) await this.#sendEnd(frame);
    } catch (error) {
      if (executing.cancelled && isSequenced(this.#kind)) return this.cancelled();
      await this.#letResultsArrive();
      throw error;
    }
  }

  /** Tells the requester of a subscription that no change is missed from now on, if it has not been told. */
  acknowledge(): Promise<void> | undefined {
    if (!isSubscription(this.#kind)) return undefined;
    this.#acknowledged ??= this.#send(encodeAcknowledgement(this.#execution.executing.id, this.#kind));
    this.#acknowledged.catch(() => undefined);           // told to whoever waits for it: the first event, the end
    return this.#acknowledged;
  }

  /** A cancelled search or sync still gets its end message, with the number of results sent (hazard 30); it never says complete. */
  async cancelled(): Promise<void> {
    if (!isSequenced(this.#kind)) return;
    await this.#flow.idle();
    const { executing, sent } = this.#execution;
    const count = sent?.highest ?? this.#flow.flushed;    // what did not leave can be asked for where it is kept
    for (const frame of encodeStreamEnd(executing.id, this.#kind, undefined, count)) await this.#sendEnd(frame);
  }

  /** The search goes on behind the results given so far with this cookie. */
  bookmark(cookie: string): void {
    const { executing, sent } = this.#execution;
    if (cookie === '' || executing.signal.aborted) return;
    this.#flow.flush();
    const frame = encodeBookmark(executing.id, this.#given, cookie);
    sent?.keep(frame, this.#given);
    this.#sendFrames([frame]).catch(() => undefined);     // results after it fail likewise
  }

  /** Items with sequence numbers are written side by side and many at a time; those without go one after the other. */
  #sendItem(item: StreamItems[K], sequence: number): Promise<void> | undefined {
    const { group: { limits: { maxFrameBytes } }, executing: { id }, sent } = this.#execution;
    if (this.#batchKind !== undefined) {
      const part = encodeBatchPart(this.#batchKind, item as StreamItems[SequencedKind]);
      requireSize(part, maxFrameBytes - BATCH_ENVELOPE);
      this.#given = sequence;
      return this.#flow.add(part);
    }
    const frame = encodeStreamItem(id, this.#kind, item, sequence);
    if (!isSequenced(this.#kind)) return this.#sendInOrder(frame);
    requireSize(frame, maxFrameBytes);
    this.#given = sequence;
    sent?.keep(frame, sequence);
    return this.#flow.add(frame);
  }

  async #sendInOrder(frame: Uint8Array): Promise<void> {
    await this.acknowledge();
    await this.#send(frame, this.#execution.executing.signal);
  }

  /** Results before a failure are told of before the failure, which must not overtake them within a Java peer either (section 7.5). */
  async #letResultsArrive(): Promise<void> {
    const { executing: { signal }, group } = this.#execution;
    await this.#flow.idle();
    if (!signal.aborted && this.#flow.flushed > 0 && group.features.size === 0) await group.clock.sleep(FIXED.errorSettle);
  }

  #sendItems(parts: readonly Uint8Array[]): Promise<void> {
    if (this.#batchKind === undefined) return this.#sendFrames(parts);
    const { executing: { id }, sent } = this.#execution;
    const first = this.#batched + 1;
    this.#batched += parts.length;
    const frame = encodeResultsBatch(id, this.#batchKind, first, parts);
    sent?.keep(frame, this.#batched);
    return this.#sendFrames([frame]);
  }

  async #sendFrames(frames: readonly Uint8Array[]): Promise<void> {
    const { group, executing } = this.#execution;
    this.#link ??= group.nextLink();
    this.#link = await group.respondAll(frames, executing.signal, this.#link);
  }

  async #sendEnd(frame: Uint8Array): Promise<void> {
    if (this.#execution.sent === undefined) return this.#send(frame);
    requireSize(frame, this.#execution.group.limits.maxFrameBytes);
    await sendLast(frame, { ...this.#execution, prefer: this.#link });
  }

  async #send(frame: Uint8Array, signal?: AbortSignal): Promise<void> {
    const { group } = this.#execution;
    requireSize(frame, group.limits.maxFrameBytes);
    this.#link = await group.respond(frame, signal, this.#link);
  }
}
