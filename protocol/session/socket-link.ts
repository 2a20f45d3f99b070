import { after } from './clock.js';
import type { Clock, FrameSocket, FrameSocketEvents, SessionLimits, SessionLog } from './contract.js';
import { FIXED } from './limits.js';

export interface Closing { readonly code: number; readonly reason: string }

/** Frames and bytes of all sockets of one end, counted as they come and go. */
export interface Traffic {
  framesReceived: number;
  bytesReceived: number;
  framesSent: number;
  bytesSent: number;
}

export interface LinkParts {
  readonly traffic: Traffic;
  readonly clock: Clock;
  readonly log: SessionLog;
  readonly limits: SessionLimits;
  /** Neither may throw; when one does, it is logged and the socket goes on. */
  onFrame(link: SocketLink, frame: Uint8Array): void;
  onClosed(link: SocketLink, closing: Closing): void;
}

type LinkState =
  | 'handshaking' // the peer's session id is not known yet
  | 'settling'    // joined, but nothing may be sent yet except answers to the handshake
  | 'open'
  | 'retiring'    // reads only; frames being written may end
  | 'closed';

const moves: Record<LinkState, readonly LinkState[]> = {
  handshaking: ['settling', 'open', 'closed'],
  settling: ['open', 'retiring', 'closed'],
  open: ['retiring', 'closed'],
  retiring: ['closed'],
  closed: [],
};

/** One socket of a session: its state, its heartbeat and its writes. */
export class SocketLink {
  readonly description: string;
  readonly principal: string;
  readonly closed: Promise<Closing>;
  /** Resolves when frames may leave by it, or never will. */
  readonly settled: Promise<void>;
  readonly #socket: FrameSocket;
  readonly #parts: LinkParts;
  readonly #gone = new AbortController();
  #resolveClosed: (closing: Closing) => void = () => undefined;
  #resolveSettled: () => void = () => undefined;
  #state: LinkState = 'handshaking';
  #lastHeard: number;
  #writing = 0;
  #replies = 0;
  #idle: (() => void) | undefined;
  #complained = false;

  constructor(socket: FrameSocket, principal: string, parts: LinkParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.principal = principal;
    this.description = socket.description;
    this.#lastHeard = parts.clock.now();
    this.closed = new Promise((resolve) => { this.#resolveClosed = resolve; });
    this.settled = new Promise((resolve) => { this.#resolveSettled = resolve; });
    socket.listen(this.#events());
    this.#beat().catch(() => undefined);
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Requests and responses may leave by it now. */
  get isUsable(): boolean {
    return this.#state === 'open' && this.#socket.isOpen !== false;
  }

  /** What was sent by it waits to be taken by the network. */
  get isCongested(): boolean {
    return this.#socket.isCongested === true;
  }

  /** Fires when the socket is gone. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** The handshake is done: the socket carries requests and answers, after `settleTime` milliseconds. `onOpen` tells when. */
  join(settleTime: number, onOpen: () => void): void {
    const open = () => {
      if (!this.#move('open')) return;
      this.#resolveSettled();
      onOpen();
    };
    if (settleTime === 0) {
      open();
      return;
    }
    this.#move('settling');
    const stop = after(this.#parts.clock, settleTime, this.#parts.log, open);
    this.#gone.signal.addEventListener('abort', stop, { once: true });
  }

  /** Resolves when all frames have been flushed; when it rejects, any number of them may have left. */
  async send(...frames: readonly Uint8Array[]): Promise<void> {
    if (this.#state === 'closed') throw new Error(`${this.description} is closed.`);
    this.#writing++;
    try {
      const { traffic } = this.#parts;
      traffic.framesSent += frames.length;
      for (const { length } of frames) traffic.bytesSent += length;
      await this.#socket.send(...frames);
    } finally {
      this.#writing--;
      if (this.#writing === 0) this.#idle?.();
    }
  }

  /** Answers on this very socket, without waiting. A peer that asks on and on without reading is cut. */
  reply(frame: Uint8Array): void {
    if (this.#replies >= FIXED.unreadReplies) {
      this.complain('The peer does not read the answers to what it asks for; its socket is cut.');
      this.terminate('answers are not read');
      return;
    }
    this.#replies++;
    this.send(frame).catch(() => undefined).finally(() => { this.#replies--; }).catch(() => undefined);
  }

  /** Logs what a peer does wrong: the first time as a warning, then at debug level, so that nobody can fill the log. */
  complain(message: string, fields: object = {}): void {
    const entry = { socket: this.description, principal: this.principal, ...fields };
    if (this.#complained) this.#parts.log.debug(entry, message);
    else this.#parts.log.warn(entry, message);
    this.#complained = true;
  }

  /** Stops sending, lets frames being written end, closes with 1000. Cut when the signal fires first. */
  async retire(signal: AbortSignal): Promise<void> {
    this.#move('retiring');
    const onAbort = () => this.terminate('rotation took too long');
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      if (signal.aborted) onAbort();
      await Promise.race([this.#drained(), this.closed]);
      // What the peer has already written arrives before its close frame: only the caller's signal cuts that short.
      if (this.#state !== 'closed') this.#socket.close(1000, 'socket rotation');
      await this.closed;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Starts the closing handshake; a peer that does not take part in it is cut. */
  close(code: number, reason: string): void {
    if (this.#state === 'closed') return;
    this.#socket.close(code, reason);
    const stop = after(this.#parts.clock, FIXED.closeGrace, this.#parts.log, () => this.terminate(`no closing handshake after: ${reason}`));
    this.#gone.signal.addEventListener('abort', stop, { once: true });
  }

  /** Cuts the socket; does not rely on the library to report that. */
  terminate(reason: string): void {
    if (this.#state === 'closed') return;
    this.#onClose({ code: 1006, reason });
    this.#socket.terminate();
  }

  #move(to: LinkState): boolean {
    if (!moves[this.#state].includes(to)) return false;
    this.#state = to;
    return true;
  }

  #drained(): Promise<void> {
    if (this.#writing === 0) return Promise.resolve();
    return new Promise((resolve) => { this.#idle = resolve; });
  }

  #events(): FrameSocketEvents {
    const guarded = (action: () => void) => {
      try {
        action();
      } catch (error) {
        this.#parts.log.error({ socket: this.description, err: error }, 'Handling a socket event failed.');
      }
    };
    return {
      onFrame: (frame) => guarded(() => {
        const { traffic } = this.#parts;
        traffic.framesReceived++;
        traffic.bytesReceived += frame.length;
        this.#lastHeard = this.#parts.clock.now();
        if (this.#state === 'closed') return;
        if (frame.length > this.#parts.limits.maxFrameBytes) {
          this.complain(`A frame of ${frame.length} bytes exceeds the limit of ${this.#parts.limits.maxFrameBytes} bytes; the socket is closed.`);
          this.close(1009, 'frame too large');
          return;
        }
        this.#parts.onFrame(this, frame);
      }),
      onText: () => guarded(() => {
        this.#lastHeard = this.#parts.clock.now();
        this.complain('Ignored a text message; the protocol knows binary messages only.');
      }),
      onPong: () => { this.#lastHeard = this.#parts.clock.now(); },
      onClose: (code, reason) => guarded(() => this.#onClose({ code, reason })),
    };
  }

  #onClose(closing: Closing): void {
    if (!this.#move('closed')) return;
    this.#gone.abort(new Error(`${this.description} is closed.`));
    this.#resolveSettled();
    this.#resolveClosed(closing);
    this.#parts.onClosed(this, closing);
  }

  /** Pings; a socket that stays silent for two intervals is dead, whatever TCP believes. */
  async #beat(): Promise<void> {
    const { clock, limits: { heartbeatInterval }, log } = this.#parts;
    for (;;) {
      const left = this.#lastHeard + 2 * heartbeatInterval - clock.now();
      if (left <= 0) break;
      await clock.sleep(Math.min(heartbeatInterval, left), this.#gone.signal);
      if (this.#lastHeard + 2 * heartbeatInterval > clock.now()) this.#ping();
    }
    const silent = clock.now() - this.#lastHeard;
    log.warn({ socket: this.description, silent }, 'The peer is silent; the socket is cut.');
    this.terminate(`silent for ${silent} ms`);
  }

  #ping(): void {
    try {
      this.#socket.ping();
    } catch (error) {
      this.#parts.log.debug({ socket: this.description, err: error }, 'A ping could not be sent.');
    }
  }
}
