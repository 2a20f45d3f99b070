import type { Progress, RunState } from './progress.js';
import type { Situation } from '../mappings/situations.js';

/** How a run ended. */
export interface EndedRun {
  readonly state: RunState;
  readonly milliseconds: number;
  readonly changes: Progress['changes'];
  /** Objects that could not be dealt with. */
  readonly failed: number;
}

/** Told of every run, by the name of its mapping. */
export interface ReconciliationObserver {
  started(mapping: string): void;
  /** Objects that were judged. */
  situation(mapping: string, situation: Situation, objects: number): void;
  ended(mapping: string, run: EndedRun): void;
}
