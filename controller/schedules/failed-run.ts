import type { RunState, ScheduleRun } from './run-history.js';

/** A run that was not successful and is not done again. */
export interface FailedRun {
  readonly run: ScheduleRun;
  readonly state: Extract<RunState, 'FAILED' | 'INTERRUPTED'>;
  /** Names no objects and no values. */
  readonly reason: string;
}
