import { anySignal } from '../../protocol/model/index.js';
import type { Clock } from '../../protocol/session/contract.js';
import type { FleetConfig } from '../config/fleet-config.js';
import type { Log } from '../log.js';
import type { AgentPresence } from './agent-presence.js';
import { LeaseTaken, type FleetBus } from './bus.js';
import { BEATS, type FleetMembers } from './fleet-members.js';

/** A claim nobody writes again for so long is forgotten; each is written three times in it. Milliseconds. */
const CLAIM_TTL = 300_000;
/** How often in a heartbeat interval the others are looked at. */
const LOOKS = 12;

export interface ServiceParts {
  readonly bus: FleetBus;
  readonly members: FleetMembers;
  readonly presence: AgentPresence;
  readonly config: Pick<FleetConfig, 'buckets' | 'heartbeatInterval' | 'node'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Keeps this controller's lease and claims written and follows those of the others, again and again, whatever happens to NATS. */
export class FleetService {
  readonly #parts: ServiceParts;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  /** Resolves when `stop` fires. */
  async run(stop: AbortSignal): Promise<void> {
    const { clock, log, config: { heartbeatInterval, node }, bus } = this.#parts;
    const looking = this.#look(stop);
    let told = '';
    while (!stop.aborted) {
      try {
        if (bus.isUp) await this.#serve(stop);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (reason !== told && !isOver(stop)) log[error instanceof LeaseTaken ? 'error' : 'warn']({ controller: node, reason }, 'the other controllers are not told of this one; trying again');
        told = reason;
      }
      await clock.sleep(heartbeatInterval / BEATS, stop).catch(() => undefined);
    }
    await looking;
  }

  async #look(stop: AbortSignal): Promise<void> {
    const { clock, members, config: { heartbeatInterval } } = this.#parts;
    while (!stop.aborted) {
      members.review();
      await clock.sleep(heartbeatInterval / LOOKS, stop).catch(() => undefined);
    }
  }

  /** Until NATS is lost or says something else is wrong, which rejects. */
  async #serve(stop: AbortSignal): Promise<void> {
    const { bus, members, presence, config: { buckets, heartbeatInterval }, log } = this.#parts;
    const ended = new AbortController();
    const end = (why: string): void => ended.abort(new Error(why));
    const stopFollowing = bus.onChange((isUp) => { if (!isUp) end('NATS is not connected'); });
    const stopWatches: (() => void)[] = [stopFollowing];
    try {
      const leases = await bus.bucket(buckets.controllers, Math.max(2 * heartbeatInterval, 1_000));
      const claims = await bus.bucket(buckets.agents, CLAIM_TTL);
      await members.join(leases, stop);
      stopWatches.push(await leases.watch((entry) => members.heard(entry), () => end('the watch of the controllers has ended')));
      presence.begin();
      stopWatches.push(await claims.watch((entry) => presence.heard(entry), () => end('the watch of the agents has ended')));
      await presence.join(claims);
      log.info({}, 'the other controllers know of this one');
      await this.#beat(anySignal(stop, ended.signal));
      if (!isOver(stop)) throw ended.signal.reason;
    } finally {
      for (const each of stopWatches) each();
    }
  }

  /** One beat that fails is made up for by the next. */
  async #beat(until: AbortSignal): Promise<void> {
    const { members, presence, config: { heartbeatInterval }, clock } = this.#parts;
    const began = clock.now();
    let [heard, refreshed, isPruned] = [began, began, false];
    while (!until.aborted) {
      await clock.sleep(heartbeatInterval / BEATS, until).catch(() => undefined);
      if (isOver(until)) return;
      try {
        await members.beat();
        heard = clock.now();
      } catch (error) {
        if (error instanceof LeaseTaken || clock.now() - heard > heartbeatInterval) throw error;
      }
      presence.retry();
      if (!isPruned && clock.now() - began > heartbeatInterval) {
        isPruned = true;
        presence.prune();
      }
      if (clock.now() - refreshed < CLAIM_TTL / 3) continue;
      refreshed = clock.now();
      await presence.refresh();
    }
  }
}

/** Asked after a wait, which the compiler takes for no time. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}
