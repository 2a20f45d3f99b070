import { matchesFilter } from '../crest/evaluate-query-filter.js';
import { ResourceError } from '../crest/resource-error.js';
import type { JsonObject } from '../crest/json.js';
import type { Log } from '../log.js';
import type { AuditLog } from '../store/audit-log.js';
import { assessGoneSource, assessSource, assessTarget, type Assessment, type AssessmentParts } from './assess.js';
import { objectEntry, startEntry, summaryEntry, type AuditSubject } from './audit-entries.js';
import { DeletionGate } from './deletion-gate.js';
import type { Links } from './links.js';
import { actionFor, type Mapping } from './mapping.js';
import type { ThresholdSource } from './mapping-source.js';
import type { ObjectSet } from './object-set.js';
import { SituationException, performAction, type ActionParts } from './perform-action.js';
import type { Progress } from './progress.js';
import { runParameters } from './run-parameters.js';
import type { Action } from './situations.js';
import { TargetIndex, TargetQueries } from './target-lookup.js';
import { Brake, ThresholdError } from './thresholds.js';
import { wantedSourceNames, wantedTargetNames } from './wanted-names.js';
import { WholeRead } from './whole-read.js';
import { Workers } from './workers.js';

export interface RunParts {
  readonly id: string;
  readonly mapping: Mapping;
  readonly source: ObjectSet;
  readonly target: ObjectSet;
  readonly links: Links;
  readonly progress: Progress;
  readonly audit: AuditLog;
  readonly caller: string;
  readonly log: Log;
  /** Objects a run may hold in memory, each side. */
  readonly maxEntries: number;
  readonly defaultDeleteThreshold: ThresholdSource | undefined;
  /** Set: only this source object, and no target phase. */
  readonly onlyId?: string | undefined;
}

interface Decision { readonly assessment: Assessment; readonly action: Action; readonly reconciling: 'source' | 'target' }

/**
 * One full reconciliation. Targets are read first, as ids, fingerprints and correlation keys; sources stream by and are
 * dealt with as they come; then the targets that nobody met. Deletions wait for the end: they happen only when both reads
 * were complete and there are not too many of them.
 */
export class ReconciliationRun {
  readonly #parts: RunParts;
  readonly #index: TargetIndex;
  readonly #assessment: AssessmentParts;
  readonly #action: ActionParts;
  readonly #brake: Brake;
  readonly #subject: AuditSubject;
  readonly #deletions: Decision[] = [];
  readonly #gate: DeletionGate;
  #sourceRead: WholeRead | undefined;
  #targetRead: WholeRead | undefined;

  constructor(parts: RunParts) {
    const { mapping, links, target, progress } = parts;
    this.#parts = parts;
    this.#index = new TargetIndex(mapping, target);
    const lookup = parts.onlyId === undefined ? this.#index : new TargetQueries(mapping, target);
    this.#assessment = { mapping, links, lookup, claims: new Map() };
    this.#brake = new Brake(mapping, parts.defaultDeleteThreshold);
    this.#gate = new DeletionGate({ mapping, source: parts.source, target, brake: this.#brake });
    this.#subject = { reconId: parts.id, mapping, caller: parts.caller };
    const { changes } = progress;
    this.#action = {
      mapping, links, target,
      counters: {
        created: () => { changes.created += 1; }, updated: () => { changes.updated += 1; }, deleted: () => { changes.deleted += 1; },
        linked: () => { changes.linked += 1; }, unlinked: () => { changes.unlinked += 1; },
        mayCreate: () => this.#brake.take('CREATE', this.#index.size), mayUpdate: () => this.#brake.take('UPDATE', this.#index.size),
      },
    };
  }

  /** Never rejects: how it ended is in the progress. */
  async execute(signal: AbortSignal): Promise<void> {
    const { progress, audit, log } = this.#parts;
    try {
      await audit.write(startEntry(this.#subject));
      await this.#run(signal);
      progress.enter(signal.aborted ? 'COMPLETED_CANCELED' : 'COMPLETED_SUCCESS');
    } catch (error) {
      progress.message = messageOf(error);
      progress.enter(signal.aborted ? 'COMPLETED_CANCELED' : 'COMPLETED_FAILED');
      log.warn({ reason: progress.message }, 'reconciliation did not complete');
    } finally {
      await this.#close();
    }
  }

  async #close(): Promise<void> {
    const { progress, audit, links, log } = this.#parts;
    try {
      await links.flush();
      await audit.write(summaryEntry(this.#subject, this.summary(), progress.state === 'SUCCESS' ? 'SUCCESS' : 'FAILURE'));
      await audit.flush();
    } catch (error) {
      log.error({ err: error }, 'links or audit of a reconciliation could not be written');
    }
  }

  summary(): JsonObject {
    return this.#parts.progress.toJson(this.#parts.id, this.#parts.mapping.name, runParameters(this.#parts.mapping, this.#parts.onlyId));
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { progress, mapping, links } = this.#parts;
    progress.links.total = links.size;
    if (this.#parts.onlyId !== undefined) return this.#reconcileOne(this.#parts.onlyId, signal);
    progress.enter('ACTIVE_QUERY_ENTRIES');
    await progress.durations.measure('targetQuery', () => this.#readTargets(signal));
    progress.enter('ACTIVE_RECONCILING_SOURCE');
    await progress.durations.measure('sourcePhase', () => this.#sourcePhase(signal));
    if (mapping.settings.runTargetPhase) {
      progress.enter('ACTIVE_RECONCILING_TARGET');
      await progress.durations.measure('targetPhase', () => this.#targetPhase(signal));
    }
    progress.enter('ACTIVE_PROCESSING_RESULTS');
    await this.#delete(signal);
  }

  async #reconcileOne(id: string, signal: AbortSignal): Promise<void> {
    const { source, progress } = this.#parts;
    progress.enter('ACTIVE_RECONCILING_SOURCE');
    progress.source.total = 1;
    const decision = await this.#decide('source', async () => {
      const object = await source.read(id, signal);
      return object === undefined ? assessGoneSource(this.#assessment, id, signal) : assessSource(this.#assessment, object, signal);
    }, signal);
    progress.source.processed = 1;
    if (decision !== undefined) await this.#perform(decision, signal);
  }

  async #readTargets(signal: AbortSignal): Promise<void> {
    const { target, mapping, maxEntries, progress } = this.#parts;
    const query = { filter: mapping.targetQuery, names: wantedTargetNames(mapping) };
    this.#targetRead = await WholeRead.of(target, query, (object) => { this.#index.add(object, maxEntries); }, signal);
    progress.target.total = this.#index.size;
  }

  async #sourcePhase(signal: AbortSignal): Promise<void> {
    const { source, mapping, progress } = this.#parts;
    const query = { filter: mapping.sourceQuery, names: wantedSourceNames(mapping) };
    let read: WholeRead | undefined;
    await this.#inParallel(async (add) => {
      read = await WholeRead.of(source, query, (object) => add(async () => {
        const decision = await this.#decide('source', () => assessSource(this.#assessment, object, signal), signal);
        progress.source.processed += 1;
        if (decision !== undefined) await this.#carryOut(decision, signal);
      }), signal);
    });
    this.#sourceRead = read;
    progress.source.total = this.#sourceRead?.count ?? 0;
    if (progress.source.total === 0 && !mapping.settings.allowEmptySourceSet) {
      throw new ResourceError(409, `The source ${mapping.source} is empty; nothing was done about the targets. Set allowEmptySourceSet if that is right`);
    }
  }

  async #targetPhase(signal: AbortSignal): Promise<void> {
    const { source, progress } = this.#parts;
    await this.#inParallel(async (add) => {
      for (const target of this.#index.unmet()) {
        await add(async () => {
          const decision = await this.#decide('target', () => assessTarget(this.#assessment, source, target, signal), signal);
          progress.target.processed += 1;
          if (decision !== undefined) await this.#carryOut(decision, signal);
        });
      }
    });
  }

  /** Hands tasks to the workers; whatever happens, none is left running when this ends. */
  async #inParallel(produce: (add: (task: () => Promise<void>) => Promise<void>) => Promise<void>): Promise<void> {
    const workers = new Workers(this.#parts.mapping.settings.taskThreads);
    try {
      await produce((task) => workers.add(task));
      await workers.finish();
    } finally {
      await workers.settle();
    }
  }

  /** Undefined when the object could not be looked at, which is noted. */
  async #decide(reconciling: Decision['reconciling'], assess: () => Promise<Assessment>, signal: AbortSignal): Promise<Decision | undefined> {
    const { mapping, progress, log } = this.#parts;
    try {
      const assessment = await assess();
      for (const id of [assessment.target?.id, ...assessment.ambiguous]) if (id !== undefined) this.#index.meet(id);
      progress.situation(assessment.situation);
      const view = { object: assessment.source ?? null, linkQualifier: 'default' };
      return { assessment, reconciling, action: actionFor(mapping, assessment.situation, (condition) => matchesFilter(condition, view)) };
    } catch (error) {
      signal.throwIfAborted();
      progress.status.FAILURE += 1;
      log.warn({ reconciling, reason: messageOf(error) }, 'an object could not be assessed');
      return undefined;
    }
  }

  async #carryOut(decision: Decision, signal: AbortSignal): Promise<void> {
    if (decision.action === 'DELETE') this.#deletions.push(decision);
    else await this.#perform(decision, signal);
  }

  async #delete(signal: AbortSignal): Promise<void> {
    await this.#gate.open(this.#deletions.map(({ assessment }) => assessment), { source: this.#sourceRead, target: this.#targetRead }, signal);
    await this.#inParallel(async (add) => {
      for (const decision of this.#deletions) await add(() => this.#perform(decision, signal));
    });
  }

  async #perform(decision: Decision, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { progress } = this.#parts;
    const { assessment, action } = decision;
    let targetId = assessment.target?.id;
    let error: Error | undefined;
    try {
      if (action === 'DELETE') await this.#gate.confirm(assessment, signal);
      targetId = await progress.durations.measure(DURATION_NAMES[action] ?? 'reconAction', () => performAction(this.#action, assessment, action, signal));
    } catch (caught) {
      signal.throwIfAborted();
      if (caught instanceof ThresholdError) throw caught;
      error = caught instanceof Error ? caught : new Error('unknown failure');
    }
    const status = error === undefined || error instanceof SituationException ? 'SUCCESS' : 'FAILURE';
    progress.status[status] += 1;
    if (status === 'FAILURE') this.#parts.log.warn({ situation: assessment.situation, action, sourceId: assessment.sourceId, targetId, reason: messageOf(error) }, 'an object failed');
    if (action !== 'NOREPORT') await this.#parts.audit.write(objectEntry(this.#subject, { ...decision, targetId, error, status }));
  }
}

const DURATION_NAMES: Readonly<Partial<Record<Action, string>>> = { CREATE: 'createTargetObject', UPDATE: 'updateTargetObject', DELETE: 'deleteTargetObject' };

/** The message, with what the connector said. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown failure';
  const detail = error instanceof ResourceError && typeof error.detail === 'object' && error.detail !== null && 'connectorMessage' in error.detail ? error.detail.connectorMessage : undefined;
  return typeof detail === 'string' ? `${error.message}: ${detail}` : error.message;
}
