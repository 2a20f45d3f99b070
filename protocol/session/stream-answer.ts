import { chunksOf, type StreamEnds, type StreamItems } from '../model/index.js';
import { encodeAcknowledgement, encodeStreamEnd, encodeStreamItem } from '../codec/index.js';
import { requireSize, type Execution } from './execution.js';
import { CREDITS } from './credits.js';
import { COMPLETE } from './features.js';
import { FrameFlow } from './frame-flow.js';
import { FIXED } from './limits.js';
import { isSequenced, isSubscription, type StreamKind } from './operation-kinds.js';
import { pump } from './pump.js';
import type { SocketLink } from './socket-link.js';

/** Sends the results of one stream, in step with what the socket and the requester take. */
export class StreamAnswer<K extends StreamKind> {
  readonly #execution: Execution;
  readonly #kind: K;
  /** Of the last message. Subscriptions and batches have no sequence numbers; one socket keeps their order as long as it lasts. */
  #link: SocketLink | undefined;
  readonly #flow: FrameFlow;
  #acknowledged: Promise<void> | undefined;

  constructor(execution: Execution, kind: K) {
    this.#execution = execution;
    this.#kind = kind;
    this.#flow = new FrameFlow((frames) => this.#sendItems(frames));
  }

  async give(results: AsyncGenerator<StreamItems[K], StreamEnds[K], void>): Promise<void> {
    const { executing, race, leftovers, group } = this.#execution;
    const hasCredits = group.features.has(CREDITS);
    try {
      const { end, count } = await pump(chunksOf(results), race, {
        admit: (sequence) => hasCredits ? executing.credits.pass(sequence, executing.signal) : undefined,
        send: (item, sequence) => this.#sendItem(encodeStreamItem(executing.id, this.#kind, item, sequence)),
        onClosing: (closing) => leftovers.push(closing),
      });
      await this.#flow.settled();
      await this.acknowledge();
      for (const frame of encodeStreamEnd(executing.id, this.#kind, end, count, group.features.has(COMPLETE))) await this.#send(frame);
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
    for (const frame of encodeStreamEnd(this.#execution.executing.id, this.#kind, undefined, this.#flow.flushed)) await this.#send(frame);
  }

  /** Items with sequence numbers are written side by side and many at a time; those without go one after the other. */
  #sendItem(frame: Uint8Array): Promise<void> | undefined {
    const { group } = this.#execution;
    if (!isSequenced(this.#kind)) return this.#sendInOrder(frame);
    requireSize(frame, group.limits.maxFrameBytes);
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

  async #sendItems(frames: readonly Uint8Array[]): Promise<void> {
    const { group, executing } = this.#execution;
    this.#link ??= group.nextLink();
    this.#link = await group.respondAll(frames, executing.signal, this.#link);
  }

  async #send(frame: Uint8Array, signal?: AbortSignal): Promise<void> {
    const { group } = this.#execution;
    requireSize(frame, group.limits.maxFrameBytes);
    this.#link = await group.respond(frame, signal, this.#link);
  }
}
