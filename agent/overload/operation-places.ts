import { ConnectorError } from '../../protocol/model/index.js';
import type { Clock } from '../../protocol/session/contract.js';

export interface PlaceLimits {
  /** Operations under way at once, of all controllers. */
  readonly operations: number;
  /** … on one kind of connector, e.g. `ldap` … */
  readonly perConnector: number;
  /** … where one connector needs another limit than the others, by its id … */
  readonly connectors: Readonly<Record<string, number>>;
  /** … and on one system: one connector with one configuration. */
  readonly perSystem: number;
  /** Operations that may wait for their turn. */
  readonly queue: number;
  /** How long, in milliseconds. */
  readonly queueTime: number;
}

/** What an operation needs a place for. */
export interface PlaceRequest {
  /** Whose turn it is goes by controller. */
  readonly controller: string;
  /** Id of the connector. */
  readonly connector: string;
  readonly system: string;
}

/** One limit that several controllers share. */
interface Bound {
  /** The setting, as messages name it. */
  readonly setting: string;
  readonly key: string;
  readonly limit: number;
}

interface Waiter {
  readonly request: PlaceRequest;
  readonly bounds: readonly Bound[];
  start(): void;
}

/** Operations under way below one limit. */
class Tally {
  total = 0;
  readonly #byController = new Map<string, number>();

  of(controller: string): number {
    return this.#byController.get(controller) ?? 0;
  }

  add(controller: string, change: 1 | -1): void {
    this.total += change;
    const left = this.of(controller) + change;
    if (left === 0) this.#byController.delete(controller);
    else this.#byController.set(controller, left);
  }
}

/** A controller that has asked for nothing for so long is not reckoned with. Milliseconds. */
const FORGOTTEN_AFTER = 600_000;
const CONTROLLERS_KEPT = 1_000;

/**
 * Who may work at this moment. Beyond a limit operations wait, a few and not long, and are then refused with the name of the
 * limit. Controllers take turns, and where several use the agent none gets the last quarter of a limit the others share, so
 * that one that asks for everything cannot keep out another.
 */
export class OperationPlaces {
  readonly #limits: PlaceLimits;
  readonly #clock: Clock;
  readonly #tallies = new Map<string, Tally>();
  /** Waiting operations by controller; the controller whose turn is next comes first. */
  readonly #waiting = new Map<string, Waiter[]>();
  readonly #lastSeen = new Map<string, number>();
  #waitingCount = 0;
  #running = 0;
  #refused = 0;

  constructor(limits: PlaceLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waitingCount;
  }

  /** Operations refused since the start. */
  get refused(): number {
    return this.#refused;
  }

  /** The function that gives the place back, at once or when one is free. Throws, or rejects with, `retryable` when none is. */
  take(request: PlaceRequest, signal: AbortSignal): (() => void) | Promise<() => void> {
    this.#see(request.controller);
    const bounds = this.#boundsOf(request);
    const full = this.#full(request, bounds);
    if (full === undefined) return this.#begin(request, bounds);
    if (this.#waitingCount >= this.#limits.queue) throw this.#busy(request, full, `and ${this.#waitingCount} wait (limits.queue)`);
    return this.#wait(request, bounds, signal);
  }

  #boundsOf({ connector, system }: PlaceRequest): readonly Bound[] {
    const { operations, perConnector, connectors, perSystem } = this.#limits;
    const own = Object.hasOwn(connectors, connector) ? connectors[connector] : undefined;
    return [
      { setting: 'limits.perSystem', key: `s ${system}`, limit: perSystem },
      { setting: own === undefined ? 'limits.perConnector' : `limits.connectors.${connector}`, key: `c ${connector}`, limit: own ?? perConnector },
      { setting: 'limits.operations', key: '', limit: operations },
    ];
  }

  #full({ controller }: PlaceRequest, bounds: readonly Bound[]): Bound | undefined {
    const shared = this.#lastSeen.size > 1;
    return bounds.find(({ key, limit }) => {
      const tally = this.#tallies.get(key);
      if (tally === undefined) return limit < 1;
      return tally.total >= limit || (shared && tally.of(controller) >= limit - Math.floor(limit / 4));
    });
  }

  #begin(request: PlaceRequest, bounds: readonly Bound[]): () => void {
    this.#running++;
    for (const { key } of bounds) this.#tally(key).add(request.controller, 1);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#running--;
      for (const { key } of bounds) {
        const tally = this.#tally(key);
        tally.add(request.controller, -1);
        if (tally.total === 0) this.#tallies.delete(key);
      }
      if (this.#waitingCount > 0) this.#startWaiting();
    };
  }

  #tally(key: string): Tally {
    let tally = this.#tallies.get(key);
    if (tally === undefined) this.#tallies.set(key, tally = new Tally());
    return tally;
  }

  /** One operation of each controller in turn, as long as any of them can be started. */
  #startWaiting(): void {
    for (let idle = 0; idle < this.#waiting.size;) {
      const [next] = this.#waiting;
      if (next === undefined) return;
      const [controller, waiters] = next;
      this.#waiting.delete(controller);
      const at = waiters.findIndex(({ request, bounds }) => this.#full(request, bounds) === undefined);
      const [waiter] = at < 0 ? [] : waiters.splice(at, 1);
      if (waiters.length > 0) this.#waiting.set(controller, waiters);
      idle = waiter === undefined ? idle + 1 : 0;
      waiter?.start();
    }
  }

  async #wait(request: PlaceRequest, bounds: readonly Bound[], signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const over = new AbortController();
    const onAbort = (): void => over.abort();
    signal.addEventListener('abort', onAbort, { once: true });
    const place: { leave?: () => void } = {};
    const waiter: Waiter = {
      request, bounds,
      start: () => {
        this.#waitingCount--;
        place.leave = this.#begin(request, bounds);
        over.abort();
      },
    };
    this.#enqueue(waiter);
    try {
      await this.#clock.sleep(this.#limits.queueTime, over.signal).catch(() => undefined);
      this.#leave(waiter);
      if (signal.aborted) place.leave?.();
      signal.throwIfAborted();
      if (place.leave !== undefined) return place.leave;
      throw this.#busy(request, this.#full(request, bounds) ?? bounds[0], `and no place became free within ${this.#limits.queueTime} ms (limits.queueTime)`);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #enqueue(waiter: Waiter): void {
    const { controller } = waiter.request;
    const waiters = this.#waiting.get(controller);
    if (waiters === undefined) this.#waiting.set(controller, [waiter]);
    else waiters.push(waiter);
    this.#waitingCount++;
  }

  #leave(waiter: Waiter): void {
    const waiters = this.#waiting.get(waiter.request.controller) ?? [];
    const at = waiters.indexOf(waiter);
    if (at < 0) return;
    waiters.splice(at, 1);
    this.#waitingCount--;
    if (waiters.length === 0) this.#waiting.delete(waiter.request.controller);
  }

  #busy({ controller, connector }: PlaceRequest, full: Bound | undefined, why: string): ConnectorError {
    this.#refused++;
    const { key = '', limit = 0, setting = 'limits.operations' } = full ?? {};
    const tally = this.#tallies.get(key);
    const where = key === '' ? '' : key.startsWith('s ') ? ` on this ${connector} system` : ` of the connector ${connector}`;
    const share = tally !== undefined && tally.total < limit ? `, of which this controller has ${tally.of(controller)}, its share,` : '';
    return new ConnectorError('retryable', `The agent is busy: ${tally?.total ?? 0} operations${where}${share} are under way (${setting}: ${limit}) ${why}. Nothing was done. Try again later.`);
  }

  #see(controller: string): void {
    const now = this.#clock.now();
    this.#lastSeen.delete(controller);
    this.#lastSeen.set(controller, now);
    for (const [other, at] of this.#lastSeen) {
      if (now - at < FORGOTTEN_AFTER && this.#lastSeen.size <= CONTROLLERS_KEPT) break;
      this.#lastSeen.delete(other);
    }
  }
}
