import type { FaultWorld } from './fault-world.js';
import type { Random } from './random.js';

/** A fault that has begun. */
export interface Struck {
  /** Makes it right again. */
  heal(): Promise<void>;
  /** Looks, while it lasts, whether what has to go on goes on, and whether the fault is really there; what is not so, one line each. */
  meanwhile?(): Promise<readonly string[]>;
}

/** Something that goes wrong. */
export interface Fault {
  readonly name: string;
  /** Whether the agent has to reach the controller directly or through an HTTP proxy; without it, as it does now. */
  readonly way?: 'direct' | 'proxied';
  /** What has to be so before the operation begins; nothing is felt of it yet. */
  prepare?(world: FaultWorld, random: Random): Promise<void>;
  strike(world: FaultWorld, random: Random, uid: string): Promise<Struck>;
}
