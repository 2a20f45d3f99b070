import { isObject, type JsonObject, type JsonValue } from '../crest/json.js';
import type { CallerContext, CrestAnswer, RequestHandler, RequestOf } from '../crest/request.js';
import { badRequest, notFound, notSupported } from '../crest/resource-error.js';
import type { Database } from '../store/database/database.js';
import { reportCsv } from './report/report-csv.js';
import { reportRows } from './report/report-rows.js';
import type { Reconciliations } from './reconciliations.js';

/** Everything below `/recon`. Action names are matched exactly here. */
export function reconciliationRequests(reconciliations: Reconciliations, database: Database): RequestHandler {
  return async (request, context) => {
    const [id, part, ...rest] = request.path;
    if (rest.length > 0) throw badRequest('Reconciliations are addressed as recon/<id>');
    if (id !== undefined && part !== undefined) return report(reconciliations, database, { id, part }, request, context);
    if (request.kind === 'action') {
      return { kind: 'action', content: id === undefined ? await start(reconciliations, request, context) : await decide(reconciliations, id, request.action, context) };
    }
    if (request.kind !== 'read') throw notSupported(`Reconciliations do not support ${request.kind}`);
    if (id === undefined) return { kind: 'action', content: { _id: '', reconciliations: await reconciliations.list() } };
    return { kind: 'action', content: await reconciliations.summary(id) };
  };
}

/** Ours: `recon/<id>/entry` is queried, `recon/<id>/report.csv` is read. */
async function report(reconciliations: Reconciliations, database: Database, { id, part }: { readonly id: string; readonly part: string }, request: Parameters<RequestHandler>[0], context: CallerContext): Promise<CrestAnswer> {
  const run = await reconciliations.record(id);
  if (part === 'report.csv' && request.kind === 'read') {
    return { kind: 'file', contentType: 'text/csv; charset=utf-8; header=present', fileName: `${run.mapping}-${id}.csv`, chunks: reportCsv(database, run.number, context.signal) };
  }
  if (part !== 'entry') throw notFound(`Reconciliation ${id} has no ${part}; known are entry (query) and report.csv (read)`);
  if (request.kind !== 'query') throw notSupported('The entries of a reconciliation are queried');
  const { source = '', target = '' } = await reconciliations.mapping(run.mapping).catch(() => ({ source: undefined, target: undefined }));
  return { kind: 'query', rows: reportRows(database, run.number, { id, mapping: run.mapping, source, target }, request, context.signal) };
}

async function start(reconciliations: Reconciliations, { action, parameters, content }: RequestOf<'action'>, context: CallerContext): Promise<JsonValue> {
  if (action === 'reconByQuery') throw badRequest('Unknown action reconByQuery');
  if (action !== 'recon' && action !== 'reconById') throw badRequest(`Action ${action} on reconciliation not supported; known are recon and reconById`);
  const mapping = required(parameters, 'mapping');
  const onlyId = action === 'reconById' ? required(parameters, 'ids') : undefined;
  const request = { body: bodyOf(content), onlyId, dryRun: flag(parameters, 'dryRun'), delta: flag(parameters, 'delta') };
  const { id, done } = await reconciliations.start(mapping, request, context.caller, context.span);
  if (flag(parameters, 'waitForCompletion') === true) {
    context.withoutDeadline?.();
    await Promise.race([done, callerGone(context.signal)]);
  }
  const { state } = await reconciliations.summary(id);
  return { _id: id, state: state ?? 'ACTIVE' };
}

function bodyOf(content: JsonValue | undefined): JsonObject | undefined {
  if (content === undefined || isObject(content)) return content;
  throw badRequest('The body of a reconciliation request must be a JSON object');
}

function flag(parameters: ReadonlyMap<string, string>, name: string): boolean | undefined {
  const value = parameters.get(name)?.toLowerCase();
  if (value === undefined) return undefined;
  if (value !== 'true' && value !== 'false') throw badRequest(`${name} must be true or false`);
  return value === 'true';
}

function required(parameters: ReadonlyMap<string, string>, name: string): string {
  const value = parameters.get(name);
  if (value === undefined || value === '') throw badRequest(`Missing required parameter: ${name}`);
  return value;
}

/** The run goes on without its caller; only the waiting ends. */
function callerGone(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason instanceof Error ? signal.reason : new Error('the caller is gone')), { once: true });
  });
}

/** `approve` and `reject` are ours: for a run that reached a threshold. */
async function decide(reconciliations: Reconciliations, id: string, action: string, { caller }: CallerContext): Promise<JsonValue> {
  if (action.toLowerCase() === 'cancel') await reconciliations.cancel(id);
  else if (action === 'approve' || action === 'reject') await reconciliations.decide(id, action === 'approve' ? 'approved' : 'rejected', caller);
  else throw badRequest(`Action ${action} on reconciliation ${id} not supported; known are cancel, approve and reject`);
  return { _id: id, action, status: 'SUCCESS' };
}
