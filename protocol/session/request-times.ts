import { ConnectorError } from '../model/index.js';
import type { OperationRequest } from '../message.js';
import { after } from './clock.js';
import { DEADLINE } from './features.js';
import type { SessionGroup } from './group.js';
import { FIXED } from './limits.js';

/** The times one request of the peer has: how long it may wait for its turn, and until when anybody waits for its answer. */
export class RequestTimes {
  readonly #group: SessionGroup;
  readonly #request: OperationRequest;
  #stopWaiting: () => void = () => undefined;
  #stopDeadline: () => void = () => undefined;

  constructor(group: SessionGroup, request: OperationRequest) {
    this.#group = group;
    this.#request = request;
  }

  /** The request was taken in; `waits` for its turn, or is started already. */
  accepted(waits: boolean): void {
    const { clock, log, limits, executing, features } = this.#group;
    const { id, timeLeft, operation: { kind = 'operation' } } = this.#request;
    if (waits) {
      this.#stopWaiting = after(clock, limits.maxQueueTime, log, () => executing.giveUpWaiting(id, new ConnectorError('retryable',
        `The connector server is busy: the ${kind} has waited ${limits.maxQueueTime} ms (maxQueueTime) for one of the ${limits.maxConcurrentRequests} places of this controller (maxConcurrentRequests). Nothing was done. Try again later.`)));
    }
    if (timeLeft === undefined || !features.has(DEADLINE)) return;
    this.#stopDeadline = after(clock, timeLeft + FIXED.deadlineGrace, log, () => executing.expire(id, new ConnectorError('operationTimeout',
      `The ${kind} was stopped: the ${timeLeft} ms its caller had allowed for it are over.`)));
  }

  /** Its turn has come. */
  started(): void {
    this.#stopWaiting();
  }

  /** Nothing is left of it. */
  ended(): void {
    this.#stopWaiting();
    this.#stopDeadline();
  }
}
