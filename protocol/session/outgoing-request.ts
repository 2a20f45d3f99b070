import { ConnectorError } from '../model/index.js';
import type { ResponseOutline } from '../frame-outline.js';
import { after } from './clock.js';
import type { Clock, SessionLimits, SessionLog } from './contract.js';
import { FIXED } from './limits.js';
import type { Outbox } from './outbox.js';
import type { PendingRequest, PendingRequests } from './pending-requests.js';
import { RetryDelay } from './retry-delay.js';
import type { SocketLink } from './socket-link.js';

/** What a request needs of its group. */
export interface RequestingGroup<Response> {
  readonly outbox: Outbox;
  readonly requests: PendingRequests<Response>;
  readonly clock: Clock;
  readonly limits: SessionLimits;
  readonly log: SessionLog;
  readonly closeReason: string | undefined;
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
    if (this.#group.requests.remove(this.id) && this.#plan.cancelFrame !== undefined) this.follow(this.#plan.cancelFrame);
  }

  /** Everything has arrived. */
  complete(): void {
    this.#stopRetry();
    this.#group.requests.remove(this.id);
  }

  onResponse(response: Response, bytes: number, socket: object): void {
    this.#plan.onResponse(response, bytes, socket);
  }

  onFailure(error: ConnectorError, frame?: Uint8Array): void {
    this.#stopRetry();
    this.#plan.onFailure(error, frame);
  }

  onRefused(): void {
    this.#refusals++;
    if (this.#refusals > FIXED.refusedRetries) {
      this.#group.requests.fail(this.id, new ConnectorError('connectionFailed', `The peer keeps refusing the ${this.what}: it has not finished the handshake.`));
      return;
    }
    this.#stopRetry();
    this.#stopRetry = after(this.#group.clock, this.#delay.next(), this.#group.log, () => {
      this.#send(new AbortController().signal).catch((error: unknown) => {
        const failure = error instanceof ConnectorError ? error : new ConnectorError('connectionFailed', `The ${this.what} could not be sent.`, { cause: error });
        this.#group.requests.fail(this.id, failure);
      });
    });
  }

  async #send(signal: AbortSignal): Promise<void> {
    const sending = this.#group.outbox.send(this.#plan.frame, {
      wait: Math.min(FIXED.brokenGrace, this.#group.limits.resendTimeout), signal, repeatable: this.#plan.repeatable,
    });
    this.#sending = sending;
    await sending;
    this.#isSent = true;
  }
}
