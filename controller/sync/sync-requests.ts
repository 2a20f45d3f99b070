import { isObject, type JsonObject, type JsonValue } from '../crest/json.js';
import { listedRows } from '../crest/listed-rows.js';
import type { CallerContext, CrestAnswer, CrestRequest, RequestHandler, RequestOf } from '../crest/request.js';
import { badRequest, notFound, notSupported } from '../crest/resource-error.js';
import type { Change } from './change-handler.js';
import { linkedResources, type LinkedResourceParts } from './linked-resources.js';
import { performRequested, type PerformParts } from './perform-requested.js';
import type { SyncHistory } from './sync-history.js';
import { synchroniseChange, type SynchroniseChangeParts } from './synchronise-change.js';

export interface SyncRequestParts extends SynchroniseChangeParts, LinkedResourceParts, PerformParts {
  readonly history: SyncHistory;
}

const NOTICES: Readonly<Record<string, Change['kind']>> = { notifyCreate: 'create', notifyUpdate: 'update', notifyDelete: 'delete' };
const ACTIONS = [...Object.keys(NOTICES), 'performAction', 'getLinkedResources'];

/** `/sync`: what mappings do about one object; `/sync/history` and `/sync/change`: what they did. */
export function syncRequests(parts: SyncRequestParts): RequestHandler {
  return async (request, context): Promise<CrestAnswer> => {
    const [part, id, ...rest] = request.path;
    if (part === 'history' && rest.length === 0) return onHistory(parts.history, id, request, context);
    if (part === 'change' && id === undefined) return onChanges(parts.history, request, context);
    if (part !== undefined) throw notFound(`Resource 'sync/${request.path.join('/')}' not found`);
    if (request.kind !== 'action') throw notSupported(`Synchronisation does not support ${request.kind}`);
    return { kind: 'action', content: await act(parts, request, context) };
  };
}

async function act(parts: SyncRequestParts, request: RequestOf<'action'>, context: CallerContext): Promise<JsonValue> {
  const kind = Object.hasOwn(NOTICES, request.action) ? NOTICES[request.action] : undefined;
  if (kind !== undefined) return notify(parts, kind, request, context);
  switch (request.action) {
    case 'performAction': return performRequested(parts, request.parameters, context);
    case 'getLinkedResources': return linkedResources(parts, required(request.parameters, 'resourceName'), context);
    default: throw badRequest(`Action ${request.action} on sync is not supported; known are ${ACTIONS.join(', ')}`);
  }
}

async function notify(parts: SyncRequestParts, kind: Change['kind'], { parameters, content }: RequestOf<'action'>, { transactionId, span, signal }: CallerContext): Promise<JsonValue> {
  const container = required(parameters, 'resourceContainer').replace(/^\/|\/$/g, '');
  const id = required(parameters, 'resourceId');
  const { oldValue, newValue } = isObject(content) ? content : {};
  if (kind === 'update' && isObject(oldValue) && isObject(newValue) && isSame(oldValue, newValue)) return [];
  if (kind !== 'delete' && !isObject(newValue)) throw badRequest('The body must have newValue, the object as it is now');
  const change: Change = { kind, container, id, newValue: kind === 'delete' || !isObject(newValue) ? undefined : newValue, transactionId, span };
  return [...await synchroniseChange(parts, change, signal)];
}

function isSame(left: JsonObject, right: JsonObject): boolean {
  const text = (value: JsonValue | undefined): string => JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? String(item) : item));
  const keys = new Set([...Object.keys(left), ...Object.keys(right)].filter((key) => key !== '_rev'));
  return [...keys].every((key) => text(left[key]) === text(right[key]));
}

export function required(parameters: ReadonlyMap<string, string>, name: string): string {
  const value = parameters.get(name);
  if (value === undefined || value === '') throw badRequest(`Missing required parameter: ${name}`);
  return value;
}

async function onHistory(history: SyncHistory, id: string | undefined, request: CrestRequest, { signal }: CallerContext): Promise<CrestAnswer> {
  if (request.kind === 'query' && id === undefined) return { kind: 'query', rows: listedRows(history.list(signal), request) };
  if (request.kind !== 'read' || id === undefined) throw notSupported(`sync/history does not support ${request.kind}`);
  const run = await history.get(id);
  if (run === undefined) throw notFound(`No run of liveSync ${id}`);
  return { kind: 'resource', resource: { id, content: run } };
}

function onChanges(history: SyncHistory, request: CrestRequest, { signal }: CallerContext): CrestAnswer {
  if (request.kind !== 'query') throw notSupported(`sync/change does not support ${request.kind}`);
  const { parameters } = request;
  return { kind: 'query', rows: listedRows(history.changes({ run: parameters.get('run'), resourceName: parameters.get('resourceName') }, signal), request) };
}
