import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { anySignal } from '../../../protocol/model/index.js';
import { readTlsFiles, type TlsFiles } from '../../transport/tls-files.js';
import { octetCounted, syslogMessage, type Facility } from './syslog-message.js';
import type { Sink, SinkConnection } from './sink.js';

export interface SyslogStreamOptions {
  readonly host: string;
  readonly port: number;
  readonly facility: Facility;
  /** Undefined: plain TCP. The server's certificate is verified, always. */
  readonly tls: (TlsFiles & { readonly serverName?: string | undefined }) | undefined;
  /** Milliseconds. @default 10000 */
  readonly connectTimeout?: number;
  /** Milliseconds a receiver may take nothing at all. @default 60000 */
  readonly sendTimeout?: number;
  /** Milliseconds. @default 10000 */
  readonly confirmAfter?: number;
}

/** Syslog over TLS (RFC 5425) or TCP (RFC 6587), with octet counting. */
export function syslogStream(options: SyslogStreamOptions): Sink {
  const { host, port, tls } = options;
  return {
    description: `syslog over ${tls === undefined ? 'TCP' : 'TLS'} at ${host.includes(':') ? `[${host}]` : host}:${port}`,
    open: async (signal) => new StreamConnection(await dial(options, signal), options),
  };
}

async function dial({ host, port, tls, connectTimeout = 10_000 }: SyslogStreamOptions, stop: AbortSignal): Promise<Socket> {
  const material = tls === undefined ? undefined : await readTlsFiles(tls);
  stop.throwIfAborted();
  const servername = tls?.serverName ?? host;
  const socket = material === undefined ? connectTcp({ host, port })
    : connectTls({ ...material, host, port, rejectUnauthorized: true, ...(isIP(servername) === 0 ? { servername } : {}) });
  const signal = anySignal(stop, AbortSignal.timeout(connectTimeout));
  try {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => { reject(stop.aborted ? new Error('stopping') : new Error(`no connection within ${connectTimeout} ms`)); }, { once: true });
      socket.once('error', reject);
      socket.once(material === undefined ? 'connect' : 'secureConnect', resolve);
    });
  } catch (error) {
    socket.on('error', () => undefined);
    socket.destroy();
    throw error;
  }
  socket.setKeepAlive(true, 15_000);
  socket.setNoDelay(true);
  return socket;
}

class StreamConnection implements SinkConnection {
  readonly confirmAfter: number;
  readonly lost: Promise<never>;
  readonly #socket: Socket;
  readonly #facility: Facility;
  readonly #sendTimeout: number;
  readonly #ended: Promise<void>;

  constructor(socket: Socket, { facility, sendTimeout = 60_000, confirmAfter = 10_000 }: SyslogStreamOptions) {
    this.#socket = socket;
    this.#facility = facility;
    this.#sendTimeout = sendTimeout;
    this.confirmAfter = confirmAfter;
    this.#ended = new Promise((resolve) => { socket.once('end', resolve); });
    this.lost = new Promise((_, reject) => {
      socket.once('error', reject);
      socket.once('end', () => { reject(new Error('the receiver closed the connection')); });
      socket.once('close', () => { reject(new Error('the connection was lost')); });
    });
    this.lost.catch(() => undefined);
    socket.on('error', () => undefined);
    socket.resume();                                    // a receiver has nothing to say; what it says is dropped
  }

  async send(lines: readonly Buffer[]): Promise<void> {
    const frames = octetCounted(lines.map((line) => syslogMessage(line, this.#facility)));
    let late: NodeJS.Timeout | undefined;
    const flushed = new Promise<void>((resolve, reject) => {
      late = setTimeout(() => { reject(new Error(`the receiver has taken nothing for ${this.#sendTimeout} ms`)); }, this.#sendTimeout);
      this.#socket.write(frames, (error) => {
        if (error === undefined || error === null) resolve();
        else reject(error);
      });
    });
    try {
      await Promise.race([flushed, this.lost]);
    } finally {
      clearTimeout(late);
    }
  }

  /** The receiver closes its side after it has read all of ours. */
  async finish(signal: AbortSignal): Promise<boolean> {
    if (this.#socket.destroyed || this.#socket.readableEnded) return false;
    const givenUp = new Promise<'late'>((resolve) => {
      if (signal.aborted) resolve('late');
      signal.addEventListener('abort', () => { resolve('late'); }, { once: true });
    });
    const broken = new Promise<'broken'>((resolve) => { this.#socket.once('error', () => { resolve('broken'); }); });
    this.#socket.end();
    const how = await Promise.race([this.#ended.then(() => 'ended' as const), givenUp, broken]);
    this.destroy();
    return how === 'ended';
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
