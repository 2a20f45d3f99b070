import type { RegisterEvent } from './register-events.js';
import type { RegisterState } from './register-state.js';

/** What a change decided: events to keep, and what its caller gets once they are kept. */
export interface Decision<T> {
  readonly events: readonly RegisterEvent[];
  readonly result: T;
}

/** Where the events of the register are kept: a file of one controller, or the database that several share. */
export interface RegisterStore {
  /** As of the last change or refresh. */
  readonly state: RegisterState;
  /** Another number each time the state has changed, whoever changed it. */
  readonly version: number;
  /** Milliseconds for which the state was not compared with what is kept; Infinity: it has never been read. */
  readonly age: number;
  /** Reads what others appended. Resolves with whether there was something. */
  refresh(): Promise<boolean>;
  /** Applies `decide` to the newest state, nobody else changing it meanwhile. Rejects, with nothing changed here, when the events cannot be kept. */
  change<T>(decide: (state: RegisterState) => Decision<T>): Promise<T>;
  /** Drops events that say nothing any more. `now`: milliseconds since 1970. */
  compact(now: number): Promise<void>;
}
