import type { HttpRequest } from '../http-client.js';
import type { AnswerHead } from './budget.js';

/** What a client asks before each request it sends to its own server, repeats included. */
export interface Throttle {
  /**
   * Resolves when the request may be sent. Rejects with the signal's reason when that fires before, and with a ConnectorError
   * `retryable` where too many wait already or it would take hours; no budget is charged then. Whoever got a place tells it how the request ended.
   */
  pass(request: HttpRequest, signal: AbortSignal): Promise<Place>;
}

/** A request under way. Only the first of the two calls counts. */
export interface Place {
  /** Called with the head of the answer. Milliseconds after which a request that was refused (429) may be repeated, where that is known. */
  answered(answer: AnswerHead): number | undefined;
  failed(): void;
}
