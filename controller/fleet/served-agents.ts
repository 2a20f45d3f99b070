import { createPeer } from '../../protocol/session/peer.js';
import type { Clock, ConnectionGroup, FrameSocket, ProtocolPeer, SessionLimits } from '../../protocol/session/contract.js';
import type { Log } from '../log.js';
import type { AgentPresence, OwnClaim } from './agent-presence.js';
import { AgentRelay, type AgentRelayParts } from './agent-relay.js';
import type { OpenAnswer } from './fleet-links.js';
import type { OpenBody } from './link-message.js';
import { processOf } from './presence-entry.js';

export interface ServedParts {
  readonly incarnation: string;
  readonly presence: AgentPresence;
  readonly limits: Partial<SessionLimits>;
  readonly relay: AgentRelayParts;
  readonly clock: Clock;
  readonly log: Log;
  isAlive(node: string, incarnation: string): boolean;
}

interface Served { readonly claim: OwnClaim; readonly node: string; readonly incarnation: string; readonly peer: ProtocolPeer; readonly sockets: Set<FrameSocket>; isDraining: boolean }

/** The agents of this controller towards the others: for each of them that uses an agent, a session of its own, which outlives a link that breaks. */
export class ServedAgents {
  readonly #parts: ServedParts;
  readonly #served = new Map<string, Served>();
  readonly #byGroup = new Map<ConnectionGroup, Set<Served>>();

  constructor(parts: ServedParts) {
    this.#parts = parts;
  }

  /** Operations of other controllers under way here. */
  get executing(): number {
    return [...this.#served.values()].reduce((sum, { peer }) => sum + peer.executing, 0);
  }

  open(node: string, { agent, session, from, to }: OpenBody): OpenAnswer {
    const { presence, incarnation, isAlive, log } = this.#parts;
    if (to !== incarnation) return { refusal: 'the controller was started anew' };
    if (!isAlive(node, from)) return { refusal: `controller ${node} is not known here yet` };
    const claim = presence.own(processOf({ agent, session }));
    if (claim === undefined || !claim.group.isOperational) return { refusal: `agent ${agent} is not connected here` };
    if (presence.isSuperseded(claim)) return { refusal: `agent ${agent} has a newer connection elsewhere` };
    const served = this.#servedTo(node, from, claim);
    return {
      sessionId: served.peer.sessionId,
      attach: (socket) => {
        served.sockets.add(socket);
        served.peer.attach(socket, `controller ${node}`).then(({ closed }) => closed).catch((error: unknown) => {
          log.warn({ controller: node, agent, reason: error instanceof Error ? error.message : String(error) }, 'a session with another controller did not begin');
        }).finally(() => served.sockets.delete(socket)).catch(() => undefined);
      },
    };
  }

  /** The agent's connectors have become others. */
  announce(claim: OwnClaim): void {
    for (const { peer } of this.#of(claim)) peer.announceConnectors();
  }

  /** It was connected, has gone away for the moment, or drains: those who use it are to see the same. */
  changed(claim: OwnClaim): void {
    for (const served of this.#of(claim)) {
      if (!claim.group.isOperational) for (const socket of served.sockets) socket.close(1_001, 'the agent is away');
      if (claim.group.isDraining && !served.isDraining) {
        served.isDraining = true;
        served.peer.drain(this.#parts.relay.stop).catch(() => undefined);
      }
    }
  }

  /** The agent is not to be used here any more. */
  end(claim: OwnClaim, reason: string): void {
    for (const served of this.#of(claim)) void this.#close(served, reason);
  }

  /** That controller is gone: nobody waits for what it asked for. */
  endFor(node: string, incarnation: string, reason: string): void {
    for (const served of this.#served.values()) if (served.node === node && served.incarnation === incarnation) void this.#close(served, reason);
  }

  async close(reason: string): Promise<void> {
    await Promise.all([...this.#served.values()].map((served) => this.#close(served, reason)));
  }

  #of(claim: OwnClaim): readonly Served[] {
    return [...this.#byGroup.get(claim.group) ?? []];
  }

  #servedTo(node: string, incarnation: string, claim: OwnClaim): Served {
    const key = `${node}/${incarnation}/${claim.key}`;
    const known = this.#served.get(key);
    if (known !== undefined) return known;
    const { limits, relay, clock, log } = this.#parts;
    const peer = createPeer({ role: 'dialler', executor: new AgentRelay(claim.group, relay), limits, clock, log });
    const served: Served = { claim, node, incarnation, peer, sockets: new Set(), isDraining: false };
    this.#served.set(key, served);
    this.#byGroup.set(claim.group, (this.#byGroup.get(claim.group) ?? new Set()).add(served));
    return served;
  }

  /** Never rejects. */
  async #close(served: Served, reason: string): Promise<void> {
    const { node, incarnation, claim: { key, group } } = served;
    this.#served.delete(`${node}/${incarnation}/${key}`);
    const ofGroup = this.#byGroup.get(group);
    ofGroup?.delete(served);
    if (ofGroup?.size === 0) this.#byGroup.delete(group);
    await served.peer.close(reason);
  }
}
