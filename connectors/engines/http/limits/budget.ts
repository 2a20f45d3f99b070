import type { HttpAnswer } from '../http-client.js';

/** A request that was let through. Milliseconds of the limiter's clock. */
export interface SentRequest {
  readonly sentAt: number;
}

/** What an answer tells of limits: its body may still be on its way. */
export type AnswerHead = Pick<HttpAnswer, 'status' | 'headers'>;

/** What is allowed in a time. Several may bear on one request. It is told of each request that was let through, and how it ended. */
export interface Budget {
  /** When a request may be sent, as far as is known now; Infinity: not before another one is answered. */
  readyAt(now: number): number;
  sent(request: SentRequest): void;
  /** Milliseconds until the request may be repeated; undefined where the budget does not know better. */
  answered?(request: SentRequest, answer: AnswerHead, now: number): number | undefined;
  /** There is no answer, and none will come. */
  failed?(request: SentRequest): void;
}
