import type { ConnectorError } from '../model/index.js';
import { FIXED } from './limits.js';

/** A request the peer owes an answer to. `Response` is the decoded envelope of an operation or control response. */
export interface PendingRequest<Response> {
  readonly id: number;
  /** For logs and errors, e.g. `search of __ACCOUNT__`. */
  readonly what: string;
  /** Answers of several messages; a Java peer cuts them short when its last socket goes (protocol section 2.3). */
  readonly isStream: boolean;
  /** Written completely; before that the peer cannot know it. */
  readonly isSent: boolean;
  onResponse(response: Response, bytes: number): void;
  /** The peer, or the session on its behalf, says that nothing more will come. */
  onFailure(error: ConnectorError): void;
  /** The peer turned the request away unread; it may be sent again. */
  onRefused(): void;
}

/** Everything one group waits for, by message id. */
export class PendingRequests<Response> {
  readonly #byId = new Map<number, { readonly request: PendingRequest<Response>; strikes: number }>();

  get size(): number {
    return this.#byId.size;
  }

  get ids(): number[] {
    return [...this.#byId.keys()];
  }

  add(request: PendingRequest<Response>): void {
    this.#byId.set(request.id, { request, strikes: 0 });
  }

  /** No further message of this request is awaited. */
  remove(id: number): boolean {
    return this.#byId.delete(id);
  }

  get(id: number): PendingRequest<Response> | undefined {
    return this.#byId.get(id)?.request;
  }

  /** False when nobody waits for it: late, cancelled, or never asked. */
  respond(id: number, response: Response, bytes: number): boolean {
    const entry = this.#byId.get(id);
    if (entry === undefined) return false;
    entry.strikes = 0;
    entry.request.onResponse(response, bytes);
    return true;
  }

  fail(id: number, error: ConnectorError): boolean {
    const entry = this.#byId.get(id);
    if (entry === undefined) return false;
    this.#byId.delete(id);
    entry.request.onFailure(error);
    return true;
  }

  /** Forgives what the peer is executing; strikes the rest, when `counts` (protocol section 2.5). */
  strike(executing: ReadonlySet<number>, counts: boolean): void {
    for (const [id, entry] of this.#byId) {
      if (executing.has(id)) entry.strikes = 0;
      else if (counts && entry.request.isSent) entry.strikes++;
    }
  }

  failStruckOut(error: (request: PendingRequest<Response>) => ConnectorError): number[] {
    return this.failWhere((_request, strikes) => strikes >= FIXED.strikes, error);
  }

  failWhere(
    which: (request: PendingRequest<Response>, strikes: number) => boolean, error: (request: PendingRequest<Response>) => ConnectorError,
  ): number[] {
    const hit = [...this.#byId.values()].filter(({ request, strikes }) => which(request, strikes));
    for (const { request } of hit) this.fail(request.id, error(request));
    return hit.map(({ request }) => request.id);
  }
}
