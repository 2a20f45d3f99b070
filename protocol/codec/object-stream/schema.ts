import type { ApiOperation, AttributeFlag, AttributeInfo, ObjectClassInfo, OperationOptionInfo, Schema } from '../../model/index.js';
import { illegalArgument } from '../codec-errors.js';
import { nothing } from './attributes.js';
import { readOperation, readStringElements, writeStringSet } from './class-maps.js';
import { readElements, readEntries, writeElements, writeMap } from './collections.js';
import type { ObjectHandler, ObjectReader } from './object-reader.js';
import type { ObjectWriter } from './object-writer.js';
import { enumHandler, enumWriter } from './options.js';
import { writeClass } from './scalars.js';

export const ATTRIBUTE_FLAGS: readonly AttributeFlag[] = [
  'REQUIRED', 'MULTIVALUED', 'NOT_CREATABLE', 'NOT_UPDATEABLE', 'NOT_READABLE', 'NOT_RETURNED_BY_DEFAULT',
];

export const readAttributeFlag = enumHandler(ATTRIBUTE_FLAGS);
export const writeAttributeFlag = enumWriter('AttributeInfoFlag');

function named(what: string, name: string | undefined): string {
  if (name === undefined || name.trim() === '') throw illegalArgument(`${what} needs a name.`);
  return name;
}

export function readAttributeInfo(reader: ObjectReader): AttributeInfo {
  let name: string | undefined;
  let type = 'String';
  const flags: AttributeFlag[] = [];
  while (reader.nextField()) {
    if (reader.fieldName === 'name') name = reader.text();
    else if (reader.fieldName === 'type') type = reader.classReference();
    else if (reader.fieldName === '') flags.push(reader.structure('AttributeInfoFlag', readAttributeFlag) ?? nothing('a flag'));
    else reader.skip();
    reader.endField();
  }
  return { name: named('An AttributeInfo', name), type, flags };
}

export function writeAttributeInfo(writer: ObjectWriter, info: AttributeInfo): void {
  writer.beginObject('AttributeInfo');
  writer.textField('name', info.name);
  writer.classField('type', info.type);
  for (const flag of info.flags) writer.structureField(undefined, flag, writeAttributeFlag);
  writer.endObject();
}

const readAttributeInfos: ObjectHandler<AttributeInfo[]> = (reader) =>
  readElements(reader, (inner) => inner.structure('AttributeInfo', readAttributeInfo) ?? nothing('an AttributeInfo'));

const writeAttributeInfos = (writer: ObjectWriter, infos: Iterable<AttributeInfo>): void => writeElements(writer, 'Set', infos, writeAttributeInfo);

export function readObjectClassInfo(reader: ObjectReader): ObjectClassInfo {
  let type: string | undefined;
  let isContainer = false;
  let attributes: AttributeInfo[] | null = null;
  while (reader.nextField()) {
    if (reader.fieldName === 'type') type = reader.text();
    else if (reader.fieldName === 'container') isContainer = reader.boolean();
    else if (reader.fieldName === 'AttributeInfos') attributes = reader.structure('Set', readAttributeInfos);
    else reader.skip();
    reader.endField();
  }
  return { type: named('An ObjectClassInfo', type), isContainer, attributes: attributes ?? [] };
}

export function writeObjectClassInfo(writer: ObjectWriter, info: ObjectClassInfo): void {
  writer.beginObject('ObjectClassInfo');
  writer.textField('type', info.type);
  writer.booleanField('container', info.isContainer);
  writer.structureField('AttributeInfos', info.attributes, writeAttributeInfos);
  writer.endObject();
}

export function readOperationOptionInfo(reader: ObjectReader): OperationOptionInfo {
  let name: string | undefined;
  let type = 'String';
  while (reader.nextField()) {
    if (reader.fieldName === 'name') name = reader.text();
    else if (reader.fieldName === 'type') type = reader.classReference();
    else reader.skip();
    reader.endField();
  }
  return { name: named('An OperationOptionInfo', name), type };
}

export function writeOperationOptionInfo(writer: ObjectWriter, info: OperationOptionInfo): void {
  writer.beginObject('OperationOptionInfo');
  writer.textField('name', info.name);
  writer.classField('type', info.type);
  writer.endObject();
}

const readObjectClassInfos: ObjectHandler<ObjectClassInfo[]> = (reader) =>
  readElements(reader, (inner) => inner.structure('ObjectClassInfo', readObjectClassInfo) ?? nothing('an ObjectClassInfo'));

const readOptionInfos: ObjectHandler<OperationOptionInfo[]> = (reader) =>
  readElements(reader, (inner) => inner.structure('OperationOptionInfo', readOperationOptionInfo) ?? nothing('an OperationOptionInfo'));

type NamesByOperation = ReadonlyMap<ApiOperation, readonly string[]>;

const readNamesByOperation: ObjectHandler<NamesByOperation> = (reader) => {
  const map = new Map<ApiOperation, readonly string[]>();
  let operation: ApiOperation | undefined;
  readEntries(reader, () => { operation = readOperation(reader); }, () => {
    const names = reader.structure('Set', readStringElements) ?? [];
    if (operation !== undefined) map.set(operation, names);
  });
  return map;
};

function writeNamesByOperation(writer: ObjectWriter, map: NamesByOperation): void {
  writeMap(writer, map, writeClass, writeStringSet);
}

/** Java needs all four parts; the maps may be empty. */
export function readSchema(reader: ObjectReader): Schema {
  let objectClasses: ObjectClassInfo[] | null = null;
  let operationOptions: OperationOptionInfo[] | null = null;
  let objectClassesByOperation: NamesByOperation | null = null;
  let optionsByOperation: NamesByOperation | null = null;
  while (reader.nextField()) {
    switch (reader.fieldName) {
      case 'ObjectClassInfos': objectClasses = reader.structure('Set', readObjectClassInfos); break;
      case 'OperationOptionInfos': operationOptions = reader.structure('Set', readOptionInfos); break;
      case 'objectClassesByOperation': objectClassesByOperation = reader.structure('Map', readNamesByOperation); break;
      case 'optionsByOperation': optionsByOperation = reader.structure('Map', readNamesByOperation); break;
      default: reader.skip();
    }
    reader.endField();
  }
  return {
    objectClasses: objectClasses ?? nothing('the object classes of a schema'),
    operationOptions: operationOptions ?? nothing('the options of a schema'),
    objectClassesByOperation: objectClassesByOperation ?? nothing('the object classes by operation of a schema'),
    optionsByOperation: optionsByOperation ?? nothing('the options by operation of a schema'),
  };
}

const writeObjectClassInfos = (writer: ObjectWriter, infos: Iterable<ObjectClassInfo>): void => writeElements(writer, 'Set', infos, writeObjectClassInfo);
const writeOptionInfos = (writer: ObjectWriter, infos: Iterable<OperationOptionInfo>): void => writeElements(writer, 'Set', infos, writeOperationOptionInfo);

export function writeSchema(writer: ObjectWriter, schema: Schema): void {
  writer.beginObject('Schema');
  writer.structureField('ObjectClassInfos', schema.objectClasses, writeObjectClassInfos);
  writer.structureField('OperationOptionInfos', schema.operationOptions, writeOptionInfos);
  writer.structureField('objectClassesByOperation', schema.objectClassesByOperation, writeNamesByOperation);
  writer.structureField('optionsByOperation', schema.optionsByOperation, writeNamesByOperation);
  writer.endObject();
}
