import type { Server } from 'node:http';
import type { Socket } from 'node:net';

export interface UnauthenticatedLimits {
  /** Connections that have not authenticated yet; further ones are cut. */
  readonly maxUnauthenticated: number;
  /** Milliseconds from the TCP connection to the accepted upgrade. */
  readonly authenticationTimeout: number;
}

type Endpoint = Pick<Socket, 'remoteAddress' | 'remotePort'>;

/** Bounds what strangers can hold: how many connections, for how long, the TLS handshake included. */
export class UnauthenticatedConnections {
  /** By the peer's address: a TLS socket and the TCP socket below it are two objects with one address. */
  readonly #waiting = new Map<string, { readonly socket: Socket; readonly deadline: NodeJS.Timeout }>();

  constructor(server: Server, { maxUnauthenticated, authenticationTimeout }: UnauthenticatedLimits) {
    server.on('connection', (socket: Socket) => {
      if (this.#waiting.size >= maxUnauthenticated) {
        socket.destroy();
        return;
      }
      const key = addressOf(socket);
      this.#waiting.set(key, { socket, deadline: setTimeout(() => socket.destroy(), authenticationTimeout) });
      socket.once('close', () => this.#forget(key));
    });
  }

  /** The peer behind `socket` has shown who it is. */
  authenticated(socket: Endpoint): void {
    this.#forget(addressOf(socket));
  }

  closeAll(): void {
    for (const { socket } of this.#waiting.values()) socket.destroy();
  }

  #forget(key: string): void {
    clearTimeout(this.#waiting.get(key)?.deadline);
    this.#waiting.delete(key);
  }
}

export function addressOf({ remoteAddress, remotePort }: Endpoint): string {
  return `${remoteAddress ?? '?'}:${remotePort ?? 0}`;
}
