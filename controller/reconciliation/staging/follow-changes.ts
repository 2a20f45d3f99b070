import type { Database, SqlRunner, Transaction } from '../../store/database/database.js';
import type { SetChange, SetChanges } from '../object-changes.js';
import type { SetObject } from '../object-set.js';
import type { WholeRead } from '../whole-read.js';
import { noteToken, type KeptSet } from './kept-sets.js';
import { insertSources, sourceRows, type SourceStaging } from './stage-source.js';
import { targetsToInsert, type TargetStaging } from './stage-target.js';
import { analyseSet, proveSet, type StagingSet } from './staging-set.js';

export type SetStaging = { readonly side: 'source'; readonly staging: SourceStaging } | { readonly side: 'target'; readonly staging: TargetStaging };

/** Changes that are applied, with the token behind them, in one transaction. */
const BATCH = 200;

/**
 * Brings a kept set up to date with the changes since it was read. Each batch and its token are stored together, so that after a crash
 * none is lost and none comes twice.
 */
export async function followChanges(database: Database, { side, staging }: SetStaging, kept: KeptSet, changes: SetChanges, signal: AbortSignal): Promise<WholeRead> {
  const { set } = kept;
  let batch: SetChange[] = [];
  const store = async (): Promise<void> => {
    const last = batch.at(-1);
    if (last === undefined) return;
    const { gone, objects } = latestOf(batch, (id) => staging.keyOf(id));
    // Before the transaction: scripts of the mapping may ask the database themselves, and it may have one connection.
    const after = await lastSeq(database, set);
    const insert = side === 'source' ? await sourcesToInsert(staging, objects, after, signal) : await targetsToInsert(staging, objects, { after, extra: false }, signal);
    await database.transaction(async (tx) => {
      await remove(tx, set, gone);
      await insert(tx);
      await tx.query(`update recon_set set rows = (select count(*) from ${set.rows} where not extra) where set_no = $1`, [set.number]);
      await noteToken(tx, set, last.token);
    });
    staging.onRow(batch.length);
    batch = [];
  };
  const stream = changes.since(kept.token, signal);
  try {
    for (;;) {
      const step = await stream.next();
      if (step.done === true) {
        await store();
        return await finish(database, kept, step.value);
      }
      batch.push(step.value);
      if (batch.length >= BATCH) await store();
    }
  } finally {
    await stream.return(undefined);
  }
}

async function remove(tx: Transaction, { rows, keys, side }: StagingSet, gone: readonly string[]): Promise<void> {
  await tx.query(`delete from ${rows} where id_key = any ($1::text[])`, [gone]);
  if (side === 'target') await tx.query(`delete from ${keys} where id_key = any ($1::text[])`, [gone]);
}

/** Of several changes of an object the last one counts; under a former id there is nothing any more. */
function latestOf(batch: readonly SetChange[], keyOf: (id: string) => string): { readonly gone: readonly string[]; readonly objects: readonly SetObject[] } {
  const gone = new Set<string>();
  const latest = new Map<string, SetObject>();
  for (const { id, formerId = id, object } of batch) {
    for (const key of [keyOf(formerId), keyOf(id)]) {
      gone.add(key);
      latest.delete(key);
    }
    if (object !== undefined) latest.set(keyOf(id), object);
  }
  return { gone: [...gone], objects: [...latest.values()] };
}

async function lastSeq(tx: SqlRunner, { rows }: StagingSet): Promise<number> {
  const [row] = await tx.query<{ seq: number | null }>(`select max(seq) as seq from ${rows}`);
  return row?.seq ?? 0;
}

async function sourcesToInsert(staging: SourceStaging, objects: readonly SetObject[], after: number, signal: AbortSignal): Promise<(tx: SqlRunner) => Promise<void>> {
  const rows = await sourceRows(staging, objects, { after, extra: false }, signal);
  return (tx) => insertSources({ ...staging, database: tx }, rows);
}

/** The set shows all there is now: what was read whole, and every change since. */
async function finish(database: Database, { set, read }: KeptSet, token: KeptSet['token'] | undefined): Promise<WholeRead> {
  const [counted] = await database.query<{ objects: number; rows: number }>(`select count(distinct id_key) as objects, count(*) as rows from ${set.rows} where not extra`);
  const witnesses = await database.query<{ id: string }>(`select id from ${set.rows} where not extra order by random() limit 3`);
  const now = read.followed(Number(counted?.objects), witnesses.map(({ id }) => id));
  await database.transaction(async (tx) => {
    await proveSet(tx, set, now, Number(counted?.rows));
    if (token !== undefined) await noteToken(tx, set, token);
  });
  await analyseSet(database, set);
  return now;
}
