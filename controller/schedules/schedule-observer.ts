import type { RunState } from './run-history.js';

export type EndState = Exclude<RunState, 'RUNNING' | 'MISSED'>;

/** Hears what schedules do on this controller. */
export interface ScheduleObserver {
  /** The result is to be called when the run is over here; without a state when it is left to be done again, or its end could not be noted. Milliseconds. */
  began(schedule: string): (state: EndState | undefined, milliseconds: number) => void;
  /** A run of a controller that ended was noted as interrupted by this one. */
  interrupted(schedule: string): void;
  /** So many of its times passed without a run. */
  missed(schedule: string, times: number): void;
}
