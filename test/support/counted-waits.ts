import type { TargetWaits, WaitCause } from '../../connectors/framework/index.js';

/** Remembers what it was told of waits: how each began, and how many have not ended. */
export class CountedWaits implements TargetWaits {
  readonly causes: WaitCause[] = [];
  waiting = 0;

  begun(cause: WaitCause): () => void {
    this.causes.push(cause);
    this.waiting++;
    return () => { this.waiting--; };
  }
}
