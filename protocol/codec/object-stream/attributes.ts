import {
  Attribute, ConnectorObject, CURRENT_PASSWORD, GuardedByteArray, GuardedString, IcfBigDecimal, IcfBigInteger, IcfByte, IcfCharacter,
  IcfDouble, IcfFloat, NAME, Name, ObjectClassReference, PASSWORD, QualifiedUid, UID, Uid, type IcfValue,
} from '../../model/index.js';
import { illegalArgument, malformed, quoted } from '../codec-errors.js';
import { readElements, writeElements, writeList } from './collections.js';
import type { ObjectHandler, ObjectReader } from './object-reader.js';
import type { ObjectWriter } from './object-writer.js';

const VALUE_CLASSES = [
  Uint8Array, IcfDouble, IcfFloat, IcfCharacter, IcfByte, IcfBigInteger, IcfBigDecimal, GuardedString, GuardedByteArray,
] as const;

/** Attribute values are scalars but URI, File, Locale and Class, or maps of them with String keys (protocol section 5.4). */
function checkValue(attribute: string, value: IcfValue): void {
  if (value === null || typeof value !== 'object') return;
  if (value instanceof Map) checkMap(attribute, value);
  else if (!VALUE_CLASSES.some((type) => value instanceof type)) {
    throw illegalArgument(`Attribute ${quoted(attribute)} has a value of type ${value.constructor.name}, which no attribute can have.`);
  }
}

function checkMap(attribute: string, map: ReadonlyMap<IcfValue, IcfValue>): void {
  for (const [key, value] of map) {
    if (typeof key !== 'string') throw illegalArgument(`Attribute ${quoted(attribute)} has a map with a key that is no String.`);
    if (Array.isArray(value) || value instanceof Set) for (const item of value) checkValue(attribute, item);
    else checkValue(attribute, value);
  }
}

function checkPassword(name: string, values: readonly IcfValue[] | null): void {
  if (name !== PASSWORD && name !== CURRENT_PASSWORD) return;
  if (values?.length !== 1 || !(values[0] instanceof GuardedString)) {
    throw illegalArgument(`Attribute "${name}" must hold exactly one GuardedString.`);
  }
}

function singleString(name: string, values: readonly IcfValue[] | null): string {
  const value = values?.length === 1 ? values[0] : undefined;
  if (typeof value !== 'string') throw illegalArgument(`Attribute "${name}" must hold exactly one String.`);
  return value;
}

function uidOf(value: string | undefined, revision?: string): Uid {
  if (value === undefined || value.trim() === '') throw illegalArgument('A Uid must not be blank.');
  return new Uid(value, revision);
}

/** The attribute of that name and values, with the class that its name asks for. */
function attributeOf(name: string | undefined, values: readonly IcfValue[] | null): Attribute {
  if (name === undefined || name.trim() === '') throw illegalArgument('An attribute name must not be blank.');
  if (name === UID) return uidOf(singleString(name, values));
  if (name === NAME) return new Name(singleString(name, values));
  if (values !== null) for (const value of values) checkValue(name, value);
  checkPassword(name, values);
  return new Attribute(name, values);
}

const readListElement = (reader: ObjectReader): IcfValue => reader.value();
const readValues: ObjectHandler<IcfValue[]> = (reader) => readElements(reader, readListElement);

function readPlainAttribute(reader: ObjectReader): Attribute {
  let name: string | undefined;
  let values: IcfValue[] | null = null;
  while (reader.nextField()) {
    if (reader.fieldName === 'name') name = reader.text();
    else if (reader.fieldName === 'Values') values = reader.structure('List', readValues);
    else reader.skip();
    reader.endField();
  }
  return attributeOf(name, values);
}

export function readUid(reader: ObjectReader): Uid {
  let uid: string | undefined;
  let revision: string | undefined;
  while (reader.nextField()) {
    if (reader.fieldName === 'uid') uid = reader.text();
    else if (reader.fieldName === 'revision') revision = reader.text();
    else reader.skip();
    reader.endField();
  }
  return uidOf(uid, revision);
}

function readName(reader: ObjectReader): Name {
  let value: string | undefined;
  while (reader.nextField()) {
    if (reader.fieldName === '' && value === undefined) value = reader.text();
    else reader.skip();
    reader.endField();
  }
  if (value === undefined) throw malformed('a Name has no value.');
  return new Name(value);
}

const attributeHandlers: ReadonlyMap<string, ObjectHandler<Attribute>> = new Map<string, ObjectHandler<Attribute>>([
  ['Attribute', readPlainAttribute], ['Uid', readUid], ['Name', readName],
]);

/** An Attribute, Uid or Name. */
export function readAttribute(reader: ObjectReader): Attribute {
  return reader.oneOf('Attribute', attributeHandlers) ?? nothing('an attribute');
}

/** The fields of a Set of attributes. */
export const readAttributeSet: ObjectHandler<Attribute[]> = (reader) => readElements(reader, readAttribute);

export function nothing(what: string): never {
  throw malformed(`${what} is null.`);
}

export function readObjectClass(reader: ObjectReader): string {
  let type: string | undefined;
  while (reader.nextField()) {
    if (reader.fieldName === 'type') type = reader.text();
    else reader.skip();
    reader.endField();
  }
  if (type === undefined || type.trim() === '') throw illegalArgument('An object class must not be blank.');
  return type;
}

function readQualifiedUid(reader: ObjectReader): QualifiedUid {
  let objectClass: string | null = null;
  let uid: Uid | null = null;
  while (reader.nextField()) {
    if (reader.fieldName === 'ObjectClass') objectClass = reader.structure('ObjectClass', readObjectClass);
    else if (reader.fieldName === 'Uid') uid = reader.structure('Uid', readUid);
    else reader.skip();
    reader.endField();
  }
  if (objectClass === null || uid === null) throw illegalArgument('A QualifiedUid needs an object class and a uid.');
  return new QualifiedUid(objectClass, uid.value, uid.revision);
}

export function readConnectorObject(reader: ObjectReader): ConnectorObject {
  let objectClass: string | null = null;
  let attributes: Attribute[] | null = null;
  while (reader.nextField()) {
    if (reader.fieldName === 'ObjectClass') objectClass = reader.structure('ObjectClass', readObjectClass);
    else if (reader.fieldName === 'Attributes') attributes = reader.structure('Set', readAttributeSet);
    else reader.skip();
    reader.endField();
  }
  if (objectClass === null) throw illegalArgument('A ConnectorObject needs an object class.');
  return new ConnectorObject(objectClass, attributes ?? []);
}

export const attributeReaders: readonly (readonly [string, ObjectHandler])[] = [
  ...attributeHandlers,
  ['ObjectClass', (reader) => new ObjectClassReference(readObjectClass(reader))],
  ['QualifiedUid', readQualifiedUid],
];

export function writeUid(writer: ObjectWriter, uid: Uid): void {
  writer.beginObject('Uid');
  writer.textField('uid', uid.value);
  writer.textField('revision', uid.revision);
  writer.endObject();
}

function writeName(writer: ObjectWriter, name: Name): void {
  writer.beginObject('Name');
  writer.textField(undefined, name.value);
  writer.endObject();
}

/** An attribute as Uid, Name or Attribute, whichever its name asks for. */
export function writeAttribute(writer: ObjectWriter, attribute: Attribute): void {
  if (attribute instanceof Uid) return writeUid(writer, attribute);
  if (attribute instanceof Name) return writeName(writer, attribute);
  const { name, values } = attribute;
  if (name === UID) return writeUid(writer, uidOf(singleString(name, values)));
  if (name === NAME) return writeName(writer, new Name(singleString(name, values)));
  checkPassword(name, values);
  if (values !== null) for (const value of values) checkValue(name, value);
  writer.beginObject('Attribute');
  writer.textField('name', name);
  writer.structureField('Values', values, writeList);
  writer.endObject();
}

export function writeAttributeSet(writer: ObjectWriter, attributes: Iterable<Attribute>): void {
  writeElements(writer, 'Set', attributes, writeAttribute);
}

export function writeObjectClass(writer: ObjectWriter, name: string): void {
  writer.beginObject('ObjectClass');
  writer.textField('type', name);
  writer.endObject();
}

export function writeQualifiedUid(writer: ObjectWriter, value: QualifiedUid): void {
  writer.beginObject('QualifiedUid');
  writer.structureField('ObjectClass', value.objectClass, writeObjectClass);
  writer.structureField('Uid', uidOf(value.uid, value.revision), writeUid);
  writer.endObject();
}

export function writeConnectorObject(writer: ObjectWriter, object: ConnectorObject): void {
  writer.beginObject('ConnectorObject');
  writer.structureField('ObjectClass', object.objectClass, writeObjectClass);
  writer.structureField('Attributes', object.attributes, writeAttributeSet);
  writer.endObject();
}
