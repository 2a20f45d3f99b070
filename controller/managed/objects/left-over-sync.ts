import { ResourceError } from '../../crest/resource-error.js';
import type { Log } from '../../log.js';
import type { Database } from '../../store/database/database.js';
import type { ManagedType } from '../configuration/managed-type.js';
import type { PendingChange, PendingSync } from '../store/pending-sync.js';
import { toldOnSync, type ImplicitSync, type NotedChange, type SyncOutcome } from './implicit-sync.js';
import type { ManagedChange, ManagedChangeHandler } from './managed-change.js';
import type { ManagedObjects } from './managed-objects.js';
import { whole } from './object-identity.js';

export interface LeftOverParts {
  readonly database: Database;
  readonly pending: PendingSync;
  readonly objects: ManagedObjects;
  readonly sync: ImplicitSync;
  readonly changes: Pick<ManagedChangeHandler, 'giveUp'>;
  readonly log: Log;
  /** Milliseconds between looks. */
  readonly lookEvery?: number | undefined;
}

const LOOK_EVERY = 5_000;
/** At a time. */
const BATCH = 8;
/** How often a change is taken up again that fails or comes to no end: the target may be away for half an hour. */
const TRIES = 8;
/** Changes of one object that come while it is at work. */
const ROUNDS = 5;

/**
 * Carries on changes of managed objects whose controller went away before it had, or that came to no end. Mappings get the object as it is
 * now, so nothing newer is undone, and look at the target before they write to it.
 */
export class LeftOverSync {
  readonly #parts: LeftOverParts;
  readonly #closing = new AbortController();
  #looking: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: LeftOverParts) {
    this.#parts = parts;
  }

  /** Looks now, and again and again. */
  watch(): void {
    const look = async (): Promise<void> => {
      await this.look();
      if (!this.#closing.signal.aborted) this.#looking = setTimeout(() => { this.#running = look(); }, this.#parts.lookEvery ?? LOOK_EVERY).unref();
    };
    this.#running = look();
  }

  /** Looks once. Never rejects. */
  async look(): Promise<void> {
    try {
      while (!this.#closing.signal.aborted) {
        const taken = await this.#parts.pending.take(BATCH);
        if (taken.length === 0) return;
        await Promise.all(taken.map((own) => this.#parts.sync.holding(own.change, () => this.#carryOn(own))));
      }
    } catch (error) {
      this.#parts.log.debug({ err: error }, 'changes of managed objects that are yet to be carried on could not be looked for');
    }
  }

  async #carryOn(own: PendingChange): Promise<void> {
    const { log } = this.#parts;
    const { type: name, id, transactionId } = own;
    const about = { container: `managed/${name}`, id, transactionId };
    try {
      if (own.tries > TRIES) return await this.#giveUp(own, 'it was begun again and again, and nothing came of it');
      const failure = await this.#rounds(own);
      if (failure === undefined) log.info(about, 'a change of a managed object that had been left was carried on');
      else log.warn({ ...about, reason: failure }, 'a change of a managed object that had been left was not carried on');
    } catch (error) {
      // What script or store there was in the way: the change stays noted where it is not settled.
      log.warn({ ...about, err: error }, 'a change of a managed object that had been left could not be carried on');
    }
  }

  /** Answers what stopped it. A later change that another caller made meanwhile may have been overtaken: then once more. */
  async #rounds(own: PendingChange): Promise<string | undefined> {
    for (let round = 1; ; round += 1) {
      const seen = { isLast: true };
      const settle: NotedChange['settle'] = async (runner) => seen.isLast = await this.#parts.pending.remove(own, runner);
      const { failure, isLeft } = await this.#once(own, settle);
      if (isLeft && !this.#closing.signal.aborted) await (own.tries >= TRIES ? this.#giveUp(own, failure ?? 'nothing came of it') : this.#parts.pending.postpone(own));
      if (failure !== undefined || seen.isLast || round === ROUNDS) return failure;
    }
  }

  async #once(own: PendingChange, settle: NotedChange['settle']): Promise<SyncOutcome> {
    const { objects, sync } = this.#parts;
    const { id, transactionId } = own;
    const type = await this.#typeOf(own);
    if (type === undefined) return { failure: `there is no type managed/${own.type} any more`, isLeft: !await settle() };
    const stored = await objects.store.read(type.name, id);
    const change: ManagedChange = { kind: stored === undefined ? 'delete' : 'update', container: `managed/${type.name}`, id, newValue: stored === undefined ? undefined : whole(stored), transactionId, isRepeated: true };
    const outcome = await sync.carryOn(change, { settle, keepsFailed: true });
    if (!outcome.isLeft) await toldOnSync(objects.hooksFor(type, id, { caller: 'implicitSync', transactionId, signal: this.#closing.signal }), change, outcome.failure);
    return outcome;
  }

  async #typeOf({ type }: PendingChange): Promise<ManagedType | undefined> {
    try {
      return await this.#parts.objects.book.get(type);
    } catch (error) {
      if (error instanceof ResourceError && error.code === 404) return undefined;
      throw error;
    }
  }

  async #giveUp(own: PendingChange, cause: string): Promise<void> {
    const { database, pending, changes, log } = this.#parts;
    const container = `managed/${own.type}`;
    await database.transaction(async (tx) => {
      if (await pending.remove(own, tx)) await changes.giveUp(tx, { container, id: own.id, token: own.change }, cause);
    });
    log.error({ container, id: own.id, reason: cause, letter: own.change }, 'a change of a managed object was given up; it is a dead letter');
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the controller is stopping'));
    clearTimeout(this.#looking);
    await this.#running;
  }
}
