import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface LinkPlan {
  /** There and back, in milliseconds. */
  readonly roundTrip: number;
  /** Bits a second, each way. */
  readonly bitsPerSecond: number;
}

/** Held for a direction at most: a router's queue, not an endless one. The sender is not read on meanwhile. */
const QUEUE_BYTES = 256 * 1024;

/** A TCP proxy with the delay and the rate of a long line, each way, shared by all its connections. */
export class WanLink {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #up: Way;
  readonly #down: Way;

  private constructor(targetPort: number, plan: LinkPlan) {
    this.#up = new Way(plan);
    this.#down = new Way(plan);
    this.#server = createServer((near) => {
      const far = connect({ host: '127.0.0.1', port: targetPort });
      for (const [socket, other] of [[near, far], [far, near]] as const) {
        this.#sockets.add(socket);
        socket.setNoDelay(true);
        socket.on('error', () => other.destroy());
        socket.once('close', () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
      }
      this.#up.carry(near, far);
      this.#down.carry(far, near);
    });
  }

  static async start(targetPort: number, plan: LinkPlan): Promise<WanLink> {
    const link = new WanLink(targetPort, plan);
    await new Promise<void>((resolve) => { link.#server.listen(0, '127.0.0.1', resolve); });
    return link;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Carried so far, towards the target and back. */
  get bytes(): { readonly up: number; readonly down: number } {
    return { up: this.#up.bytes, down: this.#down.bytes };
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => { this.#server.close(resolve); });
  }
}

/** One direction: bytes leave one after the other at the line's rate, and arrive half a round trip later. */
class Way {
  bytes = 0;
  readonly #plan: LinkPlan;
  /** When what was given so far has left, by `performance.now()`. */
  #freeAt = 0;

  constructor(plan: LinkPlan) {
    this.#plan = plan;
  }

  carry(from: Socket, to: Socket): void {
    const waiting: { readonly piece: Buffer; readonly due: number }[] = [];
    let held = 0;
    const deliver = (): void => {
      for (let next = waiting[0]; next !== undefined && next.due <= performance.now(); next = waiting[0]) {
        waiting.shift();
        held -= next.piece.length;
        if (!to.destroyed) to.write(next.piece);
      }
      if (held <= QUEUE_BYTES) from.resume();
      const [next] = waiting;
      if (next !== undefined) setTimeout(deliver, Math.max(1, next.due - performance.now()));
    };
    from.on('data', (piece: Buffer) => {
      this.bytes += piece.length;
      held += piece.length;
      if (held > QUEUE_BYTES) from.pause();
      this.#freeAt = Math.max(this.#freeAt, performance.now()) + (piece.length * 8_000) / this.#plan.bitsPerSecond;
      const due = this.#freeAt + this.#plan.roundTrip / 2;
      if (waiting.push({ piece, due }) === 1) setTimeout(deliver, due - performance.now());
    });
  }
}
