import type { FrameSocket, FrameSocketEvents } from '../../protocol/session/contract.js';

interface Travelling { readonly frame: Uint8Array; sent(): void; failed(error: Error): void }

/** One direction of a pair, with everything a network can do to it. */
export class Wire {
  /** Every frame handed to `send`, in order, delivered or not. */
  readonly frames: Uint8Array[] = [];
  #events: FrameSocketEvents | undefined;
  readonly #early: Uint8Array[] = [];
  readonly #queue: Travelling[] = [];
  #mode: 'flowing' | 'held' | 'stalled' = 'flowing';
  #drops = 0;
  open = true;

  /** Frames are flushed by the sender but reach nobody until `flow`. */
  hold(): void { this.#mode = 'held'; }

  /** Writes do not even complete, as with a full TCP window. */
  stall(): void { this.#mode = 'stalled'; }

  /** The next frames vanish although the sender believes they left. */
  drop(count: number): void { this.#drops += count; }

  /** Frames that are still to vanish. */
  get dropping(): number { return this.#drops; }

  get waiting(): number { return this.#queue.length; }

  /** Something waits because the network takes nothing. */
  get isCongested(): boolean { return this.#mode === 'stalled' && this.#queue.length > 0; }

  flow(): void {
    this.#mode = 'flowing';
    while (this.#queue.length > 0) this.#deliver(this.#queue.shift()!);
  }

  /** Delivers one waiting frame by its place in the queue; others stay. */
  release(index = 0): void {
    const [travelling] = this.#queue.splice(index, 1);
    if (travelling === undefined) throw new Error(`No frame ${index} waits on this wire.`);
    this.#deliver(travelling);
  }

  attach(events: FrameSocketEvents): void {
    this.#events = events;
    for (const frame of this.#early.splice(0)) events.onFrame(frame);
  }

  send(frame: Uint8Array): Promise<void> {
    const copy = frame.slice();
    this.frames.push(copy);
    return new Promise((resolve, reject) => {
      const travelling: Travelling = { frame: copy, sent: resolve, failed: reject };
      if (this.#drops > 0) {
        this.#drops--;
        resolve();
        return;
      }
      if (this.#mode === 'flowing') {
        queueMicrotask(() => {
          if (this.open && this.#mode === 'flowing') this.#deliver(travelling);
          else if (this.open) this.#keep(travelling);
          else reject(new Error('socket closed'));
        });
        return;
      }
      this.#keep(travelling);
    });
  }

  #keep(travelling: Travelling): void {
    this.#queue.push(travelling);
    if (this.#mode === 'held') travelling.sent();
  }

  #deliver(travelling: Travelling): void {
    travelling.sent();
    if (this.#events === undefined) this.#early.push(travelling.frame);
    else this.#events.onFrame(travelling.frame);
  }

  /** What still waits is lost. */
  cut(): void {
    this.open = false;
    for (const travelling of this.#queue.splice(0)) travelling.failed(new Error('socket closed'));
  }

  /** Delivers what is on its way before the end, as a closing handshake does. */
  end(): void {
    if (this.#mode === 'flowing') this.flow();
    this.cut();
  }

  text(): void { this.#events?.onText(); }
  pong(): void { this.#events?.onPong(); }
  closed(code: number, reason: string): void { this.#events?.onClose(code, reason); }
}

/** One end of a pair. `out` is what this end sends. */
export class PairSocket implements FrameSocket {
  readonly description: string;
  readonly out: Wire;
  readonly in: Wire;
  pings = 0;
  closing: { code: number; reason: string } | undefined;
  terminated = false;
  /** Does not answer pings, as a half-open connection. */
  deaf = false;
  other!: PairSocket;

  constructor(description: string, out: Wire, into: Wire) {
    this.description = description;
    this.out = out;
    this.in = into;
  }

  get isOpen(): boolean { return this.out.open; }

  get isCongested(): boolean { return this.out.isCongested; }

  listen(events: FrameSocketEvents): void { this.in.attach(events); }

  async send(...frames: readonly Uint8Array[]): Promise<void> {
    await Promise.all(frames.map((frame) => this.out.open ? this.out.send(frame) : Promise.reject(new Error('socket closed'))));
  }

  ping(): void {
    this.pings++;
    if (!this.deaf && !this.other.deaf) queueMicrotask(() => this.in.pong());
  }

  close(code: number, reason: string): void {
    if (this.closing !== undefined || !this.out.open) return;
    this.closing = { code, reason };
    if (this.deaf || this.other.deaf) return;
    queueMicrotask(() => {
      this.out.end();
      this.in.end();
      this.in.closed(code, reason);
      this.out.closed(code, reason);
    });
  }

  terminate(): void {
    this.terminated = true;
    cut(this, 1006, 'terminated');
  }
}

/** The connection is gone for both ends, without a goodbye. */
export function cut(socket: PairSocket, code = 1006, reason = 'connection lost'): void {
  socket.out.cut();
  socket.in.cut();
  socket.in.closed(code, reason);
  socket.out.closed(code, reason);
}

let pairs = 0;

/** Two sockets joined in memory: what `dialler` sends, `listener` receives, and the other way round. */
export function socketPair(name = `pair ${++pairs}`): { dialler: PairSocket; listener: PairSocket } {
  const up = new Wire();
  const down = new Wire();
  const dialler = new PairSocket(`${name} (dialler)`, up, down);
  const listener = new PairSocket(`${name} (listener)`, down, up);
  dialler.other = listener;
  listener.other = dialler;
  return { dialler, listener };
}
