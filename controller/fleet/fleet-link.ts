import type { FrameSocket, FrameSocketEvents } from '../../protocol/session/contract.js';
import { TurnWriter } from '../../protocol/transport/turn-writer.js';
import { FrameAssembler, piecesOf } from './frame-pieces.js';
import { LINK_HEADER_BYTES, LINK_MESSAGES, decodeClose, decodeTotal, encodeBody, encodeTotal, type LinkMessage, type LinkMessageKind } from './link-message.js';

/** Bytes that may be on their way to the other controller and not yet arrived there. What comes beyond waits here, and its sender with it. */
export const LINK_WINDOW = 512 * 1_024;
/** One message is at most so large, and smaller where NATS carries less. */
const LARGEST_PIECE = 64 * 1_024;

export interface LinkParts {
  readonly id: bigint;
  /** The controller at the other end. */
  readonly partner: string;
  /** For logs. */
  readonly description: string;
  readonly maxFrameBytes: number;
  /** What NATS carries in one message. */
  readonly maxMessageBytes: number;
  /** Hands a message to NATS. Throws when it is not connected. */
  publish(message: LinkMessage): void;
  /** Once: nothing more is sent or taken. `isLoss`: messages did not arrive, or were nonsense. */
  onEnded(why: string, isLoss: boolean): void;
}

/**
 * Frames between two controllers, for one agent, as a {@link FrameSocket}. NATS keeps the order and may lose messages: each is
 * counted, and a gap ends the link, never to be passed over. A window bounds what is on its way, here and in NATS.
 */
export class FleetLink {
  readonly socket: FrameSocket;
  readonly partner: string;
  readonly #parts: LinkParts;
  readonly #writer: TurnWriter;
  readonly #assembler: FrameAssembler;
  readonly #waiting: { readonly piece: Uint8Array; readonly done: ((error?: Error) => void) | undefined }[] = [];
  #events: FrameSocketEvents | undefined;
  #ended: { readonly code: number; readonly reason: string } | undefined;
  #sentMessages = 0;
  #takenMessages = 0;
  #sentBytes = 0;
  #arrivedBytes = 0;
  #takenBytes = 0;
  #toldBytes = 0;

  constructor(parts: LinkParts) {
    this.#parts = parts;
    this.partner = parts.partner;
    this.#assembler = new FrameAssembler(parts.maxFrameBytes, (frame) => this.#events?.onFrame(frame));
    const isOpen = (): boolean => this.isOpen();
    const isCongested = (): boolean => this.#waiting.length > 0;
    this.#writer = new TurnWriter({ get isOpen() { return isOpen(); }, write: (frames, done) => this.#write(frames, done) });
    this.socket = {
      description: parts.description,
      get isOpen() { return isOpen(); },
      get isCongested() { return isCongested(); },
      send: (...frames) => this.#writer.write(frames),
      ping: () => this.message(LINK_MESSAGES.ping),
      close: (code, reason) => this.close(code, reason),
      terminate: () => this.close(1_001, 'cut'),
      listen: (events) => this.#listen(events),
    };
  }

  isOpen(): boolean {
    return this.#ended === undefined;
  }

  /** Sends one message. Ends the link when it cannot be sent. */
  message(kind: LinkMessageKind, body: Uint8Array = new Uint8Array(0)): void {
    if (this.#ended !== undefined) return;
    try {
      this.#parts.publish({ kind, link: this.#parts.id, sequence: ++this.#sentMessages, body });
    } catch (error) {
      this.lose(error instanceof Error ? error.message : String(error));
    }
  }

  /** Takes the next message of the other end. One that is nonsense, or not the next, ends the link. */
  receive({ kind, sequence, body }: LinkMessage): void {
    if (this.#ended !== undefined) return;
    if (sequence !== ++this.#takenMessages) {
      this.lose(`message ${this.#takenMessages} was lost`, true);
      return;
    }
    try {
      this.#take(kind, body);
    } catch (error) {
      this.lose(`a message makes no sense: ${error instanceof Error ? error.message : String(error)}`, true);
    }
  }

  /** Tells the other end. Idempotent. */
  close(code: number, reason: string): void {
    if (this.#ended !== undefined) return;
    this.#writer.flush();
    this.message(LINK_MESSAGES.close, encodeBody({ code, reason: reason.slice(0, 300) }));
    this.#end(code, reason, false);
  }

  /** Ends it as a connection that broke. `isLoss`: to be counted. */
  lose(why: string, isLoss = false): void {
    if (this.#ended !== undefined) return;
    if (isLoss) this.message(LINK_MESSAGES.close, encodeBody({ code: 1_002, reason: why.slice(0, 300) }));
    this.#end(1_006, why, isLoss);
  }

  #take(kind: LinkMessageKind, body: Uint8Array): void {
    switch (kind) {
      case LINK_MESSAGES.data:
        this.#takenBytes += body.length;
        this.#assembler.take(body);
        if (this.#takenBytes - this.#toldBytes < LINK_WINDOW / 4) return;
        this.#toldBytes = this.#takenBytes;
        this.message(LINK_MESSAGES.taken, encodeTotal(this.#takenBytes));
        return;
      case LINK_MESSAGES.taken: {
        const total = decodeTotal(body);
        if (total < this.#arrivedBytes || total > this.#sentBytes) throw new TypeError(`${total} bytes cannot have arrived`);
        this.#arrivedBytes = total;
        this.#pump();
        return;
      }
      case LINK_MESSAGES.ping:
        this.message(LINK_MESSAGES.pong);
        return;
      case LINK_MESSAGES.pong:
        this.#events?.onPong();
        return;
      case LINK_MESSAGES.close: {
        const { code, reason } = decodeClose(body);
        this.#end(code, reason, false);
        return;
      }
      default:
        throw new TypeError(`kind ${kind} has no place on an open link`);
    }
  }

  #write(frames: readonly Uint8Array[], done: (error?: Error | null) => void): void {
    const pieces = piecesOf(frames, Math.min(LARGEST_PIECE, this.#parts.maxMessageBytes - LINK_HEADER_BYTES));
    for (const [index, piece] of pieces.entries()) this.#waiting.push({ piece, done: index === pieces.length - 1 ? done : undefined });
    this.#pump();
  }

  #pump(): void {
    while (this.isOpen() && this.#sentBytes - this.#arrivedBytes < LINK_WINDOW) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#sentBytes += next.piece.length;
      this.message(LINK_MESSAGES.data, next.piece);
      next.done?.(this.isOpen() ? undefined : new Error(`${this.socket.description} is closed`));
    }
  }

  #listen(events: FrameSocketEvents): void {
    this.#events = events;
    const ended = this.#ended;
    if (ended !== undefined) queueMicrotask(() => events.onClose(ended.code, ended.reason));
  }

  #end(code: number, reason: string, isLoss: boolean): void {
    if (this.#ended !== undefined) return;
    this.#ended = { code, reason };
    this.#writer.flush();
    for (const { done } of this.#waiting.splice(0)) done?.(new Error(`${this.socket.description} is closed: ${reason}`));
    this.#parts.onEnded(reason, isLoss);
    this.#events?.onClose(code, reason);
  }
}
