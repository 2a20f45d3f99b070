import type { JsonValue } from '../../crest/json.js';
import { parsePatch } from '../../crest/patch.js';
import { readFilter } from '../../crest/query-parameters.js';
import type { QueryFilter } from '../../crest/query-filter.js';
import type { CrestAnswer, RequestOf } from '../../crest/request.js';
import { ResourceError, badRequest, notFound } from '../../crest/resource-error.js';
import { representation } from '../../crest/write-answer.js';
import type { StoredObject } from '../store/managed-store.js';
import { EVERYTHING, queryObjects } from '../objects/query-objects.js';
import { requireSearchable } from '../objects/searchable.js';
import { visibleObject } from '../objects/visible-object.js';
import { whole } from '../objects/object-identity.js';
import { patched, type ManagedCall } from './managed-requests.js';
import { filterOf } from './query-managed.js';

type Action = RequestOf<'action'>;

/** `patch`, `triggerSyncCheck`, and the scripts of the type's `actions`. */
export async function instanceAction(call: ManagedCall, id: string, request: Action): Promise<CrestAnswer> {
  const { objects, type, context } = call;
  if (request.action === 'patch') return content(call, await patched(call, id, { operations: parsePatch(request.content ?? null), revision: undefined }));
  if (request.action === 'triggerSyncCheck') return content(call, await objects.triggerSync(type, id, context));
  const script = type.actions.get(request.action);
  if (script === undefined) throw unknownAction(call, request.action);
  const object = await objects.read(type, id, context);
  const { value } = await objects.hooksFor(type, id, context).run(script, {
    object: whole(object), content: request.content, request: { action: request.action, content: request.content ?? null, additionalParameters: Object.fromEntries(request.parameters) },
  });
  return { kind: 'action', content: value };
}

export async function collectionAction(call: ManagedCall, request: Action): Promise<CrestAnswer> {
  if (request.action === 'patch') return patchFound(call, request);
  if (request.action === 'triggerSyncCheck') return triggerAll(call, request);
  if (call.type.actions.has(request.action)) throw badRequest(`The action ${request.action} is for an instance of managed/${call.type.name}`);
  throw unknownAction(call, request.action);
}

/** The one object that a query finds. */
async function patchFound(call: ManagedCall, request: Action): Promise<CrestAnswer> {
  if (request.by === undefined) throw badRequest('The action patch of a collection needs a query for one object');
  const filter = filterOf(request.by, request.parameters);
  const ids: string[] = [];
  for await (const { id } of found(call, filter, 2)) ids.push(id);
  const [id] = ids;
  if (id === undefined) throw notFound('Query returned no results');
  if (ids.length > 1) throw new ResourceError(500, 'Query result must yield one matching object');
  return content(call, await patched(call, id, { operations: parsePatch(request.content ?? null), revision: undefined }));
}

/** Answers how many objects were told to the mappings. */
async function triggerAll(call: ManagedCall, { by, parameters }: Action): Promise<CrestAnswer> {
  const text = parameters.get('queryFilter');
  const filter = by !== undefined ? filterOf(by, parameters) : text === undefined ? undefined : readFilter('queryFilter', text);
  call.context.withoutDeadline?.();
  let count = 0;
  for await (const { id } of found(call, filter, 0)) {
    try {
      await call.objects.triggerSync(call.type, id, call.context);
      count += 1;
    } catch (error) {
      // It was deleted since.
      if (!(error instanceof ResourceError && error.code === 404)) throw error;
    }
  }
  return { kind: 'action', content: { status: 'OK', countTriggered: count } };
}

function found({ objects, type, context }: ManagedCall, filter: QueryFilter | undefined, pageSize: number): AsyncGenerator<StoredObject, unknown, void> {
  requireSearchable(type, filter, []);
  return queryObjects(objects.store, type, { ...EVERYTHING, filter, pageSize }, context.signal);
}

function content({ type }: ManagedCall, stored: StoredObject): { readonly kind: 'action'; readonly content: JsonValue } {
  return { kind: 'action', content: representation(visibleObject(type, stored, []), []) };
}

function unknownAction({ type }: ManagedCall, action: string): ResourceError {
  return badRequest(`Action ${action} is not supported for managed/${type.name}; known are ${['patch', 'triggerSyncCheck', ...type.actions.keys()].join(', ')}`);
}
