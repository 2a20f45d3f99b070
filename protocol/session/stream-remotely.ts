import { mapAll, type CallContext, type Chunks, type StreamEnds, type StreamItems, type StreamOperation } from '../model/index.js';
import { encodeMessage } from '../frame.js';
import type { Message } from '../message.js';
import { AbortRace } from './abort-race.js';
import { Bookmarks } from './bookmarks.js';
import type { BatchBuffer } from './batch-sorter.js';
import { toConnectorError } from './connector-error.js';
import { CREDITS, CreditWindow } from './credits.js';
import { COMPLETE, RESEND, RESUME } from './features.js';
import type { SessionGroup } from './group.js';
import { FIXED } from './limits.js';
import { isResumable, type StreamKind } from './operation-kinds.js';
import { OutgoingRequest } from './outgoing-request.js';
import type { RemoteCall } from './remote-facade.js';
import { COPIES_TIME, CutShortSign, numberedOf } from './cut-short-sign.js';
import { callerGaveUp, cutShort, notComplete, readTooLate, resultWasLost, streamWentQuiet, wrongAnswer } from './request-errors.js';
import { LONGEST_STALL, StallWatch } from './stall-watch.js';
import { Receipt } from './receipt.js';
import { StreamInbox, type Taken } from './stream-inbox.js';
import { sorterFor, type Buffer, type Sorter } from './stream-sorter.js';

/**
 * Sends an operation answered by a stream and hands its results out in order, those at hand together, decoded when they are
 * asked for. Leaving early cancels it. A peer that knows credits is never further ahead than the window.
 */
export async function* streamRemotely<K extends StreamKind>(
  group: SessionGroup, kind: K, operation: StreamOperation, call: RemoteCall, context: CallContext,
): Chunks<StreamItems[K], StreamEnds[K]> {
  const { signal } = context;
  if (signal.aborted) throw callerGaveUp(call, signal.reason);
  const remote = new RemoteStream<K>(group, kind, operation, call, context);
  const onAbort = () => remote.stop(callerGaveUp(call, signal.reason));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await remote.open();
    for (;;) {
      const next = await remote.next();
      if (next.kind === 'end') {
        await remote.refuseWhatMayBeShort();
        return next.value();
      }
      const { mapped, failure } = mapAll(next.items, (item) => item());
      if (mapped.length > 0) yield mapped;
      if (failure !== undefined) throw failure.error;
      remote.consumed(mapped.length, next.largest);
    }
  } catch (error) {
    throw toConnectorError(error);
  } finally {
    signal.removeEventListener('abort', onAbort);
    remote.leave();
  }
}

class RemoteStream<K extends StreamKind> {
  readonly #request: OutgoingRequest<Message>;
  readonly #inbox: StreamInbox<() => StreamItems[K], () => StreamEnds[K]>;
  readonly #sorter: Sorter<K>;
  readonly #credits: CreditWindow | undefined;
  /** Only where the peer keeps what it sent until we have it. */
  readonly #receipt: Receipt | undefined;
  readonly #bookmarks: Bookmarks | undefined;
  readonly #stopped = new AbortController();
  readonly #call: RemoteCall;
  /** Only where the peer would drop results rather than wait for us. */
  readonly #stalls: StallWatch | undefined;
  readonly #sign: CutShortSign | undefined;
  readonly #clock: SessionGroup['clock'];
  #stalledFor = 0;

  constructor(group: SessionGroup, kind: K, operation: StreamOperation, call: RemoteCall, { onSubscribed, onBookmark }: CallContext) {
    const { clock, limits } = group;
    this.#call = call;
    this.#credits = group.features.has(CREDITS) ? new CreditWindow(limits.creditWindow, limits.maxBufferedBytes) : undefined;
    this.#receipt = group.features.has(RESUME) && isResumable(kind) ? new Receipt() : undefined;
    this.#bookmarks = onBookmark && new Bookmarks(onBookmark);
    const mayBeShort = this.#credits === undefined && (kind === 'search' || kind === 'sync');
    this.#stalls = mayBeShort ? new StallWatch() : undefined;
    this.#sign = mayBeShort ? new CutShortSign(() => group.socketCount) : undefined;
    this.#clock = clock;
    this.#sorter = this.#makeSorter(group, kind, operation, onSubscribed);
    this.#request = new OutgoingRequest<Message>(group, {
      ...call,
      onResponse: (message, bytes, socket) => this.#onResponse(call, message, bytes, socket),
      onFailure: (error) => this.#inbox.fail(error),
      progress: this.#receipt && (() => ({ received: this.#inbox.received, credits: this.#credits?.granted ?? 0, hasBegun: this.#inbox.hasBegun })),
    });
    this.#inbox = this.#makeInbox(group);
  }

  #makeInbox({ clock, limits }: SessionGroup): StreamInbox<() => StreamItems[K], () => StreamEnds[K]> {
    const call = this.#call;
    return new StreamInbox({
      clock, maxBytes: limits.maxBufferedBytes, timeout: call.timeout, gapTimeout: limits.resendTimeout,
      onTimeout: (progress) => streamWentQuiet(call, progress),
      onGap: (progress) => resultWasLost(call, progress),
      onStopped: () => this.#request.abandon(),
      nudge: this.#credits && { interval: limits.heartbeatInterval, send: () => this.#nudge() },
      missing: this.#receipt && { interval: FIXED.missingAsked, ask: () => this.#request.resume() },
    });
  }

  #makeSorter(group: SessionGroup, kind: K, operation: StreamOperation, onSubscribed: (() => void) | undefined): Sorter<K> {
    const { clock, log, features } = group;
    return sorterFor(kind, operation, group.context.codecLimits, {
      clock, log,
      isOrdered: () => features.has(RESEND) || group.socketCount <= 1,
      later: (deliver) => this.#accept((buffer) => deliver(buffer as unknown as BatchBuffer)),
    }, {
      onSubscribed, unproven: features.has(COMPLETE) ? () => notComplete(this.#call) : undefined,
      onBookmark: this.#bookmarks && ((at, cookie) => this.#bookmarks?.note(at, cookie)),
    });
  }

  async open(): Promise<void> {
    const race = new AbortRace(this.#stopped.signal);
    try {
      await race.wait(this.#request.start(this.#stopped.signal));
    } finally {
      race.dispose();
    }
    this.#grant();
  }

  async next(): Promise<Taken<() => StreamItems[K], () => StreamEnds[K]>> {
    const taken = await this.#inbox.take(this.#bookmarks && (() => this.#bookmarks?.untilNext ?? Infinity));
    if (taken.kind === 'items') this.#bookmarks?.handOut(taken.items.length);
    return taken;
  }

  /** The consumer is done with so many results, the largest of so many bytes, and comes for more. */
  consumed(count: number, largest: number): void {
    this.#bookmarks?.consumed();
    if (this.#credits?.consumed(largest, count) !== undefined) this.#grant();
  }

  stop(error: Error): void {
    this.#stopped.abort(error);
    this.#inbox.stop(error);
  }

  /** Throws when a peer that cannot wait may have left out results, which its end message does not tell. */
  async refuseWhatMayBeShort(): Promise<void> {
    if (this.#sign?.isOpen === true) await this.#clock.sleep(COPIES_TIME, this.#stopped.signal);
    this.#request.complete();
    if (this.#sign?.isCutShort === true) throw cutShort(this.#call);
    if (this.#stalledFor > LONGEST_STALL) throw readTooLate(this.#call, this.#stalledFor);
  }

  leave(): void {
    this.#stalls?.dispose();
    this.#request.abandon();
    this.#sorter.dispose();
    this.#inbox.dispose();
  }

  #onResponse(call: RemoteCall, message: Message, bytes: number, socket: object): void {
    this.#accept((buffer) => {
      if (message.kind !== 'operationResponse') throw wrongAnswer(call, message);
      const numbered = this.#sign && numberedOf(message.response);
      if (numbered !== undefined) this.#sign?.note(numbered, socket);
      this.#sorter.sort(message.response, bytes, buffer);
    });
    if (this.#receipt?.isDue(this.#inbox.received, bytes) === true && !this.#inbox.isComplete) this.#grant();
  }

  #accept(deliver: (buffer: Buffer<K>) => void): void {
    this.#stalls?.alive();
    this.#inbox.accept(deliver);
    if (!this.#inbox.isComplete) return;
    this.#stalledFor = this.#sign?.canTell === false ? this.#stalls?.longest ?? 0 : 0;
    this.#stalls?.dispose();
    if (this.#sign?.isOpen !== true) this.#request.complete();
  }

  #nudge(): void {
    if (this.#receipt === undefined) this.#grant();
    else this.#request.resume();
  }

  #grant(): void {
    if (this.#credits === undefined) return;
    const received = this.#receipt && this.#inbox.received;
    if (received !== undefined) this.#receipt?.told(received);
    this.#request.follow(encodeMessage({ kind: 'credit', id: this.#call.id, credits: this.#credits.granted, received }));
  }
}
