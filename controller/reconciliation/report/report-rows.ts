import { matchesFilter } from '../../crest/evaluate-query-filter.js';
import type { JsonObject } from '../../crest/json.js';
import type { QueryEnd, QueryRequest, Resource } from '../../crest/request.js';
import { badRequest } from '../../crest/resource-error.js';
import type { Database } from '../../store/database/database.js';
import { runObjects, type ReportedObject } from './run-objects.js';

/** Sets that the ids of a report belong to. */
export interface ReportedSets { readonly id: string; readonly mapping: string; readonly source: string; readonly target: string }

/** The lines of a run's report as resources, filtered and paged by cookie. Throws 400 for what cannot be asked. */
export function reportRows(database: Database, run: number, sets: ReportedSets, request: QueryRequest, signal: AbortSignal): AsyncGenerator<Resource, QueryEnd, void> {
  const { by, sortKeys, pageSize, pagedResultsCookie: cookie, pagedResultsOffset } = request;
  if (by.kind === 'expression' || (by.kind === 'id' && by.id !== 'query-all')) throw badRequest('The report of a reconciliation is queried by _queryFilter or by the query query-all');
  if (sortKeys.length > 0 || pagedResultsOffset > 0) throw badRequest('The report of a reconciliation has its own order; page it by its cookie');
  const after = cookie === undefined || cookie === '' ? 0 : Number(cookie);
  if (!Number.isSafeInteger(after) || after < 0) throw badRequest(`The cookie ${cookie} is not one of a report`);
  return rows(runObjects(database, run, after, signal), { sets, pageSize, matches: (content) => by.kind === 'id' || matchesFilter(by.filter, content) });
}

async function* rows(pages: AsyncGenerator<readonly ReportedObject[], void, void>, { sets, pageSize, matches }: { readonly sets: ReportedSets; readonly pageSize: number; readonly matches: (content: JsonObject) => boolean }): AsyncGenerator<Resource, QueryEnd, void> {
  const end = { totalPagedResultsPolicy: 'NONE', totalPagedResults: -1, remainingPagedResults: -1 } as const;
  let sent = 0;
  let last = 0;
  for await (const page of pages) {
    for (const object of page) {
      const content = entryOf(sets, object);
      if (!matches(content)) continue;
      if (pageSize > 0 && sent === pageSize) return { ...end, pagedResultsCookie: String(last) };
      yield { id: String(object.seq), revision: undefined, content };
      sent += 1;
      last = object.seq;
    }
  }
  return { ...end, pagedResultsCookie: null };
}

/** As an entry of audit/recon has it (idm-rest.md section 8.4). */
function entryOf({ id, mapping, source, target }: ReportedSets, object: ReportedObject): JsonObject {
  const full = (set: string, of: string | null): string | null => (of === null ? null : `${set}/${of}`);
  return {
    entryType: 'entry', reconId: id, mapping, reconciling: object.side, linkQualifier: object.qualifier, situation: object.situation, action: object.action,
    sourceObjectId: full(source, object.source_id), targetObjectId: full(target, object.target_id),
    ambiguousTargetObjectIds: object.ambiguous === null ? null : object.ambiguous.map((one) => `${target}/${one}`).join(', '),
    status: object.status, outcome: object.outcome, message: object.message, exception: object.failure,
  };
}
