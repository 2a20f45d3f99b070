import type { Database, SqlValue } from '../../store/database/database.js';
import type { Action, Situation } from '../../mappings/situations.js';
import type { DecisionTables } from './decision-tables.js';

/** What policies say of situations without looking at an object. */
export interface FixedPolicies {
  /** Situations without one are decided object by object. */
  readonly actions: ReadonlyMap<Situation, Action>;
  /** Objects that need no change have something done all the same. */
  readonly hasPostMapping: boolean;
}

/** Actions that do nothing to either side. */
const IDLE = ['REPORT', 'NOREPORT', 'ASYNC', 'IGNORE'];

/** `$2`, `$3`: situations and their actions; `$4`: whether unchanged objects have more to do; `$5`: idle actions. */
export function policyValues({ actions, hasPostMapping }: FixedPolicies): readonly SqlValue[] {
  return [[...actions.keys()], [...actions.values()], hasPostMapping, IDLE];
}

export const POLICIES = '(select * from unnest($2::text[], $3::text[]) as p (situation, action))';

/**
 * From judged objects `j` to rows of the run: their action where it is fixed, and whether anything is left to do. Unchanged are those
 * whose target is already what the mapping makes of the source.
 */
export function decided({ run, objects }: DecisionTables, judged: string): string {
  return `
insert into ${objects} (run_no, side, qualifier, source_seq, source_id, target_id, target_key, linked_id, differs, fingerprint, ambiguous, situation, action, phase, status, outcome, message, failure)
select ${run}, d.side, d.qualifier, d.source_seq, d.source_id, d.target_id, d.target_key, d.linked_id, d.mapped <> d.fingerprint, d.fingerprint, d.ambiguous, d.situation, d.action,
  case when d.settled then 2 else 0 end,
  case when d.problem is not null then 'FAILURE' when d.settled then 'SUCCESS' end,
  case when d.settled and d.problem is null then case when d.action = 'UPDATE' then 'unchanged' else 'none' end end,
  case when d.problem is not null then d.problem when d.settled and d.action = 'EXCEPTION' then 'Situation ' || d.situation || ' marked as EXCEPTION' end,
  case when d.problem is not null then 'ScriptException' end
from (
  select j.*, a.action,
    coalesce(j.problem is not null or a.action = any ($5::text[]) or a.action = 'EXCEPTION'
      or (a.action = 'UPDATE' and j.situation = 'CONFIRMED' and j.mapped = j.fingerprint and not $4::boolean), false) as settled
  from (${judged}) j left join ${POLICIES} a on a.situation = j.situation
) d
order by d.place`;
}

/** Finds, for sources without a link, the targets with the same key. */
export async function findCandidates(database: Database, { source, target, links, candidates, linkType }: DecisionTables): Promise<void> {
  await database.query(`
insert into ${candidates}
select distinct s.seq, k.id_key
from ${source.rows} s join ${target.keys} k on k.key = s.key
where not s.extra and s.problem is null
  and not exists (select 1 from ${links} l where l.source_key = s.id_key and l.qualifier = s.qualifier)`, [linkType]);
}

/**
 * The situation of every source object, once for each link qualifier, by one statement (idm-rest.md section 7.4). Of several valid sources
 * that correlate with one target that nobody has, the one that was read first gets it.
 */
export async function judgeSources(database: Database, tables: DecisionTables, policies: FixedPolicies): Promise<void> {
  const { source, target, links, candidates, linkType } = tables;
  await database.query(`analyze ${candidates}`);
  const judged = `
with links as materialized (select * from ${links} l),
subject as (
  select s.seq, s.id, s.qualifier, s.valid, s.mapped, s.problem, l.target_id as linked_id, l.target_key as linked_key
  from ${source.rows} s left join links l on l.source_key = s.id_key and l.qualifier = s.qualifier
  where not s.extra
),
found as (
  select c.seq, count(*) as number, min(c.target_key) as target_key, (array_agg(t.id order by t.seq))[1:20] as ids
  from ${candidates} c join ${target.rows} t on t.id_key = c.target_key
  group by c.seq
),
claim as (
  select f.target_key, x.qualifier, min(f.seq) as seq
  from found f join subject x on x.seq = f.seq
  where f.number = 1 and x.valid and x.problem is null
  group by f.target_key, x.qualifier
),
known as (
  select x.*, f.number, f.ids, o.source_key is not null as owned, c.seq as claimed_by,
    coalesce(x.linked_key, case when f.number = 1 then f.target_key end) as found_key
  from subject x
  left join found f on f.seq = x.seq
  left join links o on f.number = 1 and o.target_key = f.target_key and o.qualifier = x.qualifier
  left join claim c on f.number = 1 and c.target_key = f.target_key and c.qualifier = x.qualifier
),
judged as (
  select k.*, t.id as found_id, t.id_key as there_key, t.fingerprint as found_fingerprint,
    case
      when k.problem is not null then null
      when k.linked_key is not null then case when not k.valid then 'UNQUALIFIED' when t.id is null then 'MISSING' else 'CONFIRMED' end
      when k.number is null then case when k.valid then 'ABSENT' else 'SOURCE_IGNORED' end
      when k.number > 1 then case when k.valid then 'AMBIGUOUS' else 'UNQUALIFIED' end
      when not k.valid then 'UNQUALIFIED'
      when k.owned or k.claimed_by <> k.seq then 'FOUND_ALREADY_LINKED'
      else 'FOUND'
    end as situation,
    k.linked_key is null and k.number = 1 and not k.valid and (k.owned or k.claimed_by is not null) as is_others
  from known k left join ${target.rows} t on t.id_key = k.found_key
)
select 'source' as side, seq as place, qualifier, seq as source_seq, id as source_id, linked_id, problem, situation, mapped,
  case when not is_others then found_id end as target_id,
  case when not is_others then there_key end as target_key,
  case when not is_others then found_fingerprint end as fingerprint,
  case when number > 1 or situation = 'FOUND_ALREADY_LINKED' then ids end as ambiguous
from judged`;
  await database.query(decided(tables, judged), [linkType, ...policyValues(policies)]);
}
