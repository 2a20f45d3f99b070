import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../crest/json.js';
import { ResourceError, notFound } from '../crest/resource-error.js';
import { DatabaseUnavailable } from '../store/database/database-errors.js';
import type { TraceSpan } from '../../protocol/model/index.js';
import type { Mapping } from '../mappings/mapping.js';
import type { MappingBook } from '../mappings/mapping-book.js';
import { isEnd } from './progress.js';
import { OwnRuns, type OwnRunParts } from './runs/own-runs.js';
import type { RunRecord, RunRequest } from './runs/run-store.js';
import { newSummary } from './runs/new-summary.js';
import { withOverrides } from './run-parameters.js';

export interface ReconciliationParts extends Omit<OwnRunParts, 'mapping'> {
  readonly book: MappingBook;
  /** Milliseconds between looks for runs that nobody carries out, and for the ends of other controllers' runs. */
  readonly lookEvery: number;
}

/** Summaries that a list shows. */
const LISTED = 100;

/** The runs of all controllers that share the database. */
export class Reconciliations {
  readonly #parts: ReconciliationParts;
  readonly #own: OwnRuns;
  #looking: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(parts: ReconciliationParts) {
    this.#parts = parts;
    this.#own = new OwnRuns({ ...parts, mapping: (name) => this.mapping(name) });
  }

  /** Goes on, from now on, with runs that were left behind: by a controller that is gone, or by this one before it was started again. */
  watch(): void {
    const look = async (): Promise<void> => {
      await this.look();
      if (!this.#isClosed) this.#looking = setTimeout(() => void look(), this.#parts.lookEvery).unref();
    };
    void look();
  }

  /** Looks once: when another controller is known to be gone. Never rejects. */
  async look(): Promise<void> {
    if (this.#isClosed) return;
    try {
      for (const record of await this.#parts.store.open()) if (record.phase !== 'approval') void this.#own.adopt(record);
    } catch (error) {
      this.#parts.log.debug({ err: error }, 'open reconciliations could not be looked for');
    }
  }

  /** Starts a run, which `asked` led to; answers its id and how to wait for its end. Throws 409 for an unknown mapping and for one that runs. */
  async start(name: string, request: RunRequest, caller: string, asked?: TraceSpan): Promise<{ readonly id: string; readonly done: Promise<void> }> {
    const mapping = withOverrides(await this.mapping(name), request.body);
    const id = randomUUID();
    const record = await this.#parts.store.begin({ id, mapping: name, caller, request }, newSummary(id, mapping, request));
    const own = this.#own.adopt(record, asked);
    const done = own.then(() => this.#ended(id));
    done.catch(() => undefined); // most callers do not wait for it
    return { id, done };
  }

  async mapping(name: string): Promise<Mapping> {
    try {
      const entry = await this.#parts.book.get(name);
      if (entry === undefined) throw new ResourceError(409, `No such mapping: ${name}`);
      if ('problem' in entry) throw new ResourceError(409, `Mapping ${name} cannot be used: ${entry.problem}`);
      return entry.mapping;
    } catch (error) {
      if (error instanceof TypeError) throw new ResourceError(409, error.message, { cause: error });
      throw error;
    }
  }

  /** Another controller may be carrying it out; while the database is away, nobody knows. */
  async #ended(id: string): Promise<void> {
    while (!this.#isClosed) {
      try {
        const record = await this.#parts.store.find(id);
        if (record === undefined || isEnd(record.state) || record.phase === 'approval') return await this.#own.over(id);
      } catch (error) {
        if (!(error instanceof DatabaseUnavailable)) throw error;
      }
      await new Promise((resolve) => { setTimeout(resolve, this.#parts.lookEvery).unref(); });
    }
  }

  /** Oldest first. */
  async list(): Promise<JsonObject[]> {
    return (await this.#parts.store.summaries(LISTED)).map((summary) => (typeof summary['_id'] === 'string' ? this.#own.summary(summary['_id']) : undefined) ?? summary);
  }

  /** Throws 404. */
  async summary(id: string): Promise<JsonObject> {
    const summary = this.#own.summary(id) ?? await this.#parts.store.summary(id);
    if (summary === undefined) throw notFound(`Reconciliation with id ${id} not found.`);
    return summary;
  }

  /** Asks a run to stop; it does when what is under way has ended. Throws 404. */
  async cancel(id: string): Promise<void> {
    this.#own.cancel(id);
    const record = await this.record(id);
    if (record.phase === 'approval') await this.decide(id, 'rejected', record.caller);
    else await this.#parts.store.requestCancel(id);
  }

  /** Says whether a run that reached a threshold goes on. Throws 404, and 409 for one that does not wait. */
  async decide(id: string, decision: 'approved' | 'rejected', by: string): Promise<void> {
    const record = await this.#parts.store.decide(id, { decision, by, at: new Date().toISOString() });
    if (record !== undefined) {
      const ended = this.#own.adopt(record);
      return decision === 'rejected' ? ended : undefined;
    }
    await this.record(id);
    throw new ResourceError(409, `Reconciliation ${id} does not wait for approval`);
  }

  /** Throws 404. */
  async record(id: string): Promise<RunRecord> {
    const record = await this.#parts.store.find(id);
    if (record === undefined) throw notFound(`Reconciliation with id ${id} not found.`);
    return record;
  }

  /** Leaves off what is under way; it goes on when a controller is there again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#looking);
    await this.#own.close();
  }
}
