import { anySignal, type ConnectorFacade, type Tracer } from '../../protocol/model/index.js';
import type { JsonObject } from '../crest/json.js';
import { preconditionFailed } from '../crest/resource-error.js';
import type { Log } from '../log.js';
import type { Database } from '../store/database/database.js';
import { facadeFor, type ObjectCall } from '../systems/requests/object-call.js';
import type { AppliedChanges } from './applied-changes.js';
import type { ChangeHandler } from './change-handler.js';
import type { DeadLetters } from './dead-letters.js';
import { refuseScriptedHandler } from './failure-handler.js';
import type { LiveSyncObserver, RunOutcome } from './live-sync-observer.js';
import type { PostRetryScripts } from './post-retry-script.js';
import type { SyncHistory } from './sync-history.js';
import { SyncRun, tokenOf } from './sync-run.js';
import { stageJson, type SyncStageStore } from './sync-stage-store.js';

export interface LiveSyncParts {
  readonly database: Database;
  readonly stages: SyncStageStore;
  readonly applied: AppliedChanges;
  readonly history: SyncHistory;
  readonly changes: ChangeHandler;
  readonly deadLetters: DeadLetters;
  /** Undefined: a failure handler that is a script is refused. */
  readonly scripts?: PostRetryScripts | undefined;
  readonly observer?: LiveSyncObserver | undefined;
  readonly log: Log;
  /** Records each run as a trace of its own. Undefined: nobody traces. */
  readonly tracer?: Tracer | undefined;
}

/** Held by whoever carries changes of that source through. */
export const liveSyncLease = (source: string): string => `liveSync ${source}`;

/** Runs liveSync, one run at a time per object type, across all controllers of the database. */
export class LiveSync {
  readonly #parts: LiveSyncParts;

  constructor(parts: LiveSyncParts) {
    this.#parts = parts;
  }

  /** One run. Answers the stage object. Throws 412 while another run of the type is under way. */
  async run(call: ObjectCall, detailed: boolean): Promise<JsonObject> {
    refuseScriptedHandler(call.system.name, call.setup.source.syncFailureHandler, this.#parts.scripts);
    const facade = facadeFor(call, 'SyncApiOp', 'SYNC');
    const source = call.container;
    call.context.withoutDeadline?.();
    const stage = await this.#parts.database.exclusively(liveSyncLease(source), (lease) => this.#watched(call, facade, detailed, lease));
    if (stage === undefined) throw preconditionFailed(`liveSync of ${source} is running already`);
    return stage;
  }

  async #watched(call: ObjectCall, facade: ConnectorFacade, detailed: boolean, lease: AbortSignal): Promise<JsonObject> {
    const { observer, tracer, history } = this.#parts;
    const { container: source, context: { span: asked, transactionId: id, caller, signal } } = call;
    const startedAt = performance.now();
    let outcome: RunOutcome = 'failed';
    let failure: unknown;
    observer?.started(source);
    const span = tracer?.start('liveSync', { attributes: { 'causeway.source': source, 'causeway.request_id': id }, links: asked === undefined ? [] : [asked] });
    try {
      await history.begin({ id, source, caller });
      const run = await this.#follow({ ...call, context: { ...call.context, span: span ?? asked } }, facade, anySignal(signal, lease));
      outcome = run.hasStopped ? 'stopped' : 'ok';
      return stageJson(source, run.stage, detailed);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      await this.#ended(call, outcome, failure);
      observer?.ended(source, outcome, performance.now() - startedAt);
      span?.set({ 'causeway.state': outcome });
      span?.end(failure);
    }
  }

  async #ended({ system, container, context }: ObjectCall, outcome: RunOutcome, failure: unknown): Promise<void> {
    const message = failure instanceof Error ? system.connector?.scrub(failure.message) : undefined;
    try {
      await this.#parts.history.end(context.transactionId, outcome, message);
    } catch (error) {
      this.#parts.log.warn({ err: error, source: container }, 'the end of a run of liveSync could not be stored');
    }
  }

  async #follow(call: ObjectCall, facade: ConnectorFacade, signal: AbortSignal): Promise<SyncRun> {
    const stage = await this.#parts.stages.read(call.container) ?? { revision: 0 };
    const token = tokenOf(stage);
    const run = new SyncRun(this.#parts, call, stage, signal);
    if (token === undefined) await run.storeLatest(facade);
    else await run.follow(facade, token);
    return run;
  }
}
