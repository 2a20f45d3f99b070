import { ConnectorError } from '../../../protocol/model/index.js';
import type { JsonObject } from '../../../protocol/crest/json.js';
import { difference } from './difference.js';

/** What was recorded under a text that names it, each answer once and in order. */
export class RecordedAnswers<T extends { readonly request: object }> {
  readonly #left: Map<string, T[]> = new Map<string, T[]>();
  readonly #all: readonly T[];
  readonly #what: (request: T['request']) => string;

  constructor(all: readonly T[], what: (request: T['request']) => string) {
    this.#all = all;
    this.#what = what;
    for (const one of all) {
      const key = JSON.stringify(one.request);
      this.#left.set(key, [...this.#left.get(key) ?? [], one]);
    }
  }

  /** Throws `connectorIo` naming what differs from the recorded request that is nearest. */
  take(request: T['request']): T {
    const found = this.#left.get(JSON.stringify(request));
    const next = found?.shift();
    if (next !== undefined) return next;
    const what = this.#what(request);
    if (found !== undefined) throw unrecorded(`${what} was asked more often than it was recorded.`);
    const [nearest] = this.#all.map((one) => ({ one, likeness: likeness(what, this.#what(one.request)) })).sort((a, b) => b.likeness - a.likeness);
    if (nearest === undefined) throw unrecorded(`${what} was not recorded: the recording holds no request at all.`);
    const differs = difference(request as JsonObject, nearest.one.request as JsonObject) ?? 'nothing';
    throw unrecorded(`${what} was not recorded. Nearest is ${this.#what(nearest.one.request)}: ${differs}.`);
  }
}

/** Not retried, and nothing of it reaches a target. */
export function unrecorded(what: string): ConnectorError {
  return new ConnectorError('illegalState', `Replay: ${what} Record anew, or ask as it was asked.`, { outcome: 'notApplied' });
}

/** Characters two texts begin with alike. */
function likeness(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}
