import type { AttachedSocket, Clock, ConnectionGroup, ProtocolPeer } from '../../protocol/session/contract.js';
import { after } from '../../protocol/session/clock.js';
import { holderLost, viaAnother } from '../gateway/distance.js';
import type { Log } from '../log.js';
import type { AgentPresence, OtherClaim } from './agent-presence.js';
import type { FleetLink } from './fleet-link.js';
import type { FleetLinks } from './fleet-links.js';

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2_000;

export interface RemoteParts {
  readonly incarnation: string;
  readonly presence: AgentPresence;
  readonly links: Pick<FleetLinks, 'open'>;
  /** That of the gateway: agents of others are among its own. */
  readonly peer: Pick<ProtocolPeer, 'attach'>;
  readonly clock: Clock;
  readonly log: Log;
  /** The agent is of that group, or of none. */
  certified(group: ConnectionGroup, certificateGroup: string | undefined): void;
}

interface Reach {
  claim: OtherClaim;
  attached: AttachedSocket | undefined;
  state: 'idle' | 'opening' | 'linked' | 'paused' | 'gone';
  pause: number;
  stopPause: () => void;
}

/** The agents of other controllers: a session with each, by a link through NATS, which looks like an agent that dialled in here. */
export class RemoteAgents {
  readonly #parts: RemoteParts;
  readonly #reached = new Map<string, Reach>();
  /** Session ids holders have announced: sessions with these are no agents of ours. */
  readonly #sessions = new Set<string>();
  #review: NodeJS.Immediate | undefined;
  #isClosed = false;

  constructor(parts: RemoteParts) {
    this.#parts = parts;
  }

  /** Whether the session leads through another controller. */
  has(group: ConnectionGroup): boolean {
    return this.#sessions.has(group.peerSessionId);
  }

  /** Agents that can be used by way of others now. */
  get linked(): number {
    return [...this.#reached.values()].filter(({ state }) => state === 'linked').length;
  }

  /** Somebody holds an agent now, or does not any more. Looked at once for many changes. */
  review(): void {
    if (this.#isClosed) return;
    this.#review ??= setImmediate(() => {
      this.#review = undefined;
      this.#reviewNow();
    });
  }

  /** What was under way with agents of that controller fails now. */
  lost(node: string, why: string): void {
    for (const [key, reach] of [...this.#reached]) {
      if (reach.claim.claim.node !== node) continue;
      if (reach.attached !== undefined) holderLost(reach.attached.group);
      this.#abandon(key, reach, `controller ${node}, which held agent ${reach.claim.claim.agent}, is gone: ${why}`);
    }
    this.review();
  }

  close(): void {
    this.#isClosed = true;
    clearImmediate(this.#review);
    for (const [key, reach] of [...this.#reached]) this.#abandon(key, reach, 'the controller is stopping');
  }

  #reviewNow(): void {
    const { presence } = this.#parts;
    const wanted = new Map(presence.others.map((other) => [`${other.key}/${other.claim.incarnation}`, other]));
    for (const [key, reach] of [...this.#reached]) {
      if (!wanted.has(key)) this.#abandon(key, reach, `agent ${reach.claim.claim.agent} has left controller ${reach.claim.claim.node}`);
    }
    for (const [key, claim] of wanted) {
      const reach = this.#reached.get(key) ?? { claim, attached: undefined, state: 'idle', pause: FIRST_PAUSE, stopPause: () => undefined };
      this.#reached.set(key, reach);
      const hasNewGroup = reach.claim.claim.certificateGroup !== claim.claim.certificateGroup;
      reach.claim = claim;
      if (hasNewGroup && reach.attached !== undefined) this.#parts.certified(reach.attached.group, claim.claim.certificateGroup);
      if (reach.state === 'idle' && claim.claim.isUp) this.#open(reach);
    }
  }

  #open(reach: Reach): void {
    const { links, incarnation } = this.#parts;
    const { node, agent, session, incarnation: to } = reach.claim.claim;
    reach.state = 'opening';
    links.open(node, { agent, session, from: incarnation, to }, {
      onAccepted: (sessionId, link) => this.#accepted(reach, sessionId, link),
      onFailed: (why) => this.#again(reach, why),
    });
  }

  #accepted(reach: Reach, sessionId: string, link: FleetLink): void {
    if (reach.state !== 'opening') {
      link.close(1_001, 'it is not wanted any more');
      return;
    }
    this.#sessions.add(sessionId);
    this.#parts.peer.attach(link.socket, reach.claim.claim.agent).then(async (attached) => {
      if (reach.state !== 'opening') {
        attached.abandon('it is not wanted any more');
        return;
      }
      viaAnother(attached.group);
      reach.attached = attached;
      reach.state = 'linked';
      reach.pause = FIRST_PAUSE;
      this.#parts.certified(attached.group, reach.claim.claim.certificateGroup);
      this.#again(reach, (await attached.closed).reason);
    }).catch((error: unknown) => this.#again(reach, error instanceof Error ? error.message : String(error)));
  }

  /** After a pause, as long as the agent is said to be there. */
  #again(reach: Reach, why: string): void {
    if (reach.state === 'gone' || reach.state === 'paused') return;
    const { clock, log } = this.#parts;
    const { node, agent } = reach.claim.claim;
    log.debug({ controller: node, agent, reason: why }, 'no link to an agent of another controller');
    reach.state = 'paused';
    reach.stopPause = after(clock, reach.pause, log, () => {
      if (reach.state !== 'paused') return;
      reach.state = 'idle';
      this.review();
    });
    reach.pause = Math.min(reach.pause * 2, LONGEST_PAUSE);
  }

  #abandon(key: string, reach: Reach, why: string): void {
    this.#reached.delete(key);
    reach.state = 'gone';
    reach.stopPause();
    const { attached } = reach;
    if (attached === undefined) return;
    attached.abandon(why);
    this.#sessions.delete(attached.group.peerSessionId);
  }
}
