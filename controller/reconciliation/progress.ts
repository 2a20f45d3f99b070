import type { JsonObject } from '../crest/json.js';
import type { ActionResult } from './actions/perform-action.js';
import { Durations } from './durations.js';
import type { LimitedAction } from '../mappings/mapping.js';
import { SITUATIONS, type Situation } from '../mappings/situations.js';

export type RunState = 'ACTIVE' | 'AWAITING_APPROVAL' | 'SUCCESS' | 'CANCELED' | 'FAILED';

const STAGES = {
  ACTIVE_INITIALIZED: ['ACTIVE', 'initialized'],
  ACTIVE_QUERY_ENTRIES: ['ACTIVE', 'querying sets of entries to reconcile'],
  ACTIVE_RECONCILING_SOURCE: ['ACTIVE', 'reconciling source entries'],
  ACTIVE_RECONCILING_TARGET: ['ACTIVE', 'reconciling target entries'],
  ACTIVE_LINK_CLEANUP: ['ACTIVE', 'link clean-up'],
  ACTIVE_PROCESSING_RESULTS: ['ACTIVE', 'processing reconciling results'],
  /** Ours: a threshold was reached. */
  AWAITING_APPROVAL: ['AWAITING_APPROVAL', 'waiting for approval'],
  ACTIVE_CANCELING: ['ACTIVE', 'aborting reconciling'],
  COMPLETED_SUCCESS: ['SUCCESS', 'reconciliation completed.'],
  COMPLETED_CANCELED: ['CANCELED', 'reconciliation aborted.'],
  COMPLETED_FAILED: ['FAILED', 'reconciliation failed'],
} as const satisfies Record<string, readonly [RunState, string]>;
export type Stage = keyof typeof STAGES;

/** Situations that summaries do not count. */
const UNCOUNTED: ReadonlySet<Situation> = new Set(['LINK_ONLY', 'ALL_GONE']);

/** Progress of one side: how many were read and dealt with, and of how many. */
interface Count { read: number; processed: number; total: number | undefined }

/** Counters of one run, and their form in the API. */
export class Progress {
  readonly durations = new Durations();
  readonly source: Count = { processed: 0, total: undefined, read: 0 };
  readonly target: Count = { processed: 0, total: undefined, read: 0 };
  readonly links = { processed: 0, total: undefined as number | undefined };
  readonly changes = { created: 0, updated: 0, deleted: 0, linked: 0, unlinked: 0 };
  readonly status = { FAILURE: 0, SUCCESS: 0 };
  readonly #situations = new Map<Situation, number>();
  #stage: Stage = 'ACTIVE_INITIALIZED';
  #ended: Date | undefined;
  readonly #started: Date;
  isDryRun = false;
  /** How each side of a delta run was read. */
  delta: { readonly source?: 'full' | 'delta'; readonly target?: 'full' | 'delta' } | undefined;
  /** Of a run that waits for approval: what it would do to how many target objects. */
  wanted: Readonly<Record<LimitedAction | 'targets', number>> | undefined;
  /** Why the run failed or was stopped. */
  message: string | undefined;
  readonly #onSituation: ((situation: Situation, objects: number) => void) | undefined;

  /** `onSituation`: told of objects as they are judged. `started`: of a run that goes on. */
  constructor(onSituation?: (situation: Situation, objects: number) => void, started = new Date()) {
    this.#onSituation = onSituation;
    this.#started = started;
  }

  /** Milliseconds since the start, or to the end. */
  get duration(): number {
    return (this.#ended ?? new Date()).getTime() - this.#started.getTime();
  }

  get stage(): Stage {
    return this.#stage;
  }

  get state(): RunState {
    return STAGES[this.#stage][0];
  }

  enter(stage: Stage): void {
    // A run that is being cancelled stays so until it has ended.
    if (this.#stage === 'ACTIVE_CANCELING' && STAGES[stage][0] === 'ACTIVE') return;
    this.#stage = stage;
    if (isEnd(STAGES[stage][0])) this.#ended = new Date();
  }

  situation(situation: Situation, objects = 1): void {
    this.#situations.set(situation, (this.#situations.get(situation) ?? 0) + objects);
    this.#onSituation?.(situation, objects);
  }

  /** What was done about one object. */
  done(side: 'source' | 'target', status: 'SUCCESS' | 'FAILURE', result: Pick<ActionResult, 'outcome' | 'links'> | undefined): void {
    this[side].processed += 1;
    this.status[status] += 1;
    if (result === undefined) return;
    const { outcome, links } = result;
    if (outcome === 'created' || outcome === 'updated' || outcome === 'deleted') this.changes[outcome] += 1;
    for (const { kind } of links) this.changes[kind === 'link' ? 'linked' : 'unlinked'] += 1;
  }

  /** The summary, keys in the order clients know. */
  toJson(id: string, mapping: string, parameters: JsonObject): JsonObject {
    const { source, target, links, changes } = this;
    return {
      _id: id, mapping, state: this.state, stage: this.#stage, stageDescription: STAGES[this.#stage][1],
      progress: {
        source: { existing: { ...countJson(source), read: source.read } },
        target: { existing: { ...countJson(target), read: target.read }, created: changes.created, updated: changes.updated, deleted: changes.deleted },
        links: { existing: countJson(links), created: changes.linked, deleted: changes.unlinked },
      },
      situationSummary: Object.fromEntries(SITUATIONS.filter((name) => !UNCOUNTED.has(name)).map((name) => [name, this.#situations.get(name) ?? 0])),
      statusSummary: { ...this.status },
      ...(this.isDryRun ? { dryRun: true } : {}), ...(this.delta === undefined ? {} : { delta: { ...this.delta } }),
      durationSummary: this.durations.toJson(),
      parameters,
      ...(this.message === undefined ? {} : { message: this.message }), ...(this.wanted === undefined ? {} : { wanted: { ...this.wanted } }),
      started: this.#started.toISOString(), ended: this.#ended?.toISOString() ?? '', duration: this.duration,
    };
  }
}

export function isEnd(state: RunState): boolean {
  return state === 'SUCCESS' || state === 'CANCELED' || state === 'FAILED';
}

/** The total is text, `?` while it is not known. */
function countJson({ processed, total }: { readonly processed: number; readonly total: number | undefined }): JsonObject {
  return { processed, total: total === undefined ? '?' : String(total) };
}
