import type { ConnectorTarget } from '../../protocol/model/index.js';
import { targetFacts, type TargetFacts } from './target-facts.js';

/** How long the addresses of a name are taken for right. Milliseconds. */
const FRESH = 30_000;
const MAX_HOSTS = 1000;

/** Remembers for a while what names lead to. Files are looked at each time. */
export class FactsCache {
  readonly #servers = new Map<string, { readonly until: number; readonly facts: Promise<TargetFacts> }>();

  of(target: ConnectorTarget, needsAddresses: boolean): Promise<TargetFacts> {
    if ('path' in target || !needsAddresses) return targetFacts(target, { needsAddresses });
    const id = `${target.host} ${target.port}`;
    const known = this.#servers.get(id);
    if (known !== undefined && known.until > performance.now()) return known.facts;
    const facts = targetFacts(target, { needsAddresses });
    this.#servers.delete(id);
    this.#servers.set(id, { until: performance.now() + FRESH, facts });
    const oldest = this.#servers.keys().next();
    if (this.#servers.size > MAX_HOSTS && oldest.done !== true) this.#servers.delete(oldest.value);
    return facts;
  }

  clear(): void {
    this.#servers.clear();
  }
}
