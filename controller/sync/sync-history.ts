import type { JsonObject } from '../crest/json.js';
import type { Database, SqlRunner } from '../store/database/database.js';
import type { ChangeCount } from './change-handler.js';

export interface StartedSync {
  readonly id: string;
  /** `system/s/t` */
  readonly source: string;
  readonly caller: string;
}

/** `stopped`: at a change that failed and comes again. */
export type SyncState = 'ok' | 'stopped' | 'failed';
export type SyncRunJson = JsonObject & { readonly _id: string };

interface Row {
  readonly id: string; readonly source: string; readonly state: string; readonly caller: string; readonly started: Date; readonly ended: Date | null; readonly message: string | null;
  readonly created: number; readonly updated: number; readonly deleted: number; readonly skipped: number; readonly failed: number;
}

const COLUMNS = 'id, source, state, caller, started, ended, message, created, updated, deleted, skipped, failed';

/** What liveSync did, run by run. Counts go with the changes they count, in one transaction. */
export class SyncHistory {
  readonly #database: Database;
  readonly #keepFor: number;

  /** `keepFor`: how long ended runs are kept, in milliseconds. */
  constructor(database: Database, { keepFor = Infinity }: { readonly keepFor?: number | undefined } = {}) {
    this.#database = database;
    this.#keepFor = keepFor;
  }

  async begin({ id, source, caller }: StartedSync): Promise<void> {
    const now = new Date().toISOString();
    // A run of that source that is open has lost its controller: only one goes on at a time.
    await this.#database.query("UPDATE sync_run SET state = 'interrupted', ended = $2 WHERE source = $1 AND ended IS NULL", [source, now]);
    if (this.#keepFor < Infinity) await this.#database.query('DELETE FROM sync_run WHERE started < $1', [new Date(Date.now() - this.#keepFor).toISOString()]);
    await this.#database.query("INSERT INTO sync_run (id, source, state, caller, started) VALUES ($1, $2, 'running', $3, $4) ON CONFLICT DO NOTHING", [id, source, caller, now]);
  }

  async count(tx: SqlRunner, id: string, counts: readonly (ChangeCount | 'failed')[]): Promise<void> {
    if (counts.length === 0) return;
    const of = (name: ChangeCount | 'failed'): number => counts.filter((count) => count === name).length;
    await tx.query(
      'UPDATE sync_run SET created = created + $2, updated = updated + $3, deleted = deleted + $4, skipped = skipped + $5, failed = failed + $6 WHERE id = $1',
      [id, of('created'), of('updated'), of('deleted'), of('skipped'), of('failed')],
    );
  }

  async end(id: string, state: SyncState, message: string | undefined): Promise<void> {
    await this.#database.query('UPDATE sync_run SET state = $2, ended = $3, message = $4 WHERE id = $1', [id, state, new Date().toISOString(), message ?? null]);
  }

  async get(id: string): Promise<SyncRunJson | undefined> {
    const [row] = await this.#database.query<Row>(`SELECT ${COLUMNS} FROM sync_run WHERE id = $1`, [id]);
    return row === undefined ? undefined : runJson(row);
  }

  /** Newest first. */
  async* list(signal: AbortSignal): AsyncGenerator<SyncRunJson, void, void> {
    for await (const rows of this.#database.stream<Row>(`SELECT ${COLUMNS} FROM sync_run ORDER BY started DESC, id`, [], { batch: 200, signal })) for (const row of rows) yield runJson(row);
  }

  /** What was done about objects, newest first: of one run, or of one object by its `system/s/t/id` on either side. */
  async* changes({ run, resourceName }: { readonly run?: string | undefined; readonly resourceName?: string | undefined }, signal: AbortSignal): AsyncGenerator<SyncRunJson, void, void> {
    const given = [run, resourceName].filter((value) => value !== undefined);
    const byRun = run === undefined ? '' : "AND content->>'transactionId' = $1";
    const byObject = resourceName === undefined ? '' : `AND (content->>'sourceObjectId' = $${given.length} OR content->>'targetObjectId' = $${given.length})`;
    const sql = `SELECT content FROM audit_entry WHERE topic = 'sync' ${byRun} ${byObject} ORDER BY number DESC`;
    for await (const rows of this.#database.stream<{ readonly content: SyncRunJson }>(sql, given, { batch: 200, signal })) for (const { content } of rows) yield content;
  }
}

function runJson(row: Row): SyncRunJson {
  return {
    _id: row.id, source: row.source, state: row.state, caller: row.caller, started: row.started.toISOString(), ended: row.ended?.toISOString() ?? '',
    duration: row.ended === null ? null : row.ended.getTime() - row.started.getTime(), created: row.created, updated: row.updated, deleted: row.deleted, skipped: row.skipped, failed: row.failed, message: row.message,
  };
}
