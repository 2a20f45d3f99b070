import type { TargetWaits, WaitCause } from '../../connectors/framework/index.js';

/** Waits of one configuration at a time; one limit lets 1,000 requests wait. */
const MOST_WAITS = 10_000;

/** Waits of requests in a connector's process, counted where those of the agent's own process are. */
export class ProcessWaits {
  readonly #waits: TargetWaits | undefined;
  /** What ends them, by the numbers the process gave them. */
  readonly #open = new Map<number, () => void>();

  constructor(waits: TargetWaits | undefined) {
    this.#waits = waits;
  }

  begun(wait: number, cause: WaitCause): void {
    if (this.#waits !== undefined && this.#open.size < MOST_WAITS && !this.#open.has(wait)) this.#open.set(wait, this.#waits.begun(cause));
  }

  over(wait: number): void {
    this.#open.get(wait)?.();
    this.#open.delete(wait);
  }

  /** The process is gone, and nobody waits any more. */
  lost(): void {
    for (const over of this.#open.values()) over();
    this.#open.clear();
  }
}
