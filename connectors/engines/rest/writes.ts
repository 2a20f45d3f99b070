import { Attribute, ConnectorError, Uid, attributeKey, type ConnectorObject } from '../../../protocol/model/index.js';
import { updateValues } from '../../framework/facade/update-values.js';
import type { Call, CreateRequest, DeleteRequest, Results, UpdateRequest } from '../../framework/spi.js';
import { afterwards } from './afterwards.js';
import type { RestAttribute } from './attributes.js';
import type { RestObjectClass, WriteEndpoint, Written } from './definition.js';
import { isJsonObject, valueAt, withoutValueAt, type JsonObject } from './json.js';
import { changeLinks, planLinks, type LinkChange } from './linked-values.js';
import { apartValues, bodyOf, givenAttributes, isApart, refuse, uidOf, uidVariables, type ApartValue, type Given } from './object-mapping.js';
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

/** Of an attribute under two names either will do. */
function requireAtPaths(objectClass: string, { needs = [], attributes }: RestObjectClass, object: JsonObject): void {
  const missing = needs.filter((path) => (valueAt(object, path) ?? '') === '').map((path) => {
    const names = Object.entries(attributes).filter(([name, { wire = name }]) => wire === path).map(([name]) => name);
    return names.length === 0 ? path : names.join(' or ');
  });
  if (missing.length > 0) refuse(`A new object of ${objectClass} needs ${missing.join(', ')}.`);
}

interface Sent { readonly object: JsonObject; readonly hasSecrets: boolean }

async function send(call: RestCall, endpoint: WriteEndpoint, { object: body, hasSecrets }: Sent, definition: RestObjectClass, uid: string | undefined): Promise<JsonObject | undefined> {
  const { request, body: made, headers, repeatsSecrets = false } = endpoint;
  const variables = uid === undefined ? textsOf(body) : uidVariables(definition, uid);
  const json = await call.send(request, { variables, uid, headers, hasSecrets: repeatsSecrets && hasSecrets, json: made === undefined ? body : made(body, uid) });
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
  const written = writtenOf(given, 'create', attributes, options);
  requireAtPaths(objectClass, definition, written.object);
  definition.check?.(written, 'create');
  const links = await planLinks(at, undefined, linksIn(given, 'ADD'));
  const answer = typeof how === 'function' ? await how(at, written) : await send(at, endpointOf(how), written, definition, undefined);
  const uid = answer === undefined ? undefined : uidOf(definition, answer) ?? uidOf(definition, { ...written.object, ...answer });
  if (uid === undefined) throw new ConnectorError('connector', `The service created an object of ${objectClass}, but its answer does not say which: search for it.`, { outcome: 'applied' });
  const done = await setApart(at, uid, apartValues(given, 'create'), 'create', `The ${objectClass} was created with the uid '${uid}'.`);
  await changeLinks(at, new Uid(uid), links, done);
  return new Uid(uid);
}

function writtenOf(given: readonly Given[], operation: 'create' | 'update', attributes: readonly Attribute[], options: UpdateRequest['options']): Written {
  return { object: bodyOf(given, operation), attributes, options, hasSecrets: given.some(({ attribute: { type }, values }) => type === 'GuardedString' && values !== null) };
}

/** Sets what has requests of its own, and answers what has been done so far, as sentences. `before`: the same, or empty. */
async function setApart(call: RestCall, uid: string, values: readonly ApartValue[], during: 'create' | 'update', before: string): Promise<string> {
  let done = before;
  for (const { name, apart, value } of values) {
    await afterwards(`${done} ${name} could not be set:`, done !== '', () => apart.set(call, uid, value, during));
    done = `${done} ${name} was set.`.trimStart();
  }
  return done;
}

/** What the service has, without what it does not take back. */
async function wholeObject(call: RestCall, objectClass: string, definition: RestObjectClass, { drops = [], keeps = [] }: WriteEndpoint, uid: Uid, options: UpdateRequest['options']): Promise<JsonObject> {
  const wire = await readWire(call, objectClass, definition, uid.value, classQuery(definition, options));
  if (wire === undefined) throw new ConnectorError('unknownUid', `There is no ${objectClass} with the uid '${uid.value}'.`, { uid, outcome: 'notApplied' });
  const isTaken = ({ flags, unsent, apart }: RestAttribute): boolean => !flags.includes('NOT_UPDATEABLE') && (unsent === undefined || unsent === 'onCreate') && (apart === undefined || apart.during === 'create');
  const places = Object.entries(definition.attributes).filter(([, { linked }]) => linked === undefined).map(([name, attribute]) => ({ path: attribute.wire ?? name, taken: isTaken(attribute) }));
  const kept = new Set([...keeps, ...places.filter(({ taken }) => taken).map(({ path }) => path)]);
  return [...places.map(({ path }) => path).filter((path) => !kept.has(path)), ...drops].reduce(withoutValueAt, wire);
}

async function change(session: RestSession, { objectClass, uid, attributes, options }: UpdateRequest, call: Call, type: LinkChange['type']): Promise<Uid> {
  const at = restCall(session, call, 'update');
  const definition = await classOf(session, at, objectClass);
  const { update: how } = definition;
  const given = givenAttributes(objectClass, definition, attributes, 'update');
  const own = given.filter(({ attribute }) => attribute.linked === undefined);
  if (how === undefined && own.some((one) => !isApart(one, 'update'))) return notPossible(objectClass, 'updated');
  const written = writtenOf(own, 'update', attributes, options);
  const apart = apartValues(own, 'update');
  definition.check?.(written, 'update');
  const links = await beforehand(planLinks(at, uid, linksIn(given, type)));
  const isWritten = how !== undefined && (typeof how === 'function' ? own.some((one) => !isApart(one, 'update')) : Object.keys(written.object).length > 0);
  const after = isWritten ? await carriedOut(at, objectClass, definition, uid, own, written) : uid;
  const done = await setApart(at, after.value, apart, 'update', isWritten ? `The ${objectClass} '${uid.value}' was updated.` : '');
  await changeLinks(at, after, links, done);
  return after;
}

/** The update's own request; answers the uid, which may be another then. */
async function carriedOut(call: RestCall, objectClass: string, definition: RestObjectClass, uid: Uid, own: readonly Given[], written: Written): Promise<Uid> {
  const { update: how } = definition;
  if (how === undefined) return uid;
  const answer = typeof how === 'function' ? await how(call, uid, written) : await replaced(call, objectClass, definition, endpointOf(how), uid, own, written);
  const now = answer === undefined ? undefined : uidOf(definition, answer);
  return now === undefined || now === uid.value ? uid : new Uid(now);
}

async function replaced(call: RestCall, objectClass: string, definition: RestObjectClass, endpoint: WriteEndpoint, uid: Uid, own: readonly Given[], { object, options, hasSecrets }: Written): Promise<JsonObject | undefined> {
  const whole = endpoint.whole === true ? bodyOf(own, 'update', await beforehand(wholeObject(call, objectClass, definition, endpoint, uid, options))) : object;
  return send(call, endpoint, { object: whole, hasSecrets }, definition, uid.value);
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
  const next = <T>(step: () => Promise<T>): Promise<T> => afterwards(`The values of ${done.join(', ')} were changed, then the next change failed:`, done.length > 0, step);
  for (const { name, attribute, values } of edited) {
    await next(async () => attribute.edit?.(at, after.value, updateType, values ?? []));
    done.push(name);
  }
  return byKind.linked.length === 0 ? after : next(() => change(session, { ...request, uid: after, attributes: byKind.linked }, call, updateType));
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
