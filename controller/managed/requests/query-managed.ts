import type { QueryFilter } from '../../crest/query-filter.js';
import type { CrestAnswer, QueryBy, QueryEnd, RequestOf, Resource } from '../../crest/request.js';
import { ResourceError, badRequest } from '../../crest/resource-error.js';
import type { JsonValue } from '../../crest/json.js';
import { whole, withoutIdentity } from '../objects/object-identity.js';
import { queryObjects } from '../objects/query-objects.js';
import { requireSearchable } from '../objects/searchable.js';
import { visibleObject } from '../objects/visible-object.js';
import type { StoredObject } from '../store/managed-store.js';
import type { ManagedCall } from './managed-requests.js';

/** Rows as they come; nothing is gathered. */
export async function queryManaged(call: ManagedCall, request: RequestOf<'query'>): Promise<CrestAnswer> {
  const filter = filterOf(request.by, request.parameters);
  requireSearchable(call.type, filter, request.sortKeys);
  const found = queryObjects(call.objects.store, call.type, {
    filter, sortKeys: request.sortKeys, pageSize: request.pageSize, cookie: request.pagedResultsCookie, offset: request.pagedResultsOffset, countPolicy: request.totalPagedResultsPolicy,
  }, call.context.signal);
  return { kind: 'query', rows: shownRows(call, request, found) };
}

/** Undefined: all. Throws 400 for an id that nobody knows, and 403 for an expression, as IDM's access rules do. */
export function filterOf(by: QueryBy, parameters: ReadonlyMap<string, string>): QueryFilter | undefined {
  if (by.kind === 'filter') return by.filter;
  if (by.kind === 'expression') throw new ResourceError(403, '_queryExpression is not allowed; use _queryFilter');
  switch (by.id) {
    case 'query-all': case 'query-all-ids': return undefined;
    case 'for-userName': {
      const value = parameters.get('uid') ?? parameters.get('userName');
      if (value === undefined) throw badRequest('The query for-userName needs the parameter uid');
      return { kind: 'compare', operator: 'eq', pointer: ['userName'], value };
    }
    default: throw badRequest(`Unsupported _queryId: ${by.id}; known are query-all, query-all-ids, for-userName`);
  }
}

async function* shownRows(call: ManagedCall, request: RequestOf<'query'>, rows: AsyncGenerator<StoredObject, QueryEnd, void>): AsyncGenerator<Resource, QueryEnd, void> {
  const isIdsOnly = request.by.kind === 'id' && request.by.id === 'query-all-ids';
  try {
    for (;;) {
      const step = await rows.next();
      if (step.done === true) return step.value;
      const stored = await resultOf(call, request, step.value);
      if (stored === undefined) continue;
      yield isIdsOnly ? { id: stored.id, revision: stored.revision, content: {} } : visibleObject(call.type, stored, request.fields);
    }
  } finally {
    await rows.return(undefined as never);
  }
}

/** Undefined when `onQueryResult` leaves it out. */
async function resultOf({ objects, type, context }: ManagedCall, { parameters }: RequestOf<'query'>, found: StoredObject): Promise<StoredObject | undefined> {
  const stored = parameters.get('executeOnRetrieve') === 'true' ? await objects.retrieved(type, found, context) : found;
  const script = type.hooks.onQueryResult;
  if (script === undefined) return stored;
  const { value, object } = await objects.hooksFor(type, stored.id, context).run(script, { object: whole(stored), oldObject: null, newObject: null });
  return isLeftOut(value) ? undefined : { ...stored, content: object === undefined ? stored.content : withoutIdentity(object) };
}

/** As IDM reads the script's answer: false, 0 and the empty text. */
function isLeftOut(value: JsonValue | undefined): boolean {
  return value === false || value === 0 || value === '';
}
