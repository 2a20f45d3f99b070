import type { Database, SqlRunner } from '../../store/database/database.js';
import { WholeRead } from '../whole-read.js';

export type Side = 'source' | 'target';

/** A read of one side of a mapping, in tables of its own. */
export interface StagingSet {
  readonly number: number;
  readonly side: Side;
  /** Rows: of the source its objects once for each link qualifier, of the target its objects. */
  readonly rows: string;
  /** What targets can be found by, and what was found by asking. */
  readonly keys: string;
}

/** Numbers come from the database and are whole, so that names of tables can be made of them. */
export function stagingSet(number: number, side: Side): StagingSet {
  if (!Number.isSafeInteger(number)) throw new TypeError('the number of a staging set is whole');
  return { number, side, rows: `recon_${side}_${number}`, keys: `recon_${side}_key_${number}` };
}

const SOURCE_ROWS = 'seq bigint primary key, id text not null, id_key text collate "C" not null, qualifier text not null, valid boolean not null, key text collate "C", ask text, mapped text, content text, problem text, extra boolean not null default false';
const TARGET_ROWS = 'seq bigint primary key, id text not null, id_key text collate "C" not null, fingerprint text not null, valid boolean not null, problem text, extra boolean not null default false';

/** An empty set. Unlogged: a set that a crash of the database empties is read again. */
export async function createSet(database: Database, owner: { readonly mapping: string; readonly side: Side; readonly run: number; readonly definition: string }): Promise<StagingSet> {
  return database.transaction(async (tx) => {
    const [row] = await tx.query<{ set_no: number }>(
      'insert into recon_set (mapping, side, run_no, definition) values ($1, $2, $3, $4) returning set_no', [owner.mapping, owner.side, owner.run, owner.definition]);
    const set = stagingSet(Number(row?.set_no), owner.side);
    await tx.query(`create unlogged table ${set.rows} (${owner.side === 'source' ? SOURCE_ROWS : TARGET_ROWS})`);
    if (owner.side === 'target') await tx.query(`create unlogged table ${set.keys} (key text collate "C" not null, id_key text collate "C" not null)`);
    return set;
  });
}

/** Indexes after the rows, which is faster; an id that is there twice shows here. Answers false then. */
export async function indexSet(database: Database, set: StagingSet): Promise<boolean> {
  const id = set.side === 'source' ? 'id_key, qualifier' : 'id_key';
  const [twice] = await database.query<{ id_key: string }>(`select id_key from ${set.rows} group by ${id} having count(*) > 1 limit 1`);
  if (twice !== undefined) return false;
  await database.query(`create unique index if not exists ${set.rows}_id on ${set.rows} (${id})`);
  if (set.side === 'target') await database.query(`create index if not exists ${set.keys}_key on ${set.keys} (key)`);
  if (set.side === 'target') await database.query(`create index if not exists ${set.keys}_id on ${set.keys} (id_key)`);
  await analyseSet(database, set);
  return true;
}

/** Without figures about new tables the database would compare a million rows with a million rows. */
export async function analyseSet(database: Database, set: StagingSet): Promise<void> {
  await database.query(`analyze ${set.rows}`);
  if (set.side === 'target') await database.query(`analyze ${set.keys}`);
}

/** Whether everything that was read is still there: unlogged tables are empty after a crash. */
export async function isWholeSet(database: Database, set: StagingSet): Promise<boolean> {
  const [noted] = await database.query<{ rows: string | number | null }>('select rows from recon_set where set_no = $1', [set.number]);
  if (noted?.rows === undefined || noted.rows === null) return false;
  const [there] = await database.query<{ rows: string | number | null }>(`select count(*) as rows from ${set.rows} where not extra`);
  return Number(there?.rows) === Number(noted.rows);
}

/** Notes that a set shows all there was; nothing but a {@link WholeRead} can say so. */
export async function proveSet(database: SqlRunner, set: StagingSet, read: WholeRead, rows: number): Promise<void> {
  await database.query('update recon_set set rows = $2, proof = $3::jsonb where set_no = $1', [set.number, rows, JSON.stringify(read.toJson())]);
}

/** The proof that was noted; undefined when there is none. */
export async function proofOf(database: Database, set: StagingSet): Promise<WholeRead | undefined> {
  const [row] = await database.query<{ proof: unknown }>('select proof from recon_set where set_no = $1', [set.number]);
  return WholeRead.noted(row?.proof);
}

export async function dropSet(database: Database, set: StagingSet): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.query(`drop table if exists ${set.rows}`);
    await tx.query(`drop table if exists ${set.keys}`);
    await tx.query('delete from recon_set where set_no = $1', [set.number]);
  });
}

/** Sets of runs that have ended, but for those that are kept for the next delta. */
export async function dropAbandonedSets(database: Database): Promise<void> {
  const rows = await database.query<{ set_no: number; side: Side }>(
    'select s.set_no, s.side from recon_set s left join recon_run r on r.run_no = s.run_no where not s.kept and (r.run_no is null or r.ended is not null)');
  for (const { set_no: number, side } of rows) await dropSet(database, stagingSet(number, side));
}
