import { setTimeout as delay } from 'node:timers/promises';
import { anySignal } from '../../protocol/model/index.js';

/** A JSON answer of the controller. */
export type Json = Record<string, unknown>;

/** Talks to the controller as any client would: over HTTP, with the administrator's name and password. */
export class Rest {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #stop: AbortSignal;

  /** `stop` ends all waiting. */
  constructor(base: string, user: string, password: string, stop: AbortSignal) {
    this.#base = base;
    this.#stop = stop;
    this.#headers = { 'X-OpenIDM-Username': user, 'X-OpenIDM-Password': password, 'Content-Type': 'application/json' };
  }

  get(path: string): Promise<Json> {
    return this.#send('GET', path);
  }

  post(path: string, body: unknown = {}): Promise<Json> {
    return this.#send('POST', path, body);
  }

  /** Asks until `accept` is content with the answer; errors count as "not yet". Rejects after `timeout` milliseconds. */
  async until(what: string, timeout: number, ask: () => Promise<Json>, accept: (answer: Json) => boolean): Promise<Json> {
    const deadline = Date.now() + timeout;
    let last = 'no answer';
    while (Date.now() < deadline) {
      try {
        const answer = await ask();
        if (accept(answer)) return answer;
        last = JSON.stringify(answer);
      } catch (error) {
        this.#stop.throwIfAborted();
        last = error instanceof Error ? error.message : String(error);
      }
      await delay(150, undefined, { signal: this.#stop });
    }
    throw new Error(`${what} did not happen within ${timeout / 1000} s. Last answer: ${last.slice(0, 500)}`);
  }

  async #send(method: string, path: string, body?: unknown): Promise<Json> {
    const response = await fetch(`${this.#base}${path}`, {
      method, headers: this.#headers, signal: anySignal(this.#stop, AbortSignal.timeout(600_000)), ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Json;
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${String(answer['message'])}`);
    return answer;
  }
}
