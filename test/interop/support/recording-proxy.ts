import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { WebSocketTap, type HeadKind, type TapEvents } from './websocket-tap.js';

/** `toServer`: sent by the side that dialled. */
export type Direction = 'toServer' | 'toClient';

/** One binary WebSocket message that passed by. */
export interface RecordedMessage {
  /** Connections are numbered from 0 in the order they came. */
  readonly connection: number;
  readonly direction: Direction;
  readonly bytes: Buffer;
}

export interface RecordingOptions {
  /** Where the real server listens, on loopback. */
  readonly port: number;
  /** Messages beyond so many bytes altogether are passed on but not kept. @default 134217728 */
  readonly maxBytes?: number;
}

const DEFAULT_MAX_BYTES = 128 * 1024 * 1024;

/**
 * A TCP proxy in front of a WebSocket server: every chunk goes on as it came, at once and with the backpressure of the
 * other side; the binary messages are kept for reading.
 */
export class RecordingProxy {
  readonly messages: RecordedMessage[] = [];
  /** What kept connections from being recorded, e.g. an upgrade that was refused. */
  readonly problems: string[] = [];
  readonly #options: Required<RecordingOptions>;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #connections = 0;
  #bytes = 0;
  #dropped = 0;

  private constructor(options: RecordingOptions) {
    this.#options = { maxBytes: DEFAULT_MAX_BYTES, ...options };
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => { this.#accept(client); });
  }

  static async start(options: RecordingOptions): Promise<RecordingProxy> {
    const proxy = new RecordingProxy(options);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject);
      proxy.#server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Messages that passed by when the limit was reached. */
  get dropped(): number {
    return this.#dropped;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => { this.#server.close(() => { resolve(); }); });
  }

  #accept(client: Socket): void {
    const connection = this.#connections++;
    const server = connect({ port: this.#options.port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    this.#relay(client, server, this.#tap(connection, 'toServer', 'request'));
    this.#relay(server, client, this.#tap(connection, 'toClient', 'response'));
  }

  #tap(connection: number, direction: Direction, head: HeadKind): WebSocketTap {
    const events: TapEvents = {
      message: (bytes, length) => { this.#record(connection, direction, bytes, length); },
      problem: (what) => { this.problems.push(`connection ${connection} ${direction}: ${what}`); },
    };
    return new WebSocketTap(head, events, this.#options.maxBytes);
  }

  #record(connection: number, direction: Direction, bytes: Buffer | undefined, length: number): void {
    if (bytes === undefined || this.#bytes + length > this.#options.maxBytes) {
      this.#dropped++;
      return;
    }
    this.#bytes += length;
    this.messages.push({ connection, direction, bytes });
  }

  #relay(from: Socket, to: Socket, tap: WebSocketTap): void {
    this.#sockets.add(from);
    from.on('data', (chunk) => {
      if (!to.write(chunk)) from.pause();
      tap.take(chunk);
    });
    to.on('drain', () => { from.resume(); });
    from.on('end', () => { to.end(); });
    from.on('error', () => { to.resetAndDestroy(); });
    from.on('close', () => {
      this.#sockets.delete(from);
      if (!to.writableEnded) to.destroy();
    });
  }
}
