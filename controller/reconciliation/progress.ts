import type { JsonObject, JsonValue } from '../crest/json.js';
import { Durations } from './durations.js';
import { SITUATIONS, type Situation } from './situations.js';

export type RunState = 'ACTIVE' | 'SUCCESS' | 'CANCELED' | 'FAILED';

const STAGES = {
  ACTIVE_INITIALIZED: ['ACTIVE', 'initialized'],
  ACTIVE_QUERY_ENTRIES: ['ACTIVE', 'querying sets of entries to reconcile'],
  ACTIVE_RECONCILING_SOURCE: ['ACTIVE', 'reconciling source entries'],
  ACTIVE_RECONCILING_TARGET: ['ACTIVE', 'reconciling target entries'],
  ACTIVE_LINK_CLEANUP: ['ACTIVE', 'link clean-up'],
  ACTIVE_PROCESSING_RESULTS: ['ACTIVE', 'processing reconciling results'],
  ACTIVE_CANCELING: ['ACTIVE', 'aborting reconciling'],
  COMPLETED_SUCCESS: ['SUCCESS', 'reconciliation completed.'],
  COMPLETED_CANCELED: ['CANCELED', 'reconciliation aborted.'],
  COMPLETED_FAILED: ['FAILED', 'reconciliation failed'],
} as const satisfies Record<string, readonly [RunState, string]>;
export type Stage = keyof typeof STAGES;

/** Situations that summaries do not count. */
const UNCOUNTED: ReadonlySet<Situation> = new Set(['LINK_ONLY', 'ALL_GONE']);

/** Progress of one side: how many were dealt with, and of how many. */
interface Count { processed: number; total: number | undefined }

/** Counters of one run, and their form in the API. */
export class Progress {
  readonly durations = new Durations();
  readonly source: Count = { processed: 0, total: undefined };
  readonly target: Count = { processed: 0, total: undefined };
  readonly links: Count = { processed: 0, total: undefined };
  readonly changes = { created: 0, updated: 0, deleted: 0, linked: 0, unlinked: 0 };
  readonly status = { FAILURE: 0, SUCCESS: 0 };
  readonly #situations = new Map<Situation, number>();
  #stage: Stage = 'ACTIVE_INITIALIZED';
  #ended: Date | undefined;
  readonly #started = new Date();
  /** Why the run failed or was stopped. */
  message: string | undefined;
  readonly #onSituation: ((situation: Situation) => void) | undefined;

  /** `onSituation`: told of each object as it is looked at. */
  constructor(onSituation?: (situation: Situation) => void) {
    this.#onSituation = onSituation;
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
    if (STAGES[stage][0] !== 'ACTIVE') this.#ended = new Date();
  }

  situation(situation: Situation): void {
    this.#situations.set(situation, (this.#situations.get(situation) ?? 0) + 1);
    this.#onSituation?.(situation);
  }

  /** The summary, keys in the order clients know. */
  toJson(id: string, mapping: string, parameters: JsonObject): JsonObject {
    const { source, target, links, changes } = this;
    return {
      _id: id, mapping, state: this.state, stage: this.#stage, stageDescription: STAGES[this.#stage][1],
      progress: {
        source: { existing: countJson(source) },
        target: { existing: countJson(target), created: changes.created, updated: changes.updated, deleted: changes.deleted },
        links: { existing: countJson(links), created: changes.linked, deleted: changes.unlinked },
      },
      situationSummary: Object.fromEntries(SITUATIONS.filter((name) => !UNCOUNTED.has(name)).map((name) => [name, this.#situations.get(name) ?? 0])),
      statusSummary: { ...this.status },
      durationSummary: this.durations.toJson(),
      parameters,
      ...(this.message === undefined ? {} : { message: this.message }),
      started: this.#started.toISOString(), ended: this.#ended?.toISOString() ?? '', duration: this.duration,
    };
  }
}

/** The total is text, `?` while it is not known. */
function countJson({ processed, total }: Count): JsonValue {
  return { processed, total: total === undefined ? '?' : String(total) };
}
