import { ConnectorError, type ConnectorFacade, type SyncDelta, type SyncToken } from '../../protocol/model/index.js';
import { writeJson, type JsonObject } from '../crest/json.js';
import { ResourceError, notFound } from '../crest/resource-error.js';
import type { Transaction } from '../store/database/database.js';
import { DatabaseUnavailable } from '../store/database/database-errors.js';
import { defaultAttributes, withAttributes } from '../systems/object-type.js';
import { callContext, translated, type ObjectCall } from '../systems/requests/object-call.js';
import { mayHaveBeenApplied } from '../systems/translate-error.js';
import { changeKey } from './applied-changes.js';
import type { Change, HandledChange } from './change-handler.js';
import type { DeadLetter } from './dead-letters.js';
import { afterFailure, type FailureDecision } from './failure-handler.js';
import type { LiveSyncParts } from './live-sync.js';
import type { SyncStage } from './sync-stage-store.js';
import { tokenFromJson, tokenJson } from './sync-token-json.js';
import { deltaText, toChange } from './to-change.js';

/** A change on its way into the store. */
interface Step {
  readonly delta: SyncDelta;
  readonly token: JsonObject;
  readonly change: Change;
  readonly key: string;
  /** The same while its object changes further. */
  readonly retryKey: string;
}

/**
 * One run over one object type. Each change is one transaction: links, audit, counts, and that it was done. A run that is cut off
 * anywhere begins again where the store says it was, and leaves out what is noted as done.
 */
export class SyncRun {
  readonly #parts: LiveSyncParts;
  readonly #call: ObjectCall;
  readonly #signal: AbortSignal;
  stage: SyncStage;
  /** At a change that failed and comes again. */
  hasStopped = false;
  /** The run before was cut off: its next change may have been carried out. */
  #isRepeated: boolean;
  /** Changes of the stage's group may come again. */
  #mayBeDone: boolean;

  constructor(parts: LiveSyncParts, call: ObjectCall, stage: SyncStage, signal: AbortSignal) {
    this.#parts = parts;
    this.#call = call;
    this.#signal = signal;
    this.stage = stage;
    this.#isRepeated = stage.isOpen === true;
    this.#mayBeDone = stage.group !== undefined;
  }

  /** The first run only notes where changes begin. */
  async storeLatest(facade: ConnectorFacade): Promise<void> {
    const latest = await translated(this.#call, 'ACTION', this.#call.container, async () => {
      try {
        return await facade.perform({ kind: 'latestSyncToken', objectClass: this.#call.type.objectClass }, callContext(this.#call.context));
      } catch (error) {
        if (error instanceof ConnectorError && error.kind === 'unsupportedOperation') throw notFound('Failed to get latest sync token');
        throw error;
      }
    });
    await this.#save({ connectorData: latest === null ? undefined : tokenJson(latest) });
  }

  async follow(facade: ConnectorFacade, token: SyncToken): Promise<void> {
    const { type, context } = this.#call;
    const options = withAttributes(defaultAttributes(type));
    await this.#save({ ...this.stage, isOpen: true });
    const deltas = facade.stream({ kind: 'sync', objectClass: type.objectClass, token, options }, callContext({ ...context, signal: this.#signal }));
    try {
      await translated(this.#call, 'ACTION', this.#call.container, async () => {
        for (;;) {
          const step = await this.#next(deltas);
          if (step.done === true) return this.#finish(step.value);
          if (!await this.#apply(step.value)) return;
        }
      });
    } finally {
      await deltas.return(undefined);
    }
  }

  /** Nothing is under way when the connector fails to tell of the next change. */
  async #next(deltas: AsyncGenerator<SyncDelta, SyncToken | undefined, void>): Promise<IteratorResult<SyncDelta, SyncToken | undefined>> {
    try {
      return await deltas.next();
    } catch (error) {
      if (!this.#isRepeated) await this.#save({ ...this.stage, isOpen: undefined });
      throw error;
    }
  }

  async #finish(token: SyncToken | undefined): Promise<void> {
    const { connectorData, group } = this.stage;
    await this.#save({ connectorData: token === undefined ? group ?? connectorData : tokenJson(token) }, (tx) => this.#parts.applied.using(tx).clear(this.#call.container));
  }

  /** False when the run has to end here and the change comes again. */
  async #apply(delta: SyncDelta): Promise<boolean> {
    this.#signal.throwIfAborted();
    const token = tokenJson(delta.token);
    let step: Step;
    try {
      const change = toChange(this.#call, delta);
      step = stepOf(delta, token, change);
    } catch (error) {
      const change: Change = { kind: 'update', container: this.#call.container, id: delta.uid.value, transactionId: this.#call.context.transactionId };
      return this.#failed(stepOf(delta, token, change), error, undefined);
    }
    if (await this.#isDone(step)) return true;
    let handled: HandledChange | undefined;
    try {
      handled = await this.#parts.changes.handle({ ...step.change, isRepeated: this.#mayHaveBeenDone(step) }, this.#signal);
      if (handled?.failure !== undefined) return await this.#failed(step, handled.failure, handled);
    } catch (error) {
      if (isOfRun(error)) throw error;
      return this.#failed(step, error, undefined);
    }
    return this.#succeeded(step, handled);
  }

  async #succeeded(step: Step, handled: HandledChange | undefined): Promise<boolean> {
    try {
      await this.#pass(step, async (tx) => {
        await handled?.store(tx);
        await this.#parts.history.count(tx, this.#call.context.transactionId, handled?.counts ?? ['skipped']);
      });
    } catch (error) {
      if (!(error instanceof ResourceError && error.code === 409)) throw error;
      return this.#failed(step, error, handled);
    }
    this.#parts.observer?.change(this.#call.container, 'applied');
    return true;
  }

  /** What the failed change did before it failed is kept, with what the failure handler says. */
  async #failed(step: Step, error: unknown, handled: HandledChange | undefined): Promise<boolean> {
    this.#signal.throwIfAborted();
    if (isOfRun(error)) throw error;
    const { system, setup, container } = this.#call;
    const letter = this.#letterOf(step, error);
    const { failureCause } = letter;
    const tries = (this.stage.retries?.change === step.retryKey ? this.stage.retries.count : 0) + 1;
    const decision = await this.#decide(setup.source.syncFailureHandler, letter, tries);
    const keep = async (tx: Transaction): Promise<void> => {
      if (decision === 'dead-letter') await this.#parts.deadLetters.using(tx).add(letter);
      await this.#keepFailure(tx, error, handled);
    };
    this.#parts.observer?.change(container, decision === 'retry' ? 'failed' : 'given_up');
    if (decision === 'retry') {
      this.hasStopped = true;
      await this.#stopAt(step, { lastException: { throwable: failureCause, syncDelta: deltaText(step.delta) }, retries: { change: step.retryKey, count: tries, isUnclear: mayHaveBeenApplied(error) } }, keep);
      return false;
    }
    await this.#pass(step, keep);
    if (decision === 'dead-letter') this.#parts.observer?.deadLetter(container);
    this.#parts.log.warn({ system: system.name, objectType: letter.objectType, uid: letter.uid, token: letter.token, failureCause }, decision === 'dead-letter' ? 'change put into the dead letter queue' : 'change given up after its last retry');
    return true;
  }

  #letterOf({ token, change, delta }: Step, error: unknown): DeadLetter {
    const { system, type } = this.#call;
    return {
      token: writeJson(token['syncToken'] ?? null), systemIdentifier: system.name, objectType: change.container.split('/')[2] ?? type.name, uid: delta.uid.value,
      failedRecord: change.newValue ?? null, failureCause: system.connector?.scrub(error instanceof Error ? error.message : String(error)) ?? '',
    };
  }

  async #keepFailure(tx: Transaction, error: unknown, handled: HandledChange | undefined): Promise<void> {
    const wasTold = handled !== undefined && error === handled.failure;
    if (wasTold) await handled.store(tx);
    else if (handled !== undefined && error instanceof Error) await handled.storeFailure(tx, error);
    await this.#parts.history.count(tx, this.#call.context.transactionId, [...(wasTold ? handled.counts : []), 'failed']);
  }

  async #decide(source: Parameters<typeof afterFailure>[0], letter: DeadLetter, tries: number): Promise<FailureDecision> {
    try {
      return await afterFailure(source, letter, tries, this.#parts.scripts, this.#signal);
    } catch (error) {
      this.#signal.throwIfAborted();
      this.#parts.log.error({ uid: letter.uid, token: letter.token, err: error }, 'the failure handler failed, the change is retried');
      return 'retry';
    }
  }

  /** A change that comes again may have another token: those of snapshots are made as changes are told. */
  async #isDone({ token, key }: Step): Promise<boolean> {
    if (!this.#mayBeDone) return false;
    const isDone = await this.#parts.applied.has(this.#call.container, key);
    if (!isDone && !this.#isOfGroup(token)) this.#mayBeDone = false;
    return isDone;
  }

  #mayHaveBeenDone({ retryKey }: Step): boolean {
    const { retries } = this.stage;
    const isRepeated = this.#isRepeated || (retries?.change === retryKey && retries.isUnclear === true);
    this.#isRepeated = false;
    return isRepeated;
  }

  #isOfGroup(token: JsonObject): boolean {
    return this.stage.group !== undefined && writeJson(this.stage.group) === writeJson(token);
  }

  /** The change is done with. Its token is reached when one with another token comes, or the end. */
  async #pass({ token, key, retryKey }: Step, keep: (tx: Transaction) => Promise<void>): Promise<void> {
    const isOfGroup = this.#isOfGroup(token);
    const { connectorData, group, retries } = this.stage;
    const next = { connectorData: isOfGroup ? connectorData : group ?? connectorData, group: token, isOpen: true, retries: retries?.change === retryKey ? undefined : retries };
    await this.#save(next, async (tx) => {
      const applied = this.#parts.applied.using(tx);
      if (!isOfGroup) await applied.clear(this.#call.container);
      await applied.add(this.#call.container, key);
      await keep(tx);
    });
  }

  async #stopAt({ token }: Step, failure: Pick<SyncStage, 'lastException' | 'retries'>, keep: (tx: Transaction) => Promise<void>): Promise<void> {
    const { connectorData, group } = this.stage;
    if (this.#isOfGroup(token)) return this.#save({ connectorData, group, ...failure }, keep);
    await this.#save({ connectorData: group ?? connectorData, ...failure }, async (tx) => {
      await this.#parts.applied.using(tx).clear(this.#call.container);
      await keep(tx);
    });
  }

  async #save(changed: Omit<SyncStage, 'revision'>, keep: (tx: Transaction) => Promise<void> = () => Promise.resolve()): Promise<void> {
    const { revision } = this.stage;
    const next: SyncStage = { ...changed, revision: revision + 1 };
    await this.#parts.database.transaction(async (tx) => {
      await this.#parts.stages.using(tx).replace(this.#call.container, next, revision);
      await keep(tx);
    });
    this.stage = next;
  }
}

function stepOf(delta: SyncDelta, token: JsonObject, change: Change): Step {
  const text = writeJson(token);
  return { delta, token, change, key: changeKey('', change), retryKey: changeKey(text, { ...change, newValue: undefined }) };
}

/** Not the change's failure: the run cannot go on. */
function isOfRun(error: unknown): boolean {
  return error instanceof DatabaseUnavailable || (error instanceof ResourceError && error.code === 412);
}

/** Where the next run begins; undefined: nowhere yet. */
export const tokenOf = ({ connectorData }: SyncStage): SyncToken | undefined => tokenFromJson(connectorData);
