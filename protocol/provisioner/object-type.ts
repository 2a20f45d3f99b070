import {
  ALL, CURRENT_PASSWORD, IcfArray, NAME, OPTION, OperationOptions, PASSWORD, UID, attributeKey,
} from '../model/index.js';
import { wantsEverything, type Fields } from '../crest/projection.js';
import { JSON_TYPES, nativeTypeOf, type JsonType, type NativeType } from './native-types.js';
import type { ObjectTypeSource, PropertySource } from './provisioner-source.js';

/** One property of an object type: how JSON and ICF name and type it. */
export interface PropertyType {
  readonly name: string;
  readonly nativeName: string;
  /** Of one value; for a list the form of its elements is their own. */
  readonly jsonType: JsonType;
  readonly nativeType: NativeType;
  readonly isMultivalued: boolean;
  readonly isRequired: boolean;
  readonly isCreatable: boolean;
  readonly isUpdateable: boolean;
  readonly isReadable: boolean;
  readonly isReturnedByDefault: boolean;
  readonly runAsUser: boolean;
}

/** An object type of a provisioner file, ready for use. */
export interface ObjectType {
  readonly name: string;
  /** ICF object class. */
  readonly objectClass: string;
  readonly properties: ReadonlyMap<string, PropertyType>;
  /** By native name, lower case: ICF names compare without regard to case. */
  readonly byNativeName: ReadonlyMap<string, PropertyType>;
}

const GUARDED: ReadonlySet<string> = new Set([PASSWORD, CURRENT_PASSWORD]);

/** The type every system has unless its file maps `__ALL__` itself; it serves liveSync only. */
export const ALL_TYPE: ObjectType = { name: ALL, objectClass: ALL, properties: new Map(), byNativeName: new Map() };

/** Throws a TypeError that names type, property and what is expected. */
export function compileObjectType(name: string, source: ObjectTypeSource): ObjectType {
  const properties = new Map(Object.entries(source.properties).map(([key, property]) => [key, compileProperty(`${name}.${key}`, key, property)]));
  if (source.nativeType === ALL && properties.size > 0) throw new TypeError(`objectTypes.${name}: the object class __ALL__ takes no properties`);
  const byNativeName = new Map([...properties.values()].map((property) => [attributeKey(property.nativeName), property]));
  return { name, objectClass: source.nativeType, properties, byNativeName };
}

function compileProperty(where: string, name: string, source: PropertySource): PropertyType {
  const type = JSON_TYPES.find((candidate) => candidate === source.type);
  if (type === undefined) throw new TypeError(`objectTypes.${where}.type must be one of ${JSON_TYPES.join(', ')}, not ${source.type}`);
  const flags = new Set(source.flags.map((flag) => flag.toUpperCase()));
  const nativeName = source.nativeName ?? name;
  const declared = declaredType(source, type);
  const nativeType = nativeTypeOf(declared);
  if (nativeType === undefined) throw new TypeError(`objectTypes.${where}.nativeType ${declared} is not known`);
  if (GUARDED.has(nativeName) && nativeType !== 'GuardedString') throw new TypeError(`objectTypes.${where}: ${nativeName} must have the nativeType JAVA_TYPE_GUARDEDSTRING`);
  return {
    name, nativeName, jsonType: type === 'array' ? 'any' : type, nativeType,
    isMultivalued: type === 'array' || flags.has('MULTIVALUED'),
    isRequired: source.required,
    isCreatable: !flags.has('NOT_CREATABLE'),
    isUpdateable: !flags.has('NOT_UPDATEABLE'),
    isReadable: !flags.has('NOT_READABLE'),
    isReturnedByDefault: !flags.has('NOT_RETURNED_BY_DEFAULT') && !flags.has('NOT_READABLE'),
    runAsUser: source.runAsUser,
  };
}

/** A list's own `nativeType` may just repeat `array`; then its items say what they are. */
function declaredType(source: PropertySource, type: JsonType): string {
  const own = source.nativeType ?? type;
  if (type !== 'array' || own !== 'array') return own;
  return source.items?.nativeType ?? source.items?.type ?? 'any';
}

/** The attributes every operation asks for unless the caller chose. */
export function defaultAttributes(type: ObjectType): string[] {
  return [...type.properties.values()].filter((property) => property.isReturnedByDefault).map((property) => property.nativeName);
}

/** Native names for `_fields`; properties that are hidden by default can be asked for by name. */
export function attributesFor(type: ObjectType, fields: Fields): string[] {
  const chosen = new Set(wantsEverything(fields) ? defaultAttributes(type) : []);
  for (const pointer of fields) {
    for (const token of [pointer[0], pointer.at(-1)]) {
      const property = token === undefined ? undefined : type.properties.get(token);
      if (property?.isReadable === true) chosen.add(property.nativeName);
    }
  }
  return [...chosen];
}

export function withAttributes(names: readonly string[]): OperationOptions {
  return OperationOptions.none.with(OPTION.attributesToGet, new IcfArray('String', names));
}

export function isIdentifier(nativeName: string): boolean {
  return nativeName === UID || nativeName === NAME;
}
