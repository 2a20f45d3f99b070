import type { Socket } from 'node:net';
import { ConnectorError } from '../../../../protocol/model/index.js';
import { MalformedMessage } from '../../../framework/ber.js';
import { tracedChunks, tracedRequest } from '../../../framework/operation-spans.js';
import { AttributeNames } from './attribute-names.js';
import { MessageFraming } from './framing.js';
import { UNBIND, abandon, encodeMessage, type LdapRequest, type RequestControl } from './request.js';
import { decodeResponse, type LdapMessage, type LdapResponse } from './response.js';
import { ldapSpan } from './ldap-span.js';
import { ResponseQueue } from './response-queue.js';

export type DoneResponse = LdapResponse & { readonly kind: 'done' };
/** What waits for responses to one request. */
interface Exchange {
  receive(message: LdapMessage): void;
  fail(error: ConnectorError): void;
}

/** A server that sends nothing for so long, although something is under way, counts as gone. */
const SILENCE_LIMIT_MS = 10 * 60_000;
const CLOSE_GRACE_MS = 2000;
const LAST_MESSAGE_ID = 0x7fff_ffff;

export function cancelled(signal: AbortSignal): ConnectorError {
  return signal.reason instanceof ConnectorError
    ? signal.reason
    : new ConnectorError('operationTimeout', 'The LDAP operation was cancelled.', { cause: signal.reason });
}

export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled(signal);
}

/**
 * One socket and the requests under way on it. It never reconnects: after any failure of the socket, or bytes that are not
 * LDAP, every request under way fails and so does every later one.
 */
export class LdapWire {
  readonly url: string;
  readonly silenceLimitMs: number;
  #socket: Socket;
  #framing = new MessageFraming();
  readonly #names = new AttributeNames();
  #exchanges = new Map<number, Exchange>();
  #nextId = 1;
  #failure: ConnectorError | undefined;
  /** Time of the last byte received, by performance.now: the wall clock may jump. */
  #heard = performance.now();
  readonly #watch: NodeJS.Timeout;

  constructor(socket: Socket, url: string, silenceLimitMs = SILENCE_LIMIT_MS) {
    this.url = url;
    this.silenceLimitMs = silenceLimitMs;
    this.#socket = socket;
    this.#attach(socket);
    this.#watch = setInterval(() => this.#checkSilence(), Math.max(50, silenceLimitMs / 20)).unref();
  }

  get alive(): boolean {
    return this.#failure === undefined;
  }

  get lastHeard(): number {
    return this.#heard;
  }

  /** One request, one response. Resolves whatever the result code. */
  request(request: LdapRequest, controls: readonly RequestControl[], signal: AbortSignal): Promise<DoneResponse> {
    return tracedRequest(signal, `LDAP ${request.operation}`, () => ldapSpan(this.url, request), async (span) => {
      const response = await this.#request(request, controls, signal);
      span?.set({ 'ldap.result_code': response.result.code });
      return response;
    });
  }

  #request(request: LdapRequest, controls: readonly RequestControl[], signal: AbortSignal): Promise<DoneResponse> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(cancelled(signal));
      const onAbort = (): void => {
        this.#abandon(id);
        reject(cancelled(signal));
      };
      const id = this.#send(request, controls, {
        receive: (message) => {
          if (message.response.kind !== 'done') return;
          this.#exchanges.delete(id);
          signal.removeEventListener('abort', onAbort);
          resolve(message.response);
        },
        fail: (error) => {
          signal.removeEventListener('abort', onAbort);
          reject(error);
        },
      });
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /**
   * The responses to a search in batches, as they arrive; the socket is paused while the consumer is behind. The return
   * value is the final response. Leaving early abandons the search.
   */
  responses(request: LdapRequest, controls: readonly RequestControl[], signal: AbortSignal): AsyncGenerator<readonly LdapResponse[], DoneResponse, void> {
    return tracedChunks(signal, `LDAP ${request.operation}`, () => ldapSpan(this.url, request), this.#responses(request, controls, signal));
  }

  async* #responses(request: LdapRequest, controls: readonly RequestControl[], signal: AbortSignal): AsyncGenerator<readonly LdapResponse[], DoneResponse, void> {
    throwIfCancelled(signal);
    const queue = new ResponseQueue((flow) => (flow === 'stop' ? this.#socket.pause() : this.#resume()));
    const id = this.#send(request, controls, queue);
    const onAbort = (): void => queue.abort(cancelled(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    let finished = false;
    try {
      for (;;) {
        await queue.wait();
        const batch = queue.takeAll();
        const last = batch.at(-1);
        if (last?.kind !== 'done') {
          yield batch;
          continue;
        }
        finished = true;
        if (batch.length > 1) yield batch.slice(0, -1);
        return last;
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      if (!finished) this.#abandon(id);
      this.#exchanges.delete(id);
      this.#resume();
    }
  }

  /** Puts another socket (the TLS one of StartTLS) in the place of the present one. Nothing may be under way. */
  replaceSocket(upgrade: (plain: Socket) => Promise<Socket>): Promise<void> {
    if (this.#exchanges.size > 0 || !this.#framing.empty) {
      const error = new ConnectorError('connectorSecurity', `The server ${this.url} sent data in the clear after it had agreed to StartTLS.`);
      this.#fail(error);
      return Promise.reject(error);
    }
    const plain = this.#socket;
    this.#detach(plain);
    return upgrade(plain).then((secure) => {
      this.#socket = secure;
      this.#attach(secure);
    });
  }

  /** Sends an unbind and closes. Whatever is under way fails. Never rejects. */
  async close(): Promise<void> {
    if (this.#failure === undefined) this.#write(encodeMessage(this.#nextId, UNBIND, []));
    this.#fail(new ConnectorError('illegalState', `The LDAP connection to ${this.url} was closed.`), false);
    const socket = this.#socket;
    if (socket.closed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => socket.destroy(), CLOSE_GRACE_MS);
      socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      socket.resume();
      socket.end();
    });
  }

  /** Whether the socket keeps the process running. */
  ref(keep: boolean): void {
    if (keep) this.#socket.ref();
    else this.#socket.unref();
  }

  destroy(error: ConnectorError): void {
    this.#fail(error);
  }

  #send(request: LdapRequest, controls: readonly RequestControl[], exchange: Exchange): number {
    if (this.#failure !== undefined) throw this.#failure;
    const id = this.#freeId();
    const bytes = encodeMessage(id, request, controls);
    if (this.#exchanges.size === 0) this.#heard = performance.now();
    this.#exchanges.set(id, exchange);
    this.#write(bytes);
    return id;
  }

  #freeId(): number {
    do {
      this.#nextId = this.#nextId >= LAST_MESSAGE_ID ? 1 : this.#nextId + 1;
    } while (this.#exchanges.has(this.#nextId));
    return this.#nextId;
  }

  #write(bytes: Buffer): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  #abandon(id: number): void {
    if (!this.#exchanges.delete(id) || this.#failure !== undefined) return;
    this.#write(encodeMessage(this.#freeId(), abandon(id), []));
  }

  #resume(): void {
    if (!this.#socket.isPaused()) return;
    this.#heard = performance.now();
    this.#socket.resume();
  }

  readonly #onData = (chunk: Uint8Array): void => {
    this.#heard = performance.now();
    try {
      for (const message of this.#framing.push(chunk)) this.#dispatch(decodeResponse(message, this.#names));
    } catch (error) {
      const why = error instanceof MalformedMessage ? error.message : String(error);
      this.#fail(new ConnectorError('connectionBroken', `The server ${this.url} sent something that is not LDAP: ${why}.`, { cause: error }));
    }
  };

  readonly #onError = (error: Error): void => {
    this.#fail(new ConnectorError('connectionBroken', `The LDAP connection to ${this.url} broke: ${error.message}.`, { cause: error }));
  };

  readonly #onClose = (): void => {
    this.#fail(new ConnectorError('connectionBroken', `The server ${this.url} closed the LDAP connection.`));
  };

  #attach(socket: Socket): void {
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    socket.on('data', this.#onData);
    socket.on('error', this.#onError);
    socket.on('end', this.#onClose);
    socket.on('close', this.#onClose);
    if (socket.closed) this.#onClose();
  }

  #detach(socket: Socket): void {
    socket.off('data', this.#onData);
    socket.off('error', this.#onError);
    socket.off('end', this.#onClose);
    socket.off('close', this.#onClose);
  }

  #dispatch(message: LdapMessage): void {
    if (message.id !== 0) {
      this.#exchanges.get(message.id)?.receive(message);
      return;
    }
    const text = message.response.kind === 'done' ? message.response.result.diagnostic : '';
    this.#fail(new ConnectorError('connectionBroken', `The server ${this.url} ended the LDAP connection${text === '' ? '' : `: ${text}`}.`));
  }

  #fail(error: ConnectorError, destroy = true): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    clearInterval(this.#watch);
    const exchanges = [...this.#exchanges.values()];
    this.#exchanges.clear();
    for (const exchange of exchanges) exchange.fail(error);
    if (destroy) this.#socket.destroy();
  }

  #checkSilence(): void {
    if (this.#exchanges.size === 0 || this.#socket.isPaused() || performance.now() - this.#heard < this.silenceLimitMs) return;
    this.#fail(new ConnectorError('operationTimeout', `The server ${this.url} has been silent for ${this.silenceLimitMs / 1000} seconds.`));
  }
}
