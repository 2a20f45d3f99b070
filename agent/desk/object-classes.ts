import { NAME, type ObjectClassInfo, type Schema } from '../../protocol/model/index.js';
import type { JsonObject } from '../../protocol/crest/json.js';
import { compileObjectType, type ObjectType } from '../../protocol/provisioner/object-type.js';
import { objectTypeSource } from '../../protocol/provisioner/provisioner-source.js';
import { objectTypeJson } from '../../protocol/provisioner/schema-configuration.js';
import { CliError, EXIT } from '../cli/exit-codes.js';
import { closestWord } from '../config/closest-word.js';

/** How the objects of a class are called and typed here. */
export interface Shape {
  readonly type: ObjectType;
  /** From the system file: its names, and nothing it does not name. Else the connector's own names, and whatever comes. */
  readonly isOfFile: boolean;
}

/** `account` and `__account__` are `__ACCOUNT__`. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/^__|__$/g, '');
}

function notFound(name: string, known: readonly string[], where: string): CliError {
  const meant = closestWord(name, known);
  return new CliError(`--class ${name}: ${where} has no such object class; ${meant === undefined ? `known: ${known.join(', ')}` : `did you mean ${meant}?`}`, EXIT.usage);
}

/** By the name of the object type, or by the class it stands for. Throws a CliError with what was perhaps meant. */
export function shapeOfFile(types: ReadonlyMap<string, ObjectType>, name: string): Shape {
  const all = [...types.values()];
  const type = types.get(name) ?? all.find(({ objectClass }) => objectClass === name) ?? all.find((one) => plain(one.name) === plain(name)) ?? all.find(({ objectClass }) => plain(objectClass) === plain(name));
  if (type === undefined) throw notFound(name, all.map((one) => one.name), 'the system file');
  return { type, isOfFile: true };
}

/** By what the connector says of itself. Throws a CliError with what was perhaps meant. */
export function shapeOfSchema(schema: Schema, name: string): Shape {
  const known = schema.objectClasses.map(({ type }) => type);
  const info = schema.objectClasses.find(({ type }) => type === name) ?? schema.objectClasses.find(({ type }) => plain(type) === plain(name));
  if (info === undefined) throw notFound(name, known, 'the target');
  return { type: typeOf(info), isOfFile: false };
}

function typeOf(info: ObjectClassInfo): ObjectType {
  const json = objectTypeJson(info);
  const properties = json['properties'] as JsonObject;
  const named: JsonObject = Object.hasOwn(properties, NAME) ? properties : { [NAME]: { type: 'string', nativeName: NAME, nativeType: 'string' }, ...properties };
  return compileObjectType(info.type, objectTypeSource.parse({ ...json, properties: named }));
}

/** Without a schema, only what every object has is known. */
export function shapeWithoutSchema(name: string): Shape {
  return { type: typeOf({ type: name, isContainer: false, attributes: [] }), isOfFile: false };
}

/** A property by its name here, or by its native name. Throws a CliError with what was perhaps meant. */
export function nativeNameOf({ type, isOfFile }: Shape, name: string, option: string): string {
  const found = type.properties.get(name) ?? [...type.properties.values()].find((property) => property.name.toLowerCase() === name.toLowerCase()) ?? type.byNativeName.get(name.toLowerCase());
  if (found !== undefined) return found.nativeName;
  const known = [...type.properties.keys()];
  // A class that told no attributes may have any.
  if (!isOfFile && known.length <= 1) return name;
  const meant = closestWord(name, known);
  throw new CliError(`${option}: ${type.name} has no property ${name}; ${meant === undefined ? `known: ${known.join(', ')}` : `did you mean ${meant}?`}`, EXIT.usage);
}
