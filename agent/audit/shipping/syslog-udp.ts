import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { lookup } from 'node:dns/promises';
import { syslogMessage, type Facility } from './syslog-message.js';
import type { Sink, SinkConnection } from './sink.js';

export interface SyslogUdpOptions {
  readonly host: string;
  readonly port: number;
  readonly facility: Facility;
}

/** Longer messages are cut: a datagram holds no more (RFC 5426 section 3.1). */
const MAX_DATAGRAM = 65_000;

/** Syslog over UDP (RFC 5426): for networks that have nothing better. What gets lost on the way is lost. */
export function syslogUdp(options: SyslogUdpOptions): Sink {
  return {
    description: `syslog over UDP at ${options.host}:${options.port}`,
    open: async (signal) => {
      const { address } = await lookup(options.host);
      signal.throwIfAborted();
      return new UdpConnection(createSocket(isIPv6(address) ? 'udp6' : 'udp4'), address, options);
    },
  };
}

class UdpConnection implements SinkConnection {
  readonly confirmAfter = 0;
  readonly lost: Promise<never>;
  readonly #socket: Socket;
  readonly #address: string;
  readonly #options: SyslogUdpOptions;

  constructor(socket: Socket, address: string, options: SyslogUdpOptions) {
    this.#socket = socket;
    this.#address = address;
    this.#options = options;
    this.lost = new Promise((_, reject) => { socket.once('error', reject); });
    this.lost.catch(() => undefined);
    socket.on('error', () => undefined);
  }

  async send(lines: readonly Buffer[]): Promise<void> {
    for (const line of lines) {
      const message = syslogMessage(line, this.#options.facility).subarray(0, MAX_DATAGRAM);
      await new Promise<void>((resolve, reject) => {
        this.#socket.send(message, this.#options.port, this.#address, (error) => {
          if (error === null) resolve();
          else reject(error);
        });
      });
    }
  }

  finish(): Promise<boolean> {
    this.destroy();
    return Promise.resolve(true);
  }

  destroy(): void {
    try {
      this.#socket.close();
    } catch {
      // closed already
    }
  }
}
