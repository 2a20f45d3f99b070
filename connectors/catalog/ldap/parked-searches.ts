import { randomUUID } from 'node:crypto';
import type { SearchLane } from './directory/contract.js';

/** A paged search that stands open between two pages, with the connection its cookie is good for. */
export interface ParkedSearch {
  readonly lane: SearchLane;
  readonly cookie: Uint8Array;
}

interface Place extends ParkedSearch { readonly timer: NodeJS.Timeout }

/**
 * Connections of paged searches whose caller has yet to ask for the next page. OpenLDAP, and Active Directory with
 * sorting, take a cookie only on the connection that gave it, so the connection is kept: for a while, and not too many.
 * A search whose place is gone goes on by searching anew and skipping what was given out already.
 */
export class ParkedSearches {
  readonly #places = new Map<string, Place>();
  readonly #most: number;
  readonly #forMs: number;

  constructor(most: number, forMs: number) {
    this.#most = most;
    this.#forMs = forMs;
  }

  get size(): number {
    return this.#places.size;
  }

  /** Answers the ticket to take it back with. The oldest search loses its place when there are too many. */
  park(search: ParkedSearch): string {
    const [oldest] = this.#places.keys();
    if (oldest !== undefined && this.#places.size >= this.#most) this.#drop(oldest);
    const ticket = randomUUID();
    search.lane.ref(false);
    const timer = setTimeout(() => this.#drop(ticket), this.#forMs).unref();
    this.#places.set(ticket, { ...search, timer });
    return ticket;
  }

  /** Undefined when its time is up, it was taken already, or it was parked in another process. */
  take(ticket: string): ParkedSearch | undefined {
    const place = this.#places.get(ticket);
    if (place === undefined) return undefined;
    this.#places.delete(ticket);
    clearTimeout(place.timer);
    place.lane.ref(true);
    if (place.lane.alive) return { lane: place.lane, cookie: place.cookie };
    void place.lane.close();
    return undefined;
  }

  async closeAll(): Promise<void> {
    const parked = [...this.#places.keys()].map((ticket) => this.take(ticket)).filter((place) => place !== undefined);
    await Promise.all(parked.map(({ lane }) => lane.close()));
  }

  #drop(ticket: string): void {
    const place = this.#places.get(ticket);
    this.#places.delete(ticket);
    if (place === undefined) return;
    clearTimeout(place.timer);
    void place.lane.close();
  }
}

const MOST_PARKED = 64;
const PARKED_FOR_MS = 120_000;

/** The searches parked in this process. */
export const parkedSearches = new ParkedSearches(MOST_PARKED, PARKED_FOR_MS);
