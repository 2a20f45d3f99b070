import { ConnectorError } from '../../../protocol/model/index.js';
import type { Clock } from '../clock.js';

const nothing = (): void => undefined;

/** Why the signal fired, as the error the caller gets. */
function asConnectorError(reason: unknown): ConnectorError {
  if (reason instanceof ConnectorError) return reason;
  if (reason instanceof Error && reason.name === 'TimeoutError') return new ConnectorError('operationTimeout', 'The operation took longer than its caller allows.', { cause: reason });
  return new ConnectorError('connector', 'The operation was cancelled by its caller.');
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/**
 * One operation's life: its abort signal, and waiting that ends in time. One wait at a time. When a wait ends by time or
 * abort, the signal has fired and the work is left behind; `leftBehind` settles when it does.
 */
export class OperationScope {
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #parents: readonly AbortSignal[];
  readonly #onParent: (this: AbortSignal) => void;
  #reject: ((error: Error) => void) | undefined;
  #deadline = Infinity;
  #patience = Infinity;
  #expiry: () => ConnectorError = () => new ConnectorError('operationTimeout', 'The operation timed out.');
  #disarm: (() => void) | undefined;
  #armedFor = Infinity;
  #leftBehind: Promise<unknown> | undefined;
  /** What is waited for. */
  #work: { readonly running: Promise<unknown>; readonly discard: (late: unknown) => void } | undefined;
  readonly #onEnd = (): void => {
    this.#reject = undefined;
    this.#work = undefined;
  };

  constructor(clock: Clock, ...parents: AbortSignal[]) {
    this.#clock = clock;
    this.#parents = parents;
    const end = (reason: unknown): void => this.abort(asConnectorError(reason));
    this.#onParent = function onParent() { end(this.reason); };
    for (const parent of parents) {
      if (parent.aborted) this.abort(asConnectorError(parent.reason));
      else parent.addEventListener('abort', this.#onParent, { once: true });
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Work that did not end when its wait did. */
  get leftBehind(): Promise<unknown> | undefined {
    return this.#leftBehind;
  }

  abort(reason: ConnectorError): void {
    if (this.signal.aborted) return;
    this.#controller.abort(reason);
    const work = this.#work;
    if (work !== undefined) this.#leftBehind = work.running.then(work.discard, nothing);
    this.#reject?.(reason);
    this.#onEnd();
  }

  /** `milliseconds` may be Infinity. `discard` gets a result that came after the wait had ended. */
  wait<T>(work: () => Promise<T>, milliseconds: number, expiry: () => ConnectorError, discard: (late: T) => void = nothing): Promise<T> {
    if (this.signal.aborted) return Promise.reject(asConnectorError(this.signal.reason));
    const running = work();
    this.#work = { running, discard: discard as (late: unknown) => void };
    this.#arm(milliseconds, expiry);
    // No closure here may hold `running`: thousands of results of one stream would outlive their collection by it.
    return new Promise<T>((resolve, reject) => {
      this.#reject = reject;
      running.then(this.#onEnd, this.#onEnd);
      running.then(resolve, (error: unknown) => { reject(asError(error)); });
    });
  }

  /** The wait under way starts again: its work goes on although it has nothing to show yet. */
  extend(): void {
    this.#deadline = this.#clock.now() + this.#patience;
  }

  /** Work that ends by itself after the operation, such as a generator's clean-up. */
  leave(work: Promise<unknown>): void {
    this.#leftBehind = Promise.allSettled([this.#leftBehind, work]);
  }

  /** Lets go of timer and parent signals. The signal does not fire: a session opened under it may live on in the pool. */
  close(): void {
    this.#disarm?.();
    this.#disarm = undefined;
    for (const parent of this.#parents) parent.removeEventListener('abort', this.#onParent);
  }

  /** One timer serves all waits of a stream: it is set again only when it fires before the end of a later wait. */
  #arm(milliseconds: number, expiry: () => ConnectorError): void {
    this.#patience = milliseconds;
    this.#deadline = this.#clock.now() + milliseconds;
    this.#expiry = expiry;
    if (milliseconds === Infinity || (this.#disarm !== undefined && this.#armedFor <= this.#deadline)) return;
    this.#disarm?.();
    this.#setTimer(milliseconds);
  }

  #setTimer(milliseconds: number): void {
    this.#armedFor = this.#clock.now() + milliseconds;
    this.#disarm = this.#clock.after(milliseconds, () => this.#fired());
  }

  #fired(): void {
    this.#disarm = undefined;
    if (this.#reject === undefined || this.#deadline === Infinity) return;
    const left = this.#deadline - this.#clock.now();
    // A timer may fire a fraction of a millisecond early.
    if (left > 1) this.#setTimer(left);
    else this.abort(this.#expiry());
  }
}
