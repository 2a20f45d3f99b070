import type { Gauge } from 'prom-client';
import type { CountedElsewhere, MetricsRegistry } from '../../../deploy/runtime/metrics/metrics-registry.js';
import type { PeerFigures } from '../../../protocol/session/contract.js';
import { FAILURE_CLASSES } from '../../session/failure-class.js';
import type { LineFigures } from '../../session/session-figures.js';
import type { AgentFigures } from './agent-figures.js';

/** `kind`: controller, relay or listener; `peer`: its URL, its name, or its port, as configured. */
interface Peer extends Readonly<Record<string, string>> { readonly kind: string; readonly peer: string }

const PEER = ['kind', 'peer'];

/** Sockets and what goes over them. */
export class ConnectionMetrics {
  readonly #sockets: Gauge;
  readonly #failures: CountedElsewhere;
  readonly #reconnects: CountedElsewhere;
  readonly #handshakes: CountedElsewhere;
  readonly #frames: CountedElsewhere;
  readonly #bytes: CountedElsewhere;
  readonly #requests: Gauge;

  constructor(registry: MetricsRegistry) {
    this.#sockets = registry.gauge('sockets', 'Sockets by where they stand: dialing, handshaking, serving, draining, or waiting for the next attempt. Of a listener, those that serve.', [...PEER, 'state']);
    this.#failures = registry.countedElsewhere('connection_failures_total', 'Attempts that failed (stage dialing or handshaking) and connections that were lost (stage serving), by what kind of failure it was.', [...PEER, 'stage', 'reason']);
    this.#reconnects = registry.countedElsewhere('reconnects_total', 'Sockets that serve again after they were lost, by why they were lost. A planned replacement is none.', [...PEER, 'reason']);
    this.#handshakes = registry.countedElsewhere('handshake_failures_total', 'Sockets that were open and whose handshake failed or came too late.', PEER);
    this.#frames = registry.countedElsewhere('frames_total', 'Protocol messages. direction: sent or received.', [...PEER, 'direction']);
    this.#bytes = registry.countedElsewhere('frame_bytes_total', 'Bytes of protocol messages, without those of WebSocket and TLS. direction: sent or received.', [...PEER, 'direction']);
    this.#requests = registry.gauge('requests', 'Operations of controllers: executing, queued (accepted but not begun), awaiting_credit (executing, but their reader has to take results first); of a relay, pending at the server.', [...PEER, 'state']);
  }

  fill({ controllers, relays, listeners }: AgentFigures): void {
    for (const [peer, figures] of controllers) this.#lines({ kind: 'controller', peer }, figures, figures.peer);
    for (const [peer, figures] of relays) this.#lines({ kind: 'relay', peer }, figures, figures.peer);
    for (const [peer, figures] of listeners) {
      this.#sockets.set({ kind: 'listener', peer, state: 'serving' }, figures.sockets);
      this.#peer({ kind: 'listener', peer }, figures);
    }
  }

  #lines(peer: Peer, { states, failures, reconnects }: LineFigures, figures: PeerFigures): void {
    for (const state of ['dialing', 'handshaking', 'serving', 'draining', 'waiting'] as const) this.#sockets.set({ ...peer, state }, states.get(state) ?? 0);
    for (const [key, count] of failures) {
      const [stage = '', reason = ''] = key.split(' ');
      this.#failures.tell(count, { ...peer, stage, reason });
    }
    for (const reason of FAILURE_CLASSES) this.#reconnects.tell(reconnects.get(reason) ?? 0, { ...peer, reason });
    this.#peer(peer, figures);
  }

  #peer(peer: Peer, figures: PeerFigures): void {
    this.#handshakes.tell(figures.handshakesFailed, peer);
    this.#frames.tell(figures.framesSent, { ...peer, direction: 'sent' });
    this.#frames.tell(figures.framesReceived, { ...peer, direction: 'received' });
    this.#bytes.tell(figures.bytesSent, { ...peer, direction: 'sent' });
    this.#bytes.tell(figures.bytesReceived, { ...peer, direction: 'received' });
    if (peer.kind === 'relay') {
      this.#requests.set({ ...peer, state: 'pending' }, figures.pending);
      return;
    }
    this.#requests.set({ ...peer, state: 'executing' }, figures.executing);
    this.#requests.set({ ...peer, state: 'queued' }, figures.queued);
    this.#requests.set({ ...peer, state: 'awaiting_credit' }, figures.awaitingCredit);
  }
}
