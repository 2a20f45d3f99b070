import { Attribute, ConnectorError, ConnectorObject, NAME, Name, UID, Uid, attributeKey, type IcfValue } from '../../../protocol/model/index.js';
import { isMultiValued, type RestAttribute, type SetApart } from './attributes.js';
import type { ClassQuery, RestObjectClass } from './definition.js';
import { icfValue, jsonValue } from './json-values.js';
import type { LinkedValues } from './linked-values.js';
import { textAt, valueAt, withValueAt, type Json, type JsonObject } from './json.js';

/** The uid of a service's object; undefined where it has none. */
export function uidOf({ uid = 'id' }: Pick<RestObjectClass, 'uid'>, object: JsonObject): string | undefined {
  return typeof uid === 'function' ? uid(object) : textAt(object, uid);
}

/** Values of variables for a uid. Throws `unknownUid` where it lacks a part. */
export function uidVariables({ variables }: Pick<RestObjectClass, 'variables'>, uid: string): Readonly<Record<string, string>> {
  const parts = variables?.(uid) ?? {};
  if (Object.values(parts).includes('')) throw new ConnectorError('unknownUid', `There is no object with the uid '${uid}', which consists of ${Object.keys(parts).join(' and ')}.`, { uid: new Uid(uid), outcome: 'notApplied' });
  return { uid, ...parts };
}

function nameOf({ name, attributes }: Pick<RestObjectClass, 'name' | 'attributes'>, object: JsonObject): string | undefined {
  if (name !== undefined) return textAt(object, name);
  const given = attributes[NAME];
  if (given === undefined) return undefined;
  const value = given.read === undefined ? valueAt(object, given.wire ?? NAME) : given.read(object);
  return textAt(value, '');
}

/** A value of the service as one of the attribute's type: numbers and flags of a `String` attribute as their text, texts of a `Boolean` as a flag. */
function typed(value: Json, type: string): IcfValue {
  if (type === 'String' && (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')) return String(value);
  if (type.toLowerCase() === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  if (type === 'Long' && typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  return icfValue(value);
}

function valuesOf(attribute: RestAttribute, name: string, object: JsonObject): readonly IcfValue[] | undefined {
  const found = attribute.read === undefined ? valueAt(object, attribute.wire ?? name) : attribute.read(object);
  if (found === undefined || found === null) return undefined;
  if (!isMultiValued(attribute)) return [typed(found, attribute.type)];
  return (Array.isArray(found) ? found as readonly Json[] : [found]).filter((value) => value !== null).map((value) => typed(value, attribute.type));
}

function shownOf({ leftOutIfNone = false }: LinkedValues, values: readonly IcfValue[] | undefined): readonly IcfValue[] | undefined {
  return leftOutIfNone && values?.length === 0 ? undefined : values;
}

/** Attributes a caller may see, without uid and name. */
export function isReadable({ flags }: RestAttribute): boolean {
  return !flags.includes('NOT_READABLE');
}

/** Values of the attribute take requests of their own to read. */
export function isLookedUp(attribute: RestAttribute): attribute is RestAttribute & { readonly linked: LinkedValues } {
  return attribute.linked !== undefined && attribute.linked.shown !== true;
}

/** What the service gave as an object of the class; `linked` are the values that were looked up besides. Rejects what has no uid. */
export function connectorObject(objectClass: string, definition: RestObjectClass, wire: JsonObject, query: ClassQuery, linked: ReadonlyMap<string, readonly IcfValue[]> = new Map()): ConnectorObject {
  const uid = uidOf(definition, wire);
  if (uid === undefined) throw new ConnectorError('connector', `The service gave an object of ${objectClass} without what its uid is made of.`);
  const attributes: Attribute[] = [new Uid(uid), new Name(nameOf(definition, wire) ?? uid)];
  for (const [name, attribute] of Object.entries(definition.attributes)) {
    if (name === NAME || name === UID || !isReadable(attribute) || !query.wants(name)) continue;
    const values = isLookedUp(attribute) ? shownOf(attribute.linked, linked.get(name)) : valuesOf(attribute, name, wire);
    if (values !== undefined) attributes.push(new Attribute(name, values));
  }
  return new ConnectorObject(objectClass, attributes);
}

/** A request's attribute with what the table says of it. */
export interface Given { readonly name: string; readonly attribute: RestAttribute; readonly values: readonly IcfValue[] | null }

/** Finds each attribute of a write in the table. Throws `invalidAttributeValue` for what the class does not have or take. */
export function givenAttributes(objectClass: string, definition: RestObjectClass, attributes: readonly Attribute[], operation: 'create' | 'update'): readonly Given[] {
  const byKey = new Map(Object.entries(definition.attributes).map(([name, attribute]) => [attributeKey(name), { name, attribute }] as const));
  const refused = operation === 'create' ? 'NOT_CREATABLE' : 'NOT_UPDATEABLE';
  return attributes.filter(({ name }) => attributeKey(name) !== attributeKey(UID)).map(({ name, values }) => {
    const known = byKey.get(attributeKey(name));
    if (known === undefined) return refuse(`${objectClass} has no attribute ${name}.`);
    if (known.attribute.flags.includes(refused)) return refuse(`${known.name} of ${objectClass} cannot be set by ${operation === 'create' ? 'a create' : 'an update'}.`);
    const present = values?.filter((value) => value !== null) ?? [];
    if (present.length > 1 && !isMultiValued(known.attribute)) return refuse(`${known.name} of ${objectClass} takes one value; ${present.length} were given.`);
    for (const value of present) checkValue(known.name, known.attribute, value);
    return { ...known, values: present.length === 0 ? null : present };
  });
}

function checkValue(name: string, { oneOf, longest }: RestAttribute, value: IcfValue): void {
  if (typeof value !== 'string') return;
  if (oneOf !== undefined && !oneOf.includes(value)) refuse(`${name} cannot be '${value.slice(0, 100)}'; it takes ${oneOf.join(', ')}.`);
  if (longest !== undefined && Array.from(value).length > longest) refuse(`${name} has ${Array.from(value).length} characters; it takes ${longest} at most.`);
}

export function refuse(message: string): never {
  throw new ConnectorError('invalidAttributeValue', message, { outcome: 'notApplied' });
}

/** The value an attribute has in a body; undefined: it is left out. */
function bodyValue({ name, attribute, values }: Given): Json | undefined {
  try {
    if (attribute.write !== undefined) return attribute.write(values);
    if (values === null) return attribute.cleared !== undefined ? attribute.cleared : isMultiValued(attribute) ? [] : null;
    const all = values.map((value) => wireTyped(jsonValue(value), attribute.type, name));
    return isMultiValued(attribute) ? all : all[0];
  } catch (error) {
    if (error instanceof TypeError) return refuse(`${name}: ${error.message}.`);
    throw error;
  }
}

const NUMBERS: ReadonlySet<string> = new Set(['Integer', 'Long', 'Double']);

/** What attributes of a type have in the service's JSON, whatever they were given as. */
function wireTyped(value: Json, type: string, name: string): Json {
  if (type.toLowerCase() === 'boolean' && typeof value !== 'boolean') {
    return value === 'true' || value === 'false' ? value === 'true' : refuse(`${name} has to be true or false.`);
  }
  if (!NUMBERS.has(type) || typeof value === 'number') return value;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
  return Number.isFinite(number) ? number : refuse(`${name} has to be a number.`);
}

/** Whether an attribute is set by a request of its own. */
export function isApart({ attribute: { apart } }: Given, operation: 'create' | 'update'): boolean {
  return apart !== undefined && (apart.during ?? operation) === operation;
}

/** The body for attributes that are no links and not set apart. What is cleared is left out of a create. Where the name is also an attribute by itself, that wins. */
export function bodyOf(given: readonly Given[], operation: 'create' | 'update', base: JsonObject = {}): JsonObject {
  const sent = given.filter((one) => isSent(one, operation) && !isApart(one, operation));
  const nameFirst = [...sent.filter(({ name }) => name === NAME), ...sent.filter(({ name }) => name !== NAME)];
  return nameFirst.reduce((body, one) => {
    const value = bodyValue(one);
    return value === undefined ? body : withValueAt(body, one.attribute.wire ?? one.name, value);
  }, base);
}

function isSent({ attribute: { linked, unsent }, values }: Given, operation: 'create' | 'update'): boolean {
  if (linked !== undefined || unsent === 'always') return false;
  return operation === 'create' ? values !== null && unsent !== 'onCreate' : unsent !== 'onUpdate';
}

/** A value that is set by a request of its own. */
export interface ApartValue { readonly name: string; readonly apart: SetApart; readonly value: Json }

/** What is set apart; of two attributes for the same place the last. */
export function apartValues(given: readonly Given[], operation: 'create' | 'update'): readonly ApartValue[] {
  const byPlace = new Map<string, ApartValue>();
  for (const one of given.filter((each) => isSent(each, operation) && isApart(each, operation))) {
    const value = bodyValue(one);
    const { wire = one.name, apart } = one.attribute;
    if (value !== undefined && apart !== undefined) byPlace.set(wire, { name: one.name, apart, value });
  }
  return [...byPlace.values()];
}
