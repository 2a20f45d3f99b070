import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What happens to bytes on their way. */
export interface Weather {
  /** Milliseconds each piece is held back. */
  readonly delay: number;
  /** Nothing goes through, in either direction. */
  readonly stalled: boolean;
  /** Pieces of so many bytes, each written by itself. */
  readonly pieceBytes: number | undefined;
}

const FAIR: Weather = { delay: 0, stalled: false, pieceBytes: undefined };
/** More than that in hand, and the sender is not read on: a slow network, not an endless one. */
const HIGH_WATER = 64 * 1024;

/** A TCP proxy that behaves as badly as it is told to, for all connections or for some. Order within a direction is kept. */
export class ChaosProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #weather = FAIR;
  #refusing = false;

  private constructor(server: Server, targetPort: number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (near) => {
      if (this.#refusing) {
        near.resetAndDestroy();
        return;
      }
      const pair = new Pair(near, connect({ host: '127.0.0.1', port: targetPort }), this.#weather);
      this.#pairs.add(pair);
      void pair.ended.then(() => this.#pairs.delete(pair));
    });
  }

  static async start(targetPort: number): Promise<ChaosProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ChaosProxy(server, targetPort);
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /** For connections there are, and those to come. */
  change(weather: Partial<Weather>): void {
    this.#weather = { ...this.#weather, ...weather };
    for (const pair of this.#pairs) pair.weather = this.#weather;
  }

  /** For the first of the connections only: what it carries arrives after what the others carry. */
  changeOne(weather: Partial<Weather>): void {
    const [first] = this.#pairs;
    if (first !== undefined) first.weather = { ...first.weather, ...weather };
  }

  /** Resets connections: all, or the first. */
  cut(which: 'all' | 'one' = 'all'): void {
    for (const pair of which === 'all' ? [...this.#pairs] : [...this.#pairs].slice(0, 1)) pair.cut();
  }

  /** One direction ends, the other goes on. */
  halfClose(): void {
    for (const pair of this.#pairs) pair.halfClose();
  }

  /** New connections are reset. */
  refuse(refusing: boolean): void {
    this.#refusing = refusing;
  }

  calm(): void {
    this.#refusing = false;
    this.change(FAIR);
    for (const pair of this.#pairs) pair.weather = FAIR;
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

class Pair {
  readonly ended: Promise<unknown>;
  readonly #sides: readonly [Socket, Socket];
  readonly #ways: readonly [Way, Way];

  constructor(near: Socket, far: Socket, weather: Weather) {
    this.#sides = [near, far];
    for (const side of this.#sides) side.setNoDelay(true);
    this.#ways = [new Way(near, far, weather), new Way(far, near, weather)];
    for (const [index, side] of this.#sides.entries()) side.on('error', () => this.#sides[index === 0 ? 1 : 0].destroy());
    this.ended = Promise.all(this.#sides.map(async (side) => { if (!side.closed) await once(side, 'close').catch(() => undefined); }));
  }

  get weather(): Weather {
    return this.#ways[0].weather;
  }

  set weather(weather: Weather) {
    for (const way of this.#ways) way.change(weather);
  }

  cut(): void {
    for (const side of this.#sides) {
      if (side.connecting) side.destroy();
      else side.resetAndDestroy();
    }
  }

  halfClose(): void {
    this.#sides[0].end();
  }
}

/** One direction of a connection. */
class Way {
  weather: Weather;
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #waiting: { readonly bytes: Buffer; readonly due: number }[] = [];
  #waitingBytes = 0;
  #running = false;
  #hasEnded = false;
  #wake: (() => void) | undefined;

  constructor(from: Socket, to: Socket, weather: Weather) {
    this.weather = weather;
    this.#from = from;
    this.#to = to;
    from.on('data', (bytes: Buffer) => { this.#take(bytes); });
    from.once('end', () => {
      this.#hasEnded = true;
      void this.#run();
    });
    from.once('close', () => {
      this.#wake?.();
      if (!this.#hasEnded) to.destroy();
    });
  }

  change(weather: Weather): void {
    this.weather = weather;
    this.#wake?.();
  }

  #take(bytes: Buffer): void {
    this.#waiting.push({ bytes, due: Date.now() + this.weather.delay });
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > HIGH_WATER) this.#from.pause();
    void this.#run();
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (let next = this.#waiting[0]; next !== undefined && !this.#to.destroyed; next = this.#waiting[0]) {
      if (this.weather.stalled || next.due > Date.now()) {
        await this.#until(this.weather.stalled ? undefined : next.due - Date.now());
        continue;
      }
      this.#waiting.shift();
      this.#waitingBytes -= next.bytes.length;
      await this.#write(next.bytes);
      if (this.#waitingBytes <= HIGH_WATER) this.#from.resume();
    }
    this.#running = false;
    if (this.#hasEnded && this.#waiting.length === 0) this.#to.end();
  }

  /** Until the weather changes, the connection ends, or the time is over. */
  async #until(milliseconds: number | undefined): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (milliseconds !== undefined) timer = setTimeout(resolve, milliseconds);
      if (this.#from.destroyed || this.#to.destroyed) resolve();
    });
    clearTimeout(timer);
    if (this.#from.destroyed || this.#to.destroyed) this.#waiting.length = 0;
  }

  async #write(bytes: Buffer): Promise<void> {
    const size = this.weather.pieceBytes ?? bytes.length;
    for (let at = 0; at < bytes.length && this.#to.writable; at += size) {
      const piece = bytes.subarray(at, at + size);
      await new Promise<void>((resolve) => { this.#to.write(piece, () => { resolve(); }); });
    }
  }
}
