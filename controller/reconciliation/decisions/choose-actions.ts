import { isObject, parseJson } from '../../crest/json.js';
import type { Database } from '../../store/database/database.js';
import { storable } from '../message-of.js';
import type { ChosenAction, RunEngine } from '../run-engine.js';
import type { SetObject } from '../object-set.js';
import type { Situation } from '../../mappings/situations.js';
import type { DecisionTables } from './decision-tables.js';

const PAGE = 500;

interface Row {
  readonly seq: number; readonly side: 'source' | 'target'; readonly qualifier: string; readonly source_id: string | null; readonly target_id: string | null;
  readonly ambiguous: readonly string[] | null; readonly situation: Situation; readonly content: string | null;
}

export interface ChooseParts {
  readonly database: Database;
  readonly tables: DecisionTables;
  readonly engine: RunEngine;
  readonly reconId: string;
}

/** The action of every object whose policies want to see it. One that fails is that object's failure. */
export async function chooseActions({ database, tables, engine, reconId }: ChooseParts, signal: AbortSignal): Promise<void> {
  for (let after = 0; ;) {
    signal.throwIfAborted();
    const page = await database.query<Row>(`
select o.seq, o.side, o.qualifier, o.source_id, o.target_id, o.ambiguous, o.situation, s.content
from ${tables.objects} o left join ${tables.source.rows} s on s.seq = o.source_seq
where o.action is null and o.situation is not null and o.phase = 0 and o.seq > $1 order by o.seq limit ${PAGE}`, [after]);
    const views = page.map((row) => ({
      reconId, situation: row.situation, qualifier: row.qualifier, side: row.side, sourceId: row.source_id ?? undefined, targetId: row.target_id ?? undefined,
      ambiguous: row.ambiguous ?? [], source: objectOf(row.content),
    }));
    await store(database, tables.objects, page.map(({ seq }) => seq), await engine.actions(views, signal));
    if (page.length < PAGE) return;
    after = Number(page.at(-1)?.seq);
  }
}

async function store(database: Database, objects: string, seqs: readonly number[], chosen: readonly (ChosenAction | Error)[]): Promise<void> {
  if (seqs.length === 0) return;
  const of = <T>(take: (one: ChosenAction) => T): (T | null)[] => chosen.map((one) => (one instanceof Error ? null : take(one)));
  await database.query(`
update ${objects} o set action = v.action, afterwards = v.afterwards, message = v.message,
  phase = case when v.action is null then 2 else 0 end, status = case when v.action is null then 'FAILURE' end, failure = case when v.action is null then 'ScriptException' end
from unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) as v (seq, action, afterwards, message)
where o.seq = v.seq`, [seqs, of(({ action }) => action), of(({ afterwards }) => afterwards ?? null), chosen.map((one) => (one instanceof Error ? storable(one.message) : null))]);
}

/**
 * A target that one row would delete while another one keeps it, or cannot say, stays: of two link qualifiers that lead to one target
 * the source may be valid for one and not for the other.
 */
export async function withholdDeletions(database: Database, { objects }: DecisionTables): Promise<void> {
  await database.query(`
update ${objects} o set phase = 2, status = 'FAILURE', outcome = 'none', failure = 'ResourceException',
  message = coalesce(o.target_id, o.target_key) || ' is not deleted: another source object or link qualifier has it too'
where o.action = 'DELETE' and o.phase < 2 and o.target_key is not null and exists (
  select 1 from ${objects} k where k.target_key = o.target_key and k.seq <> o.seq and k.action is distinct from 'DELETE'
    and (k.situation is null or k.situation in ('CONFIRMED', 'FOUND') or k.action in ('UPDATE', 'LINK')))`);
}

/** A staged source object; undefined when there is none. */
export function objectOf(content: string | null): SetObject | undefined {
  const object = content === null ? undefined : parseJson(content);
  return isObject(object) ? object as SetObject : undefined;
}
