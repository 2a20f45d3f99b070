import { after, reasonOf } from './clock.js';
import type { Clock, SessionLog } from './contract.js';

/** A signal that fires when its time is over or when one of the given signals does. Free it with `dispose`. */
export class Deadline {
  readonly #over = new AbortController();
  readonly #sources: readonly AbortSignal[];
  readonly #stopTimer: () => void;
  readonly #onSource = (event: Event) => {
    if (event.target instanceof AbortSignal) this.#over.abort(reasonOf(event.target));
  };

  /** `milliseconds` undefined: no limit of its own. */
  constructor(clock: Clock, log: SessionLog, milliseconds: number | undefined, expired: () => Error, sources: readonly AbortSignal[]) {
    this.#sources = sources;
    for (const source of sources) {
      if (source.aborted) this.#over.abort(reasonOf(source));
      else source.addEventListener('abort', this.#onSource, { once: true });
    }
    this.#stopTimer = milliseconds === undefined ? () => undefined : after(clock, milliseconds, log, () => this.#over.abort(expired()));
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  dispose(): void {
    this.#stopTimer();
    for (const source of this.#sources) source.removeEventListener('abort', this.#onSource);
  }
}
