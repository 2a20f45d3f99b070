import {
  ConnectorError, GuardedString, OPTION, type Attribute, type ConnectorFacade, type OperationOptions, type Uid,
} from '../../../protocol/model/index.js';
import { isObject, type JsonObject, type JsonValue } from '../../crest/json.js';
import type { Fields } from '../../crest/projection.js';
import type { CrestAnswer, RequestOf, Resource } from '../../crest/request.js';
import { badRequest } from '../../crest/resource-error.js';
import { attributesFor, defaultAttributes, withAttributes } from '../object-type.js';
import { patchCalls } from '../patch-object.js';
import { toResource } from '../read-object.js';
import { createAttributes, updateAttributes } from '../write-object.js';
import { callContext, facadeFor, objectNotFound, translated, uidOf, type ObjectCall } from './object-call.js';

type Answer = Extract<CrestAnswer, { kind: 'resource' }>;

/** Reads one object. Throws 404. */
export async function readObject(call: ObjectCall, id: string, fields: Fields): Promise<Resource> {
  const facade = facadeFor(call, 'GetApiOp', 'GET');
  return translated(call, 'READ', id, async () => {
    const found = await fetchObject(call, facade, uidOf(id), withAttributes(attributesFor(call.type, fields)));
    if (found === undefined) throw objectNotFound(call, id);
    return found;
  });
}

/** Creates an object and reads it back. `suggestedName` is the last path segment of a PUT. */
export async function createObject(call: ObjectCall, content: JsonObject, suggestedName?: string): Promise<Answer> {
  const facade = facadeFor(call, 'CreateApiOp', 'CREATE');
  const attributes = createAttributes(call.type, content, suggestedName);
  const subject = suggestedName ?? attributes.find((attribute) => attribute.name === '__NAME__')?.single;
  return translated(call, 'CREATE', typeof subject === 'string' ? subject : null, async () => {
    const options = withAttributes(defaultAttributes(call.type));
    const uid = await facade.perform({ kind: 'create', objectClass: call.type.objectClass, attributes, options }, callContext(call.context));
    if (uid === null) throw badRequest('The connector created the object but gave no id');
    return { kind: 'resource', resource: await readBack(call, facade, uid), createdAt: [...call.container.split('/'), uid.value] };
  });
}

/** PUT: update what is there, or create what is not, as the headers say. Answers the object as it is afterwards. */
export async function putObject(call: ObjectCall, id: string, request: Pick<RequestOf<'put'>, 'mode' | 'content' | 'revision'>): Promise<Answer> {
  if (request.mode === 'create') return createObject(call, request.content, id);
  const facade = facadeFor(call, 'UpdateApiOp', 'UPDATE');
  const uid = uidOf(id, request.revision);
  const current = await translated(call, 'UPDATE', id, () => currentObject(call, facade, uid));
  if (current === undefined && request.mode === 'upsert') return createObject(call, request.content, id);
  const attributes = updateAttributes(call.type, request.content);
  if (current === undefined && attributes.length === 0) throw objectNotFound(call, id);
  return translated(call, 'UPDATE', id, async () => {
    const updated = await sendUpdate(call, facade, uid, attributes, current);
    return { kind: 'resource', resource: await readBack(call, facade, updated) };
  });
}

/** PATCH: works on the object as read, then tells the target what changed. */
export async function patchObject(call: ObjectCall, id: string, { operations, revision }: Pick<RequestOf<'patch'>, 'operations' | 'revision'>): Promise<Answer> {
  const facade = facadeFor(call, 'UpdateApiOp', 'UPDATE');
  const uid = uidOf(id, revision);
  return translated(call, 'PATCH', id, async () => {
    const current = await currentObject(call, facade, uid);
    if (current === undefined) throw objectNotFound(call, id);
    let latest = uid;
    for (const { updateType, attributes } of patchCalls(call.type, current.content, operations)) {
      const options = withAttributes(defaultAttributes(call.type));
      const changed = await facade.perform({ kind: 'update', objectClass: call.type.objectClass, uid: latest, updateType, attributes, options }, callContext(call.context));
      latest = changed ?? uidOf(latest.value);
    }
    return { kind: 'resource', resource: await readBack(call, facade, latest) };
  });
}

/** Deletes an object and answers what it was. */
export async function deleteObject(call: ObjectCall, id: string, revision: string | undefined): Promise<Answer> {
  const facade = facadeFor(call, 'DeleteApiOp', 'DELETE');
  const uid = uidOf(id, revision);
  return translated(call, 'DELETE', id, async () => {
    const former = await currentObject(call, facade, uid);
    const options = withAttributes(defaultAttributes(call.type));
    await facade.perform({ kind: 'delete', objectClass: call.type.objectClass, uid, options }, callContext(call.context));
    return { kind: 'resource', resource: former ?? { id, content: {} } };
  });
}

async function fetchObject(call: ObjectCall, facade: ConnectorFacade, uid: Uid, options: OperationOptions): Promise<Resource | undefined> {
  const object = await facade.perform({ kind: 'get', objectClass: call.type.objectClass, uid, options }, callContext(call.context));
  return object === null ? undefined : toResource(call.type, object);
}

/** The object before a change; undefined when it is not there. A connector that cannot read tells nothing. */
function currentObject(call: ObjectCall, facade: ConnectorFacade, uid: Uid): Promise<Resource | undefined> {
  return fetchObject(call, facade, uidOf(uid.value), withAttributes(defaultAttributes(call.type)));
}

/**
 * The object after a change; just its id when the target does not show it yet, or cannot be read any more: the change is
 * done, and its caller must not be told otherwise.
 */
async function readBack(call: ObjectCall, facade: ConnectorFacade, uid: Uid): Promise<Resource> {
  const canRead = facade.supportedOperations.has('GetApiOp') || facade.supportedOperations.has('SearchApiOp');
  const found = canRead ? await currentObject(call, facade, uid).catch((error: unknown) => unlessLost(error, call)) : undefined;
  return found ?? { id: uid.value, revision: uid.revision, content: {} };
}

function unlessLost(error: unknown, { context }: ObjectCall): undefined {
  if (error instanceof ConnectorError && error.retryable && !context.signal.aborted) return undefined;
  throw error;
}

/** One update; with a re-authenticated caller the attributes marked `runAsUser` go first, on the caller's own authority. */
async function sendUpdate(call: ObjectCall, facade: ConnectorFacade, uid: Uid, attributes: readonly Attribute[], current: Resource | undefined): Promise<Uid> {
  const options = withAttributes(defaultAttributes(call.type));
  const update = async (on: Uid, part: readonly Attribute[], with_: OperationOptions): Promise<Uid> => {
    if (part.length === 0) return on;
    const changed = await facade.perform({ kind: 'update', objectClass: call.type.objectClass, uid: on, updateType: 'REPLACE', attributes: part, options: with_ }, callContext(call.context));
    return changed ?? uidOf(on.value);
  };
  const user = userName(call, current);
  const password = call.context.reauthPassword;
  if (user === undefined || password === undefined) return update(uid, attributes, options);
  const asUser = attributes.filter((attribute) => call.type.byNativeName.get(attribute.name.toLowerCase())?.runAsUser === true);
  const authority = options.with(OPTION.runAsUser, user).with(OPTION.runWithPassword, new GuardedString(password));
  return update(await update(uid, asUser, authority), attributes.filter((attribute) => !asUser.includes(attribute)), options);
}

/** What the caller is called in the target: the value of the first of the connector's `accountUserNameAttributes`. */
function userName({ setup, type }: ObjectCall, current: Resource | undefined): string | undefined {
  const configured: JsonValue = setup.source.configurationProperties['accountUserNameAttributes'] ?? null;
  const first = Array.isArray(configured) ? configured[0] : configured;
  if (typeof first !== 'string' || current === undefined || !isObject(current.content)) return undefined;
  const property = type.byNativeName.get(first.toLowerCase());
  const value = property === undefined ? undefined : current.content[property.name];
  const text = Array.isArray(value) ? value[0] : value;
  return typeof text === 'string' ? text : undefined;
}
