import type { Duplex } from 'node:stream';
import type { FrameSocket, FrameSocketEvents } from '../../protocol/session/contract.js';
import { TurnWriter } from '../../protocol/transport/turn-writer.js';
import { HEADER_BYTES, PIECES, PieceReader, pieceBytes } from './pieces.js';

/** Control messages hold a configuration at most. */
const LARGEST_CONTROL = 16 * 1024 * 1024;

export interface ChannelOptions {
  /** For logs, e.g. `process of ldap`. */
  readonly description: string;
  readonly maxFrameBytes: number;
  /** Read for each answer to a ping: bytes of memory this end uses. */
  readonly ownMemory?: (() => number) | undefined;
}

export interface ChannelEvents {
  /** Anything JSON can hold; judged by whoever listens. */
  onControl(message: unknown): void;
  /** The other end's event loop has turned; `memory`: bytes it uses, as far as it says. */
  onPong?(memory: number | undefined): void;
  /** Once: the pipe is closed, or what came over it is nonsense. */
  onClosed(why: string): void;
}

/**
 * The pipe between the agent and a connector's process: frames of the protocol as a {@link FrameSocket}, and beside them
 * control messages and pings, all in the order they were sent. What is written is taken by the system before `send` resolves,
 * so a slow reader slows the writer down.
 */
export class PipeChannel {
  readonly socket: FrameSocket;
  readonly #pipe: Duplex;
  readonly #events: ChannelEvents;
  readonly #writer: TurnWriter;
  readonly #ownMemory: (() => number) | undefined;
  #frames: FrameSocketEvents | undefined;
  #why: string | undefined;
  #closing: { readonly code: number; readonly reason: string } | undefined;

  constructor(pipe: Duplex, { description, maxFrameBytes, ownMemory }: ChannelOptions, events: ChannelEvents) {
    this.#pipe = pipe;
    this.#events = events;
    this.#ownMemory = ownMemory;
    const isOpen = (): boolean => this.#why === undefined && this.#closing === undefined && !pipe.writableEnded && !pipe.destroyed;
    this.#writer = new TurnWriter({
      get isOpen() { return isOpen(); },
      write: (frames, done) => { pipe.write(pieceBytes(PIECES.frame, frames), done); },
    });
    this.socket = {
      description,
      get isOpen() { return isOpen(); },
      get isCongested() { return pipe.writableLength > 0; },
      send: (...frames) => this.#writer.write(frames),
      ping: () => { this.ping(); },
      close: (code, reason) => { this.#close(code, reason); },
      terminate: () => { pipe.destroy(); },
      listen: (frameEvents) => { this.#listen(frameEvents); },
    };
    const reader = new PieceReader(Math.max(maxFrameBytes, LARGEST_CONTROL) + HEADER_BYTES, (kind, bytes) => { this.#take(kind, bytes); });
    pipe.on('data', (chunk: Buffer) => { this.#read(reader, chunk); });
    pipe.on('error', (error) => { this.#closed(error.message); });
    pipe.on('end', () => { this.#closed('the other end closed the pipe'); });
    pipe.on('close', () => { this.#closed('the pipe is closed'); });
  }

  get isClosed(): boolean {
    return this.#why !== undefined;
  }

  /** Behind all frames sent before. Nothing happens where the pipe is closed already: the event of that is on its way. */
  control(message: object, flushed?: () => void): void {
    this.#writer.flush();
    this.#write(PIECES.control, Buffer.from(JSON.stringify(message), 'utf8'), flushed);
  }

  /** Answered by the other end as soon as its event loop turns. */
  ping(): void {
    this.#writer.flush();
    this.#write(PIECES.ping, Buffer.alloc(0));
  }

  /** No more is written; what was written still arrives. */
  end(): void {
    this.#close(1000, 'closed');
  }

  destroy(): void {
    this.#pipe.destroy();
  }

  #write(kind: number, bytes: Buffer, flushed?: () => void): void {
    if (this.#why !== undefined || this.#pipe.writableEnded || this.#pipe.destroyed) {
      flushed?.();
      return;
    }
    this.#pipe.write(pieceBytes(kind, [bytes]), flushed);
  }

  #read(reader: PieceReader, chunk: Buffer): void {
    if (this.#why !== undefined) return;
    try {
      reader.take(chunk);
    } catch (error) {
      this.#closed(error instanceof Error ? error.message : String(error));
      this.#pipe.destroy();
    }
  }

  #take(kind: number, bytes: Buffer): void {
    switch (kind) {
      case PIECES.frame:
        this.#frames?.onFrame(bytes);
        return;
      case PIECES.control:
        this.#events.onControl(JSON.parse(bytes.toString('utf8')));
        return;
      case PIECES.ping:
        this.#write(PIECES.pong, memoryBytes(this.#ownMemory?.()));
        return;
      case PIECES.pong:
        this.#frames?.onPong();
        this.#events.onPong?.(bytes.length === 8 ? bytes.readDoubleBE(0) : undefined);
        return;
      default:
        throw new Error(`a piece of unknown kind ${kind} came over the pipe`);
    }
  }

  #listen(events: FrameSocketEvents): void {
    this.#frames = events;
    const why = this.#why;
    if (why !== undefined) queueMicrotask(() => { events.onClose(1006, why); });
  }

  #close(code: number, reason: string): void {
    if (this.#closing !== undefined) return;
    this.#writer.flush();
    this.#closing = { code, reason };
    this.#pipe.end();
  }

  #closed(why: string): void {
    if (this.#why !== undefined) return;
    this.#why = why;
    this.#writer.flush();                                // fails what still waits
    const { code, reason } = this.#closing ?? { code: 1006, reason: why };
    this.#frames?.onClose(code, reason);
    this.#events.onClosed(why);
  }
}

function memoryBytes(memory: number | undefined): Buffer {
  if (memory === undefined) return Buffer.alloc(0);
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(memory, 0);
  return bytes;
}
