import type { MongoClient } from 'mongodb';
import { systemClock } from '../../../framework/clock.js';

interface Generation {
  readonly client: Promise<MongoClient>;
  readonly since: number;
  uses: number;
  retired: boolean;
}

/** A client in use; `release` it when done, once. */
export interface ClientLease {
  readonly client: MongoClient;
  release(): void;
}

/**
 * The client of one configuration, with the driver's own pool. The driver has no longest life of a connection: with one, a new
 * client takes over after that time, and the old one is closed with its connections when the operations it serves are done.
 */
export class ClientKeeper {
  readonly #make: () => Promise<MongoClient>;
  readonly #lifeTime: number;
  readonly #now: () => number;
  readonly #open = new Set<Generation>();
  #current: Generation | undefined;

  /** `lifeTime`: milliseconds; 0 for no limit. */
  constructor(make: () => Promise<MongoClient>, lifeTime: number, now: () => number = () => systemClock.now()) {
    this.#make = make;
    this.#lifeTime = lifeTime;
    this.#now = now;
  }

  async lease(): Promise<ClientLease> {
    const generation = this.#fresh();
    generation.uses++;
    try {
      const client = await generation.client;
      return { client, release: () => this.#release(generation) };
    } catch (error) {
      if (this.#current === generation) this.#current = undefined;
      this.#open.delete(generation);
      throw error;
    }
  }

  /** Ends everything under way. */
  async close(): Promise<void> {
    const all = [...this.#open];
    this.#open.clear();
    this.#current = undefined;
    await Promise.allSettled(all.map(({ client }) => closeClient(client)));
  }

  #fresh(): Generation {
    const known = this.#current;
    if (known !== undefined && (this.#lifeTime <= 0 || this.#now() - known.since < this.#lifeTime)) return known;
    if (known !== undefined) this.#retire(known);
    const made: Generation = { client: this.#make(), since: this.#now(), uses: 0, retired: false };
    this.#current = made;
    this.#open.add(made);
    return made;
  }

  #retire(generation: Generation): void {
    generation.retired = true;
    this.#closeUnused(generation);
  }

  #release(generation: Generation): void {
    generation.uses--;
    this.#closeUnused(generation);
  }

  #closeUnused(generation: Generation): void {
    if (!generation.retired || generation.uses > 0 || !this.#open.delete(generation)) return;
    closeClient(generation.client).catch(() => undefined);
  }
}

async function closeClient(client: Promise<MongoClient>): Promise<void> {
  await (await client).close(true);
}
