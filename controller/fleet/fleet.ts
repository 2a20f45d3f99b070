import { randomUUID } from 'node:crypto';
import type { Clock, ConnectionGroup, PeerOptions, ProtocolPeer, SessionLimits } from '../../protocol/session/contract.js';
import { superseded } from '../gateway/distance.js';
import type { Log } from '../log.js';
import type { FleetConfig } from '../config/fleet-config.js';
import { AgentPresence, type OtherClaim, type OwnClaim, type ShownIdentity } from './agent-presence.js';
import type { FleetBus } from './bus.js';
import { FleetLinks, type LinkFigures } from './fleet-links.js';
import { BEATS, FleetMembers } from './fleet-members.js';
import { FleetService } from './fleet-service.js';
import { RemoteAgents } from './remote-agents.js';
import { ServedAgents } from './served-agents.js';

/** Events of the gateway's sessions, as the fleet follows them. */
export type SessionEvents = Required<Pick<PeerOptions, 'onGroupOpened' | 'onGroupDown' | 'onGroupDraining' | 'onGroupClosed' | 'onConnectorInfos'>>;

export interface FleetParts {
  readonly config: FleetConfig;
  readonly limits: Partial<SessionLimits>;
  readonly maxFrameBytes: number;
  readonly maxBufferedBytes: number;
  readonly clock: Clock;
  readonly log: Log;
  connect(stop: AbortSignal): Promise<FleetBus>;
  /** A session has shown a certificate of that group. */
  certified(group: ConnectionGroup, certificateGroup: string | undefined): void;
  /** Every process of an agent that is connected to another controller now; told each time something has changed. */
  elsewhere?(claims: readonly OtherClaim[]): void;
}

export interface FleetFigures extends LinkFigures {
  /** Other controllers that are alive. */
  readonly controllers: number;
  readonly remoteAgents: number;
  /** Operations for other controllers under way here. */
  readonly executing: number;
}

/** This controller among the others: what it holds is told to them, what they hold is used as if it were connected here. */
export class Fleet {
  readonly incarnation = randomUUID();
  readonly events: SessionEvents;
  readonly members: FleetMembers;
  readonly presence: AgentPresence;
  readonly #parts: FleetParts;
  readonly #stop = new AbortController();
  readonly #groups = new Set<ConnectionGroup>();
  readonly #whenGone = new Set<() => void>();
  readonly #served: ServedAgents;
  #links: FleetLinks | undefined;
  #remote: RemoteAgents | undefined;
  #review: NodeJS.Immediate | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: FleetParts) {
    const { config: { node, heartbeatInterval }, clock, log, limits } = parts;
    const { incarnation } = this;
    this.#parts = parts;
    const isAlive = (name: string, of: string): boolean => this.members.isAlive(name, of);
    this.members = new FleetMembers({
      node, incarnation, heartbeatInterval, clock, log,
      onArrived: (member) => {
        log.info({ controller: member.node, epoch: member.epoch }, 'another controller is there');
        this.#links?.loseWith(member.node, 'the other controller has come back');
        this.#remote?.review();
      },
      onGone: (member, why) => {
        log.warn({ controller: member.node, reason: why }, 'another controller is gone');
        this.#remote?.lost(member.node, why);
        this.#links?.loseWith(member.node, why);
        this.#served.endFor(member.node, member.incarnation, `controller ${member.node} is gone: ${why}`);
        for (const listener of this.#whenGone) listener();
        this.#held();
      },
    });
    this.presence = new AgentPresence({ node, incarnation, log, isAlive, onChange: () => this.#held() });
    this.#served = new ServedAgents({
      incarnation, presence: this.presence, clock, log, isAlive,
      // A link whose last message was lost is noticed by its ping.
      limits: { ...limits, heartbeatInterval: BEATS * heartbeatInterval },
      relay: { clock, stop: this.#stop.signal, maxBufferedBytes: parts.maxBufferedBytes, sessions: (agent) => [...this.#groups].filter(({ principal }) => principal === agent) },
    });
    this.events = this.#sessionEvents();
  }

  /** Begins to look for NATS and goes on looking; `peer` is that of the gateway. */
  start(peer: Pick<ProtocolPeer, 'attach'>): void {
    this.#running = this.#run(peer).catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.#parts.log.error({ reason: error instanceof Error ? error.message : String(error) }, 'this controller cannot be one of a fleet');
    });
  }

  /** A socket of an agent has joined the session, with a certificate of that group or of none. */
  joined(group: ConnectionGroup, certificateGroup: string | undefined, shown: ShownIdentity = {}): void {
    if (this.#remote?.has(group) !== true) this.presence.joined(group, certificateGroup, shown);
  }

  /** Called when another controller has stopped, or was silent for too long. */
  onMemberGone(listener: () => void): void {
    this.#whenGone.add(listener);
  }

  figures(): FleetFigures {
    const { links = 0, malformed = 0, broken = 0 } = this.#links?.figures() ?? {};
    return { controllers: this.members.alive.length, remoteAgents: this.#remote?.linked ?? 0, executing: this.#served.executing, links, broken, malformed: malformed + this.members.malformed + this.presence.malformed };
  }

  /** Tells the others that its agents are not to be used here any more, and ends what is under way with theirs. */
  async close(reason: string): Promise<void> {
    await Promise.all([this.presence.leave(), this.#served.close(reason)]);
    await this.members.leave();
    this.#remote?.close();
    this.#stop.abort(new Error(reason));
    await this.#running;
  }

  async #run(peer: Pick<ProtocolPeer, 'attach'>): Promise<void> {
    const { config, clock, log, maxFrameBytes, certified, connect } = this.#parts;
    const { members, presence, incarnation } = this;
    const bus = await connect(this.#stop.signal);
    log.info({ controller: config.node }, 'NATS is connected');
    const links = new FleetLinks({
      bus, prefix: config.subjectPrefix, node: config.node, maxFrameBytes, clock, log, openTimeout: config.heartbeatInterval,
      onOpen: (from, wish) => this.#served.open(from, wish),
    });
    this.#links = links;
    this.#remote = new RemoteAgents({ incarnation, presence, links, peer, clock, log, certified });
    const stopFollowing = bus.onChange((isUp) => {
      if (isUp) return;
      log.warn({}, 'NATS is lost; agents of other controllers cannot be reached');
      links.loseAll('NATS is not connected');
      presence.interrupted();
    });
    try {
      await new FleetService({ bus, members, presence, config, clock, log }).run(this.#stop.signal);
    } finally {
      stopFollowing();
      links.close();
      await bus.close();
    }
  }

  /** Claims have changed, ours or those of others. Looked at once for many changes. */
  #held(): void {
    this.#review ??= setImmediate(() => {
      this.#review = undefined;
      if (!this.#stop.signal.aborted) this.#reviewClaims();
    });
  }

  #reviewClaims(): void {
    for (const claim of this.presence.all) {
      const isSuperseded = this.presence.isSuperseded(claim);
      superseded(claim.group, isSuperseded);
      if (isSuperseded) this.#served.end(claim, 'the agent has a newer connection elsewhere');
    }
    this.#remote?.review();
    this.#parts.elsewhere?.(this.presence.others.filter(({ claim }) => claim.isUp));
  }

  #sessionEvents(): SessionEvents {
    const own = (group: ConnectionGroup, then: (claim: OwnClaim) => void): void => {
      const claim = this.presence.ownOf(group);
      if (claim !== undefined) then(claim);
    };
    const changed = (group: ConnectionGroup): void => own(group, (claim) => {
      this.presence.changed(group);
      this.#served.changed(claim);
    });
    return {
      onGroupOpened: (group) => {
        this.#groups.add(group);
        changed(group);
      },
      onGroupDown: changed,
      onGroupDraining: changed,
      onGroupClosed: (group, reason) => {
        this.#groups.delete(group);
        own(group, (claim) => {
          this.presence.closed(group);
          this.#served.end(claim, reason);
        });
      },
      onConnectorInfos: (group) => own(group, (claim) => this.#served.announce(claim)),
    };
  }
}
