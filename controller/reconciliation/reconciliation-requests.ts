import type { JsonValue } from '../crest/json.js';
import type { CallerContext, RequestHandler, RequestOf } from '../crest/request.js';
import { badRequest, notSupported } from '../crest/resource-error.js';
import type { Reconciliations } from './reconciliations.js';

/** Everything below `/recon`. Action names are matched exactly here. */
export function reconciliationRequests(reconciliations: Reconciliations): RequestHandler {
  return async (request, context) => {
    const [id, ...rest] = request.path;
    if (rest.length > 0) throw badRequest('Reconciliations are addressed as recon/<id>');
    if (request.kind === 'action') {
      return { kind: 'action', content: id === undefined ? await start(reconciliations, request, context) : cancel(reconciliations, id, request.action) };
    }
    if (request.kind !== 'read') throw notSupported(`Reconciliations do not support ${request.kind}`);
    if (id === undefined) return { kind: 'action', content: { _id: '', reconciliations: reconciliations.list() } };
    return { kind: 'action', content: await reconciliations.summary(id) };
  };
}

async function start(reconciliations: Reconciliations, { action, parameters, content }: RequestOf<'action'>, context: CallerContext): Promise<JsonValue> {
  if (action === 'reconByQuery') throw badRequest('Unknown action reconByQuery');
  if (action !== 'recon' && action !== 'reconById') throw badRequest(`Action ${action} on reconciliation not supported; known are recon and reconById`);
  const mapping = required(parameters, 'mapping');
  const onlyId = action === 'reconById' ? required(parameters, 'ids') : undefined;
  const { id, done } = await reconciliations.start(mapping, content, context.caller, onlyId, context.span);
  if (parameters.get('waitForCompletion')?.toLowerCase() === 'true') {
    context.withoutDeadline?.();
    await Promise.race([done, callerGone(context.signal)]);
  }
  const { state } = await reconciliations.summary(id);
  return { _id: id, state: state ?? 'ACTIVE' };
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

function cancel(reconciliations: Reconciliations, id: string, action: string): JsonValue {
  if (action !== 'cancel') throw badRequest(`Action ${action} on reconciliation ${id} not supported`);
  reconciliations.cancel(id);
  return { _id: id, action: 'cancel', status: 'SUCCESS' };
}
