import type { StreamEnds, StreamItems } from '../model/index.js';
import { encodeAcknowledgement, encodeStreamEnd, encodeStreamItem } from '../codec/index.js';
import { requireSize, type Execution } from './execution.js';
import { CREDITS } from './credits.js';
import { isSequenced, isSubscription, type StreamKind } from './operation-kinds.js';
import { pump } from './pump.js';
import type { SocketLink } from './socket-link.js';
import { WritesUnderWay } from './writes-under-way.js';

/** Sends the results of one stream, in step with what the socket and the requester take. */
export class StreamAnswer<K extends StreamKind> {
  readonly #execution: Execution;
  readonly #kind: K;
  /** Subscriptions and batches have no sequence numbers; one socket keeps their order as long as it lasts. */
  #link: SocketLink | undefined;
  readonly #writes = new WritesUnderWay();

  constructor(execution: Execution, kind: K) {
    this.#execution = execution;
    this.#kind = kind;
  }

  async give(results: AsyncGenerator<StreamItems[K], StreamEnds[K], void>): Promise<void> {
    const { executing, race, leftovers, group } = this.#execution;
    const hasCredits = group.features.has(CREDITS);
    try {
      if (isSubscription(this.#kind)) await this.#send(encodeAcknowledgement(executing.id, this.#kind));
      const { end, count } = await pump(results, race, {
        admit: (sequence) => hasCredits ? executing.credits.pass(sequence, executing.signal) : undefined,
        send: (item, sequence) => this.#sendItem(encodeStreamItem(executing.id, this.#kind, item, sequence)),
        onClosing: (closing) => leftovers.push(closing),
      });
      await this.#writes.settled();
      for (const frame of encodeStreamEnd(executing.id, this.#kind, end, count)) await this.#send(frame);
    } catch (error) {
      if (!executing.cancelled || !isSequenced(this.#kind)) throw error;
      await this.cancelled();
    }
  }

  /** A cancelled search or sync still gets its end message, with the number of results sent (hazard 30). */
  async cancelled(): Promise<void> {
    if (!isSequenced(this.#kind)) return;
    await this.#writes.idle();
    for (const frame of encodeStreamEnd(this.#execution.executing.id, this.#kind, undefined, this.#writes.flushed)) await this.#send(frame);
  }

  /** Items with sequence numbers may be written side by side; those without go one after the other. */
  #sendItem(frame: Uint8Array): Promise<void> | undefined {
    const { executing: { signal }, group } = this.#execution;
    if (!isSequenced(this.#kind)) return this.#send(frame, signal);
    requireSize(frame, group.limits.maxFrameBytes);
    return this.#writes.add(group.respond(frame, signal), frame.length);
  }

  async #send(frame: Uint8Array, signal?: AbortSignal): Promise<void> {
    const { group } = this.#execution;
    requireSize(frame, group.limits.maxFrameBytes);
    const prefer = isSequenced(this.#kind) ? undefined : this.#link;
    this.#link = await group.respond(frame, signal, prefer);
  }
}
