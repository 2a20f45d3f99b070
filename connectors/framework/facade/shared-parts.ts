import { ConnectorError } from '../../../protocol/model/index.js';
import { settledWithin, systemClock } from '../clock.js';

const GRACE = 5_000;

interface Part {
  readonly value: Promise<unknown>;
  close(): Promise<unknown>;
}

/** What all sessions of one facade share, see {@link OpenContext.shared}. */
export class SharedParts {
  readonly #parts = new Map<string, Part>();
  readonly #closing = new AbortController();

  take<T>(name: string, make: (signal: AbortSignal) => Promise<T>, close: (value: T) => Promise<void>): Promise<T> {
    const { signal } = this.#closing;
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    const known = this.#parts.get(name);
    // One name is asked for with one type: that is for the connector to keep to.
    if (known !== undefined) return known.value as Promise<T>;
    const value = make(signal);
    const part: Part = { value, close: () => value.then(close) };
    this.#parts.set(name, part);
    value.catch(() => { if (this.#parts.get(name) === part) this.#parts.delete(name); });
    return value;
  }

  /** Never rejects, and waits for a few seconds at most. What is still being made is closed when it is there. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort(new ConnectorError('connectionBroken', 'The connection was closed: its configuration was changed or the agent stops.'));
    const parts = [...this.#parts.values()];
    this.#parts.clear();
    await settledWithin(systemClock, Promise.allSettled(parts.map((part) => part.close())), GRACE);
  }
}
