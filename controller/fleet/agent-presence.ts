import type { ConnectionGroup } from '../../protocol/session/contract.js';
import type { Log } from '../log.js';
import type { BucketEntry, LeaseBucket } from './bus.js';
import { claimKey, decodeClaim, encodeEntry, processOf, type AgentClaim } from './presence-entry.js';

export interface PresenceParts {
  readonly node: string;
  readonly incarnation: string;
  readonly log: Log;
  isAlive(node: string, incarnation: string): boolean;
  /** Somebody holds an agent now, or does not any more. */
  onChange(): void;
}

/** What an agent has shown besides its name. */
export type ShownIdentity = Pick<AgentClaim, 'certificate' | 'hostId'>;

/** A process of an agent that is connected to this controller. */
export interface OwnClaim {
  readonly key: string;
  readonly process: string;
  readonly group: ConnectionGroup;
  readonly certificateGroup: string | undefined;
}

interface Own extends OwnClaim { since: number | undefined; writing: Promise<void> | undefined; isDirty: boolean; certificateGroup: string | undefined; readonly shown: ShownIdentity }

/** Another controller's word that a process of an agent is connected to it. */
export interface OtherClaim {
  readonly key: string;
  readonly process: string;
  readonly claim: AgentClaim;
  /** Of two claims to one process, that with the higher number is the newer connection. */
  readonly order: number;
}

interface Other extends OtherClaim { generation: number }

/** Who holds which agent. Each controller writes its own claims and follows those of the others. */
export class AgentPresence {
  readonly #parts: PresenceParts;
  readonly #own = new Map<ConnectionGroup, Own>();
  readonly #ownByProcess = new Map<string, Own>();
  /** By process and controller. */
  readonly #others = new Map<string, Map<string, Other>>();
  #bucket: LeaseBucket | undefined;
  #generation = 0;
  #malformed = 0;

  constructor(parts: PresenceParts) {
    this.#parts = parts;
  }

  get malformed(): number {
    return this.#malformed;
  }

  /** What living controllers hold, but for what a newer connection, also one of this controller, has taken from them. */
  get others(): readonly OtherClaim[] {
    return [...this.#others.values()].flatMap((claims) => [...claims.values()]).filter((other) => this.#newest(other.process)?.key === other.key);
  }

  own(process: string): OwnClaim | undefined {
    return this.#ownByProcess.get(process);
  }

  ownOf(group: ConnectionGroup): OwnClaim | undefined {
    return this.#own.get(group);
  }

  get all(): readonly OwnClaim[] {
    return [...this.#own.values()];
  }

  /** The agent has a newer connection to another controller. */
  isSuperseded({ process, key }: OwnClaim): boolean {
    const newest = this.#newest(process);
    return newest !== undefined && newest.key !== key;
  }

  /** An agent has connected, or has shown another certificate. */
  joined(group: ConnectionGroup, certificateGroup: string | undefined, shown: ShownIdentity = {}): void {
    const { node } = this.#parts;
    const identity = { agent: group.principal, session: group.peerSessionId };
    const known = this.#own.get(group);
    if (known !== undefined) known.certificateGroup = certificateGroup;
    else {
      const own: Own = { key: claimKey({ node, ...identity }), process: processOf(identity), group, certificateGroup, since: undefined, writing: undefined, isDirty: false, shown };
      this.#own.set(group, own);
      this.#ownByProcess.set(own.process, own);
    }
    this.changed(group);
  }

  /** It came back, went away for the moment, or drains. */
  changed(group: ConnectionGroup): void {
    const own = this.#own.get(group);
    if (own === undefined) return;
    own.isDirty = true;
    this.#write(own);
  }

  closed(group: ConnectionGroup): void {
    const own = this.#own.get(group);
    if (own === undefined) return;
    this.#own.delete(group);
    if (this.#ownByProcess.get(own.process) === own) this.#ownByProcess.delete(own.process);
    const bucket = this.#bucket;
    Promise.resolve(own.writing).then(() => bucket?.delete(own.key)).catch(() => undefined);
    this.#parts.onChange();
  }

  /** Begins to write where it can be read. Claims that are there already keep their place. Rejects when they cannot be written. */
  async join(bucket: LeaseBucket): Promise<void> {
    for (const own of this.#own.values()) {
      const found = await bucket.get(own.key);
      if (found?.value === undefined) own.since = undefined;
      own.isDirty = true;
    }
    this.#bucket = bucket;
    await this.refresh();
  }

  /** Writes every claim again, before it vanishes. */
  async refresh(): Promise<void> {
    for (const own of this.#own.values()) {
      own.isDirty = true;
      this.#write(own);
    }
    for (const { writing } of [...this.#own.values()]) await writing;
  }

  /** Writes what could not be written. */
  retry(): void {
    for (const own of this.#own.values()) if (own.isDirty) this.#write(own);
  }

  /** NATS is away: what happens meanwhile is written when it is back. */
  interrupted(): void {
    this.#bucket = undefined;
  }

  /** Deletes every claim. Never rejects. */
  async leave(): Promise<void> {
    const bucket = this.#bucket;
    this.#bucket = undefined;
    await Promise.all([...this.#own.values()].map(async ({ writing, key }) => {
      await writing;
      await bucket?.delete(key).catch(() => undefined);
    }));
  }

  /** All entries are going to be told from the start. */
  begin(): void {
    this.#generation += 1;
  }

  /** All entries there are have been told: those that were not have vanished. */
  prune(): void {
    for (const claims of [...this.#others.values()]) {
      for (const other of [...claims.values()]) if (other.generation !== this.#generation) this.#forget(other.key);
    }
    this.#parts.onChange();
  }

  heard({ key, value, revision }: BucketEntry): void {
    if (key.endsWith(`.${this.#parts.node}`)) return;
    if (value === undefined) {
      if (this.#forget(key)) this.#parts.onChange();
      return;
    }
    try {
      const claim = decodeClaim(key, value);
      const process = processOf(claim);
      const claims = this.#others.get(process) ?? new Map<string, Other>();
      this.#others.set(process, claims.set(key, { key, process, claim, order: Math.min(claim.since ?? revision, revision), generation: this.#generation }));
    } catch (error) {
      this.#malformed += 1;
      this.#parts.log.warn({ key, reason: error instanceof Error ? error.message : String(error) }, 'the claim of a controller to an agent cannot be read');
      return;
    }
    this.#parts.onChange();
  }

  #forget(key: string): boolean {
    const process = key.slice(0, key.lastIndexOf('.'));
    const claims = this.#others.get(process);
    const wasThere = claims?.delete(key) === true;
    if (claims?.size === 0) this.#others.delete(process);
    return wasThere;
  }

  #newest(process: string): { readonly key: string; readonly order: number } | undefined {
    let newest: { readonly key: string; readonly order: number } | undefined;
    for (const other of this.#others.get(process)?.values() ?? []) {
      if (!this.#parts.isAlive(other.claim.node, other.claim.incarnation)) continue;
      if (newest === undefined || other.order > newest.order) newest = other;
    }
    const own = this.#ownByProcess.get(process);
    // What is not written yet is newer than all that is.
    if (own !== undefined && (newest === undefined || (own.since ?? Infinity) > newest.order)) return { key: own.key, order: own.since ?? Infinity };
    return newest;
  }

  #write(own: Own): void {
    own.writing ??= this.#writeAll(own).finally(() => { own.writing = undefined; });
  }

  /** Never rejects: what cannot be written is, with everything else, when NATS is back. */
  async #writeAll(own: Own): Promise<void> {
    while (own.isDirty && this.#bucket !== undefined && this.#own.has(own.group)) {
      own.isDirty = false;
      const { node, incarnation, log } = this.#parts;
      const { group, certificateGroup, since, shown } = own;
      const claim: AgentClaim = { node, incarnation, agent: group.principal, session: group.peerSessionId, certificateGroup, isUp: group.isOperational, isDraining: group.isDraining, since, ...shown };
      try {
        const revision = await this.#bucket.put(own.key, encodeEntry(claim));
        own.since ??= revision;
        this.#parts.onChange();
      } catch (error) {
        own.isDirty = true;
        log.warn({ agent: group.principal, reason: error instanceof Error ? error.message : String(error) }, 'the other controllers could not be told of an agent; they are when NATS is back');
        return;
      }
    }
  }
}
