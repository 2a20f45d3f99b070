import type { Mapping } from '../../mappings/mapping.js';
import type { Database } from '../../store/database/database.js';
import type { RunRecord } from '../runs/run-store.js';

/** An audit entry for each object of a run (idm-rest.md section 8.4), within the database. Done again after a crash it does nothing twice. */
export async function auditObjects(database: Database, { number, id, caller }: RunRecord, { name, source, target }: Mapping): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.query("delete from audit_entry where topic = 'recon' and recon_id = $1 and content ->> 'entryType' = 'entry'", [id]);
    await tx.query(`
insert into audit_entry (topic, id, at, recon_id, content)
select 'recon', e.entry ->> '_id', now(), $1, e.entry
from (
  select jsonb_build_object('_id', gen_random_uuid(), 'transactionId', $1::text, 'timestamp', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'eventName', 'recon', 'userId', $2::text, 'mapping', $3::text, 'reconId', $1::text, 'entryType', 'entry', 'linkQualifier', o.qualifier, 'action', o.action,
    'situation', o.situation, 'reconciling', o.side, 'status', o.status, 'sourceObjectId', $4::text || '/' || o.source_id, 'targetObjectId', $5::text || '/' || o.target_id,
    'ambiguousTargetObjectIds', (select string_agg($5::text || '/' || a.one, ', ') from unnest(o.ambiguous) as a (one)), 'message', o.message, 'exception', o.failure) as entry
  from recon_object o
  where o.run_no = $6 and o.action is distinct from 'NOREPORT' and o.phase = 2
  order by o.seq
) e`, [id, caller, name, source, target, number]);
  });
}
