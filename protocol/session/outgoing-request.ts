import { ConnectorError } from '../model/index.js';
import { encodeMessage } from '../frame.js';
import type { ResponseOutline } from '../frame-outline.js';
import { after } from './clock.js';
import type { Clock, SessionLimits, SessionLog } from './contract.js';
import { FIXED } from './limits.js';
import type { Outbox } from './outbox.js';
import type { PendingRequest, PendingRequests } from './pending-requests.js';
import { RetryDelay } from './retry-delay.js';
import type { SettledRequests } from './settled-requests.js';
import type { SocketLink } from './socket-link.js';

/** How much of an answer is here. */
export interface AnswerProgress {
  /** The results up to this number; 0 where there are no numbers. */
  readonly received: number;
  /** The last credits granted; 0 where there are none. */
  readonly credits: number;
  /** Anything at all is here. */
  readonly hasBegun: boolean;
}

/** What a request needs of its group. */
export interface RequestingGroup<Response> {
  readonly outbox: Outbox;
  readonly requests: PendingRequests<Response>;
  readonly clock: Clock;
  readonly limits: SessionLimits;
  readonly log: SessionLog;
  readonly closeReason: string | undefined;
  /** Set where the peer keeps answers until it is told that they are settled (feature `resume`). */
  readonly settled?: SettledRequests | undefined;
}

export interface RequestPlan<Response> {
  readonly id: number;
  readonly what: string;
  readonly isStream: boolean;
  /** Executing it twice does no harm. */
  readonly repeatable: boolean;
  readonly frame: Uint8Array;
  /** Undefined: nothing needs to be told when the request is given up. */
  readonly cancelFrame: Uint8Array | undefined;
  onResponse(response: Response, bytes: number, socket: object): void;
  /** See {@link PendingRequest.onFrame}. */
  readonly onFrame?: ((frame: Uint8Array, outline: ResponseOutline, socket: object) => void) | undefined;
  onFailure(error: ConnectorError, frame?: Uint8Array): void;
  /** Of an answer that can be asked for again. */
  readonly progress?: (() => AnswerProgress) | undefined;
}

/** One request of ours on its way: sent, sent again when it was refused unread, cancelled only after it was sent. */
export class OutgoingRequest<Response> implements PendingRequest<Response> {
  readonly id: number;
  readonly what: string;
  readonly isStream: boolean;
  readonly onFrame: ((frame: Uint8Array, outline: ResponseOutline, socket: object) => void) | undefined;
  readonly #group: RequestingGroup<Response>;
  readonly #plan: RequestPlan<Response>;
  readonly #delay = new RetryDelay();
  #refusals = 0;
  #isSent = false;
  #stopRetry: () => void = () => undefined;
  #sending: Promise<SocketLink> | undefined;
  /** What it left by. */
  #link: SocketLink | undefined;

  constructor(group: RequestingGroup<Response>, plan: RequestPlan<Response>) {
    this.#group = group;
    this.#plan = plan;
    this.id = plan.id;
    this.what = plan.what;
    this.isStream = plan.isStream;
    this.onFrame = plan.onFrame;
  }

  get isSent(): boolean {
    return this.#isSent;
  }

  /** Resolves once the request has left. Rejects with a ConnectorError when it could not. */
  async start(signal: AbortSignal): Promise<void> {
    const { closeReason, limits, requests } = this.#group;
    if (closeReason !== undefined) throw new ConnectorError('connectionFailed', `The session with the peer is over: ${closeReason}.`);
    if (this.#plan.frame.length > limits.maxFrameBytes) {
      throw new ConnectorError('illegalArgument',
        `The ${this.what} needs a message of ${this.#plan.frame.length} bytes; the limit is ${limits.maxFrameBytes} (maxFrameBytes).`);
    }
    requests.add(this);
    await this.#send(signal);
  }

  /** Sends something that belongs to the request behind it, on the same socket when that is still there. */
  follow(frame: Uint8Array): void {
    this.#sending?.then((link) => this.#group.outbox.send(frame, { wait: FIXED.brokenGrace, prefer: link, repeatable: true }))
      .catch((error: unknown) => this.#group.log.debug({ messageId: this.id, err: error }, 'A message behind a request could not be sent.'));
  }

  /** Gives the request up. The peer is told when it may still be working on it (hazard 15). */
  abandon(): void {
    this.#stopRetry();
    if (!this.#group.requests.remove(this.id)) return;
    if (this.#plan.cancelFrame !== undefined) this.follow(this.#plan.cancelFrame);
    this.#settle();
  }

  /** Everything has arrived. */
  complete(): void {
    this.#stopRetry();
    if (this.#group.requests.remove(this.id)) this.#settle();
  }

  /** Tells the peer what is here of the answer, and asks for what was sent behind that. */
  resume(): void {
    const { progress } = this.#plan;
    if (progress === undefined || this.#group.settled === undefined || !this.#isSent || !this.#group.outbox.hasUsable) return;
    const { received, credits } = progress();
    this.follow(encodeMessage({ kind: 'credit', id: this.id, credits, received, resend: true }));
  }

  /**
   * The peer does not know the request: it was lost with its socket, or so much was lost since that its answer is not kept
   * any more. (As long as its socket is there, it may still be on its way.) What only looks is sent again.
   */
  onUnknown(): void {
    const { progress, repeatable } = this.#plan;
    if (progress === undefined || !this.#isSent || this.#link === undefined || this.#link.state !== 'closed') return;
    if (repeatable && !progress().hasBegun) {
      this.#sendAgain();
      return;
    }
    this.#group.requests.fail(this.id, new ConnectorError('connectionBroken', `The ${this.what} or its answer was lost with a connection; the peer does not know it any more.`));
  }

  onResponse(response: Response, bytes: number, socket: object): void {
    this.#plan.onResponse(response, bytes, socket);
  }

  onFailure(error: ConnectorError, frame?: Uint8Array): void {
    this.#stopRetry();
    if (frame !== undefined) this.#settle();
    this.#plan.onFailure(error, frame);
  }

  onRefused(): void {
    this.#refusals++;
    if (this.#refusals > FIXED.refusedRetries) {
      this.#group.requests.fail(this.id, new ConnectorError('connectionFailed', `The peer keeps refusing the ${this.what}: it has not finished the handshake.`));
      return;
    }
    this.#stopRetry();
    this.#stopRetry = after(this.#group.clock, this.#delay.next(), this.#group.log, () => this.#sendAgain());
  }

  #sendAgain(): void {
    this.#send(new AbortController().signal).catch((error: unknown) => {
      const failure = error instanceof ConnectorError ? error : new ConnectorError('connectionFailed', `The ${this.what} could not be sent.`, { cause: error });
      this.#group.requests.fail(this.id, failure);
    });
  }

  #settle(): void {
    if (this.#plan.progress !== undefined) this.#group.settled?.add(this.id);
  }

  async #send(signal: AbortSignal): Promise<void> {
    const sending = this.#group.outbox.send(this.#plan.frame, {
      wait: Math.min(FIXED.brokenGrace, this.#group.limits.resendTimeout), signal, repeatable: this.#plan.repeatable,
    });
    this.#sending = sending;
    this.#link = await sending;
    this.#isSent = true;
  }
}
