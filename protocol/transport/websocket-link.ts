import type { Socket } from 'node:net';
import { WebSocket, type RawData } from 'ws';
import type { FrameSocket, FrameSocketEvents } from '../session/contract.js';

const MAX_REASON_BYTES = 123; // RFC 6455 section 5.5: a control frame's payload of 125 bytes less the code

/**
 * An open WebSocket as the session's {@link FrameSocket}. Reading stands still until `listen`, so that no early frame is
 * lost. Frames sent within one turn of the event loop leave in one write of the `transport` below (one system call, one
 * TLS record), which is what makes many small results cheap. A frame above the library's `maxPayload` is answered
 * with close code 1009 by the library.
 */
export function linkWebSocket(socket: WebSocket, description: string, transport: Socket | undefined): FrameSocket {
  let failure = '';
  let closed: { code: number; reason: string } | undefined;
  let events: FrameSocketEvents | undefined;
  const holdWrites = writeBatcher(transport);
  socket.pause();
  socket.on('error', (error) => { failure = error.message; });
  socket.on('close', (code, reason) => {
    closed = { code, reason: reason.length > 0 ? reason.toString('utf8') : failure };
    events?.onClose(closed.code, closed.reason);
  });
  return {
    description,
    get isOpen() { return socket.readyState === WebSocket.OPEN; },
    send: (frame) => new Promise((resolve, reject) => {
      holdWrites();
      socket.send(frame, { binary: true, compress: false, fin: true }, (error) => {
        if (error instanceof Error) reject(error);
        else resolve();
      });
    }),
    ping: () => {
      if (socket.readyState === WebSocket.OPEN) socket.ping();
    },
    close: (code, reason) => { socket.close(code, fitReason(reason)); },
    terminate: () => { socket.terminate(); },
    listen: (listener) => {
      events = listener;
      if (closed !== undefined) {
        const { code, reason } = closed;
        queueMicrotask(() => { listener.onClose(code, reason); });
        return;
      }
      socket.on('message', (data, isBinary) => {
        if (isBinary) listener.onFrame(toBytes(data));
        else listener.onText();
      });
      socket.on('pong', () => { listener.onPong(); });
      socket.resume();
    },
  };
}

/** Holds writes back until the end of this turn of the event loop. */
function writeBatcher(transport: Socket | undefined): () => void {
  let isHeld = false;
  return () => {
    if (isHeld || transport === undefined || transport.destroyed) return;
    isHeld = true;
    transport.cork();
    setImmediate(() => {
      isHeld = false;
      transport.uncork();
    });
  };
}

function toBytes(data: RawData): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return Array.isArray(data) ? Buffer.concat(data) : data;
}

/** Cuts at a character's border; a longer reason would make the library throw. */
function fitReason(reason: string): string {
  let fitting = reason.slice(0, MAX_REASON_BYTES);
  while (Buffer.byteLength(fitting) > MAX_REASON_BYTES) fitting = fitting.slice(0, -1);
  return fitting;
}
