import { createServer, connect, type Server, type Socket } from 'node:net';

/** Passes on what an agent and its controller say, and counts it: bytes of TCP, TLS and all. */
export class CountingRelay {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  readonly port: number;
  /** Towards the controller and towards the agent. */
  readonly bytes = { up: 0, down: 0 };

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async to(target: number): Promise<CountingRelay> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const relay = new CountingRelay(server, typeof address === 'object' && address !== null ? address.port : 0);
    server.on('connection', (agent) => relay.#join(agent, connect(target, '127.0.0.1')));
    return relay;
  }

  get total(): number {
    return this.bytes.up + this.bytes.down;
  }

  #join(agent: Socket, controller: Socket): void {
    agent.on('data', (data) => { this.bytes.up += data.length; });
    controller.on('data', (data) => { this.bytes.down += data.length; });
    agent.pipe(controller).pipe(agent);
    for (const [socket, other] of [[agent, controller], [controller, agent]] as const) {
      this.#open.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#open.delete(socket);
        other.destroy();
      });
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
