import type { Socket } from 'node:net';
import { WebSocket, type RawData } from 'ws';
import type { FrameSocket, FrameSocketEvents } from '../session/contract.js';
import { wireBytes } from './frame-bytes.js';
import { TurnWriter, type MessageSink } from './turn-writer.js';

const MAX_REASON_BYTES = 123; // RFC 6455 section 5.5: a control frame's payload of 125 bytes less the code

/**
 * An open WebSocket as the session's {@link FrameSocket}. Reading stands still until `listen`, so that no early frame is
 * lost. A frame above the library's `maxPayload` is answered with close code 1009 by the library. `transport` is the TCP or
 * TLS connection below; without it messages are written one by one, by the library.
 */
export function linkWebSocket(socket: WebSocket, description: string, transport: Socket | undefined): FrameSocket {
  let failure = '';
  let closed: { code: number; reason: string } | undefined;
  let events: FrameSocketEvents | undefined;
  const writer = new TurnWriter(transport === undefined ? libraryOf(socket) : wireOf(socket, transport));
  socket.pause();
  socket.on('error', (error) => { failure = error.message; });
  socket.on('close', (code, reason) => {
    writer.flush();                                      // fails what still waits
    closed = { code, reason: reason.length > 0 ? reason.toString('utf8') : failure };
    events?.onClose(closed.code, closed.reason);
  });
  return {
    description,
    get isOpen() { return socket.readyState === WebSocket.OPEN; },
    get isCongested() { return socket.bufferedAmount > 0; },
    send: (...frames) => writer.write(frames),
    ping: () => {
      if (socket.readyState === WebSocket.OPEN) socket.ping();
    },
    close: (code, reason) => {
      writer.flush();                                    // nothing may follow a close frame
      socket.close(code, fitReason(reason));
    },
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

/**
 * Data frames are written beside the library, which does the handshake, reading, pings and closing: it makes two writes and
 * a callback of each message, which cost more than making the message. Both write whole frames, each in one call, and no
 * extension is in use, so frames never mix.
 */
function wireOf(socket: WebSocket, transport: Socket): MessageSink {
  // Documented: a server's WebSockets do not have this attribute.
  const role = (socket.url as string | undefined) === undefined ? 'server' : 'client';
  return {
    get isOpen() { return socket.readyState === WebSocket.OPEN && !transport.destroyed; },
    write: (messages, done) => { transport.write(wireBytes(messages, role), done); },
  };
}

function libraryOf(socket: WebSocket): MessageSink {
  return {
    get isOpen() { return socket.readyState === WebSocket.OPEN; },
    write: (messages, done) => {
      for (const [index, message] of messages.entries()) {
        socket.send(message, { binary: true, compress: false, fin: true }, index === messages.length - 1 ? done : undefined);
      }
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
