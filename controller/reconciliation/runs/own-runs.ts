import { setMaxListeners } from 'node:events';
import type { JsonObject } from '../../crest/json.js';
import { ResourceError } from '../../crest/resource-error.js';
import { anySignal, type TraceSpan, type Tracer } from '../../../protocol/model/index.js';
import type { Log } from '../../log.js';
import { DatabaseUnavailable } from '../../store/database/database-errors.js';
import type { Database } from '../../store/database/database.js';
import { messageOf } from '../message-of.js';
import type { Mapping } from '../../mappings/mapping.js';
import { Progress, isEnd } from '../progress.js';
import type { ReconciliationObserver } from '../reconciliation-observer.js';
import { runParameters, withOverrides } from '../run-parameters.js';
import { RunTaken } from './run-hold.js';
import type { RunRecord, RunStore } from './run-store.js';

export interface CarriedRun {
  readonly record: RunRecord;
  readonly mapping: Mapping;
  readonly progress: Progress;
  readonly log: Log;
  readonly span: TraceSpan | undefined;
  /** Fires when nothing of the run may go on here; what was begun ends, and is stored, although the run is cancelled. */
  readonly underWay: AbortSignal;
}

/** Carries out one run; what it needs besides is its own business. `signal` fires, too, when it is cancelled: nothing more is begun then. */
export type RunExecutor = (run: CarriedRun, signal: AbortSignal) => Promise<'done' | 'approval'>;

export interface OwnRunParts {
  readonly database: Database;
  readonly store: RunStore;
  readonly maxConcurrentRuns: number;
  mapping(name: string): Promise<Mapping>;
  readonly execute: RunExecutor;
  /** Notes that a run begins, or goes on. */
  readonly begun: (record: RunRecord) => Promise<void>;
  /** The audit of a run that has ended. */
  readonly settle: (record: RunRecord, mapping: Mapping | undefined, summary: JsonObject) => Promise<void>;
  /** A run that waits for approval. */
  readonly waits?: ((record: RunRecord, summary: JsonObject) => Promise<void>) | undefined;
  /** Drops what was needed for the run alone. */
  readonly tidy: (record: RunRecord) => Promise<void>;
  readonly observer?: ReconciliationObserver | undefined;
  readonly log: Log;
  readonly tracer?: Tracer | undefined;
}

interface OwnRun {
  record: RunRecord;
  readonly progress: Progress;
  readonly parameters: JsonObject;
  readonly cancel: AbortController;
  /** For what must not go on here, whoever goes on with it. */
  readonly leave: AbortController;
  readonly done: Promise<void>;
  /** What is shown of a run that has ended and is not stored as ended. */
  settling: JsonObject | undefined;
  /** False: it waits for its turn, or another controller may be carrying it out. */
  isCarried: boolean;
}

/** How often a run's progress is stored, in milliseconds. */
const NOTE_EVERY = 1_000;

/** The run stays as it is in the database, for whoever goes on with it. */
class LeftOff extends Error {
  override readonly name = 'LeftOff';
}

/** The runs this process carries out. */
export class OwnRuns {
  readonly #parts: OwnRunParts;
  readonly #runs = new Map<string, OwnRun>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(parts: OwnRunParts) {
    this.#parts = parts;
  }

  /** Carries a run out unless another process does. Resolves when nothing more is done about it here; never rejects. */
  adopt(record: RunRecord, asked?: TraceSpan): Promise<void> {
    const known = this.#runs.get(record.id);
    // One that came to wait for approval a moment ago, and was decided about meanwhile, goes on behind that.
    const isDecided = known !== undefined && known.record.approval === undefined && record.approval !== undefined;
    if (known !== undefined) return isDecided ? known.done.then(() => this.adopt(record, asked)) : known.done;
    const { observer } = this.#parts;
    const progress = new Progress((situation, objects) => observer?.situation(record.mapping, situation, objects), record.started);
    progress.isDryRun = record.request.dryRun === true;
    const [cancel, leave] = [new AbortController(), new AbortController()];
    // Every operation under way listens for them.
    setMaxListeners(0, cancel.signal, leave.signal);
    const done = this.#turn(() => this.#own(record, asked)).finally(() => this.#runs.delete(record.id));
    this.#runs.set(record.id, { record, progress, cancel, leave, done, parameters: {}, settling: undefined, isCarried: false });
    return done;
  }

  /** Resolves when nothing more is done about it here. */
  async over(id: string): Promise<void> {
    await this.#runs.get(id)?.done;
  }

  summary(id: string): JsonObject | undefined {
    const run = this.#runs.get(id);
    if (run?.isCarried !== true) return undefined;
    return run.settling ?? run.progress.toJson(id, run.record.mapping, run.parameters);
  }

  /** Answers false when the run is, or may be, another process's. */
  cancel(id: string): boolean {
    const run = this.#runs.get(id);
    if (run === undefined) return false;
    if (run.settling !== undefined) return true;
    run.progress.enter('ACTIVE_CANCELING');
    run.cancel.abort(new ResourceError(503, 'The reconciliation was cancelled'));
    return run.isCarried;
  }

  async close(): Promise<void> {
    for (const { leave } of this.#runs.values()) leave.abort(new LeftOff('the controller is stopping'));
    await Promise.all([...this.#runs.values()].map(({ done }) => done));
  }

  async #turn(run: () => Promise<void>): Promise<void> {
    if (this.#running >= this.#parts.maxConcurrentRuns) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
    try {
      await run();
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #own(found: RunRecord, asked: TraceSpan | undefined): Promise<void> {
    const { database, store, log } = this.#parts;
    try {
      await database.exclusively(`reconciliation ${found.mapping}`, async (lease) => {
        const record = await store.take(found.id);
        const run = this.#runs.get(found.id);
        if (record === undefined || run === undefined) return;
        // Whoever carried it out is gone, and may not have heard.
        if (record.isCancelled) this.cancel(record.id);
        await this.#carryOut(Object.assign(run, { record, isCarried: true }), anySignal(lease, run.leave.signal), asked);
      });
    } catch (error) {
      log.warn({ err: error, reconId: found.id }, 'a reconciliation was left off; it goes on when the database can be used');
    }
  }

  /** Rejects only when the run is left off. */
  async #carryOut(run: OwnRun, underWay: AbortSignal, asked: TraceSpan | undefined): Promise<void> {
    const { record, progress } = run;
    const { tracer, observer, store } = this.#parts;
    const log = this.#parts.log.child({ reconId: record.id, mapping: record.mapping });
    const span = tracer?.start('reconciliation', { attributes: { 'causeway.mapping': record.mapping, 'causeway.request_id': record.id }, links: asked === undefined ? [] : [asked] });
    const stopNoting = this.#noteRegularly(run);
    observer?.started(record.mapping);
    log.info({ caller: record.caller, phase: record.phase, trace_id: span?.traceId, span_id: span?.spanId }, 'reconciliation started');
    let mapping: Mapping | undefined;
    try {
      mapping = await this.#toItsEnd(run, { log, span, underWay });
    } finally {
      await stopNoting();
      span?.set({ 'causeway.state': progress.state });
      span?.end(progress.state === 'FAILED' ? new Error('failed') : undefined);
      observer?.ended(record.mapping, { state: progress.state, milliseconds: progress.duration, changes: progress.changes, failed: progress.status.FAILURE });
    }
    const summary = this.#summary(run);
    log.info({ state: summary['state'], situations: summary['situationSummary'], progress: summary['progress'], duration: summary['duration'], reason: summary['message'] }, 'reconciliation ended');
    if (!isEnd(progress.state)) {
      await store.note(record, summary, progress.state);
      return this.#parts.waits?.(record, summary);
    }
    await store.requireHeld(record);
    await this.#parts.settle(record, mapping, summary);
    await store.end(record, summary, progress.state);
    await this.#parts.tidy(record);
  }

  /** How it ended is in the progress; answers the mapping, if there is one. Rejects when the run is left off. */
  async #toItsEnd(run: OwnRun, carried: Pick<CarriedRun, 'log' | 'span' | 'underWay'>): Promise<Mapping | undefined> {
    const signal = anySignal(carried.underWay, run.cancel.signal);
    const { record, progress } = run;
    let mapping: Mapping | undefined;
    try {
      await this.#parts.begun(record);
      mapping = withOverrides(await this.#parts.mapping(record.mapping), record.request.body);
      Object.assign(run.parameters, runParameters(mapping, record.request.onlyId));
      const outcome = await this.#execute({ ...carried, record, mapping, progress }, signal);
      run.settling = this.#summary(run);
      if (outcome === 'done') progress.enter('COMPLETED_SUCCESS');
    } catch (error) {
      if (isLeftOff(error, signal)) throw error;
      run.settling = this.#summary(run);
      progress.message = messageOf(error);
      progress.enter(run.cancel.signal.aborted || error instanceof Rejected ? 'COMPLETED_CANCELED' : 'COMPLETED_FAILED');
      carried.log.warn({ reason: progress.message }, 'reconciliation did not complete');
    }
    return mapping;
  }

  #summary({ progress, record, parameters }: OwnRun): JsonObject {
    return progress.toJson(record.id, record.mapping, parameters);
  }

  async #execute(carried: CarriedRun, signal: AbortSignal): Promise<'done' | 'approval'> {
    signal.throwIfAborted();
    const { approval } = carried.record;
    if (approval?.decision === 'rejected') throw new Rejected(`The reconciliation was rejected by ${approval.by}`);
    return this.#parts.execute(carried, signal);
  }

  /** Also learns, from the database, that another controller was asked to cancel the run. */
  #noteRegularly(run: OwnRun): () => Promise<void> {
    const { record, progress } = run;
    let noting: Promise<void> = Promise.resolve();
    const timer = setInterval(() => {
      noting = noting.then(async () => {
        const isCancelled = await this.#parts.store.note(record, this.#summary(run), progress.state);
        if (isCancelled) this.cancel(record.id);
      }).catch((error: unknown) => {
        if (error instanceof RunTaken) run.leave.abort(error);
      });
    }, NOTE_EVERY).unref();
    return async () => {
      clearInterval(timer);
      await noting;
    };
  }
}

/** Ends a run as one that was cancelled. */
export class Rejected extends ResourceError {
  constructor(message: string) {
    super(409, message);
  }
}

/** The process stops, or has lost the run or the database: somebody else goes on, or this process later. */
function isLeftOff(error: unknown, signal: AbortSignal): boolean {
  return error instanceof DatabaseUnavailable || error instanceof LeftOff || error instanceof RunTaken || (signal.aborted && !(signal.reason instanceof ResourceError && !(signal.reason instanceof DatabaseUnavailable)));
}
