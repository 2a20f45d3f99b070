import { setMaxListeners } from 'node:events';
import { ConnectorError } from '../model/index.js';
import type { Clock, SessionLimits } from './contract.js';
import { CreditGate } from './credits.js';
import { FIXED } from './limits.js';
import { Parked } from './parked.js';

/** How a request behaves when it is cancelled or its peer stays away. */
export type RequestNature = 'read' | 'write' | 'subscription';

/** A request of the peer being executed, or waiting for its turn. */
export class ExecutingRequest {
  readonly id: number;
  readonly nature: RequestNature;
  /** As it came in; tells a frame that was sent twice from another request under the same id. */
  readonly frame: Uint8Array;
  readonly credits: CreditGate;
  readonly run: (request: ExecutingRequest) => Promise<void>;
  readonly #ending = new AbortController();
  #cancelled = false;
  #granted = 0;
  /** Told of every credit, repeats included. */
  onGranted: ((total: number) => void) | undefined;
  strikes = 0;

  constructor(arrival: Arrival, clock: Clock) {
    this.id = arrival.id;
    this.nature = arrival.nature;
    this.frame = arrival.frame;
    this.run = arrival.run;
    this.credits = new CreditGate(clock);
    // Every write under way listens.
    setMaxListeners(0, this.#ending.signal);
  }

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** The peer itself asked to stop: a search or sync still gets its end message (hazard 30). */
  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** The last result the requester has given credit for. */
  get granted(): number {
    return this.#granted;
  }

  grant(total: number): void {
    this.#granted = Math.max(this.#granted, total);
    this.credits.grant(total);
    this.onGranted?.(this.#granted);
  }

  cancel(): void {
    if (!this.signal.aborted) this.#cancelled = true;
    this.#ending.abort(new ConnectorError('connector', 'The operation was cancelled by the requester.'));
  }

  abort(reason: ConnectorError): void {
    this.#ending.abort(reason);
  }
}

export interface Arrival {
  readonly id: number;
  readonly nature: RequestNature;
  readonly frame: Uint8Array;
  /** Executes and answers; must not reject. Resolves when nothing of the request is left. */
  run(request: ExecutingRequest): Promise<void>;
}

/** `waiting`: accepted, but not started yet; `repeated`: the very same frame again; `conflict`: another request under an id in use; `cancelled`: a cancel came first. */
export type Admission = 'accepted' | 'waiting' | 'repeated' | 'conflict' | 'cancelled' | 'busy';

/** What one peer lets us execute: registered on arrival, started in order, bounded in number and bytes. */
export class ExecutingRequests {
  readonly #clock: Clock;
  readonly #limits: SessionLimits;
  readonly #byId = new Map<number, ExecutingRequest>();
  readonly #queue: ExecutingRequest[] = [];
  readonly #parkedCancels: Parked<true>;
  readonly #parkedCredits: Parked<number>;
  readonly #onIdle: () => void;
  #running = 0;
  #subscriptions = 0;
  #heldBytes = 0;

  constructor(clock: Clock, limits: SessionLimits, onIdle: () => void) {
    this.#clock = clock;
    this.#limits = limits;
    this.#onIdle = onIdle;
    this.#parkedCancels = new Parked(clock, limits.parkedCancelTime);
    this.#parkedCredits = new Parked(clock, limits.parkedCancelTime);
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Accepted, but not started yet. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Streams whose requester has to take results before more are sent. */
  get awaitingCredit(): number {
    let count = 0;
    for (const { credits } of this.#byId.values()) if (credits.isWaiting) count++;
    return count;
  }

  has(id: number): boolean {
    return this.#byId.has(id);
  }

  get ids(): number[] {
    return [...this.#byId.keys()];
  }

  admit(arrival: Arrival): Admission {
    const known = this.#byId.get(arrival.id);
    if (known !== undefined) return Buffer.compare(known.frame, arrival.frame) === 0 ? 'repeated' : 'conflict';
    const credits = this.#parkedCredits.take(arrival.id);
    if (this.#parkedCancels.take(arrival.id) === true) return 'cancelled';
    if (!this.#hasRoom(arrival)) return 'busy';
    const request = new ExecutingRequest(arrival, this.#clock);
    if (credits !== undefined) request.grant(credits);
    this.#byId.set(request.id, request);
    this.#heldBytes += request.frame.length;
    if (request.nature === 'subscription' || this.#running < this.#limits.maxConcurrentRequests) {
      this.#start(request);
      return 'accepted';
    }
    this.#queue.push(request);
    return 'waiting';
  }

  /** Cancels a request, or remembers the cancel for one that is still on its way. */
  cancel(id: number): void {
    const request = this.#byId.get(id);
    if (request === undefined) {
      this.#parkedCancels.park(id, true);
      return;
    }
    request.cancel();
    this.#startIfWaiting(request);
  }

  /** Ends a request of the peer with an error, whether it is being executed or waits. */
  expire(id: number, reason: ConnectorError): void {
    const request = this.#byId.get(id);
    if (request === undefined) return;
    request.abort(reason);
    this.#startIfWaiting(request);
  }

  /** Ends a request with an error if it has not been started. */
  giveUpWaiting(id: number, reason: ConnectorError): void {
    const request = this.#byId.get(id);
    if (request !== undefined && this.#queue.includes(request)) this.expire(id, reason);
  }

  credit(id: number, total: number): void {
    const request = this.#byId.get(id);
    if (request === undefined) this.#parkedCredits.park(id, total);
    else request.grant(total);
  }

  /** Forgives what the peer waits for; strikes the rest, when `counts` (protocol section 2.5). */
  strike(awaited: ReadonlySet<number>, counts: boolean): void {
    for (const request of this.#byId.values()) {
      if (awaited.has(request.id)) request.strikes = 0;
      else if (counts) request.strikes++;
    }
  }

  /** Stops what has been struck out; as Java does, a search or sync then ends with its end message. */
  endStruckOut(): number[] {
    const ended = [...this.#byId.values()].filter((request) => request.strikes >= FIXED.strikes);
    for (const request of ended) this.cancel(request.id);
    return ended.map(({ id }) => id);
  }

  /** Aborts what is of one of these natures; everything without. */
  abort(reason: ConnectorError, natures?: readonly RequestNature[]): void {
    for (const request of this.#byId.values()) if (natures?.includes(request.nature) ?? true) request.abort(reason);
  }

  /** Cancels and credits belong to requests that died with the sockets they were on. */
  forgetParked(): void {
    this.#parkedCancels.clear();
    this.#parkedCredits.clear();
  }

  /** Of a request that is over: only to give its answer. */
  #startIfWaiting(request: ExecutingRequest): void {
    const at = this.#queue.indexOf(request);
    if (at < 0) return;
    this.#queue.splice(at, 1);
    this.#start(request);
  }

  #hasRoom(arrival: Arrival): boolean {
    if (this.#byId.size > 0 && this.#heldBytes + arrival.frame.length > this.#limits.maxBufferedBytes) return false;
    if (arrival.nature === 'subscription') return this.#subscriptions < this.#limits.maxConcurrentRequests;
    return this.#running < this.#limits.maxConcurrentRequests || this.#queue.length < this.#limits.maxQueuedRequests;
  }

  #start(request: ExecutingRequest): void {
    const isSubscription = request.nature === 'subscription';
    if (isSubscription) this.#subscriptions++;
    else this.#running++;
    request.run(request).catch(() => undefined).finally(() => {
      if (isSubscription) this.#subscriptions--;
      else this.#running--;
      this.#heldBytes -= request.frame.length;
      this.#byId.delete(request.id);
      this.#startNext();
      if (this.#byId.size === 0) this.#onIdle();
    }).catch(() => undefined);
  }

  #startNext(): void {
    while (this.#running < this.#limits.maxConcurrentRequests) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      this.#start(next);
    }
  }
}
