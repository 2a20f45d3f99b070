import type { Log } from '../../log.js';
import type { ManagedType } from '../configuration/managed-type.js';
import type { ManagedCaller } from './managed-caller.js';
import type { ManagedChange, ManagedChangeHandler } from './managed-change.js';
import type { TypeHooks } from './type-hooks.js';

/** Longest that the mappings of one change may take, in milliseconds. */
const LONGEST = 300_000;

/**
 * Tells mappings of changes that are stored, while the caller waits. What fails there is logged, and `onSync` hears of it; only what that
 * throws reaches the caller. A caller who leaves does not stop it: the change is made.
 */
export class ImplicitSync {
  readonly #changes: ManagedChangeHandler;
  readonly #log: Log;
  readonly #closing = new AbortController();

  constructor(changes: ManagedChangeHandler, log: Log) {
    this.#changes = changes;
    this.#log = log;
  }

  async run(type: ManagedType, { kind, id, oldValue, newValue }: Pick<ManagedChange, 'kind' | 'id' | 'oldValue' | 'newValue'>, { transactionId, span }: ManagedCaller, hooks: TypeHooks): Promise<void> {
    const container = `managed/${type.name}`;
    let failure: string | undefined;
    try {
      await this.#changes.handle({ kind, container, id, oldValue, newValue, transactionId, span }, AbortSignal.any([this.#closing.signal, AbortSignal.timeout(LONGEST)]));
    } catch (error) {
      failure = error instanceof Error ? error.message : 'unknown failure';
      this.#log.warn({ container, id, kind, reason: failure, transactionId }, 'a change of a managed object is stored, and was not carried on; the next reconciliation does');
    }
    const action = kind === 'create' ? 'notifyCreate' : kind === 'update' ? 'notifyUpdate' : 'notifyDelete';
    await hooks.answer('onSync', {
      object: newValue ?? null, oldObject: oldValue ?? null, newObject: newValue ?? null,
      syncResults: { success: failure === undefined, action, syncDetails: failure === undefined ? [] : [{ result: 'FAILED', cause: failure }] },
    });
  }

  /** Ends what is under way. */
  close(): void {
    this.#closing.abort(new Error('the controller is stopping'));
  }
}
