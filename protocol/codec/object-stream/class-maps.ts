import { API_OPERATIONS, type ApiOperation } from '../../model/index.js';
import { illegalArgument, quoted } from '../codec-errors.js';
import { nothing } from './attributes.js';
import { readElements, writeElements } from './collections.js';
import type { ObjectHandler, ObjectReader } from './object-reader.js';
import type { ObjectWriter } from './object-writer.js';
import { readString } from './options.js';
import { writeClass, writeString } from './scalars.js';

const operations: ReadonlyMap<string, ApiOperation> = new Map(API_OPERATIONS.map((operation) => [operation, operation]));

const readClassContent: ObjectHandler<string> = (reader) => {
  let typeName: string | undefined;
  while (reader.nextField()) {
    if (reader.fieldName === '' && typeName === undefined) typeName = reader.classReference();
    else reader.skip();
    reader.endField();
  }
  return typeName ?? nothing('a class reference');
};

/** An object of type Class that names an API operation. */
export function readOperation(reader: ObjectReader): ApiOperation {
  const typeName = reader.structure('Class', readClassContent) ?? nothing('an operation');
  const operation = operations.get(typeName);
  if (operation === undefined) throw illegalArgument(`${quoted(typeName)} is no operation.`);
  return operation;
}

export const readOperationSet: ObjectHandler<ApiOperation[]> = (reader) => readElements(reader, readOperation);

export function writeOperationSet(writer: ObjectWriter, set: Iterable<ApiOperation>): void {
  writeElements(writer, 'Set', set, writeClass);
}

export const readStringElements: ObjectHandler<string[]> = (reader) => readElements(reader, (inner) => readString(inner) ?? nothing('a String'));

export function writeStringSet(writer: ObjectWriter, names: Iterable<string>): void {
  writeElements(writer, 'Set', names, writeString);
}

export function writeStringList(writer: ObjectWriter, names: Iterable<string>): void {
  writeElements(writer, 'List', names, writeString);
}
