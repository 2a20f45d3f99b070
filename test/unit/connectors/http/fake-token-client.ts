import type { HttpAnswer, HttpRequest } from '../../../../connectors/engines/http/http-client.js';
import type { TokenClient } from '../../../../connectors/engines/http/token-answer.js';
import type { Clock } from '../../../../connectors/framework/clock.js';
import { ConnectorError } from '../../../../protocol/model/index.js';

export const never = new AbortController().signal;

export const answerOf = (status: number, body: unknown = '', more: Partial<HttpAnswer> = {}): HttpAnswer => ({
  status, headers: new Map(), body: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)), ...more,
});

/** Answers with what it is given, in order, the last one for ever; keeps what it was asked. */
export class FakeTokenClient implements TokenClient {
  readonly asked: HttpRequest[] = [];
  readonly #answers: (HttpAnswer | ConnectorError)[];

  constructor(...answers: (HttpAnswer | ConnectorError)[]) {
    this.#answers = answers;
  }

  async request(request: HttpRequest): Promise<HttpAnswer> {
    this.asked.push(request);
    const answer = this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0];
    if (answer === undefined) throw new Error('nothing to answer');
    if (answer instanceof ConnectorError) throw answer;
    return answer;
  }

  get bodies(): string[] {
    return this.asked.map(({ body }) => new TextDecoder().decode(body?.bytes));
  }

  get forms(): Record<string, string>[] {
    return this.bodies.map((body) => Object.fromEntries(new URLSearchParams(body)));
  }
}

/** Time that a test sets; nobody sleeps by it. Milliseconds. */
export class SetClock implements Clock {
  time = 1_000_000;
  now(): number { return this.time; }
  after(): () => void { throw new Error('nobody is to sleep'); }
}

export async function failure(work: Promise<unknown>): Promise<ConnectorError> {
  const error: unknown = await work.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof ConnectorError)) throw new Error(`expected a ConnectorError, got ${String(error)}`);
  return error;
}
