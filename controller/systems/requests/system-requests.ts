import type { CallerContext, CrestAnswer, CrestRequest, RequestHandler, RequestOf } from '../../crest/request.js';
import { ResourceError, badRequest, notFound, notSupported } from '../../crest/resource-error.js';
import type { JsonObject } from '../../crest/json.js';
import { ALL } from '../../../protocol/model/index.js';
import { systemStatus } from '../status.js';
import type { System } from '../system.js';
import { authenticateUser } from './authenticate-user.js';
import { objectCall, type ObjectCall } from './object-call.js';
import { createObject, deleteObject, patchObject, putObject, readObject } from './object-operations.js';
import { queryObjects } from './query-objects.js';
import { unknownAction, type SystemRequestParts } from './parts.js';
import { runScript } from './run-script.js';
import { serviceAction } from './service-actions.js';

/** Everything below `/system`. */
export function systemRequests(parts: SystemRequestParts): RequestHandler {
  return async (request, context) => {
    const [systemName, typeName, ...rest] = request.path;
    if (systemName === undefined) return onService(parts, request, context);
    const system = parts.registry.get(systemName);
    // A broken file keeps its route; a disabled system has none.
    if (system === undefined || !system.isEnabled) throw notFound(`Resource 'system/${systemName}' not found`);
    if (typeName === undefined) return onSystem(parts, system, request, context);
    const call = objectCall(system, typeName, context);
    // An id may hold slashes, written as such or encoded.
    return rest.length === 0 ? onCollection(parts, call, request) : onInstance(parts, call, rest.join('/'), request);
  };
}

async function onService(parts: SystemRequestParts, request: CrestRequest, context: CallerContext): Promise<CrestAnswer> {
  if (request.kind !== 'action') throw notAllowed(request, 'system');
  return { kind: 'action', content: await serviceAction(parts, request, context) };
}

async function onSystem(parts: SystemRequestParts, system: System, request: CrestRequest, context: CallerContext): Promise<CrestAnswer> {
  if (request.kind !== 'action') throw notAllowed(request, `system/${system.name}`);
  switch (request.action.toLowerCase()) {
    case 'test': return { kind: 'action', content: await systemStatus(system, context) };
    case 'script': return { kind: 'action', content: await onScript(parts, system, request, context) };
    case 'livesync': {
      const type = system.typeByObjectClass(ALL);
      if (type === undefined) throw badRequest('__ALL__ object class is not configured');
      return { kind: 'action', content: await parts.liveSync(objectCall(system, type.name, context), false) };
    }
    default: throw unknownAction(['script', 'test', 'livesync'], request.action);
  }
}

function onScript(parts: SystemRequestParts, system: System, request: RequestOf<'action'>, context: CallerContext): Promise<JsonObject> {
  if (system.setup === undefined) throw new ResourceError(503, 'Service Unavailable', { detail: { connectorMessage: system.error ?? 'the provisioner file cannot be used' } });
  return runScript(system, system.setup, request, context, parts.projectFolder);
}

async function onCollection(parts: SystemRequestParts, call: ObjectCall, request: CrestRequest): Promise<CrestAnswer> {
  switch (request.kind) {
    case 'create': return createObject(call, request.content);
    case 'query': return queryObjects(call, request);
    case 'action': return onCollectionAction(parts, call, request);
    case 'read': throw badRequest(`The resource collection ${call.container} cannot be read; One of _queryId, _queryExpression, or _queryFilter is required.`);
    default: throw badRequest(`The resource collection ${call.container} cannot be changed by ${request.kind}; name an instance`);
  }
}

async function onCollectionAction(parts: SystemRequestParts, call: ObjectCall, request: RequestOf<'action'>): Promise<CrestAnswer> {
  switch (request.action.toLowerCase()) {
    case 'authenticate': return { kind: 'action', content: await authenticateUser(call, request) };
    case 'livesync': return { kind: 'action', content: await parts.liveSync(call, request.parameters.get('detailedFailure') === 'true') };
    case 'resolveusername': throw badRequest('Unsupported action: resolveUsername');
    default: throw unknownAction(['authenticate', 'create', 'liveSync'], request.action);
  }
}

async function onInstance(parts: SystemRequestParts, call: ObjectCall, id: string, request: CrestRequest): Promise<CrestAnswer> {
  switch (request.kind) {
    case 'read': return { kind: 'resource', resource: await readObject(call, id, request.fields) };
    // A bare POST to an instance means an update to newer clients; one that says create must not change what is there.
    case 'create':
      if (request.explicit) throw badRequest(`Objects are created in the collection ${call.container}; to change ${id} use PUT`);
      return putObject(call, id, { mode: 'update', content: request.content, revision: undefined });
    case 'put': return putObject(call, id, request);
    case 'patch': return patchObject(call, id, request);
    case 'delete': return deleteObject(call, id, request.revision);
    case 'query': throw badRequest(`The resource instance ${call.container}/${id} cannot be queried`);
    case 'action': return onCollectionAction(parts, call, request);
  }
}

function notAllowed(request: CrestRequest, path: string): ResourceError {
  if (request.kind === 'query') return badRequest(`The resource ${path} cannot be queried`);
  if (request.kind === 'delete') return badRequest(`The resource ${path} cannot be deleted`);
  if (request.kind === 'create') return badRequest(`A POST to ${path} needs an _action`);
  return notSupported(`The resource ${path} cannot be ${request.kind === 'read' ? 'read' : 'changed'}`);
}
