import { ClassReference, IcfObject, Uid, type Attribute, type BatchEnd, type BatchTask, type IcfValue, type LegacyBatchResult, OperationOptions, type UpdateType } from '../../model/index.js';
import { illegalArgument } from '../codec-errors.js';
import { nothing, readAttributeSet, readObjectClass, readUid, writeAttributeSet, writeObjectClass, writeUid } from './attributes.js';
import { readStringElements, writeStringList } from './class-maps.js';
import type { ObjectHandler, ObjectReader } from './object-reader.js';
import type { ObjectWriter } from './object-writer.js';
import { readOptions, writeOptions } from './options.js';

/** Batch values of the protocol that went before this one; over WebSockets batches are protobuf messages. */
export const UPDATE_TYPES: readonly UpdateType[] = ['REPLACE', 'ADD', 'REMOVE'];

interface TaskParts {
  objectClass: string | null;
  uid: Uid | null;
  attributes: Attribute[] | null;
  options: OperationOptions | null;
  type: string | undefined;
}

function readTaskParts(reader: ObjectReader): TaskParts {
  const parts: TaskParts = { objectClass: null, uid: null, attributes: null, options: null, type: undefined };
  while (reader.nextField()) {
    switch (reader.fieldName) {
      case 'ObjectClass': parts.objectClass = reader.structure('ObjectClass', readObjectClass); break;
      case 'Uid': parts.uid = reader.structure('Uid', readUid); break;
      case 'Attributes': parts.attributes = reader.structure('Set', readAttributeSet); break;
      case 'Options': parts.options = reader.structure('OperationOptions', readOptions); break;
      case 'Type': parts.type = reader.text(); break;
      default: reader.skip();
    }
    reader.endField();
  }
  return parts;
}

export const readBatchTask: ObjectHandler<BatchTask> = (reader, typeName) => {
  const parts = readTaskParts(reader);
  const objectClass = parts.objectClass ?? nothing('the object class of a batch task');
  const options = parts.options ?? OperationOptions.none;
  if (typeName === 'CreateBatchTask') return { kind: 'create', objectClass, attributes: parts.attributes ?? [], options };
  const uid = parts.uid ?? nothing('the uid of a batch task');
  if (typeName === 'DeleteBatchTask') return { kind: 'delete', objectClass, uid, options };
  const updateType = UPDATE_TYPES.find((type) => type === parts.type);
  if (updateType === undefined) throw illegalArgument('An update task needs the type REPLACE, ADD or REMOVE.');
  return { kind: 'update', objectClass, uid, updateType, attributes: parts.attributes ?? [], options };
};

const TASK_TYPE = { create: 'CreateBatchTask', update: 'UpdateBatchTask', delete: 'DeleteBatchTask' } as const;

export function writeBatchTask(writer: ObjectWriter, task: BatchTask): void {
  writer.beginObject(TASK_TYPE[task.kind]);
  writer.structureField('ObjectClass', task.objectClass, writeObjectClass);
  if (task.kind !== 'create') writer.structureField('Uid', task.uid, writeUid);
  if (task.kind !== 'delete') writer.structureField('Attributes', task.attributes, writeAttributeSet);
  writer.structureField('Options', task.options, writeOptions);
  if (task.kind === 'update') writer.textField('Type', task.updateType);
  writer.endObject();
}

export function readBatchEmptyResult(reader: ObjectReader): { message: string | null } {
  let message: string | null = null;
  while (reader.nextField()) {
    if (reader.fieldName === 'Message') message = reader.text();
    else reader.skip();
    reader.endField();
  }
  return { message };
}

export function writeBatchEmptyResult(writer: ObjectWriter, result: { readonly message: string | null }): void {
  writer.beginObject('BatchEmptyResult');
  writer.textField('Message', result.message);
  writer.endObject();
}

export function readBatchToken(reader: ObjectReader): BatchEnd {
  let tokens: string[] | null = null;
  const flags = { queryRequired: false, asynchronousResults: false, returnsResults: true };
  while (reader.nextField()) {
    switch (reader.fieldName) {
      case 'token': tokens = reader.structure('List', readStringElements); break;
      case 'queryRequired': flags.queryRequired = reader.boolean(); break;
      case 'asynchronousResults': flags.asynchronousResults = reader.boolean(); break;
      case 'returnsResults': flags.returnsResults = reader.boolean(); break;
      default: reader.skip();
    }
    reader.endField();
  }
  return { tokens: tokens ?? [], ...flags };
}

export function writeBatchToken(writer: ObjectWriter, token: BatchEnd): void {
  writer.beginObject('BatchToken');
  writer.structureField('token', token.tokens, writeStringList);
  writer.booleanField('queryRequired', token.queryRequired);
  writer.booleanField('asynchronousResults', token.asynchronousResults);
  writer.booleanField('returnsResults', token.returnsResults);
  writer.endObject();
}

export function readBatchResult(reader: ObjectReader): LegacyBatchResult {
  const result: { -readonly [K in keyof LegacyBatchResult]: LegacyBatchResult[K] } = { result: null, token: null, resultId: null, complete: false, error: false };
  while (reader.nextField()) {
    switch (reader.fieldName) {
      case 'Result': result.result = reader.value(); break;
      case 'Token': result.token = reader.structure('BatchToken', readBatchToken); break;
      case 'ResultId': result.resultId = reader.text(); break;
      case 'Complete': result.complete = reader.boolean(); break;
      case 'Error': result.error = reader.boolean(); break;
      default: reader.skip();
    }
    reader.endField();
  }
  return result;
}

/** The class Java writes beside the result: of a Uid or an empty result, whatever else it may be. */
function resultClass(result: IcfValue): ClassReference {
  if (result instanceof Uid) return new ClassReference('Uid');
  return new ClassReference(result instanceof IcfObject && result.type === 'BatchEmptyResult' ? 'BatchEmptyResult' : 'Object');
}

export function writeBatchResult(writer: ObjectWriter, result: LegacyBatchResult): void {
  writer.beginObject('BatchResult');
  writer.classField('ResultClass', resultClass(result.result).typeName);
  writer.objectField('Result', result.result);
  writer.structureField('Token', result.token, writeBatchToken);
  writer.textField('ResultId', result.resultId);
  writer.booleanField('Complete', result.complete);
  writer.booleanField('Error', result.error);
  writer.endObject();
}
