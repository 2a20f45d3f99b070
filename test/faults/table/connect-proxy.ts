import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** What an HTTP proxy does with who wants a tunnel. */
export type ProxyMood = 'fair' | 'silent' | 502 | 407;

const ANSWERS = {
  407: 'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="faults"\r\nContent-Length: 0\r\n\r\n',
  502: 'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n',
} as const;

/** An HTTP proxy (CONNECT) whose every tunnel leads to one place, as long as it feels like it. */
export class ConnectProxy {
  readonly port: number;
  readonly #target: () => { readonly host: string; readonly port: number };
  readonly #sockets = new Set<Socket>();
  #server: Server;
  #mood: ProxyMood = 'fair';
  /** Tunnels asked for since the start. */
  asked = 0;

  private constructor(server: Server, target: () => { readonly host: string; readonly port: number }) {
    this.#server = server;
    this.#target = target;
    this.port = (server.address() as AddressInfo).port;
    this.#serve(server);
  }

  /** `target` is asked for each tunnel, whatever its name. */
  static async start(target: () => { readonly host: string; readonly port: number }): Promise<ConnectProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ConnectProxy(server, target);
  }

  /** For tunnels to come; those there are stay. */
  feel(mood: ProxyMood): void {
    this.#mood = mood;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Nothing listens there any more, and every tunnel is gone. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
  }

  /** After {@link stop}, on the same port. */
  async startAgain(): Promise<void> {
    if (this.#server.listening) return;
    this.#mood = 'fair';
    this.#server = createServer();
    this.#serve(this.#server);
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  #serve(server: Server): void {
    server.on('connection', (socket) => { this.#keep(socket); });
    server.on('connect', (_request, near: Socket, head: Buffer) => {
      this.asked++;
      near.on('error', () => undefined);
      if (this.#mood === 'silent') return;
      if (this.#mood !== 'fair') {
        near.end(ANSWERS[this.#mood]);
        return;
      }
      const far = connect(this.#target());
      this.#keep(far);
      far.on('error', () => near.destroy());
      near.on('error', () => far.destroy());
      far.once('connect', () => {
        near.write('HTTP/1.1 200 Connection established\r\n\r\n');
        if (head.length > 0) far.write(head);
        far.pipe(near);
        near.pipe(far);
      });
      far.once('close', () => near.destroy());
      near.once('close', () => far.destroy());
    });
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
