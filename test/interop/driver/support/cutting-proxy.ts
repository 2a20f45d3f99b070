import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP forwarder on loopback whose connections a test can cut. */
export class CuttingProxy {
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
  #port = 0;
  #refusing = false;
  #taken = 0;

  private constructor(port: number) {
    this.#server = createServer((client) => {
      if (this.#refusing) {
        client.destroy();
        return;
      }
      this.#taken++;
      this.#clients.add(client);
      const server = connect({ port, host: '127.0.0.1' });
      for (const [from, to] of [[client, server], [server, client]] as const) {
        from.on('error', () => undefined);
        from.pipe(to);
        from.on('close', () => { to.destroy(); });
      }
      client.on('close', () => { this.#clients.delete(client); });
    });
  }

  static async start(port: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(port);
    await proxy.resume();
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  get open(): number {
    return this.#clients.size;
  }

  /** Connections taken so far. */
  get taken(): number {
    return this.#taken;
  }

  /** While set, new connections are cut at once. */
  set refusing(value: boolean) {
    this.#refusing = value;
  }

  /** Cuts the oldest connections without a closing handshake. */
  cut(count: number): void {
    for (const client of [...this.#clients].slice(0, count)) client.resetAndDestroy();
  }

  /** Breaks connections off, and has nobody listen any more. */
  async pause(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await new Promise<void>((resolve) => { this.#server.close(() => { resolve(); }); });
  }

  /** Listens again, on the same port. */
  async resume(): Promise<void> {
    await new Promise<void>((resolve, reject) => { this.#server.once('error', reject).listen(this.#port, '127.0.0.1', resolve); });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    if (this.#server.listening) await this.pause();
  }
}
