import type { SystemObject } from './api-types.js';
import { Objects, callOf } from './objects.js';
import { Queries } from './query.js';
import type { CallOptions } from './transport.js';

/** What `/scheduler/job` has. */
export class Schedules extends Objects {
  /** Runs it now. Not retryable: it would run twice. */
  trigger(id: string, options: CallOptions = {}): Promise<{ readonly success: boolean }> {
    return this.#act(id, 'trigger', options);
  }

  pause(id: string, options: CallOptions = {}): Promise<{ readonly success: boolean }> {
    return this.#act(id, 'pause', options);
  }

  resume(id: string, options: CallOptions = {}): Promise<{ readonly success: boolean }> {
    return this.#act(id, 'resume', options);
  }

  /** What it did, newest first; without an id, what all did. */
  runs(id?: string): Queries<SystemObject> {
    return new Queries(this.transport, id === undefined ? ['scheduler', 'run'] : [...this.path, id, 'run']);
  }

  #act(id: string, action: 'trigger' | 'pause' | 'resume', options: CallOptions): Promise<{ readonly success: boolean }> {
    return this.transport.json({ method: 'POST', path: [...this.path, id], parameters: { _action: action }, isRepeatable: action !== 'trigger', ...callOf(options) });
  }
}
