import { Attribute, CURRENT_PASSWORD, NAME, Name, PASSWORD, UID, type IcfValue } from '../model/index.js';
import { getKey, type JsonObject, type JsonValue } from '../crest/json.js';
import { ResourceError, badRequest } from '../crest/resource-error.js';
import { CoercionError, toIcfValue } from './coerce.js';
import type { ObjectType, PropertyType } from './object-type.js';

const PASSWORDS: ReadonlySet<string> = new Set([PASSWORD, CURRENT_PASSWORD]);

/**
 * The attributes of a create. The name is the property mapped to `__NAME__`, else `suggestedName` (the last path segment of
 * a PUT), else `_id`, and is sent verbatim. Throws 400 for a key the type does not have and for a missing required one.
 */
export function createAttributes(type: ObjectType, content: JsonObject, suggestedName: string | undefined): Attribute[] {
  refuseUnknownKeys(type, content);
  const name = nameOf(type, content, suggestedName);
  const attributes: Attribute[] = name === undefined ? [] : [new Name(name)];
  for (const property of type.properties.values()) {
    if (isIdentity(property) || !property.isCreatable) continue;
    const attribute = createAttribute(property, getKey(content, property.name) ?? null);
    if (attribute !== undefined) attributes.push(attribute);
  }
  return attributes;
}

/** Undefined: the connector has to make one up, or complains. */
function nameOf(type: ObjectType, content: JsonObject, suggested: string | undefined): string | undefined {
  const named = [...type.properties.values()].find((property) => property.nativeName === NAME);
  const given = named === undefined ? undefined : textOf(getKey(content, named.name));
  const name = given ?? suggested ?? textOf(getKey(content, '_id'));
  if (name === undefined && named?.isRequired === true) throw badRequest(`Required attribute '${named.name}' value is null`);
  return name;
}

/** Undefined for what a create leaves out: null and empty lists. */
function createAttribute(property: PropertyType, value: JsonValue): Attribute | undefined {
  if (value === null && property.isRequired) throw badRequest(`Required attribute '${property.name}' value is null`);
  const attribute = value === null ? undefined : toAttribute(property, value);
  return (attribute?.values ?? []).length > 0 ? attribute : undefined;
}

/** The attributes of an update: those whose keys are present. Null clears; what may not be updated is dropped silently. */
export function updateAttributes(type: ObjectType, content: JsonObject): Attribute[] {
  refuseUnknownKeys(type, content);
  return [...type.properties.values()]
    .filter((property) => Object.hasOwn(content, property.name) && property.isUpdateable)
    .flatMap((property) => toAttribute(property, getKey(content, property.name) ?? null) ?? []);
}

/** Keys that begin with an underscore are metadata of clients and pass. */
function refuseUnknownKeys(type: ObjectType, content: JsonObject): void {
  const unknown = Object.keys(content).find((key) => !key.startsWith('_') && !type.properties.has(key));
  if (unknown !== undefined) throw badRequest(`Target does not support attribute ${unknown}`);
}

function isIdentity(property: PropertyType): boolean {
  return property.nativeName === NAME || property.nativeName === UID;
}

function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** JSON → attribute; undefined for what is never sent: the uid, and a password that is null. */
export function toAttribute(property: PropertyType, value: JsonValue): Attribute | undefined {
  if (property.nativeName === UID) return undefined;
  if (property.nativeName === NAME) return nameAttribute(property, value);
  if (value === null) return PASSWORDS.has(property.nativeName) ? undefined : new Attribute(property.nativeName, null);
  return new Attribute(property.nativeName, attributeValues(property, value));
}

function nameAttribute(property: PropertyType, value: JsonValue): Name | undefined {
  if (value === null) return undefined;
  const name = textOf(Array.isArray(value) && value.length === 1 ? value[0] : value);
  if (name === undefined) throw badRequest(`Attribute ${property.name} is the object's name and must be a non-empty string`);
  return new Name(name);
}

/** The value list for a property: a scalar for a list is a list of one, a list of one for a scalar is its element. */
export function attributeValues(property: PropertyType, value: JsonValue): IcfValue[] {
  const items = Array.isArray(value) && (property.isMultivalued || property.nativeType !== 'Object') ? value : [value];
  if (!property.isMultivalued && items.length > 1) throw badRequest(`Attribute ${property.name} takes one value, not ${items.length}`);
  try {
    return items.map((item) => toIcfValue(property.nativeType, item));
  } catch (error) {
    if (!(error instanceof CoercionError)) throw error;
    throw new ResourceError(400, `Failed build ${property.name} attribute. ${error.message}`);
  }
}
