import { ConnectorError } from '../model/index.js';
import { encodeMessage } from '../frame.js';
import { responseOutline, type ResponseOutline } from '../frame-outline.js';
import type { Message } from '../message.js';
import { natureOf } from './admit-operation.js';
import { after } from './clock.js';
import { toConnectorError } from './connector-error.js';
import { CREDITS, CreditWindow } from './credits.js';
import { COPIES_TIME, CutShortSign } from './cut-short-sign.js';
import { watchRepeatedly } from './deadline-watch.js';
import { RESEND, RESULTS_BATCH, RESUME } from './features.js';
import { followAnswer, type ForwardedAnswer } from './forwarded-answer.js';
import type { ForwardedOperation, Forwarding, ForwardReceiver } from './forwarding.js';
import type { SessionGroup } from './group.js';
import { FIXED } from './limits.js';
import { isResumable, isSequenced, isStreamKind } from './operation-kinds.js';
import { OutgoingRequest } from './outgoing-request.js';
import { passedOn } from './passed-on-frame.js';
import { Receipt } from './receipt.js';
import { cutShort, resultWasLost, wrongAnswer } from './request-errors.js';

/** One operation of another requester at this group's peer: sent as it came, its answer followed but not decoded. */
export class ForwardedRequest implements Forwarding {
  readonly #group: SessionGroup;
  readonly #operation: ForwardedOperation;
  readonly #receiver: ForwardReceiver;
  readonly #request: OutgoingRequest<Message>;
  readonly #answer: ForwardedAnswer;
  readonly #window: CreditWindow | undefined;
  /** Only where the peer would drop results rather than wait for us. */
  readonly #sign: CutShortSign | undefined;
  /** Only where the peer keeps what it sent until we have it. */
  readonly #receipt: Receipt | undefined;
  readonly #over = new AbortController();
  readonly #id: number;
  #requesterTakes: number;
  #granted = 0;
  #lastMessage: number;
  #missingSince: number | undefined;
  #received = 0;
  #stopGapTimer: () => void = () => undefined;
  #stopCopiesTimer: (() => void) | undefined;

  constructor(group: SessionGroup, operation: ForwardedOperation, receiver: ForwardReceiver) {
    const { clock, log, context: { codecLimits } } = group;
    const { request, what, window } = operation;
    const kind = request.operation.kind ?? 'test';
    this.#group = group;
    this.#operation = operation;
    this.#receiver = receiver;
    this.#id = group.nextId();
    this.#lastMessage = clock.now();
    this.#requesterTakes = operation.credits ?? Infinity;
    this.#window = group.features.has(CREDITS) && isStreamKind(kind) ? new CreditWindow(Math.min(window.results, group.limits.creditWindow), window.bytes) : undefined;
    this.#receipt = group.features.has(RESUME) && isResumable(kind) ? new Receipt() : undefined;
    this.#sign = !group.features.has(CREDITS) && isSequenced(kind) ? new CutShortSign(() => group.socketCount) : undefined;
    this.#answer = followAnswer(kind, request, codecLimits, {
      clock, log,
      isOrdered: () => group.features.has(RESEND) || group.socketCount <= 1,
      later: (change) => this.#take(change),
    });
    this.#request = new OutgoingRequest<Message>(group, {
      id: this.#id, what, isStream: isStreamKind(kind), repeatable: natureOf(kind) !== 'write',
      frame: passedOn(group, operation, this.#id),
      cancelFrame: encodeMessage({ kind: 'cancel', id: this.#id }),
      onFrame: (frame, outline, socket) => this.#onFrame(frame, outline, socket),
      onResponse: (message, _bytes, socket) => this.#onDecoded(message, socket),
      onFailure: (error, frame) => this.#onFailure(error, frame),
      progress: this.#receipt && (() => ({ received: this.#answer.received, credits: this.#granted, hasBegun: this.#answer.count > 0 || this.#answer.hasGap })),
    });
  }

  get count(): number {
    return this.#answer.count;
  }

  start(): this {
    this.#request.start(this.#over.signal).then(() => this.#grant(), (error: unknown) => this.#fail(toConnectorError(error), undefined));
    this.#watch();
    return this;
  }

  cancel(): void {
    if (!this.#over.signal.aborted) this.#request.follow(encodeMessage({ kind: 'cancel', id: this.#id }));
  }

  grant(total: number): void {
    this.#requesterTakes = total;
    this.#grant();
  }

  consumed(frames: readonly Uint8Array[]): void {
    if (this.#window === undefined) return;
    let isWorthIt = false;
    const mayBeMany = this.#group.features.has(RESULTS_BATCH);
    for (const frame of frames) {
      const results = mayBeMany ? Math.max(1, responseOutline(frame)?.batched ?? 1) : 1;
      isWorthIt = this.#window.consumed(frame.length / results, results) !== undefined || isWorthIt;
    }
    if (isWorthIt) this.#grant();
  }

  abandon(): void {
    if (this.#over.signal.aborted) return;
    this.#request.abandon();
    this.#end();
  }

  #end(): void {
    this.#over.abort(new ConnectorError('connector', `The ${this.#operation.what} is over.`));
    this.#stopGapTimer();
    this.#stopCopiesTimer?.();
    this.#answer.dispose();
  }

  #onFrame(frame: Uint8Array, outline: ResponseOutline, socket: object): void {
    this.#lastMessage = this.#group.clock.now();
    this.#take(() => {
      this.#sign?.note(outline, socket);
      const isNew = this.#answer.note(frame, outline);
      if (this.#receipt !== undefined) this.#noteReceipt(this.#receipt, frame.length);
      if (isNew) this.#receiver.onMessage(frame, outline);
    });
  }

  #noteReceipt(receipt: Receipt, bytes: number): void {
    const { received, isMissing } = this.#answer;
    if (!isMissing) this.#missingSince = undefined;
    else if (received > this.#received || this.#missingSince === undefined) this.#missingSince = this.#lastMessage;
    this.#received = received;
    if (receipt.isDue(received, bytes)) this.#grant(true);
  }

  /** In a form no encoder makes: made anew, so that what is passed on is sound. */
  #onDecoded(message: Message, socket: object): void {
    const frame = encodeMessage(message);
    const outline = responseOutline(frame);
    if (message.kind === 'operationResponse' && outline !== undefined) this.#onFrame(frame, outline, socket);
    else this.#take(() => { throw wrongAnswer({ what: this.#operation.what, timeout: undefined }, message); });
  }

  #take(change: () => void): void {
    if (this.#over.signal.aborted) return;
    try {
      change();
    } catch (error) {
      this.#request.abandon();
      this.#fail(toConnectorError(error), undefined);
      return;
    }
    if (this.#answer.isComplete) this.#completeUnlessShort();
    else if (this.#answer.hasGap) this.#waitForGap();
  }

  /** A search the peer gave up is not passed on as complete (hazard 13); its sign may come a little after the end. */
  #completeUnlessShort(): void {
    if (this.#sign?.isCutShort === true) {
      this.#fail(cutShort({ what: this.#operation.what }), undefined);
    } else if (this.#sign?.isOpen === true) {
      const { clock, log } = this.#group;
      this.#stopCopiesTimer ??= after(clock, COPIES_TIME, log, () => this.#complete());
    } else {
      this.#complete();
    }
  }

  #complete(): void {
    const { count, closing = [] } = this.#answer;
    this.#request.complete();
    this.#end();
    try {
      for (const { frame, outline } of closing) this.#receiver.onMessage(frame, outline);
    } catch (error) {
      this.#receiver.onFailure(toConnectorError(error), undefined);
      return;
    }
    this.#receiver.onComplete(count);
  }

  #fail(error: ConnectorError, frame: Uint8Array | undefined): void {
    if (this.#over.signal.aborted) return;
    this.#request.complete();
    this.#end();
    this.#receiver.onFailure(error, frame);
  }

  /** Results the peer sent by another socket before its error may still be on their way. */
  #onFailure(error: ConnectorError, frame: Uint8Array | undefined): void {
    const { clock, log, requests, socketCount } = this.#group;
    if (frame === undefined || socketCount <= 1 || !isSequenced(this.#operation.request.operation.kind ?? 'test')) {
      this.#fail(error, frame);
      return;
    }
    requests.add(this.#request);
    this.#stopGapTimer();
    this.#stopGapTimer = after(clock, FIXED.errorSettle, log, () => this.#fail(error, frame));
  }

  /** The end has come before some of the results: they are on another socket, or were lost with one. */
  #waitForGap(): void {
    const { clock, limits, log } = this.#group;
    this.#stopGapTimer();
    this.#stopGapTimer = after(clock, limits.resendTimeout, log, () => this.#take(() => {
      throw resultWasLost({ what: this.#operation.what, timeout: undefined }, `${this.#answer.count} results are here and the end message announced more`);
    }));
  }

  /** The peer may be as far ahead as both the requester and our own window let it. */
  #grant(again = false): void {
    if (this.#window === undefined || this.#over.signal.aborted) return;
    const total = Math.min(this.#window.granted, this.#requesterTakes);
    if (total <= this.#granted && !again) return;
    this.#granted = Math.max(total, this.#granted);
    const received = this.#receipt && this.#answer.received;
    if (received !== undefined) this.#receipt?.told(received);
    this.#request.follow(encodeMessage({ kind: 'credit', id: this.#id, credits: this.#granted, received }));
  }

  /** A credit may have been lost with its socket, and so may results. */
  #watch(): void {
    const { clock, limits: { heartbeatInterval } } = this.#group;
    const { signal } = this.#over;
    if (this.#window !== undefined) {
      const nudge = (): void => { if (this.#receipt === undefined) this.#grant(true); else this.#request.resume(); };
      watchRepeatedly(clock, heartbeatInterval, () => this.#lastMessage, signal, nudge).catch(() => undefined);
    }
    if (this.#receipt !== undefined) watchRepeatedly(clock, FIXED.missingAsked, () => this.#missingSince, signal, () => this.#request.resume()).catch(() => undefined);
  }
}
