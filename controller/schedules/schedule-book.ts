import { writeJson, type JsonObject } from '../crest/json.js';
import { notFound, preconditionFailed } from '../crest/resource-error.js';
import type { Log } from '../log.js';
import type { Database, SqlRunner } from '../store/database/database.js';
import type { WriteMode } from '../crest/request.js';
import type { Schedule } from './schedule.js';
import { compileFor, type ScheduledServices } from './scheduled-service.js';
import type { WallClock } from './wall-clock.js';

/** A schedule and how far it has come. Times are milliseconds since the epoch. */
export interface KeptSchedule {
  readonly schedule: Schedule;
  /** Since when it is as it is. */
  readonly since: number;
  /** What was due until then is done, under way or given up. */
  readonly consideredUntil: number;
  readonly isPaused: boolean;
  readonly revision: number;
}

interface Row {
  readonly name: string;
  readonly content: JsonObject;
  readonly since: Date;
  readonly considered_until: Date;
  readonly paused: boolean;
  readonly revision: number;
}

export interface ScheduleBookParts {
  readonly database: Database;
  readonly services: ScheduledServices;
  readonly clock: WallClock;
  readonly log: Log;
}

const COLUMNS = 'name, content, since, considered_until, paused, revision';

/** All schedules: persisted ones in the database, for every controller; others in the memory of this one. */
export class ScheduleBook {
  readonly #parts: ScheduleBookParts;
  readonly #memory = new Map<string, KeptSchedule>();
  /** Compiled, by name and revision; the reason for one that cannot be. */
  readonly #compiled = new Map<string, { readonly revision: number; readonly since: number; readonly schedule: Schedule | string }>();

  constructor(parts: ScheduleBookParts) {
    this.#parts = parts;
  }

  async all(): Promise<readonly KeptSchedule[]> {
    const rows = await this.#parts.database.query<Row>(`SELECT ${COLUMNS} FROM schedule ORDER BY name`);
    // Another controller was told to keep it in the database since: then that is what it is.
    for (const { name, since } of rows) if ((this.#memory.get(name)?.since ?? Infinity) < since.getTime()) this.#memory.delete(name);
    const kept = [...rows.flatMap((row) => (this.#memory.has(row.name) ? [] : this.#ofRow(row) ?? [])), ...this.#memory.values()];
    return kept.sort((left, right) => (left.schedule.name < right.schedule.name ? -1 : 1));
  }

  async get(name: string): Promise<KeptSchedule | undefined> {
    const inMemory = this.#memory.get(name);
    if (inMemory !== undefined) return inMemory;
    const [row] = await this.#parts.database.query<Row>(`SELECT ${COLUMNS} FROM schedule WHERE name = $1`, [name]);
    return row === undefined ? undefined : this.#ofRow(row);
  }

  /** Throws 400 for a schedule that cannot be used, 412 for one to be made that is there, 404 for one to be changed that is not. */
  async put(name: string, content: JsonObject, mode: WriteMode): Promise<KeptSchedule> {
    const schedule = this.compile(name, content);
    const existing = await this.get(name);
    if (existing !== undefined && mode === 'create') throw preconditionFailed('Schedule already exists');
    if (existing === undefined && mode === 'update') throw notFound('Schedule does not exist');
    if (schedule.source.persisted) {
      await this.#write(schedule, null, mode === 'create');
      this.#memory.delete(name);
    } else {
      await this.#parts.database.query('DELETE FROM schedule WHERE name = $1', [name]);
      this.#remember(schedule);
    }
    return await this.get(name) ?? this.#fresh(schedule);
  }

  /** Takes a file over. One that is persisted is not looked at again until its content changes: it may have been changed over REST since. */
  async takeFile(schedule: Schedule, digest: string): Promise<void> {
    const { database } = this.#parts;
    if (!schedule.source.persisted) {
      await database.query('DELETE FROM schedule WHERE name = $1', [schedule.name]);
      return this.#remember(schedule);
    }
    this.#memory.delete(schedule.name);
    const known = await database.query('SELECT 1 FROM schedule WHERE name = $1 AND file_digest = $2', [schedule.name, digest]);
    if (known.length === 0) await this.#write(schedule, digest, false);
  }

  /** Throws 404. */
  async delete(name: string): Promise<KeptSchedule> {
    const existing = await this.get(name);
    if (existing === undefined) throw notFound('Schedule does not exist');
    this.#memory.delete(name);
    await this.#parts.database.query('DELETE FROM schedule WHERE name = $1', [name]);
    return existing;
  }

  /** One, or all of them. */
  async pause(isPaused: boolean, name?: string): Promise<void> {
    for (const [key, kept] of this.#memory) if (name === undefined || key === name) this.#memory.set(key, { ...kept, isPaused });
    await this.#parts.database.query('UPDATE schedule SET paused = $1 WHERE $2::text IS NULL OR name = $2', [isPaused, name ?? null]);
  }

  /** Notes in the database how far a schedule has come; false when another controller did it first, or the schedule is another one now. */
  async advance(tx: SqlRunner, { schedule: { name }, consideredUntil, revision }: KeptSchedule, until: number): Promise<boolean> {
    const kept = this.#memory.get(name);
    if (kept !== undefined) return kept.revision === revision && kept.consideredUntil === consideredUntil && !kept.isPaused;
    const moved = await tx.query(
      'UPDATE schedule SET considered_until = $2 WHERE name = $1 AND considered_until = $3 AND revision = $4 AND NOT paused RETURNING name',
      [name, iso(until), iso(consideredUntil), revision],
    );
    return moved.length > 0;
  }

  /** The same for one that is in memory, once the transaction is through. */
  advanced({ schedule: { name }, revision }: KeptSchedule, until: number): void {
    const kept = this.#memory.get(name);
    if (kept?.revision === revision) this.#memory.set(name, { ...kept, consideredUntil: Math.max(until, kept.consideredUntil) });
  }

  /** Throws 400. */
  compile(name: string, content: JsonObject): Schedule {
    return compileFor(this.#parts.services, name, content);
  }

  #fresh(schedule: Schedule): KeptSchedule {
    const now = this.#parts.clock.now();
    return { schedule, since: now, consideredUntil: now, isPaused: false, revision: (this.#memory.get(schedule.name)?.revision ?? 0) + 1 };
  }

  #remember(schedule: Schedule): void {
    this.#memory.set(schedule.name, this.#fresh(schedule));
  }

  async #write(schedule: Schedule, digest: string | null, onlyNew: boolean): Promise<void> {
    const now = iso(this.#parts.clock.now());
    const onConflict = onlyNew ? 'DO NOTHING' : 'DO UPDATE SET content = EXCLUDED.content, file_digest = coalesce(EXCLUDED.file_digest, schedule.file_digest), since = EXCLUDED.since, considered_until = EXCLUDED.considered_until, paused = false, revision = schedule.revision + 1';
    const written = await this.#parts.database.query(
      `INSERT INTO schedule (name, content, file_digest, since, considered_until) VALUES ($1, $2::json, $3, $4, $4) ON CONFLICT (name) ${onConflict} RETURNING name`,
      [schedule.name, writeJson(schedule.toJson()), digest, now],
    );
    if (written.length === 0) throw preconditionFailed('Schedule already exists');
  }

  #ofRow(row: Row): KeptSchedule | undefined {
    const since = row.since.getTime();
    let compiled = this.#compiled.get(row.name);
    if (compiled?.revision !== row.revision || compiled.since !== since) {
      compiled = { revision: row.revision, since, schedule: this.#tryCompile(row) };
      this.#compiled.set(row.name, compiled);
    }
    const { schedule } = compiled;
    return typeof schedule === 'string' ? undefined : { schedule, since, consideredUntil: row.considered_until.getTime(), isPaused: row.paused, revision: row.revision };
  }

  /** Another controller, of another version or with other files, may have stored it. */
  #tryCompile({ name, content }: Row): Schedule | string {
    try {
      return this.compile(name, content);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'it cannot be read';
      this.#parts.log.error({ schedule: name, reason }, 'a stored schedule cannot be used by this controller');
      return reason;
    }
  }
}

export const iso = (time: number): string => new Date(time).toISOString();
