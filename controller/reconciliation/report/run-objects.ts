import type { Database } from '../../store/database/database.js';

/** One line of a run's report: what was found out about an object and done about it. */
export interface ReportedObject {
  readonly seq: number;
  readonly side: 'source' | 'target';
  readonly qualifier: string;
  readonly source_id: string | null;
  readonly target_id: string | null;
  readonly ambiguous: readonly string[] | null;
  readonly situation: string | null;
  readonly action: string | null;
  readonly status: string | null;
  readonly outcome: string | null;
  readonly message: string | null;
  readonly failure: string | null;
}

const PAGE = 500;

/** The objects of a run in the order they were judged in, after the line `after`, a page at a time. */
export async function* runObjects(database: Database, run: number, after: number, signal: AbortSignal): AsyncGenerator<readonly ReportedObject[], void, void> {
  for (let last = after; ;) {
    signal.throwIfAborted();
    const page = await database.query<ReportedObject>(`
select seq, side, qualifier, source_id, target_id, ambiguous, situation, action, status, outcome, message, failure
from recon_object where run_no = $1 and seq > $2 order by seq limit ${PAGE}`, [run, last]);
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    last = Number(page.at(-1)?.seq);
  }
}
