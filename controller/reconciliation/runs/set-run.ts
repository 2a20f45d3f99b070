import { createHash } from 'node:crypto';
import type { Database } from '../../store/database/database.js';
import { isObject } from '../../crest/json.js';
import { ResourceError } from '../../crest/resource-error.js';
import type { Log } from '../../log.js';
import { DeletionGate, type TargetLinks } from '../actions/deletion-gate.js';
import { ThresholdReached, Thresholds } from '../actions/thresholds.js';
import { decisionTables, type DecisionTables } from '../decisions/decision-tables.js';
import type { RunEngine } from '../run-engine.js';
import { messageOf } from '../message-of.js';
import type { LimitedAction } from '../../mappings/mapping.js';
import type { ThresholdSource } from '../../mappings/mapping-source.js';
import type { ObjectSet } from '../object-set.js';
import type { Progress } from '../progress.js';
import { keepSets } from '../staging/kept-sets.js';
import { isWholeSet, proofOf, stagingSet } from '../staging/staging-set.js';
import { act, linkFound, type LinkWriter } from './act.js';
import { decideRun } from './decide-run.js';
import { patiently, type PatienceSettings } from './patience.js';
import { readSides, type IdKeys } from './read-sides.js';
import type { RunFacts, RunPhase, RunRecord, RunStore } from './run-store.js';
import { countDecisions } from './tell-progress.js';

export interface SetRunParts {
  readonly database: Database;
  readonly store: RunStore;
  readonly record: RunRecord;
  readonly engine: RunEngine;
  readonly source: ObjectSet;
  readonly target: ObjectSet;
  readonly links: LinkWriter & TargetLinks & { readonly type: string | null; readonly isReversed: boolean; readonly keys: IdKeys; count(): Promise<number> };
  /** The mapping as it stands in the configuration at this moment; undefined when it cannot be used any more. */
  readonly engineNow: () => Promise<RunEngine | undefined>;
  readonly progress: Progress;
  readonly defaultDeleteThreshold: ThresholdSource | undefined;
  readonly patience: PatienceSettings;
  readonly log: Log;
  /** See CarriedRun. */
  readonly underWay: AbortSignal;
}

/**
 * A reconciliation of two whole sets. Both are read into tables; the database finds each object's situation; what is to be done is
 * counted against the thresholds before the first of it is done, deletions last. Each step is noted, so that another process can go on.
 */
export class SetRun {
  readonly #parts: SetRunParts;
  readonly #run: number;
  #facts: RunFacts;

  constructor(parts: SetRunParts) {
    this.#parts = parts;
    this.#run = parts.record.number;
    this.#facts = parts.record.facts;
  }

  /** Ends when everything is done; answers `approval` when a person has to say whether it may go on. Rejects with what stopped it. */
  async execute(signal: AbortSignal): Promise<'done' | 'approval'> {
    const { record, progress, links, engine } = this.#parts;
    if (record.phase === 'waiting') await engine.hook('onRecon', {}, {}, signal);
    progress.links.total = await links.count();
    const phase = await this.#resumed(record.phase);
    if (phase === 'reading') await this.#read(signal);
    else this.#tellRead();
    if (phase !== 'acting') {
      await this.#decide(signal);
      if (record.request.dryRun === true) return this.#done(signal);
      if (await this.#mustAsk()) return 'approval';
      await this.#enter('acting');
    } else {
      await countDecisions(this.#parts.database, this.#run, progress);
    }
    try {
      await this.#act(signal);
      await this.#keep();
      return await this.#done(signal);
    } catch (error) {
      if (!(error instanceof ThresholdReached)) throw error;
      await this.#ask(error.message);
      return 'approval';
    }
  }

  /** A run whose sets are lost or incomplete reads again, unless it has decided already. */
  async #resumed(phase: RunPhase): Promise<'reading' | 'deciding' | 'acting'> {
    if (phase === 'acting' || phase === 'approval') {
      await this.#requireUnchanged();
      return 'acting';
    }
    const { sourceSet, targetSet } = this.#facts;
    if (this.#facts.definition !== this.#definition()) return 'reading';
    if (phase !== 'deciding' || sourceSet === undefined || targetSet === undefined) return 'reading';
    const areWhole = await this.#isWhole(sourceSet, 'source') && await this.#isWhole(targetSet, 'target');
    return areWhole ? 'deciding' : 'reading';
  }

  /** What was read before the run went on here; of a delta, how much was read is not known any more. */
  #tellRead(): void {
    const { progress: { source, target }, record } = this.#parts;
    const { sources, targets } = this.#facts;
    source.total = sources;
    target.total = targets;
    if (record.request.delta === true) return;
    source.read = sources ?? 0;
    target.read = targets ?? 0;
  }

  /** Of what was read and decided by: a run goes on by nothing else, and what was approved is not done to another system. */
  #definition({ definition }: RunEngine = this.#parts.engine): string {
    const { source, target } = this.#parts;
    return createHash('sha256').update(JSON.stringify([definition, source.definition, target.definition])).digest('base64url');
  }

  async #requireUnchanged(): Promise<void> {
    const now = await this.#parts.engineNow();
    if (now !== undefined && this.#facts.definition === this.#definition(now)) return;
    throw new ResourceError(409, `The mapping ${this.#parts.record.mapping} or one of its systems was changed since the run read them; nothing more was done. Run the reconciliation again`);
  }

  #isWhole(number: number, side: 'source' | 'target'): Promise<boolean> {
    return isWholeSet(this.#parts.database, stagingSet(number, side));
  }

  async #enter(phase: RunPhase, facts: RunFacts = {}): Promise<void> {
    this.#facts = { ...this.#facts, ...facts };
    await this.#parts.store.enter(this.#parts.record, phase, this.#facts);
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { database, engine, source, target, links, progress, log } = this.#parts;
    progress.enter('ACTIVE_QUERY_ENTRIES');
    await this.#enter('reading', { sourceSet: undefined, targetSet: undefined, definition: this.#definition() });
    const read = await readSides({ database, run: this.#run, engine, source, target, keys: links.keys, progress, log, delta: this.#parts.record.request.delta === true, patiently: (work, ended) => this.#patiently(work, ended) }, signal);
    await this.#enter('deciding', { sourceSet: read.source.set.number, targetSet: read.target.set.number, sources: read.source.read.count, targets: read.target.read.count });
  }

  async #decide(signal: AbortSignal): Promise<void> {
    const { database, engine, source, target, links, progress, record } = this.#parts;
    progress.enter('ACTIVE_RECONCILING_SOURCE');
    const tables = this.#tables();
    const staging = { database, engine, onRow: () => undefined };
    await progress.durations.measure('sourcePhase', () => this.#patiently(() => decideRun({
      database, tables, engine, reconId: record.id, isTargetEmpty: this.#facts.targets === 0,
      ask: {
        database, tables, threads: engine.mapping.settings.taskThreads,
        source: { set: source, staging: { ...staging, set: tables.source, keyOf: links.keys.source } },
        target: { set: target, staging: { ...staging, set: tables.target, keyOf: links.keys.target } },
      },
    }, signal), signal));
    await countDecisions(database, this.#run, progress);
  }

  #tables(): DecisionTables {
    const { links } = this.#parts;
    const { sourceSet = 0, targetSet = 0 } = this.#facts;
    return decisionTables(this.#run, { source: stagingSet(sourceSet, 'source'), target: stagingSet(targetSet, 'target') }, links);
  }

  /** Whether the run wants more than it may; nothing has been done by then. */
  async #mustAsk(): Promise<boolean> {
    const wanted = await this.#wanted();
    const reached = this.#thresholds().reached(wanted);
    if (reached === undefined) return false;
    this.#parts.progress.wanted = { ...wanted, targets: this.#facts.targets ?? 0 };
    await this.#ask(reached);
    return true;
  }

  #thresholds(): Thresholds {
    const { engine, defaultDeleteThreshold } = this.#parts;
    return new Thresholds(engine.mapping, defaultDeleteThreshold, this.#facts.targets ?? 0);
  }

  async #wanted(): Promise<Record<LimitedAction, number>> {
    const [row] = await this.#parts.database.query<Record<'creates' | 'updates' | 'deletes', number>>(`
select count(*) filter (where action = 'CREATE') as creates, count(*) filter (where action = 'UPDATE' and differs) as updates,
  count(*) filter (where action = 'DELETE' and target_id is not null) as deletes
from ${this.#tables().objects} where phase < 2`);
    return { CREATE: Number(row?.creates), UPDATE: Number(row?.updates), DELETE: Number(row?.deletes) };
  }

  async #ask(reason: string): Promise<void> {
    const { progress } = this.#parts;
    progress.message = reason;
    progress.enter('AWAITING_APPROVAL');
    await this.#enter('approval');
  }

  async #act(signal: AbortSignal): Promise<void> {
    const { database, engine, source, target, links, progress, log, underWay } = this.#parts;
    const tables = this.#tables();
    const gate = new DeletionGate({ engine, source, target, links, requireUnchanged: () => this.#requireUnchanged() });
    const isApproved = this.#parts.record.approval?.decision === 'approved';
    const limit = isApproved ? Infinity : this.#thresholds().limit('UPDATE');
    // Those before a restart count too.
    let updates = progress.changes.updated;
    const parts = {
      reconId: this.#parts.record.id, database, tables, gate, progress, log, underWay, links, threads: engine.mapping.settings.taskThreads,
      hasSources: await this.#isWhole(tables.source.number, 'source').catch(() => false),
      patiently: <T>(work: () => Promise<T>) => this.#patiently(work, signal), settles: this.#parts.patience.settles,
      action: {
        engine, source, target,
        mayUpdate: () => {
          if (updates >= limit) throw new ThresholdReached(this.#thresholds().reached({ CREATE: 0, UPDATE: updates + 1, DELETE: 0 }) ?? 'too many updates');
          updates += 1;
        },
      },
    };
    progress.enter('ACTIVE_RECONCILING_TARGET');
    await progress.durations.measure('targetPhase', async () => {
      await linkFound(parts);
      await act(parts, 'others', signal);
    });
    progress.enter('ACTIVE_PROCESSING_RESULTS');
    if (await this.#hasDeletions(tables)) {
      await this.#refuseUnassigned(tables);
      const reads = { source: await proofOf(database, tables.source), target: await proofOf(database, tables.target) };
      await act({ ...parts, mayGoOn: () => this.#patiently(() => gate.open(reads, signal), signal) }, 'deletions', signal);
    }
  }

  /** The `result` script is told of the end and changes nothing about it. */
  async #done(signal: AbortSignal): Promise<'done'> {
    const { engine, progress, record, log } = this.#parts;
    if (!engine.hasHook('result')) return 'done';
    const { progress: counts, ...global } = progress.toJson(record.id, record.mapping, {});
    const { source = null, target = null } = isObject(counts) ? counts : {};
    try {
      await engine.hook('result', { source, target, global }, {}, signal);
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ reason: messageOf(error) }, 'the result script of a mapping failed');
    }
    return 'done';
  }

  /** For the next delta. */
  async #keep(): Promise<void> {
    const { database, engine: { mapping } } = this.#parts;
    const { sourceSet, targetSet } = this.#facts;
    if (mapping.settings.deltaReconciliation) await keepSets(database, mapping.name, [sourceSet, targetSet].filter((number) => number !== undefined));
  }

  /** With scripts that correlate, a target that nobody seems to have may be that of a source that could not be looked at. */
  async #refuseUnassigned({ objects }: DecisionTables): Promise<void> {
    const { engine: { mapping: { correlationQueries, correlationScript } }, record } = this.#parts;
    if (correlationQueries.size === 0 && correlationScript === undefined) return;
    const isPart = isObject(record.request.body) && record.request.body['sourceQuery'] !== undefined;
    const [row] = await this.#parts.database.query<{ unassessed: number; unassigned: number }>(`
select count(*) filter (where side = 'source' and situation is null) as unassessed, count(*) filter (where action = 'DELETE' and situation = 'UNASSIGNED' and phase < 2) as unassigned
from ${objects}`);
    if (Number(row?.unassigned) === 0) return;
    if (isPart) throw new ResourceError(409, 'Nothing was deleted: the run looked at a part of the source only, and targets without a source may belong to the rest. Run the reconciliation without sourceQuery');
    if (Number(row?.unassessed) === 0) return;
    throw new ResourceError(409, `Nothing was deleted: ${row?.unassessed} source objects could not be looked at, and targets without a source may be theirs. Run the reconciliation again`);
  }

  async #hasDeletions({ objects }: DecisionTables): Promise<boolean> {
    return (await this.#parts.database.query(`select 1 as one from ${objects} where phase < 2 and action = 'DELETE' limit 1`)).length > 0;
  }

  #patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const { patience, log } = this.#parts;
    return patiently(work, { settings: patience, log, signal });
  }
}
