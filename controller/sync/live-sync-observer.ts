/** `stopped`: at a change that failed and comes again. */
export type RunOutcome = 'ok' | 'stopped' | 'failed';

/** Told of every run of liveSync. `container`: `system/s/t`. */
export interface LiveSyncObserver {
  started(container: string): void;
  change(container: string, outcome: 'applied' | 'failed' | 'given_up'): void;
  /** A change was put into the dead letter queue. */
  deadLetter(container: string): void;
  ended(container: string, outcome: RunOutcome, milliseconds: number): void;
}
