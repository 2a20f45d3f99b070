import type { Database } from '../../store/database/database.js';
import { objectsOf } from '../decisions/decision-tables.js';
import type { Progress } from '../progress.js';
import type { Situation } from '../../mappings/situations.js';

interface Row {
  readonly side: 'source' | 'target'; readonly situation: Situation | null; readonly status: 'SUCCESS' | 'FAILURE' | null; readonly outcome: string | null; readonly number: number;
}

/** Counts what a run has decided, and what of it was done before, into its progress. */
export async function countDecisions(database: Database, run: number, progress: Progress): Promise<void> {
  const rows = await database.query<Row>(`select side, situation, status, outcome, count(*) as number from ${objectsOf(run)} group by side, situation, status, outcome`);
  for (const { side, situation, status, outcome, number } of rows) {
    if (situation !== null) progress.situation(situation, number);
    if (status === null) continue;
    progress[side].processed += number;
    progress.status[status] += number;
    if (outcome === 'created' || outcome === 'updated' || outcome === 'deleted') progress.changes[outcome] += number;
  }
}
