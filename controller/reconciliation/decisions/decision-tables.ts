import type { Database } from '../../store/database/database.js';
import type { StagingSet } from '../staging/staging-set.js';

/** What deciding about a run reads and writes. */
export interface DecisionTables {
  readonly run: number;
  readonly source: StagingSet;
  readonly target: StagingSet;
  /** The partition of `recon_object` with this run's objects. */
  readonly objects: string;
  /** Targets that a source correlates with: `seq` of the source, `target_key`. */
  readonly candidates: string;
  /** Sources that links name and the read did not show: `seq`, `source_key`, `source_id`. */
  readonly missing: string;
  /** Links seen from the mapping: source_id, source_key, target_id, target_key, qualifier; `$1` is their type. */
  readonly links: string;
  /** The value of `$1`; null when the mapping keeps no links. */
  readonly linkType: string | null;
}

export function decisionTables(run: number, sets: Pick<DecisionTables, 'source' | 'target'>, links: { readonly type: string | null; readonly isReversed: boolean }): DecisionTables {
  if (!Number.isSafeInteger(run)) throw new TypeError('the number of a run is whole');
  const [own, other] = links.isReversed ? ['second', 'first'] : ['first', 'second'];
  return {
    run, ...sets, objects: objectsOf(run), candidates: candidatesOf(run), missing: missingOf(run), linkType: links.type,
    links: `(select ${own}_id as source_id, ${own}_key as source_key, ${other}_id as target_id, ${other}_key as target_key, link_qualifier as qualifier from link where link_type = $1::text)`,
  };
}

function candidatesOf(run: number): string {
  return `recon_candidate_${run}`;
}

function missingOf(run: number): string {
  return `recon_missing_${run}`;
}

export function objectsOf(run: number): string {
  return `recon_object_${run}`;
}

/** Begins deciding, from the start whenever it was begun before. */
export async function openDecisions(database: Database, tables: DecisionTables): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.query(`drop table if exists ${tables.objects}`);
    await tx.query(`create table ${tables.objects} partition of recon_object for values in (${tables.run})`);
    await tx.query(`drop table if exists ${tables.candidates}`);
    await tx.query(`create unlogged table ${tables.candidates} (seq bigint not null, target_key text collate "C" not null)`);
    await tx.query(`drop table if exists ${tables.missing}`);
    await tx.query(`create unlogged table ${tables.missing} (seq bigint generated always as identity primary key, source_key text collate "C" not null, source_id text not null)`);
    await tx.query(`delete from ${tables.source.rows} where extra`);
    await tx.query(`delete from ${tables.target.rows} where extra`);
  });
}

export async function dropCandidates(database: Database, run: number): Promise<void> {
  await database.query(`drop table if exists ${candidatesOf(run)}`);
  await database.query(`drop table if exists ${missingOf(run)}`);
}

/** Everything about a run's objects. */
export async function dropDecisions(database: Database, run: number): Promise<void> {
  await database.query(`drop table if exists ${objectsOf(run)}`);
}
