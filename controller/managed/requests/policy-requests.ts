import { isObject, type JsonObject } from '../../crest/json.js';
import type { CrestAnswer, RequestHandler, RequestOf } from '../../crest/request.js';
import { badRequest, notFound, notSupported } from '../../crest/resource-error.js';
import type { ManagedType } from '../configuration/managed-type.js';
import type { ManagedObjects } from '../objects/managed-objects.js';
import { validateObject, validationResult } from '../policies/validate-object.js';
import { clearObject } from '../protection/protect-object.js';

/** `/policy/managed/<type>/<id>`: what a type asks for, and whether an object or some properties of it would do. `*` stands for an object that is not there yet. */
export function policyRequests(objects: ManagedObjects): RequestHandler {
  return async (request, context) => {
    const [collection, typeName, id = '*', ...rest] = request.path;
    if (collection === undefined && request.kind === 'read') return all(objects);
    if (collection !== 'managed' || typeName === undefined || rest.length > 0) throw notFound(`There are no policies of ${request.path.join('/')}`);
    const type = await objects.book.get(typeName);
    if (request.kind === 'read') return { kind: 'resource', resource: { id, content: { resource: `managed/${typeName}/${id}`, properties: propertiesOf(type) } } };
    if (request.kind !== 'action') throw notSupported(`Policies do not support ${request.kind}`);
    context.signal.throwIfAborted();
    return validated(objects, request, { type, id });
  };
}

async function validated({ store }: ManagedObjects, { action, content }: RequestOf<'action'>, { type, id: asked }: { readonly type: ManagedType; readonly id: string }): Promise<CrestAnswer> {
  if (!isObject(content)) throw badRequest('The content must be an object');
  const stored = asked === '*' ? undefined : await store.read(type.name, asked);
  const id = stored?.id;
  const object = clearObject(type, { ...stored?.content, ...content });
  switch (action) {
    case 'validateObject': return { kind: 'action', content: validationResult(await validateObject(type, { id, object: clearObject(type, content), store })) };
    case 'validateProperty': return { kind: 'action', content: validationResult(await validateObject(type, { id, object, store }, { only: new Set(Object.keys(content)) })) };
    default: throw badRequest(`Unsupported action: ${action}; known are validateObject, validateProperty`);
  }
}

async function all({ book }: ManagedObjects): Promise<CrestAnswer> {
  const resources = [...(await book.all()).values()].map((type) => ({ resource: `managed/${type.name}/*`, properties: propertiesOf(type) }));
  return { kind: 'action', content: { _id: '', resources } };
}

function propertiesOf(type: ManagedType): JsonObject[] {
  return [...type.properties.values()].map(({ name, policies }) => ({
    name,
    policies: policies.map(({ policy, params }) => ({ policyId: policy.id, ...(Object.keys(params).length === 0 ? {} : { params }), policyRequirements: [...policy.requirements] })),
    policyRequirements: [...new Set(policies.flatMap(({ policy }) => policy.requirements))],
  }));
}
