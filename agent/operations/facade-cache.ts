import { createHash } from 'node:crypto';
import { ConnectorError, connectorKeyText, type ApiConfiguration, type ConnectorKey } from '../../protocol/model/index.js';
import type { FacadeHandle } from '../../connectors/framework/index.js';
import type { Clock, SessionLog } from '../../protocol/session/contract.js';

/** A facade lives at least this long after it was handed out, so that the request it was for can begin. Milliseconds. */
const HANDED_OUT_MS = 10_000;
const SWEEPS_PER_IDLE_TIME = 10;

/** A facade with what it was opened from. */
export interface OpenFacade {
  readonly facade: FacadeHandle;
  readonly configuration: ApiConfiguration;
}

export interface CachedFacade extends OpenFacade {
  /** Of connector and configuration; tells nothing about either. */
  readonly systemId: string;
}

export interface FacadeCacheOptions {
  /** Facades kept open at most. */
  readonly maxFacades: number;
  /** An unused facade is disposed of after this, in milliseconds. */
  readonly facadeIdle: number;
  /** Decodes the key and opens the facade. Called once for each pair of connector and facade key that is in the cache. */
  open(connectorKey: ConnectorKey, facadeKey: string): Promise<OpenFacade>;
  readonly clock: Clock;
  readonly log: SessionLog;
}

interface Entry {
  readonly connector: string;
  readonly opening: Promise<OpenFacade>;
  facade: FacadeHandle | undefined;
  handedOut: number;
}

/**
 * Facades by connector key and facade key (hazard 28): decoded once, shared by the requests of all controllers, the
 * longest unused one making room for a new one. The facade key holds secrets, so only its digest is kept.
 */
export class FacadeCache {
  readonly #options: FacadeCacheOptions;
  /** In the order of their last use. */
  readonly #entries = new Map<string, Entry>();
  readonly #stop = new AbortController();
  readonly #sweeping: Promise<void>;

  constructor(options: FacadeCacheOptions) {
    this.#options = options;
    this.#sweeping = this.#sweepRegularly();
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Those that are open by now. */
  get facades(): readonly FacadeHandle[] {
    return [...this.#entries.values()].flatMap(({ facade }) => facade ?? []);
  }

  async get(connectorKey: ConnectorKey, facadeKey: string): Promise<CachedFacade> {
    if (this.#stop.signal.aborted) throw new ConnectorError('retryable', 'The connector server is shutting down; try again later.');
    const id = systemIdOf(connectorKey, facadeKey);
    const entry = this.#entries.get(id) ?? await this.#add(id, connectorKey, facadeKey);
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    entry.handedOut = this.#options.clock.now();
    return { ...await entry.opening, systemId: id };
  }

  /** Disposes of everything. Idempotent, never rejects. */
  async close(): Promise<void> {
    this.#stop.abort(new Error('closed'));
    await this.#sweeping;
    await Promise.all([...this.#entries.keys()].map((id) => this.#remove(id, 'shutdown')));
  }

  async #add(id: string, connectorKey: ConnectorKey, facadeKey: string): Promise<Entry> {
    if (this.#entries.size >= this.#options.maxFacades) await this.#makeRoom();
    const present = this.#entries.get(id);
    if (present !== undefined) return present;
    const entry: Entry = { connector: connectorKey.connectorName, opening: this.#options.open(connectorKey, facadeKey), facade: undefined, handedOut: 0 };
    this.#entries.set(id, entry);
    entry.opening.then(({ facade }) => { entry.facade = facade; }, () => { if (this.#entries.get(id) === entry) this.#entries.delete(id); });
    return entry;
  }

  async #makeRoom(): Promise<void> {
    for (const [id, entry] of this.#entries) {
      if (this.#isUnused(entry)) {
        await this.#remove(id, 'room for another configuration');
        return;
      }
    }
    throw new ConnectorError('retryable', `This connector server keeps at most ${this.#options.maxFacades} configurations open and all are in use. Try again later, or raise connectors.maxFacades.`);
  }

  #isUnused({ facade, handedOut }: Entry): boolean {
    return facade !== undefined && facade.status().operations.running === 0 && this.#options.clock.now() - handedOut >= HANDED_OUT_MS;
  }

  async #remove(id: string, why: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    const open = await entry.opening.catch(() => undefined);
    await open?.facade.dispose();
    this.#options.log.debug({ connector: entry.connector, why }, 'Disposed of a facade.');
  }

  async #sweepRegularly(): Promise<void> {
    const { clock, facadeIdle } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await clock.sleep(facadeIdle / SWEEPS_PER_IDLE_TIME, signal).catch(() => undefined);
      const idle = [...this.#entries].filter(([, entry]) => this.#isUnused(entry) && (entry.facade?.status().idleFor ?? 0) >= facadeIdle);
      await Promise.all(idle.map(([id]) => this.#remove(id, 'unused')));
    }
  }
}

/** Different connectors with equal keys are kept apart; a new key is a new configuration. */
export function systemIdOf(connectorKey: ConnectorKey, facadeKey: string): string {
  return `${connectorKeyText(connectorKey)} ${createHash('sha256').update(facadeKey).digest('base64')}`;
}
