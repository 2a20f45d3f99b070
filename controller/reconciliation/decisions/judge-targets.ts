import type { Database } from '../../store/database/database.js';
import type { DecisionTables } from './decision-tables.js';
import { decided, policyValues, type FixedPolicies } from './judge-sources.js';

/** Targets that a decision about a source was about: linked, found, or one of several that correlate. */
const met = ({ objects, candidates }: DecisionTables): string => `
select target_key from ${objects} where target_key is not null
union
select c.target_key from ${candidates} c join (select seq from ${candidates} group by seq having count(*) > 1) m on m.seq = c.seq`;

/** The sources that targets nobody met are linked to and that the read did not show; they are asked for by their ids. Found by one statement: a page of it would cost as much. */
export const missingSources = (tables: DecisionTables): string => `
insert into ${tables.missing} (source_key, source_id)
select l.source_key, min(l.source_id)
from ${tables.target.rows} t join ${tables.links} l on l.target_key = t.id_key
where not t.extra and t.valid and not exists (select 1 from ${tables.source.rows} s where s.id_key = l.source_key)
  and not exists (select 1 from (${met(tables)}) m where m.target_key = t.id_key)
group by l.source_key`;

/**
 * The situation of every target that nobody met, once for each of its links (idm-rest.md section 7.4). A source that is there but no longer
 * has the link's qualifier is not valid for it; one that could not be looked at says nothing about its targets.
 */
export async function judgeTargets(database: Database, tables: DecisionTables, policies: FixedPolicies): Promise<void> {
  const { source, target, links, linkType } = tables;
  await database.query(`analyze ${tables.objects}`);
  const judged = `
with links as materialized (select * from ${links} l),
met as materialized (${met(tables)})
select 'target' as side, t.seq as place, coalesce(l.qualifier, 'default') as qualifier, x.seq as source_seq, l.source_id, case when l.source_key is not null then t.id end as linked_id, u.problem, x.mapped,
  t.id as target_id, t.id_key as target_key, t.fingerprint, null::text[] as ambiguous,
  case
    when u.problem is not null then null
    when not t.valid then 'TARGET_IGNORED'
    when l.source_key is null then 'UNASSIGNED'
    when x.seq is not null then case when x.valid then 'CONFIRMED' else 'UNQUALIFIED' end
    when exists (select 1 from ${source.rows} s where s.id_key = l.source_key) then 'UNQUALIFIED'
    else 'SOURCE_MISSING'
  end as situation
from ${target.rows} t
left join links l on l.target_key = t.id_key
left join ${source.rows} x on x.id_key = l.source_key and x.qualifier = l.qualifier
left join lateral (
  select coalesce(t.problem, (select s.problem from ${source.rows} s where s.id_key = l.source_key and s.problem is not null limit 1)) as problem
) u on true
where not t.extra and not exists (select 1 from met m where m.target_key = t.id_key)`;
  await database.query(decided(tables, judged), [linkType, ...policyValues(policies)]);
}
