import { Attribute, ConnectorError, Uid, attributeKey, withOutcome, type ConnectorObject } from '../../../protocol/model/index.js';
import { updateValues } from '../../framework/facade/update-values.js';
import type { Call, CreateRequest, DeleteRequest, Results, UpdateRequest } from '../../framework/spi.js';
import type { RestObjectClass, WriteEndpoint, Written } from './definition.js';
import { isJsonObject, valueAt, withoutValueAt, type JsonObject } from './json.js';
import { changeLinks, planLinks, type LinkChange } from './linked-values.js';
import { bodyOf, givenAttributes, refuse, uidOf, uidVariables, type Given } from './object-mapping.js';
import { beforehand, type RestCall } from './rest-call.js';
import type { RequestLine } from './request-line.js';
import { classOf, restCall, type RestSession } from './rest-session.js';
import { classQuery, readWire, search } from './search.js';

function notPossible(objectClass: string, operation: string): never {
  throw new ConnectorError('unsupportedOperation', `Objects of ${objectClass} cannot be ${operation} at this service.`, { outcome: 'notApplied' });
}

function endpointOf(given: RequestLine | WriteEndpoint): WriteEndpoint {
  return typeof given === 'string' ? { request: given } : given;
}

function linksIn(given: readonly Given[], type: LinkChange['type']): readonly LinkChange[] {
  return given.flatMap(({ name, attribute: { linked }, values }) => (linked === undefined ? [] : [{ name, linked, type, values: values ?? [] }]));
}

function requireAttributes(objectClass: string, definition: RestObjectClass, given: readonly Given[]): void {
  const present = new Set(given.filter(({ values }) => values !== null).map(({ name }) => name));
  const missing = Object.entries(definition.attributes).filter(([name, { flags }]) => flags.includes('REQUIRED') && !present.has(name)).map(([name]) => name);
  if (missing.length > 0) refuse(`A new object of ${objectClass} needs ${missing.join(', ')}.`);
}

async function send(call: RestCall, endpoint: WriteEndpoint, body: JsonObject, definition: RestObjectClass, uid: string | undefined): Promise<JsonObject | undefined> {
  const { request, body: made, headers } = endpoint;
  const variables = uid === undefined ? textsOf(body) : uidVariables(definition, uid);
  const json = await call.send(request, { variables, uid, headers, json: made === undefined ? body : made(body, uid) });
  const object = valueAt(json, definition.item ?? '');
  return isJsonObject(object) ? object : undefined;
}

function textsOf(object: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(object).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

export async function create(session: RestSession, { objectClass, attributes, options }: CreateRequest, call: Call): Promise<Uid> {
  const at = restCall(session, call, 'create');
  const definition = await classOf(session, at, objectClass);
  const { create: how } = definition;
  if (how === undefined) return notPossible(objectClass, 'created');
  const given = givenAttributes(objectClass, definition, attributes, 'create');
  requireAttributes(objectClass, definition, given);
  const written: Written = { object: bodyOf(given, 'create'), attributes, options };
  definition.check?.(written, 'create');
  const links = await planLinks(at, undefined, linksIn(given, 'ADD'));
  const answer = typeof how === 'function' ? await how(at, written) : await send(at, endpointOf(how), written.object, definition, undefined);
  const uid = answer === undefined ? undefined : uidOf(definition, answer) ?? uidOf(definition, { ...written.object, ...answer });
  if (uid === undefined) throw new ConnectorError('connector', `The service created an object of ${objectClass}, but its answer does not say which: search for it.`, { outcome: 'applied' });
  await changeLinks(at, new Uid(uid), links, `The ${objectClass} was created with the uid '${uid}'.`);
  return new Uid(uid);
}

/** What the service has, without what it does not take back. */
async function wholeObject(call: RestCall, objectClass: string, definition: RestObjectClass, { drops = [] }: WriteEndpoint, uid: Uid, options: UpdateRequest['options']): Promise<JsonObject> {
  const wire = await readWire(call, definition, uid.value, classQuery(definition, options));
  if (wire === undefined) throw new ConnectorError('unknownUid', `There is no ${objectClass} with the uid '${uid.value}'.`, { uid, outcome: 'notApplied' });
  const own = Object.entries(definition.attributes).filter(([, { flags, linked }]) => flags.includes('NOT_UPDATEABLE') && linked === undefined).map(([name, { wire: path }]) => path ?? name);
  return [...own, ...drops].reduce(withoutValueAt, wire);
}

async function change(session: RestSession, { objectClass, uid, attributes, options }: UpdateRequest, call: Call, type: LinkChange['type']): Promise<Uid> {
  const at = restCall(session, call, 'update');
  const definition = await classOf(session, at, objectClass);
  const { update: how } = definition;
  const given = givenAttributes(objectClass, definition, attributes, 'update');
  const own = given.filter(({ attribute }) => attribute.linked === undefined);
  if (how === undefined && own.length > 0) return notPossible(objectClass, 'updated');
  definition.check?.({ object: bodyOf(own, 'update'), attributes, options }, 'update');
  const links = await beforehand(planLinks(at, uid, linksIn(given, type)));
  let after = uid;
  if (how !== undefined && own.length > 0) {
    const answer = typeof how === 'function'
      ? await how(at, uid, { object: bodyOf(own, 'update'), attributes, options })
      : await replaced(at, objectClass, definition, endpointOf(how), uid, own, options);
    const now = answer === undefined ? undefined : uidOf(definition, answer);
    if (now !== undefined && now !== uid.value) after = new Uid(now);
  }
  await changeLinks(at, after, links, own.length > 0 ? `The ${objectClass} '${uid.value}' was updated.` : '');
  return after;
}

async function replaced(call: RestCall, objectClass: string, definition: RestObjectClass, endpoint: WriteEndpoint, uid: Uid, own: readonly Given[], options: UpdateRequest['options']): Promise<JsonObject | undefined> {
  const base = endpoint.whole === true ? await beforehand(wholeObject(call, objectClass, definition, endpoint, uid, options)) : {};
  return send(call, endpoint, bodyOf(own, 'update', base), definition, uid.value);
}

export function update(session: RestSession, request: UpdateRequest, call: Call): Promise<Uid> {
  return change(session, request, call, 'REPLACE');
}

type Kind = 'linked' | 'edit' | 'replaced' | 'other';

/**
 * Links are added and removed one by one, some attributes have a way of their own, and one of a single value takes the one that is
 * added instead of its own; of others the values are read, merged and replaced.
 */
export async function changeValues(session: RestSession, request: UpdateRequest, call: Call, updateType: 'ADD' | 'REMOVE'): Promise<Uid> {
  const { objectClass, uid, options } = request;
  const at = restCall(session, call, 'update');
  const definition = await classOf(session, at, objectClass);
  const byKind = attributesByKind(definition, request.attributes, updateType);
  const edited = givenAttributes(objectClass, definition, byKind.edit, 'update');
  const single = byKind.replaced.length === 0 ? uid : await update(session, { objectClass, uid, attributes: byKind.replaced, options }, call);
  const after = byKind.other.length === 0 ? single : await updateValues({ kind: 'update', objectClass, uid: single, attributes: byKind.other, options, updateType }, {
    displayName: session.connector.displayName,
    read: (readOptions) => firstOf(search(session, { objectClass, filter: { kind: 'equals', attribute: single }, options: readOptions }, call)),
    replace: (replacement) => update(session, { ...replacement, attributes: replacement.attributes.map(emptied) }, call),
  });
  const done = [...byKind.replaced, ...byKind.other].map(({ name }) => name);
  for (const { name, attribute, values } of edited) {
    await editing(attribute.edit?.(at, after.value, updateType, values ?? []), done);
    done.push(name);
  }
  return byKind.linked.length === 0 ? after : editing(change(session, { ...request, uid: after, attributes: byKind.linked }, call, updateType), done);
}

function attributesByKind(definition: RestObjectClass, attributes: readonly Attribute[], updateType: 'ADD' | 'REMOVE'): Readonly<Record<Kind, readonly Attribute[]>> {
  const known = new Map(Object.entries(definition.attributes).map(([name, attribute]) => [attributeKey(name), attribute] as const));
  const kindOf = ({ name }: Attribute): Kind => {
    const attribute = known.get(attributeKey(name));
    if (attribute?.linked !== undefined) return 'linked';
    if (attribute?.edit !== undefined) return 'edit';
    return updateType === 'ADD' && attribute?.flags.includes('MULTIVALUED') === false ? 'replaced' : 'other';
  };
  const of = (kind: Kind): readonly Attribute[] => attributes.filter((attribute) => kindOf(attribute) === kind);
  return { linked: of('linked'), edit: of('edit'), replaced: of('replaced'), other: of('other') };
}

/** What fails once other attributes have been changed says so. */
async function editing<T>(work: Promise<T>, done: readonly string[]): Promise<T>;
async function editing<T>(work: Promise<T> | undefined, done: readonly string[]): Promise<T | undefined>;
async function editing<T>(work: Promise<T> | undefined, done: readonly string[]): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (done.length === 0 || !(error instanceof ConnectorError)) throw error;
    throw withOutcome(error, 'applied', `The values of ${done.join(', ')} were changed, then the next change failed: ${error.message}`);
  }
}

/** Without its last value; hooks can tell it from null, which the caller may have meant as nothing at all. */
function emptied(attribute: Attribute): Attribute {
  return attribute.values === null ? new Attribute(attribute.name, []) : attribute;
}

async function firstOf(results: Results): Promise<ConnectorObject | null> {
  try {
    const step = await results.next();
    return step.done === true ? null : step.value;
  } finally {
    await results.return(undefined);
  }
}

export async function remove(session: RestSession, { objectClass, uid }: DeleteRequest, call: Call): Promise<void> {
  const at = restCall(session, call, 'delete');
  const definition = await classOf(session, at, objectClass);
  const { delete: how } = definition;
  if (how === undefined) return notPossible(objectClass, 'deleted');
  if (typeof how === 'function') return how(at, uid);
  await at.answer(how, { variables: uidVariables(definition, uid.value), uid: uid.value });
}
