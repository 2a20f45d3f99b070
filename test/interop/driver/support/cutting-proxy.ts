import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP forwarder on loopback whose connections a test can cut. */
export class CuttingProxy {
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
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
    await new Promise<void>((resolve, reject) => { proxy.#server.once('error', reject).listen(0, '127.0.0.1', resolve); });
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
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

  async stop(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await new Promise<void>((resolve) => { this.#server.close(() => { resolve(); }); });
  }
}
