import { writeJson, type JsonObject } from '../crest/json.js';
import type { Database, SqlRunner, SqlValue } from '../store/database/database.js';
import { iso } from './schedule-book.js';

/** `MISSED`: it was due and given up. `INTERRUPTED`: the controller it ran on ended. */
export type RunState = 'RUNNING' | 'SUCCESS' | 'FAILED' | 'MISSED' | 'INTERRUPTED';

/** One time a schedule fired, or should have. */
export interface ScheduleRun {
  readonly id: string;
  readonly schedule: string;
  /** When it was due, in milliseconds since the epoch. */
  readonly fireTime: number;
  /** 2 and on: the runs before it were interrupted. */
  readonly attempt: number;
  readonly controller: string;
  /** What the controller owns while it runs. */
  readonly lease: string;
  /** The schedule as it was. */
  readonly content: JsonObject;
}

/** A run as the API shows it. */
export type RunJson = JsonObject & { readonly _id: string };

interface Row {
  readonly id: string;
  readonly schedule: string;
  readonly fire_time: Date;
  readonly attempt: number;
  readonly state: RunState;
  readonly controller: string;
  readonly lease: string;
  readonly content: JsonObject;
  readonly started: Date;
  readonly ended: Date | null;
  readonly message: string | null;
  readonly result: JsonObject | null;
}

const COLUMNS = 'id, schedule, fire_time, attempt, state, controller, lease, content, started, ended, message, result';
/** Removed at a time. */
const REMOVED = 5_000;

/** What schedules did, newest first, for as long as the configuration says. */
export class RunHistory {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** False when it is there already: another controller took it. */
  async begin(tx: SqlRunner, run: ScheduleRun, now: number, { state = 'RUNNING', message }: { readonly state?: 'RUNNING' | 'MISSED'; readonly message?: string | undefined } = {}): Promise<boolean> {
    const values: readonly SqlValue[] = [
      run.id, run.schedule, iso(run.fireTime), run.attempt, state, run.controller, run.lease, writeJson(run.content), iso(now), state === 'RUNNING' ? null : iso(now), message ?? null,
    ];
    const made = await tx.query(
      `INSERT INTO schedule_run (id, schedule, fire_time, attempt, state, controller, lease, content, started, ended, message)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8::json, $9, $10, $11) ON CONFLICT DO NOTHING RETURNING id`, values,
    );
    return made.length > 0;
  }

  /** False for a run that has ended already: nothing was changed. */
  async end(tx: SqlRunner, id: string, now: number, { state, message, result }: { readonly state: Exclude<RunState, 'RUNNING' | 'MISSED'>; readonly message?: string | undefined; readonly result?: JsonObject | undefined }): Promise<boolean> {
    const ended = await tx.query(
      `UPDATE schedule_run SET state = $2, ended = $3, message = coalesce($4, message), result = $5::json WHERE id = $1 AND state = 'RUNNING' RETURNING id`,
      [id, state, iso(now), message ?? null, result === undefined ? null : writeJson(result)],
    );
    return ended.length > 0;
  }

  /** Those that have not ended, on whichever controller. */
  async running(): Promise<readonly ScheduleRun[]> {
    const rows = await this.#database.query<Row>(`SELECT ${COLUMNS} FROM schedule_run WHERE state = 'RUNNING' ORDER BY started, id`);
    return rows.map(runOf);
  }

  async get(id: string): Promise<JsonObject | undefined> {
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return undefined;
    const [row] = await this.#database.query<Row>(`SELECT ${COLUMNS} FROM schedule_run WHERE id = $1`, [id]);
    return row === undefined ? undefined : runJson(row);
  }

  /** When a schedule last ran. */
  async previous(): Promise<ReadonlyMap<string, Date>> {
    const rows = await this.#database.query<{ readonly schedule: string; readonly at: Date }>("SELECT schedule, max(started) AS at FROM schedule_run WHERE state <> 'MISSED' GROUP BY schedule");
    return new Map(rows.map(({ schedule, at }) => [schedule, at]));
  }

  /** Newest first. */
  async* list(schedule: string | undefined, signal: AbortSignal): AsyncGenerator<RunJson, void, void> {
    const pages = this.#database.stream<Row>(`SELECT ${COLUMNS} FROM schedule_run WHERE $1::text IS NULL OR schedule = $1 ORDER BY started DESC, id`, [schedule ?? null], { batch: 200, signal });
    for await (const rows of pages) for (const row of rows) yield runJson(row);
  }

  /** Removes what ended before that time. */
  async forget(before: number): Promise<void> {
    const statement = `DELETE FROM schedule_run WHERE id IN (SELECT id FROM schedule_run WHERE ended < $1 LIMIT ${REMOVED}) RETURNING 1 AS one`;
    while ((await this.#database.query(statement, [iso(before)])).length === REMOVED);
  }
}

function runOf(row: Row): ScheduleRun {
  return { id: row.id, schedule: row.schedule, fireTime: row.fire_time.getTime(), attempt: row.attempt, controller: row.controller, lease: row.lease, content: row.content };
}

function runJson(row: Row): RunJson {
  return {
    _id: row.id, schedule: row.schedule, state: row.state, scheduledTime: row.fire_time.toISOString(), started: row.started.toISOString(), ended: row.ended?.toISOString() ?? '',
    duration: row.ended === null ? null : row.ended.getTime() - row.started.getTime(), attempt: row.attempt, controller: row.controller, message: row.message, result: row.result,
  };
}
