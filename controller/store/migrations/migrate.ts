import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from '../database/database.js';
import { DatabaseRefused, DatabaseUnavailable, isSqlError } from '../database/database-errors.js';
import type { Migration } from './migration.js';

interface Applied {
  readonly id: number;
  readonly name: string;
  readonly hash: string;
}

const TABLE = 'CREATE TABLE IF NOT EXISTS schema_migration (id int PRIMARY KEY, name text NOT NULL, hash text NOT NULL, applied_at timestamptz NOT NULL)';
/** Another controller may be at it: how often, and after how many milliseconds each, it is asked again. */
const ATTEMPTS = 240;
const PAUSE = 500;

export const hashOf = ({ up }: Migration): string => createHash('sha256').update(up).digest('hex');

/**
 * Brings the database to the form this version knows; one controller at a time, each step in a transaction of its own. Throws a
 * DatabaseRefused, with nothing changed, when the database has steps this version does not know or knows otherwise.
 */
export async function migrate(database: Database, migrations: readonly Migration[], now: () => Date = () => new Date()): Promise<readonly string[]> {
  requireOrder(migrations);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const done = await database.exclusively('migrations', (lease) => applyAll(database, migrations, now, lease));
    if (done !== undefined) return done;
    await wait(PAUSE);
  }
  throw new DatabaseUnavailable(`another controller has been changing its form for ${ATTEMPTS * PAUSE / 1_000} seconds`);
}

async function applyAll(database: Database, migrations: readonly Migration[], now: () => Date, lease: AbortSignal): Promise<readonly string[]> {
  await database.query(TABLE);
  const missing = missingOf(migrations, await readApplied(database));
  for (const migration of missing) {
    try {
      await database.transaction(async (tx) => {
        await tx.script(migration.up);
        await tx.query('INSERT INTO schema_migration (id, name, hash, applied_at) VALUES ($1, $2, $3, $4)', [migration.id, migration.name, hashOf(migration), now().toISOString()]);
      }, lease);
    } catch (error) {
      if (!isSqlError(error)) throw error;
      throw new DatabaseRefused(`the step ${migration.name} to its new form failed: ${error.message} (${error.sqlState}). Nothing of the step was kept`, { cause: error });
    }
  }
  return missing.map(({ name }) => name);
}

function readApplied(database: Database): Promise<readonly Applied[]> {
  return database.query<Applied>('SELECT id, name, hash FROM schema_migration ORDER BY id');
}

function missingOf(migrations: readonly Migration[], applied: readonly Applied[]): readonly Migration[] {
  const known = new Map(migrations.map((migration) => [migration.id, migration]));
  for (const { id, name, hash } of applied) {
    const migration = known.get(id);
    if (migration === undefined) throw new DatabaseRefused(`a newer version has changed its form (step ${name}). Install that version again, or restore the database from before it`);
    if (hashOf(migration) !== hash) throw new DatabaseRefused(`its step ${name} is not the one this version has under that number. Install the version that made it`);
  }
  const there = new Set(applied.map(({ id }) => id));
  return migrations.filter(({ id }) => !there.has(id));
}

function requireOrder(migrations: readonly Migration[]): void {
  migrations.forEach(({ id, name }, index) => {
    if (id <= (migrations[index - 1]?.id ?? 0)) throw new Error(`Migration ${name} (${id}) is out of order.`);
  });
}
