import { randomUUID } from 'node:crypto';
import { underLimit } from '../../../protocol/model/index.js';
import { ResourceError } from '../../crest/resource-error.js';
import type { Log } from '../../log.js';
import type { SqlRunner } from '../../store/database/database.js';
import type { ManagedType } from '../configuration/managed-type.js';
import type { AlsoStored } from '../store/managed-store.js';
import type { PendingSync } from '../store/pending-sync.js';
import type { ManagedCaller } from './managed-caller.js';
import type { ManagedChange, ManagedChangeHandler } from './managed-change.js';
import type { TypeHooks } from './type-hooks.js';

/** Longest that the mappings of one change may take, in milliseconds. */
const LONGEST = 300_000;
/** How often others are told that a change is still being carried on, in milliseconds. */
const HOLD_EVERY = 10_000;

/** A change that is noted with its write, so that it is carried on whatever becomes of this process. */
export interface NotedChange {
  /** In the transaction of the write. */
  readonly store: AlsoStored;
  /** It is carried on, or never will be: in the transaction that stores so, or in one of its own. False when a later change has taken its place. */
  settle(runner?: SqlRunner): Promise<boolean>;
}

/** Of what no mapping wants to hear of. */
export const NOT_NOTED: NotedChange = { store: () => Promise.resolve(), settle: () => Promise.resolve(true) };

export interface SyncOutcome {
  /** What stopped it. */
  readonly failure: string | undefined;
  /** Nothing came of it that could be stored: it is yet to be carried on. */
  readonly isLeft: boolean;
}

/**
 * Tells mappings of changes that are stored, while the caller waits. What fails there is logged, and `onSync` hears of it; only what that
 * throws reaches the caller. A caller who leaves does not stop it: the change is made.
 */
export class ImplicitSync {
  readonly #changes: ManagedChangeHandler;
  readonly #pending: PendingSync;
  readonly #log: Log;
  readonly #closing = new AbortController();
  readonly #underWay = new Set<string>();
  #holding: NodeJS.Timeout | undefined;

  constructor(changes: ManagedChangeHandler, pending: PendingSync, log: Log) {
    this.#changes = changes;
    this.#pending = pending;
    this.#log = log;
  }

  /** `work` writes one change, with it that it is to be carried on, and does that. */
  async following<T>({ name: type }: ManagedType, id: string, { transactionId }: ManagedCaller, work: (noted: NotedChange) => Promise<T>): Promise<T> {
    if (!await this.#changes.covers(`managed/${type}`)) return work(NOT_NOTED);
    const change = randomUUID();
    return this.holding(change, () => work({
      store: (tx) => this.#pending.note(tx, { type, id, change, transactionId }),
      settle: (runner) => this.#pending.remove({ type, id, change }, runner),
    }));
  }

  /** Nobody else takes the change while `work` is at it. */
  async holding<T>(change: string, work: () => Promise<T>): Promise<T> {
    this.#underWay.add(change);
    this.#holding ??= setInterval(() => void this.#hold(), HOLD_EVERY).unref();
    try {
      return await work();
    } finally {
      this.#underWay.delete(change);
      if (this.#underWay.size === 0) {
        clearInterval(this.#holding);
        this.#holding = undefined;
      }
    }
  }

  async #hold(): Promise<void> {
    try {
      await this.#pending.hold([...this.#underWay]);
    } catch (error) {
      this.#log.debug({ err: error }, 'changes of managed objects could not be held; they may be carried on twice');
    }
  }

  async run(type: ManagedType, { kind, id, oldValue, newValue }: Pick<ManagedChange, 'kind' | 'id' | 'oldValue' | 'newValue'>, { transactionId, span }: ManagedCaller, hooks: TypeHooks, noted = NOT_NOTED): Promise<void> {
    const container = `managed/${type.name}`;
    const { failure, isLeft } = await this.carryOn({ kind, container, id, oldValue, newValue, transactionId, span }, noted);
    if (failure !== undefined) {
      const what = isLeft && noted !== NOT_NOTED ? 'it is tried again' : 'the next reconciliation does';
      this.#log.warn({ container, id, kind, reason: failure, transactionId }, `a change of a managed object is stored, and was not carried on; ${what}`);
    }
    await toldOnSync(hooks, { kind, oldValue, newValue }, failure);
  }

  /** Never rejects. `keepsFailed`: what a mapping failed on is left, too, to be tried again. */
  async carryOn(change: ManagedChange, { settle, keepsFailed = false }: Pick<NotedChange, 'settle'> & { readonly keepsFailed?: boolean }): Promise<SyncOutcome> {
    try {
      await underLimit(this.#closing.signal, LONGEST, (signal) => this.#changes.handle(change, signal, async (tx) => { await settle(tx); }));
      return { failure: undefined, isLeft: false };
    } catch (error) {
      const failure = error instanceof Error ? error.message : 'unknown failure';
      const isEnd = !keepsFailed && error instanceof ResourceError && error.code === 409;
      return { failure, isLeft: !isEnd || !await this.#settled(settle) };
    }
  }

  /** A failure that was stored and stays noted fails once more, and no worse. */
  async #settled(settle: NotedChange['settle']): Promise<boolean> {
    try {
      await settle();
      return true;
    } catch {
      return false;
    }
  }

  /** Ends what is under way. */
  close(): void {
    this.#closing.abort(new Error('the controller is stopping'));
    clearInterval(this.#holding);
  }
}

/** Rejects with what `onSync` throws. */
export async function toldOnSync(hooks: TypeHooks, { kind, oldValue, newValue }: Pick<ManagedChange, 'kind' | 'oldValue' | 'newValue'>, failure: string | undefined): Promise<void> {
  const action = kind === 'create' ? 'notifyCreate' : kind === 'update' ? 'notifyUpdate' : 'notifyDelete';
  await hooks.answer('onSync', {
    object: newValue ?? null, oldObject: oldValue ?? null, newObject: newValue ?? null,
    syncResults: { success: failure === undefined, action, syncDetails: failure === undefined ? [] : [{ result: 'FAILED', cause: failure }] },
  });
}
