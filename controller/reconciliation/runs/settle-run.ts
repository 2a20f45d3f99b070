import type { JsonObject } from '../../crest/json.js';
import type { Mapping } from '../../mappings/mapping.js';
import type { AuditLog } from '../../store/audit-log.js';
import type { Database } from '../../store/database/database.js';
import { summaryEntry } from '../audit-entries.js';
import { dropDecisions, dropCandidates } from '../decisions/decision-tables.js';
import { auditObjects } from '../report/audit-objects.js';
import { dropAbandonedSets } from '../staging/staging-set.js';
import type { RunRecord, RunStore } from './run-store.js';

export interface SettleParts {
  readonly database: Database;
  readonly store: RunStore;
  readonly audit: AuditLog;
  /** Ended runs whose objects are kept for reports. */
  readonly keptRuns: number;
}

/** The audit of a run that has ended. */
export async function settleRun({ database, audit }: SettleParts, record: RunRecord, mapping: Mapping | undefined, summary: JsonObject): Promise<void> {
  if (mapping !== undefined && record.request.onlyId === undefined) await auditObjects(database, record, mapping);
  await audit.write(summaryEntry({ reconId: record.id, mapping: record.mapping, caller: record.caller }, summary));
  await audit.flush();
}

/** What nobody needs any more once the run is stored as ended. */
export async function tidyRun({ database, store, keptRuns }: SettleParts, { number }: RunRecord): Promise<void> {
  await dropCandidates(database, number);
  await dropAbandonedSets(database);
  for (const old of await store.beyond(keptRuns)) await dropDecisions(database, old);
}
