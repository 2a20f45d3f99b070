import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { isObject, type JsonObject, type JsonValue } from '../crest/json.js';
import { ResourceError, notFound } from '../crest/resource-error.js';
import type { TraceSpan, Tracer } from '../../protocol/model/index.js';
import type { Log } from '../log.js';
import type { AuditLog } from '../store/audit-log.js';
import { readJsonFile, writeJsonFile } from '../store/json-file.js';
import type { SystemRegistry } from '../systems/system-registry.js';
import type { LinkTables } from './links.js';
import type { Mapping } from './mapping.js';
import { ownerOf, type MappingBook } from './mapping-book.js';
import type { ThresholdSource } from './mapping-source.js';
import { systemObjectSet } from './object-set.js';
import { Progress } from './progress.js';
import type { ReconciliationObserver } from './reconciliation-observer.js';
import { ReconciliationRun, messageOf, type RunParts } from './run.js';
import { runParameters, withOverrides } from './run-parameters.js';

export interface ReconciliationSettings {
  readonly maxEntries: number;
  readonly maxConcurrentRuns: number;
  readonly defaultDeleteThreshold: ThresholdSource | undefined;
}

export interface ReconciliationParts {
  readonly book: MappingBook;
  readonly links: LinkTables;
  readonly registry: SystemRegistry;
  readonly audit: AuditLog;
  readonly dataFolder: string;
  readonly settings: ReconciliationSettings;
  readonly observer?: ReconciliationObserver | undefined;
  readonly log: Log;
  /** Records each run as a trace of its own. Undefined: nobody traces. */
  readonly tracer?: Tracer | undefined;
}

const KEPT_RUNS = 100;
const ID = /^[0-9a-f-]{36}$/;

type RunStart = Pick<RunParts, 'id' | 'mapping' | 'progress' | 'caller' | 'log' | 'onlyId'> & { readonly asked: TraceSpan | undefined };

interface ActiveRun {
  readonly mapping: string;
  readonly progress: Progress;
  readonly cancel: AbortController;
  readonly done: Promise<void>;
  summary(): JsonObject;
}

/** All runs of this controller: those under way and the last finished ones; older ones are on disk. */
export class Reconciliations {
  readonly #parts: ReconciliationParts;
  readonly #runs = new Map<string, ActiveRun>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(parts: ReconciliationParts) {
    this.#parts = parts;
  }

  /** Starts a run, which `asked` led to; answers its id and how to wait for its end. Throws 409 for an unknown mapping and for one that runs. */
  async start(name: string, body: JsonValue | undefined, caller: string, onlyId?: string, asked?: TraceSpan): Promise<{ readonly id: string; readonly done: Promise<void> }> {
    const mapping = withOverrides(await this.#mapping(name), body);
    const running = [...this.#runs.values()].find((run) => run.mapping === name && run.progress.state === 'ACTIVE');
    if (running !== undefined) throw new ResourceError(409, `A reconciliation of ${name} is running already`);
    const id = randomUUID();
    const { observer } = this.#parts;
    const progress = new Progress((situation) => observer?.situation(name, situation));
    observer?.started(name);
    const cancel = new AbortController();
    // Every operation under way listens for it.
    setMaxListeners(0, cancel.signal);
    const log = this.#parts.log.child({ reconId: id, mapping: name });
    const run = { execute: (): Promise<void> => this.#execute({ id, mapping, progress, caller, log, onlyId, asked }, cancel.signal) };
    const active: ActiveRun = { mapping: name, progress, cancel, done: run.execute(), summary: () => progress.toJson(id, name, runParameters(mapping, onlyId)) };
    this.#runs.set(id, active);
    return { id, done: active.done };
  }

  async #mapping(name: string): Promise<Mapping> {
    try {
      const entry = await this.#parts.book.get(name);
      if (entry === undefined) throw new ResourceError(409, `No such mapping: ${name}`);
      if ('problem' in entry) throw new ResourceError(409, `Mapping ${name} cannot be used: ${entry.problem}`);
      return entry.mapping;
    } catch (error) {
      if (error instanceof TypeError) throw new ResourceError(409, error.message, { cause: error });
      throw error;
    }
  }

  /** Never rejects. */
  async #execute(start: RunStart, signal: AbortSignal): Promise<void> {
    const { id, mapping, progress, caller, log, asked } = start;
    const { book, links, registry, settings, audit, tracer } = this.#parts;
    await this.#turn();
    const span = tracer?.start('reconciliation', { attributes: { 'causeway.mapping': mapping.name, 'causeway.request_id': id }, links: asked === undefined ? [] : [asked] });
    try {
      const identity = { caller, transactionId: id, span };
      const run = new ReconciliationRun({
        ...start, audit, maxEntries: settings.maxEntries, defaultDeleteThreshold: settings.defaultDeleteThreshold,
        source: systemObjectSet(mapping.source, registry, identity), target: systemObjectSet(mapping.target, registry, identity),
        links: await links.of(mapping, await ownerOf(book, mapping)),
      });
      log.info({ caller, trace_id: span?.traceId, span_id: span?.spanId }, 'reconciliation started');
      await run.execute(signal);
    } catch (error) {
      progress.message = messageOf(error);
      progress.enter('COMPLETED_FAILED');
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
      span?.set({ 'causeway.state': progress.state });
      span?.end(progress.state === 'FAILED' ? new Error('failed') : undefined);
    }
    this.#parts.observer?.ended(mapping.name, { state: progress.state, milliseconds: progress.duration, changes: progress.changes, failed: progress.status.FAILURE });
    await this.#keep(id, log);
  }

  async #turn(): Promise<void> {
    if (this.#running >= this.#parts.settings.maxConcurrentRuns) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
  }

  async #keep(id: string, log: Log): Promise<void> {
    const run = this.#runs.get(id);
    if (run === undefined) return;
    const summary = run.summary();
    log.info({ state: summary['state'], situations: summary['situationSummary'], progress: summary['progress'], duration: summary['duration'], reason: summary['message'] }, 'reconciliation ended');
    try {
      await writeJsonFile(this.#path(id), summary);
      const finished = [...this.#runs].filter(([, { progress }]) => progress.state !== 'ACTIVE');
      for (const [old] of finished.slice(0, Math.max(0, finished.length - KEPT_RUNS))) this.#runs.delete(old);
    } catch (error) {
      log.error({ err: error }, 'the summary of a reconciliation could not be stored');
    }
  }

  /** Oldest first. */
  list(): JsonObject[] {
    return [...this.#runs.values()].map((run) => run.summary());
  }

  /** Throws 404. */
  async summary(id: string): Promise<JsonObject> {
    const run = this.#runs.get(id);
    const stored = run === undefined && ID.test(id) ? await readJsonFile(this.#path(id)) : undefined;
    if (run !== undefined) return run.summary();
    if (isObject(stored)) return stored;
    throw notFound(`Reconciliation with id ${id} not found.`);
  }

  /** Asks a run to stop; it does when what is under way has ended. Throws 404. */
  cancel(id: string): void {
    const run = this.#runs.get(id);
    if (run === undefined) throw notFound(`Reconciliation with id ${id} not found.`);
    if (run.progress.state !== 'ACTIVE') return;
    run.progress.enter('ACTIVE_CANCELING');
    run.cancel.abort(new ResourceError(503, 'The reconciliation was cancelled'));
  }

  /** Cancels everything and waits for the end. */
  async close(): Promise<void> {
    for (const id of this.#runs.keys()) this.cancel(id);
    await Promise.all([...this.#runs.values()].map((run) => run.done));
  }

  #path(id: string): string {
    return join(this.#parts.dataFolder, 'recon', `${id}.json`);
  }
}
