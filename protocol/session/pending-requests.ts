import type { ConnectorError } from '../model/index.js';
import { responseOutline, type ResponseOutline } from '../frame-outline.js';
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
  /** `socket`: what it came by. */
  onResponse(response: Response, bytes: number, socket: object): void;
  /** Takes the answer's messages as they came, undecoded, where that is possible. Undefined: wants them decoded. */
  readonly onFrame?: ((frame: Uint8Array, outline: ResponseOutline, socket: object) => void) | undefined;
  /** The peer, or the session on its behalf, says that nothing more will come. `frame`: the peer's own message. */
  onFailure(error: ConnectorError, frame?: Uint8Array): void;
  /** The peer turned the request away unread; it may be sent again. */
  onRefused(): void;
  /** A socket was lost or has come back: asks for what may have been lost of the answer (feature `resume`). */
  resume?(): void;
  /** The peer knows nothing of the request. */
  onUnknown?(): void;
}

/** Everything one group waits for, by message id. */
export class PendingRequests<Response> {
  readonly #byId = new Map<number, { readonly request: PendingRequest<Response>; strikes: number }>();
  #takingFrames = 0;

  get size(): number {
    return this.#byId.size;
  }

  get ids(): number[] {
    return [...this.#byId.keys()];
  }

  add(request: PendingRequest<Response>): void {
    this.#byId.set(request.id, { request, strikes: 0 });
    if (request.onFrame !== undefined) this.#takingFrames++;
  }

  /** No further message of this request is awaited. */
  remove(id: number): boolean {
    const request = this.get(id);
    if (request?.onFrame !== undefined) this.#takingFrames--;
    return this.#byId.delete(id);
  }

  /** Hands a frame to the request it answers, if that takes frames. False: it is to be decoded. */
  takeFrame(frame: Uint8Array, socket: object): boolean {
    if (this.#takingFrames === 0) return false;
    const outline = responseOutline(frame);
    const entry = outline && this.#byId.get(outline.id);
    if (outline === undefined || entry?.request.onFrame === undefined) return false;
    entry.strikes = 0;
    entry.request.onFrame(frame, outline, socket);
    return true;
  }

  /** See {@link PendingRequest.resume}. */
  resumeAll(): void {
    for (const { request } of this.#byId.values()) request.resume?.();
  }

  get(id: number): PendingRequest<Response> | undefined {
    return this.#byId.get(id)?.request;
  }

  /** False when nobody waits for it: late, cancelled, or never asked. */
  respond(id: number, response: Response, bytes: number, socket: object): boolean {
    const entry = this.#byId.get(id);
    if (entry === undefined) return false;
    entry.strikes = 0;
    entry.request.onResponse(response, bytes, socket);
    return true;
  }

  fail(id: number, error: ConnectorError, frame?: Uint8Array): boolean {
    const request = this.get(id);
    if (request === undefined) return false;
    this.remove(id);
    request.onFailure(error, frame);
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
