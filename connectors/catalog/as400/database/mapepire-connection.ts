import { isIP } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { RawData, WebSocket } from 'ws';
import { ConnectorError } from '../../../../protocol/model/index.js';
import type { As400Config } from '../config.js';

/** A request as the server takes it; `id` is added when it is sent. */
export type Request = Readonly<Record<string, unknown>> & { readonly type: string };

/** Part of what the server answers: field names of https://mapepire-ibmi.github.io/reference/websocket-protocol. */
export interface Answer {
  readonly id: string;
  readonly success?: boolean;
  readonly error?: string;
  readonly sql_state?: string;
  readonly sql_rc?: number;
  readonly data?: readonly unknown[];
  readonly is_done?: boolean;
}

interface Waiting { resolve(answer: Answer): void; reject(error: Error): void }

/** Milliseconds for the handshakes of TCP, TLS and WebSocket together. */
const HANDSHAKE_TIME = 60_000;
/** Milliseconds between two pings; a server that has said nothing from one to the next is gone, though TCP may not know. */
const HEARTBEAT = 30_000;
/** Milliseconds for the server to take leave. */
const LEAVING_TIME = 1000;

/**
 * JSON requests and answers over one WebSocket to a Mapepire server. IBM's own client (@ibm/mapepire-js) prints errors to
 * standard output and keeps every statement with its parameters in a list of the process for good; ours hold passwords.
 */
export class MapepireConnection {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<string, Waiting>();
  #sent = 0;
  #isHeard = true;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => { this.#isHeard = true; this.#receive(data); });
    socket.on('pong', () => { this.#isHeard = true; });
    const heartbeat = setInterval(() => { this.#beat(); }, HEARTBEAT);
    heartbeat.unref();
    socket.on('close', (code) => {
      clearInterval(heartbeat);
      this.#end(new Error(`the connection was closed (${code})`));
    });
    socket.on('error', (error) => { this.#end(error); });
  }

  #beat(): void {
    if (!this.isOpen) return;
    if (!this.#isHeard) return this.abandon();
    this.#isHeard = false;
    this.#socket.ping();
  }

  /** TLS in any case; without `isSecure` the certificate is not looked at. Rejects with the error of the socket. */
  static async open({ hostName, port, userName, password, isSecure }: As400Config, secureContext: SecureContext, signal: AbortSignal): Promise<MapepireConnection> {
    const { WebSocket } = await import('ws');
    const host = hostName.trim();
    signal.throwIfAborted();
    const options = {
      headers: { authorization: `Basic ${Buffer.from(`${userName.trim()}:${password.reveal()}`).toString('base64')}` },
      secureContext, rejectUnauthorized: isSecure, handshakeTimeout: HANDSHAKE_TIME, perMessageDeflate: false,
    };
    const socket = new WebSocket(`wss://${isIP(host) === 6 ? `[${host}]` : host}:${port}/db/`, options);
    const connection = new MapepireConnection(socket);
    const abort = (): void => { socket.terminate(); };
    signal.addEventListener('abort', abort, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('open', resolve);
        socket.once('error', reject);
      });
    } finally {
      signal.removeEventListener('abort', abort);
    }
    return connection;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** Rejects with `connectionBroken`, outcome "notApplied" where the request was not sent, or with the reason of the signal. */
  async request(request: Request, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    if (!this.isOpen) throw new ConnectorError('connectionBroken', 'The connection to the IBM i was lost.', { outcome: 'notApplied' });
    const id = String(++this.#sent);
    let abort = (): void => undefined;
    try {
      return await new Promise<Answer>((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject });
        abort = () => { reject(signal.reason as Error); };
        signal.addEventListener('abort', abort, { once: true });
        this.#socket.send(JSON.stringify({ id, ...request }));
      });
    } catch (error) {
      if (signal.aborted) throw error;
      throw new ConnectorError('connectionBroken', 'The connection to the IBM i was lost while it worked on a request. What a change did is to be looked up there.', { cause: error, outcome: 'unknown' });
    } finally {
      signal.removeEventListener('abort', abort);
      this.#waiting.delete(id);
    }
  }

  /** Ends the connection under the requests that are under way, which then fail. */
  abandon(): void {
    this.#socket.terminate();
  }

  close(): void {
    this.#socket.close();
    setTimeout(() => { this.#socket.terminate(); }, LEAVING_TIME).unref();
  }

  #receive(data: RawData): void {
    try {
      const answer = JSON.parse((data as Buffer).toString('utf8')) as Answer;
      this.#waiting.get(answer.id)?.resolve(answer);
    } catch {
      // Without the id nobody can tell whose answer it was.
      this.#end(new Error('the server sent something that is not JSON'));
      this.abandon();
    }
  }

  #end(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
  }
}
