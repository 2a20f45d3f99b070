import { isJsonObject, withValueAt, type Json, type JsonObject } from '../../engines/rest/index.js';

const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

interface Change { readonly steps: readonly string[]; readonly value: Json }

/** The changed attributes of an update's JSON; those of an extension stand below its name, which has colons. */
function changesIn(object: JsonObject): readonly Change[] {
  return Object.entries(object).flatMap(([name, value]): Change[] => (
    name.includes(':') && isJsonObject(value) ? Object.entries(value).map(([inner, innerValue]) => ({ steps: [name, inner], value: innerValue })) : [{ steps: [name], value }]
  ));
}

/** What clears an attribute: RFC 7643, section 2.5 takes null and an empty list for "unassigned". */
export function isCleared(value: Json): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

/** The extensions a resource's JSON uses. */
export function extensionsIn(object: JsonObject): readonly string[] {
  return Object.keys(object).filter((name) => name.includes(':'));
}

const asPath = (steps: readonly string[]): string => steps.map((step) => `"${step}"`).join('.');
const merged = (changes: readonly Change[]): JsonObject => changes.reduce<JsonObject>((object, { steps, value }) => withValueAt(object, asPath(steps), value), {});

export function patchMessage(operations: readonly Json[]): JsonObject {
  return { schemas: [PATCH_SCHEMA], Operations: operations };
}

/** A value that is set, with its path or without (RFC 7644, sections 3.5.2.1 and 3.5.2.3). */
export function setting(op: 'add' | 'replace', path: string, value: Json, usesPath: boolean): JsonObject {
  return usesPath ? { op, path, value } : { op, value: { [path]: value } };
}

/** RFC 7644, section 3.5.2: whole values are replaced; without paths all of them by one operation. */
export function patchOf(object: JsonObject, usesPath: boolean): JsonObject {
  const changes = changesIn(object);
  const set = changes.filter(({ value }) => !isCleared(value));
  const sets = usesPath ? set.map(({ steps, value }) => ({ op: 'replace', path: steps.join(':'), value })) : set.length === 0 ? [] : [{ op: 'replace', value: merged(set) }];
  return patchMessage([...changes.filter(({ value }) => isCleared(value)).map(({ steps }) => ({ op: 'remove', path: steps.join(':') })), ...sets]);
}

/**
 * SCIM 1.1 protocol, section 3.3.2: a PATCH adds to lists and to complex values, but what `meta.attributes` names is deleted before, so
 * that whole values are replaced (http://www.simplecloud.info/specs/draft-scim-api-01.html#edit-resource-with-patch).
 */
export function patchOf11(object: JsonObject, schema: string): JsonObject {
  const changes = changesIn(object);
  const deleted = changes.filter(({ value }) => typeof value === 'object').map(({ steps }) => steps.join(':'));
  const set = merged(changes.filter(({ value }) => !isCleared(value)));
  return { schemas: [schema, ...extensionsIn(set)], ...set, ...(deleted.length === 0 ? {} : { meta: { attributes: deleted } }) };
}

/** The whole resource with the changes, for PUT. */
export function laidOver(resource: JsonObject, object: JsonObject): JsonObject {
  return changesIn(object).reduce<JsonObject>((whole, { steps: [name = '', inner], value }) => {
    if (inner === undefined) return isCleared(value) ? without(whole, name) : { ...whole, [name]: value };
    const extension = whole[name];
    const held = isJsonObject(extension) ? extension : {};
    return { ...whole, [name]: isCleared(value) ? without(held, inner) : { ...held, [inner]: value } };
  }, resource);
}

export function without(object: JsonObject, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}
