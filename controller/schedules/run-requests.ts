import { listedRows } from '../crest/listed-rows.js';
import type { CrestAnswer, RequestHandler } from '../crest/request.js';
import { badRequest, notFound, notSupported } from '../crest/resource-error.js';
import type { RunHistory } from './run-history.js';

/** `/scheduler/job/{id}/run`, or `/scheduler/run` for the runs of all schedules: what they did, newest first. */
export function runRequests(history: RunHistory, schedule?: string): RequestHandler {
  return async (request, context): Promise<CrestAnswer> => {
    const [id, ...rest] = request.path;
    if (request.kind === 'query' && id === undefined) return { kind: 'query', rows: listedRows(history.list(schedule, context.signal), request) };
    if (request.kind !== 'read' || rest.length > 0) throw notSupported(`Runs of schedules do not support ${request.kind}`);
    if (id === undefined) throw badRequest('Empty resourceId');
    const run = await history.get(id);
    if (run === undefined || (schedule !== undefined && run['schedule'] !== schedule)) throw notFound(`No run ${id}`);
    return { kind: 'resource', resource: { id, content: run } };
  };
}
