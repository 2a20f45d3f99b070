import type { CallerContext, CrestAnswer, CrestRequest, RequestHandler, RequestOf } from '../../crest/request.js';
import { ResourceError, badRequest, notSupported } from '../../crest/resource-error.js';
import { applyPatch } from '../../crest/patch.js';
import type { JsonObject } from '../../crest/json.js';
import type { ManagedType } from '../configuration/managed-type.js';
import type { ManagedObjects } from '../objects/managed-objects.js';
import { visibleObject } from '../objects/visible-object.js';
import { collectionAction, instanceAction } from './managed-actions.js';
import { queryManaged } from './query-managed.js';

/** What one request of a type needs. */
export interface ManagedCall {
  readonly objects: ManagedObjects;
  readonly type: ManagedType;
  readonly context: CallerContext;
}

/** Everything below `/managed`. */
export function managedRequests(objects: ManagedObjects): RequestHandler {
  return async (request, context) => {
    const [typeName, id, ...rest] = request.path;
    if (typeName === undefined) throw request.kind === 'query' ? badRequest('The resource managed cannot be queried; name a type') : notSupported(`The resource managed does not support ${request.kind}; name a type`);
    const call = { objects, type: await objects.book.get(typeName), context };
    if (rest.length > 0) throw new ResourceError(403, 'Sub-objects are not supported');
    return id === undefined ? onCollection(call, request) : onInstance(call, id, request);
  };
}

async function onCollection(call: ManagedCall, request: CrestRequest): Promise<CrestAnswer> {
  const container = `managed/${call.type.name}`;
  switch (request.kind) {
    case 'create': return created(call, request, undefined);
    case 'query': return queryManaged(call, request);
    case 'action': return collectionAction(call, request);
    case 'read': throw badRequest(`The resource collection ${container} cannot be read; One of _queryId, _queryExpression, or _queryFilter is required.`);
    default: throw badRequest(`The resource collection ${container} cannot be changed by ${request.kind}; name an instance`);
  }
}

async function onInstance(call: ManagedCall, id: string, request: CrestRequest): Promise<CrestAnswer> {
  const { objects, type, context } = call;
  switch (request.kind) {
    case 'read': return answered(call, request, await objects.read(type, id, context));
    case 'create': throw new ResourceError(403, 'Sub-objects are not supported');
    case 'put': return put(call, id, request);
    case 'patch': return answered(call, request, await patched(call, id, request));
    case 'delete': return answered(call, request, await objects.delete(type, id, request.revision, context));
    case 'query': throw badRequest(`The resource instance managed/${type.name}/${id} cannot be queried`);
    case 'action': return instanceAction(call, id, request);
  }
}

async function created(call: ManagedCall, request: Pick<RequestOf<'create' | 'put'>, 'content' | 'fields'>, id: string | undefined): Promise<CrestAnswer> {
  const made = await call.objects.create(call.type, { id, content: request.content }, call.context);
  return { ...answered(call, request, made), createdAt: ['managed', call.type.name, made.id] };
}

async function put(call: ManagedCall, id: string, request: RequestOf<'put'>): Promise<CrestAnswer> {
  if (request.mode === 'create') return created(call, request, id);
  if (request.mode === 'upsert') {
    const found = await call.objects.store.read(call.type.name, id);
    try {
      if (found === undefined) return await created(call, request, id);
    } catch (error) {
      // Somebody was faster; so it is an update.
      if (!(error instanceof ResourceError && error.code === 412)) throw error;
    }
  }
  const make = (before: JsonObject): { readonly object: JsonObject } => ({ object: { ...unseen(call.type, before), ...request.content } });
  return answered(call, request, await call.objects.change(call.type, { id, revision: request.revision, make }, call.context));
}

/** What its caller cannot have read, and so does not mean to remove by leaving it out. */
function unseen(type: ManagedType, before: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(before).filter(([name]) => type.properties.get(name)?.isPrivate === true));
}

/** Applied to the object as it is now, and again when somebody else was faster. */
export function patched({ objects, type, context }: ManagedCall, id: string, { operations, revision }: Pick<RequestOf<'patch'>, 'operations' | 'revision'>): ReturnType<ManagedObjects['change']> {
  if (operations.some(({ field }) => field[0] === '_id' || field[0] === '_rev')) throw badRequest('_id and _rev cannot be patched');
  const only = new Set(operations.flatMap(({ field: [first], from }) => [first, from?.[0]].filter((name) => name !== undefined)));
  return objects.change(type, { id, revision, make: (before) => ({ object: applyPatch(before, operations), only }) }, context);
}

export function answered({ type }: ManagedCall, { fields }: Pick<CrestRequest, 'fields'>, stored: Parameters<typeof visibleObject>[1]): Extract<CrestAnswer, { kind: 'resource' }> {
  return { kind: 'resource', resource: visibleObject(type, stored, fields) };
}

