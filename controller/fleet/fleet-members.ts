import type { Clock } from '../../protocol/session/contract.js';
import type { Log } from '../log.js';
import { LeaseTaken, type BucketEntry, type LeaseBucket } from './bus.js';
import { decodeLease, encodeEntry, type ControllerLease } from './presence-entry.js';

/** A controller writes its lease so many times in a heartbeat interval. */
export const BEATS = 3;
/** Who was silent for this share of its heartbeat interval is dead; the rest of the interval is for noticing. */
const SILENCE = 0.85;

export interface MembersParts {
  readonly node: string;
  readonly incarnation: string;
  /** Milliseconds. */
  readonly heartbeatInterval: number;
  readonly clock: Clock;
  readonly log: Log;
  /** A controller has come, or has come back after it lost NATS. */
  onArrived(member: ControllerLease): void;
  /** It has said goodbye, was silent for too long, or was started anew. */
  onGone(member: ControllerLease, why: string): void;
}

interface Known { readonly lease: ControllerLease; heard: number; isAlive: boolean }

/** Which controllers there are: each holds a lease in a bucket, which it writes again and again. Times are those of this machine alone. */
export class FleetMembers {
  readonly #parts: MembersParts;
  readonly #known = new Map<string, Known>();
  #bucket: LeaseBucket | undefined;
  #revision = 0;
  #epoch = -1;
  #malformed = 0;

  constructor(parts: MembersParts) {
    this.#parts = parts;
  }

  /** The others that are alive. */
  get alive(): readonly ControllerLease[] {
    return [...this.#known.values()].filter(({ isAlive }) => isAlive).map(({ lease }) => lease);
  }

  get malformed(): number {
    return this.#malformed;
  }

  isAlive(node: string, incarnation: string): boolean {
    const known = this.#known.get(node);
    return known?.isAlive === true && known.lease.incarnation === incarnation;
  }

  /** Takes this controller's lease. Rejects while another living controller has the name, or the bucket cannot be reached. */
  async join(bucket: LeaseBucket, stop: AbortSignal): Promise<void> {
    const { node, incarnation, heartbeatInterval, clock } = this.#parts;
    const found = await bucket.get(node);
    if (found?.value !== undefined && this.#incarnationOf(found) !== incarnation) {
      await clock.sleep(heartbeatInterval, stop);
      const again = await bucket.get(node);
      if (again?.value !== undefined && again.revision !== found.revision) throw new LeaseTaken(`another controller is called ${node}: fleet.node must be different for each`);
    }
    this.#epoch += 1;
    const last = await bucket.get(node);
    this.#revision = await bucket.update(node, this.#lease(), last?.revision ?? 0);
    this.#bucket = bucket;
  }

  /** Writes the lease again. Rejects with a {@link LeaseTaken} when another controller has taken it. */
  async beat(): Promise<void> {
    if (this.#bucket === undefined) throw new Error('the controller has not joined');
    try {
      this.#revision = await this.#bucket.update(this.#parts.node, this.#lease(), this.#revision);
    } catch (error) {
      // The write before may have been made and its answer lost; or the lease has run out while NATS was away.
      if (!(error instanceof LeaseTaken)) throw error;
      const found = await this.#bucket.get(this.#parts.node);
      if (found?.value !== undefined && this.#incarnationOf(found) !== this.#parts.incarnation) throw error;
      this.#revision = await this.#bucket.update(this.#parts.node, this.#lease(), found?.revision ?? 0);
    }
  }

  /** Gives the lease back. Never rejects. */
  async leave(): Promise<void> {
    await this.#bucket?.delete(this.#parts.node).catch(() => undefined);
  }

  /** Another controller's lease was written or deleted. */
  heard({ key, value }: BucketEntry): void {
    if (key === this.#parts.node) return;
    if (value === undefined) {
      this.#gone(key, 'it has stopped');
      return;
    }
    let lease: ControllerLease;
    try {
      lease = decodeLease(key, value);
    } catch (error) {
      this.#malformed += 1;
      this.#parts.log.warn({ key, reason: error instanceof Error ? error.message : String(error) }, 'the lease of a controller cannot be read');
      return;
    }
    const known = this.#known.get(key);
    const isSame = known?.lease.incarnation === lease.incarnation;
    if (known !== undefined && !isSame) this.#gone(key, 'it was started anew');
    const isNews = known === undefined || !isSame || !known.isAlive || known.lease.epoch !== lease.epoch;
    this.#known.set(key, { lease, heard: this.#parts.clock.now(), isAlive: true });
    if (isNews) this.#parts.onArrived(lease);
  }

  /** Looks who has been silent for too long; to be called several times in a heartbeat interval. */
  review(): void {
    const now = this.#parts.clock.now();
    for (const [node, { lease, heard, isAlive }] of this.#known) {
      if (isAlive && now - heard >= lease.heartbeatInterval * SILENCE) this.#gone(node, `it has not been heard of for ${Math.round(now - heard)} ms`);
    }
  }

  #gone(node: string, why: string): void {
    const known = this.#known.get(node);
    if (known === undefined || !known.isAlive) return;
    known.isAlive = false;
    this.#parts.onGone(known.lease, why);
  }

  #lease(): Uint8Array {
    const { node, incarnation, heartbeatInterval } = this.#parts;
    return encodeEntry({ node, incarnation, epoch: this.#epoch, heartbeatInterval });
  }

  #incarnationOf({ key, value }: BucketEntry): string | undefined {
    try {
      return value === undefined ? undefined : decodeLease(key, value).incarnation;
    } catch {
      return undefined;
    }
  }
}
