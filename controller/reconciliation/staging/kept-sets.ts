import type { JsonObject } from '../../crest/json.js';
import type { Database, SqlRunner } from '../../store/database/database.js';
import { WholeRead } from '../whole-read.js';
import { isWholeSet, stagingSet, type Side, type StagingSet } from './staging-set.js';

/** A set of an earlier run, and where its changes go on. */
export interface KeptSet {
  readonly set: StagingSet;
  readonly token: JsonObject;
  readonly read: WholeRead;
}

/** The set that was kept of a mapping's side; undefined when there is none that still stands for what a read would show. */
export async function keptSet(database: Database, mapping: string, side: Side, definition: string): Promise<KeptSet | undefined> {
  const [row] = await database.query<{ set_no: number; token: JsonObject | null; proof: unknown }>(
    'select set_no, token, proof from recon_set where mapping = $1 and side = $2 and kept and definition = $3', [mapping, side, definition]);
  const read = WholeRead.noted(row?.proof);
  if (row === undefined || read === undefined || row.token === null) return undefined;
  const set = stagingSet(row.set_no, side);
  return await isWholeSet(database, set) ? { set, token: row.token, read } : undefined;
}

/** Notes where the changes of a set begin. */
export async function noteToken(database: SqlRunner, set: StagingSet, token: JsonObject): Promise<void> {
  await database.query('update recon_set set token = $2::jsonb where set_no = $1', [set.number, JSON.stringify(token)]);
}

/** Keeps, from now on, these sets in place of those kept before. */
export async function keepSets(database: Database, mapping: string, sets: readonly number[]): Promise<void> {
  await database.transaction(async (tx) => {
    const sides = await tx.query<{ side: string }>('select side from recon_set where set_no = any ($1::int[]) and token is not null', [sets]);
    await tx.query('update recon_set set kept = false where mapping = $1 and kept and side = any ($2::text[]) and set_no <> all ($3::int[])', [mapping, sides.map(({ side }) => side), sets]);
    await tx.query('update recon_set set kept = true where set_no = any ($1::int[]) and token is not null', [sets]);
  });
}
