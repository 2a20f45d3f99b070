import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { freePorts } from '../../support/free-ports.js';

/** What happens to bytes on their way. */
export interface Weather {
  /** Milliseconds each piece is held back. */
  readonly delay: number;
  /** Nothing goes through, in either direction. */
  readonly stalled: boolean;
  /** Pieces of so many bytes, each written by itself. */
  readonly pieceBytes: number | undefined;
  /** Milliseconds between two of them. */
  readonly pieceDelay: number;
  /** Each piece is held back up to so many milliseconds more, by chance: what different connections carry overtakes each other. */
  readonly jitter: number;
}

const FAIR: Weather = { delay: 0, stalled: false, pieceBytes: undefined, pieceDelay: 0, jitter: 0 };
/** More than that in hand, and the sender is not read on: a slow network, not an endless one. */
const HIGH_WATER = 64 * 1024;

/** A TCP proxy that behaves as badly as it is told to, for all connections or for some. Order within a direction is kept. */
export class ChaosProxy {
  readonly port: number;
  readonly #servers: readonly Server[];
  readonly #pairs = new Set<Pair>();
  readonly #refusing = new Set<Server>();
  #weather = FAIR;

  private constructor(servers: readonly Server[], targetPort: number) {
    this.#servers = servers;
    this.port = (servers[0]!.address() as AddressInfo).port;
    for (const server of servers) {
      server.on('connection', (near) => {
        if (this.#refusing.has(server)) {
          near.resetAndDestroy();
          return;
        }
        const pair = new Pair(near, connect({ host: '127.0.0.1', port: targetPort }), this.#weather);
        this.#pairs.add(pair);
        void pair.ended.then(() => this.#pairs.delete(pair));
      });
    }
  }

  /** Listens on one port of all these addresses. */
  static async start(targetPort: number, addresses: readonly string[] = ['127.0.0.1']): Promise<ChaosProxy> {
    const servers: Server[] = [];
    const [port] = await freePorts(1) as [number];
    for (const address of addresses) {
      const server = createServer();
      server.listen(port, address);
      await once(server, 'listening');
      servers.push(server);
    }
    return new ChaosProxy(servers, targetPort);
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

  /** New connections are reset; at the first, second … address only, when one is named. */
  refuse(refusing: boolean, address?: number): void {
    const some = address === undefined ? this.#servers : [this.#servers[address]!];
    for (const server of some) {
      if (refusing) this.#refusing.add(server);
      else this.#refusing.delete(server);
    }
  }

  /** Refused addresses stay refused. */
  calm(): void {
    this.change(FAIR);
    for (const pair of this.#pairs) pair.weather = FAIR;
  }

  async stop(): Promise<void> {
    this.cut();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
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
      // Node 20 never lets go of a socket that is reset while its end is being sent, and then of the process neither.
      if (side.connecting || side.writableEnded) side.destroy();
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
    const { delay, jitter } = this.weather;
    this.#waiting.push({ bytes, due: performance.now() + delay + Math.random() * jitter });
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > HIGH_WATER) this.#from.pause();
    void this.#run();
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (let next = this.#waiting[0]; next !== undefined && !this.#to.destroyed; next = this.#waiting[0]) {
      if (this.weather.stalled || next.due > performance.now()) {
        await this.#until(this.weather.stalled ? undefined : next.due - performance.now());
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
    for (let at = 0; at < bytes.length && this.#to.writable;) {
      const { pieceBytes, pieceDelay, stalled } = this.weather;      // as it is now: a long piece must not keep to what is over
      if (stalled) {
        if (this.#from.destroyed) return;
        await this.#until(undefined);
        continue;
      }
      const piece = bytes.subarray(at, at + (pieceBytes ?? bytes.length));
      at += piece.length;
      await new Promise<void>((resolve) => { this.#to.write(piece, () => { resolve(); }); });
      if (pieceDelay > 0 && at < bytes.length) await this.#until(pieceDelay);
    }
  }
}
