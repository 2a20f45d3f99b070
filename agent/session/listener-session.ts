import { createPeer } from '../../protocol/session/peer.js';
import type { Clock, OperationExecutor, PeerFigures, ProtocolPeer, SessionLimits, SessionLog } from '../../protocol/session/contract.js';
import { listen, type Listener, type ListenOptions } from '../transport/listen.js';

export interface ListenerSessionOptions {
  readonly listen: Omit<ListenOptions, 'onSocket' | 'log'>;
  readonly limits: Partial<SessionLimits>;
  readonly executor: OperationExecutor;
  readonly clock: Clock;
  readonly log: SessionLog;
}

/** Server mode on one port: a protocol peer, and so a session id, of its own (hazards 4 and 5). */
export class ListenerSession {
  readonly #peer: ProtocolPeer;
  readonly #listener: Listener;

  private constructor(peer: ProtocolPeer, listener: Listener) {
    this.#peer = peer;
    this.#listener = listener;
  }

  /** Rejects when the port cannot be had or the TLS files cannot be read. */
  static async open({ listen: options, limits, executor, clock, log }: ListenerSessionOptions): Promise<ListenerSession> {
    const peer = createPeer({ role: 'listener', executor, limits, log, clock });
    const listener = await listen({
      ...options, log,
      onSocket: (socket, principal) => {
        log.info({ socket: socket.description, principal }, 'A controller connected.');
        peer.attach(socket, principal)
          .then(({ closed }) => closed)
          .then(({ code, reason }) => { log.info({ socket: socket.description, code, reason }, 'A controller\'s connection ended.'); })
          .catch((error: unknown) => { log.warn({ socket: socket.description, error: error instanceof Error ? error.message : String(error) }, 'A controller connected but did no handshake.'); });
      },
    });
    return new ListenerSession(peer, listener);
  }

  status(): { readonly port: number; readonly controllers: number; readonly executing: number } {
    return { port: this.#listener.port, controllers: this.#peer.groups.filter((group) => group.isOperational).length, executing: this.#peer.executing };
  }

  figures(): PeerFigures {
    return this.#peer.figures();
  }

  /** Our connectors have become more; see {@link ProtocolPeer.announceConnectors}. */
  announceConnectors(): void {
    this.#peer.announceConnectors();
  }

  drain(signal: AbortSignal): Promise<void> {
    return this.#peer.drain(signal);
  }

  async close(): Promise<void> {
    await Promise.all([this.#listener.close(), this.#peer.close('agent is stopping')]);
  }
}
