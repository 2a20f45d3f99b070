import { WebSocket, type RawData } from 'ws';
import type { FrameSocket, FrameSocketEvents } from '../../protocol/session/contract.js';

/** The subprotocol both ends name (protocol section 1.2). */
export const SUBPROTOCOL = 'v1.openicf.forgerock.org';

/** A control frame holds 125 bytes, two of them the code. */
const MAX_REASON_BYTES = 123;

/**
 * An open WebSocket for the session. Reading waits for `listen`, so that nothing that arrives at once is lost; a socket
 * that closes before is reported then.
 */
export class WebSocketLink implements FrameSocket {
  readonly description: string;
  readonly #socket: WebSocket;
  #events: FrameSocketEvents | undefined;
  #ended: { readonly code: number; readonly reason: string } | undefined;

  constructor(socket: WebSocket, description: string) {
    this.#socket = socket;
    this.description = description;
    let failure = '';
    socket.pause();
    socket.on('error', (error) => { failure = error.message; });
    socket.on('message', (data, isBinary) => (isBinary ? this.#events?.onFrame(bytesOf(data)) : this.#events?.onText()));
    socket.on('pong', () => this.#events?.onPong());
    socket.on('close', (code, reason) => {
      this.#ended = { code, reason: reason.length === 0 ? failure : reason.toString('utf8') };
      this.#events?.onClose(this.#ended.code, this.#ended.reason);
    });
  }

  listen(events: FrameSocketEvents): void {
    this.#events = events;
    const ended = this.#ended;
    if (ended === undefined) this.#socket.resume();
    else queueMicrotask(() => events.onClose(ended.code, ended.reason));
  }

  send(frame: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(frame, { binary: true, compress: false, fin: true }, (error) => {
        if (error instanceof Error) reject(error);
        else resolve();
      });
    });
  }

  ping(): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  close(code: number, reason: string): void {
    let text = reason.slice(0, MAX_REASON_BYTES);
    while (Buffer.byteLength(text) > MAX_REASON_BYTES) text = text.slice(0, -1);
    this.#socket.close(code, text);
  }

  terminate(): void {
    this.#socket.terminate();
  }
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
