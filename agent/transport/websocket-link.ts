import { WebSocket, type RawData } from 'ws';
import type { FrameSocket, FrameSocketEvents } from '../../protocol/session/contract.js';

/** The one subprotocol there is (protocol section 1.2). */
export const SUBPROTOCOL = 'v1.openicf.forgerock.org';

const MAX_REASON_BYTES = 123; // RFC 6455 section 5.5: a control frame's payload of 125 bytes less the code

/**
 * An open WebSocket as the session's {@link FrameSocket}. Reading stands still until `listen`, so that no early frame is
 * lost. A frame above the library's `maxPayload` is answered with close code 1009 by the library.
 */
export function linkWebSocket(socket: WebSocket, description: string): FrameSocket {
  let failure = '';
  let closed: { code: number; reason: string } | undefined;
  let events: FrameSocketEvents | undefined;
  socket.pause();
  socket.on('error', (error) => { failure = error.message; });
  socket.on('close', (code, reason) => {
    closed = { code, reason: reason.length > 0 ? reason.toString('utf8') : failure };
    events?.onClose(closed.code, closed.reason);
  });
  return {
    description,
    send: (frame) => new Promise((resolve, reject) => {
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
