import { isJsonObject, type Json, type JsonObject } from '../../engines/rest/index.js';

/** A word of Name that the documentation of the connector spells in its own way. */
const [SUFFIX, SUFFIX_OF_CALLERS] = ['HonorificSuffix', 'honorificSufix'];

/** `title` is the member Title of AWS, and `title` again in the paths of updates. */
export const memberOf = (name: string): string => (name === SUFFIX_OF_CALLERS ? SUFFIX : name.charAt(0).toUpperCase() + name.slice(1));
export const pathOf = (member: string): string => member.charAt(0).toLowerCase() + member.slice(1);
const nameOf = (member: string): string => (member === SUFFIX ? SUFFIX_OF_CALLERS : pathOf(member));

/** AWS takes nothing that is empty: what has no value has no key. */
const isEmpty = (value: Json): boolean => value === null || value === '';

function renamed(value: Json, rename: (name: string) => string): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((each) => renamed(each, rename));
  return isJsonObject(value) ? Object.fromEntries(Object.entries(value).filter(([, inner]) => !isEmpty(inner)).map(([name, inner]) => [rename(name), inner])) : value;
}

/** `{GivenName: 'Ann'}` as callers know it: `{givenName: 'Ann'}`; of a list, each. */
export const asCalled = (value: Json): Json => renamed(value, nameOf);

/** The other way round, for the members of a request. */
export const asMembers = (value: Json): Json => renamed(value, memberOf);

/** As a request takes an object that is new. */
export const filled = (object: JsonObject): JsonObject => Object.fromEntries(Object.entries(object).filter(([, value]) => !isEmpty(value)));

const PARTS_OF_NAME = ['GivenName', 'MiddleName', 'FamilyName', 'HonorificPrefix', SUFFIX, 'Formatted'];

/** A name is replaced part by part: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_AttributeOperation.html */
export function operationsFor(object: JsonObject): JsonObject[] {
  return Object.entries(object).flatMap(([member, value]) => (isJsonObject(value) && member === 'Name'
    ? PARTS_OF_NAME.map((part) => operation(`name.${pathOf(part)}`, value[part] ?? null))
    : [operation(pathOf(member), value)]));
}

/** Null removes: a value that is empty, and a list without any, AWS does not take. */
function operation(path: string, value: Json): JsonObject {
  return { AttributePath: path, AttributeValue: isEmpty(value) || (Array.isArray(value) && value.length === 0) ? null : renamed(value, pathOf) };
}
