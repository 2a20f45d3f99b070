import { ALL, ConnectorError, type ConnectorFacade, type SyncDelta, type SyncToken, type Tracer } from '../../protocol/model/index.js';
import { writeJson, type JsonObject } from '../crest/json.js';
import type { CallerContext } from '../crest/request.js';
import { notFound, preconditionFailed } from '../crest/resource-error.js';
import type { Log } from '../log.js';
import { representation } from '../crest/write-answer.js';
import { defaultAttributes, withAttributes, type ObjectType } from '../systems/object-type.js';
import { toResource } from '../systems/read-object.js';
import { callContext, facadeFor, translated, type ObjectCall } from '../systems/requests/object-call.js';
import type { Change, ChangeHandler } from './change-handler.js';
import type { DeadLetter, DeadLetters } from './dead-letters.js';
import type { LiveSyncObserver, RunOutcome } from './live-sync-observer.js';
import { afterFailure, refuseScriptedHandler } from './failure-handler.js';
import { stageJson, type SyncStage, type SyncStageStore } from './sync-stage-store.js';
import { tokenFromJson, tokenJson } from './sync-token-json.js';

export interface LiveSyncParts {
  readonly stages: SyncStageStore;
  readonly changes: ChangeHandler;
  readonly deadLetters: DeadLetters;
  readonly observer?: LiveSyncObserver | undefined;
  readonly log: Log;
  /** Records each run as a trace of its own. Undefined: nobody traces. */
  readonly tracer?: Tracer | undefined;
}

/** The token is stored after so many changes, so that a crash repeats no more than these. */
const SAVE_EVERY = 100;

/** Runs liveSync, one run at a time per object type. */
export class LiveSync {
  readonly #parts: LiveSyncParts;
  readonly #running = new Set<string>();

  constructor(parts: LiveSyncParts) {
    this.#parts = parts;
  }

  /** One run. Answers the stage object. Throws 412 while another run of the type is under way. */
  async run(call: ObjectCall, detailed: boolean): Promise<JsonObject> {
    refuseScriptedHandler(call.system.name, call.setup.source.syncFailureHandler);
    const facade = facadeFor(call, 'SyncApiOp', 'SYNC');
    const source = call.container;
    if (this.#running.has(source)) throw preconditionFailed(`liveSync of ${source} is running already`);
    this.#running.add(source);
    call.context.withoutDeadline?.();
    const { observer, tracer } = this.#parts;
    const startedAt = performance.now();
    let outcome: RunOutcome = 'failed';
    observer?.started(source);
    const { span: asked, transactionId } = call.context;
    const span = tracer?.start('liveSync', { attributes: { 'causeway.source': source, 'causeway.request_id': transactionId }, links: asked === undefined ? [] : [asked] });
    let failure: unknown;
    try {
      const run = await this.#follow({ ...call, context: { ...call.context, span: span ?? asked } }, facade);
      outcome = run.hasStopped ? 'stopped' : 'ok';
      return stageJson(source, run.stage, detailed);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      this.#running.delete(source);
      observer?.ended(source, outcome, performance.now() - startedAt);
      span?.set({ 'causeway.state': outcome });
      span?.end(failure);
    }
  }

  async #follow(call: ObjectCall, facade: ConnectorFacade): Promise<SyncRun> {
    const stage = await this.#parts.stages.read(call.container);
    const token = tokenFromJson(stage?.connectorData);
    const run = new SyncRun(this.#parts, call, stage ?? { revision: 0 });
    if (token === undefined) await run.storeLatest(facade);
    else await run.follow(facade, token);
    return run;
  }
}

/** One run over one object type. */
class SyncRun {
  readonly #parts: LiveSyncParts;
  readonly #call: ObjectCall;
  stage: SyncStage;
  /** At a change that failed and comes again. */
  hasStopped = false;

  constructor(parts: LiveSyncParts, call: ObjectCall, stage: SyncStage) {
    this.#parts = parts;
    this.#call = call;
    this.stage = stage;
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
    const deltas = facade.stream({ kind: 'sync', objectClass: type.objectClass, token, options }, callContext(context));
    let reached: SyncToken | undefined;
    try {
      await translated(this.#call, 'ACTION', this.#call.container, async () => {
        for (let done = 1; ; done += 1) {
          const step = await deltas.next();
          if (step.done === true) return this.#finish(step.value ?? reached);
          if (!await this.#apply(step.value, reached)) return;
          reached = step.value.token;
          if (done % SAVE_EVERY === 0) await this.#save({ connectorData: tokenJson(reached) });
        }
      });
    } catch (error) {
      // What was done is done: the next run goes on behind it.
      if (reached !== undefined) await this.#save({ connectorData: tokenJson(reached) });
      throw error;
    } finally {
      await deltas.return(undefined);
    }
  }

  async #finish(token: SyncToken | undefined): Promise<void> {
    await this.#save(token === undefined ? {} : { connectorData: tokenJson(token) });
  }

  /** False when the run has to end here and the change comes again. */
  async #apply(delta: SyncDelta, reached: SyncToken | undefined): Promise<boolean> {
    const { context, system, setup } = this.#call;
    let record: JsonObject | null = null;
    try {
      const change = toChange(this.#call, delta);
      record = change.newValue ?? null;
      await this.#parts.changes.handle(change, context.signal);
      this.#parts.observer?.change(this.#call.container, 'applied');
      return true;
    } catch (error) {
      context.signal.throwIfAborted();
      const failureCause = system.connector?.scrub(error instanceof Error ? error.message : String(error)) ?? '';
      const letter: DeadLetter = {
        token: writeJson(tokenJson(delta.token)['syncToken'] ?? null), systemIdentifier: system.name, objectType: this.#call.type.name,
        uid: delta.uid.value, failedRecord: record, failureCause,
      };
      const decision = await afterFailure(setup.source.syncFailureHandler, letter, this.stage.retries, { ...this.#parts, onDeadLetter: () => this.#parts.observer?.deadLetter(this.#call.container) });
      this.#parts.observer?.change(this.#call.container, decision.next === 'goOn' ? 'given_up' : 'failed');
      if (decision.next === 'goOn') return true;
      this.hasStopped = true;
      const lastException = { throwable: failureCause, syncDelta: deltaText(delta) };
      await this.#save({ ...(reached === undefined ? {} : { connectorData: tokenJson(reached) }), lastException, retries: decision.retries });
      return false;
    }
  }

  async #save(changed: Partial<Omit<SyncStage, 'revision'>>): Promise<void> {
    const { connectorData, revision } = this.stage;
    this.stage = { connectorData, ...changed, revision: revision + 1 };
    await this.#parts.stages.write(this.#call.container, this.stage);
  }
}

function toChange(call: ObjectCall, delta: SyncDelta): Change {
  const type = typeOf(call, delta);
  const container = `system/${call.system.name}/${type.name}`;
  const { transactionId, span }: CallerContext = call.context;
  const id = delta.uid.value;
  if (delta.kind === 'DELETE') return { kind: 'delete', container, id, transactionId, span };
  if (delta.object === undefined) throw new Error(`the ${delta.kind} change of ${id} has no object`);
  const newValue = representation(toResource(type, delta.object), []);
  if (delta.previousUid !== undefined) newValue['_previous-id'] = delta.previousUid.value;
  return { kind: delta.kind === 'CREATE' ? 'create' : 'update', container, id, newValue, transactionId, span };
}

/** Of a run over everything, the type that has the delta's object class. */
function typeOf(call: ObjectCall, delta: SyncDelta): ObjectType {
  if (call.type.objectClass !== ALL) return call.type;
  const objectClass = delta.objectClass ?? delta.object?.objectClass ?? '';
  const found = call.system.typeByObjectClass(objectClass);
  if (found === undefined) throw new Error(`no object type of system ${call.system.name} has the object class ${objectClass}`);
  return found;
}

/** Which change it was, without its values. */
function deltaText({ kind, uid, objectClass, token }: SyncDelta): string {
  return writeJson({ syncDeltaType: kind, objectClass: objectClass ?? null, uid: uid.value, token: tokenJson(token) });
}
