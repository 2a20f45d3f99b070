import { GuardedString, Uid, type BatchTask, type Filter, type Operation, type OperationKind, type ScriptArguments } from '../model/index.js';
import type { protobuf } from '../generated/messages.js';
import { PROTOCOL_ERRORS, type EncodedOperation } from '../message.js';
import { illegalArgument, malformed, protocolError } from './codec-errors.js';
import { NO_REVISION } from './encode-operation.js';
import { DEFAULT_CODEC_LIMITS, type CodecLimits } from './limits.js';
import { decodeAttributes, decodeFilter, decodeScriptArguments, decodeValue } from './object-stream/object-stream.js';
import { UPDATE_TYPES } from './object-stream/legacy-batch.js';
import { scriptOf } from './object-stream/options.js';
import { fromOptions, fromSyncToken, fromUid, streamOf, type Bytes } from './protobuf-values.js';

type Fields = protobuf.OperationRequest.$Properties;
type Of<K extends Operation['kind']> = Extract<Operation, { kind: K }>;

function objectClassOf(objectClass: string | null | undefined): string {
  if (objectClass === null || objectClass === undefined || objectClass.trim() === '') throw illegalArgument('An object class must not be blank.');
  return objectClass;
}

function uidOf(uid: protobuf.Uid.$Properties | null | undefined): Uid {
  const decoded = fromUid(uid);
  if (decoded === null) throw illegalArgument("Parameter 'uid' must not be null.");
  return decoded;
}

function usernameOf(username: string | null | undefined): string {
  if (username === null || username === undefined || username === '') throw illegalArgument("Parameter 'username' must not be null.");
  return username;
}

function passwordOf(bytes: Bytes, limits: CodecLimits): GuardedString {
  const stream = streamOf(bytes);
  const password = stream === undefined ? null : decodeValue(stream, limits);
  if (!(password instanceof GuardedString)) throw illegalArgument("Parameter 'password' must be a GuardedString.");
  return password;
}

function filterOf(bytes: Bytes, limits: CodecLimits): Filter | undefined {
  const stream = streamOf(bytes);
  return stream === undefined ? undefined : decodeFilter(stream, limits);
}

function attributesOf(bytes: Bytes, limits: CodecLimits): Of<'create'>['attributes'] {
  const stream = streamOf(bytes);
  if (stream === undefined) throw illegalArgument("Parameter 'attributes' must not be null.");
  return decodeAttributes(stream, limits);
}

function argumentsOf(bytes: Bytes, limits: CodecLimits): ScriptArguments {
  const stream = streamOf(bytes);
  return stream === undefined ? new Map() : decodeScriptArguments(stream, limits);
}

function createOf(request: protobuf.CreateOpRequest.$Properties, limits: CodecLimits): Of<'create'> {
  return {
    kind: 'create', objectClass: objectClassOf(request.objectClass), attributes: attributesOf(request.createAttributes, limits),
    options: fromOptions(request.options, limits),
  };
}

function updateOf(request: protobuf.UpdateOpRequest.$Properties, limits: CodecLimits): Of<'update'> {
  const updateType = UPDATE_TYPES[request.updateType ?? 0];
  if (updateType === undefined) throw illegalArgument(`${request.updateType ?? 0} is no type of update.`);
  return {
    kind: 'update', objectClass: objectClassOf(request.objectClass), uid: uidOf(request.uid), updateType,
    attributes: attributesOf(request.replaceAttributes, limits), options: fromOptions(request.options, limits),
  };
}

function deleteOf(request: protobuf.DeleteOpRequest.$Properties, limits: CodecLimits): Of<'delete'> {
  return { kind: 'delete', objectClass: objectClassOf(request.objectClass), uid: uidOf(request.uid), options: fromOptions(request.options, limits) };
}

function scriptOperation(kind: 'scriptOnConnector' | 'scriptOnResource', request: protobuf.ScriptOnConnectorOpRequest.$Properties, limits: CodecLimits): Operation {
  const { scriptContext } = request;
  const text = scriptContext?.script?.scriptText ?? '';
  if (text.trim() === '') throw illegalArgument('A script needs a text.');
  return {
    kind, script: scriptOf(scriptContext?.script?.scriptLanguage, text), scriptArguments: argumentsOf(scriptContext?.scriptArguments, limits),
    options: fromOptions(request.options, limits),
  };
}

function syncOf(request: protobuf.SyncOpRequest.$Properties, limits: CodecLimits): Operation {
  const { latestSyncToken, sync } = request;
  if (latestSyncToken) return { kind: 'latestSyncToken', objectClass: objectClassOf(latestSyncToken.objectClass) };
  if (!sync) throw protocolError('The sync request holds neither sync nor latestSyncToken.');
  return { kind: 'sync', objectClass: objectClassOf(sync.objectClass), token: fromSyncToken(sync.token, limits), options: fromOptions(sync.options, limits) };
}

/** Undoes the revision that stands for none in batch tasks. */
function withoutRevision<T extends { readonly uid: Uid }>(task: T): T {
  return task.uid.revision === NO_REVISION ? { ...task, uid: new Uid(task.uid.value) } : task;
}

function taskOf(task: protobuf.BatchOpTask.$Properties, limits: CodecLimits): BatchTask {
  if (task.createRequest) return createOf(task.createRequest, limits);
  if (task.deleteRequest) return withoutRevision(deleteOf(task.deleteRequest, limits));
  if (task.updateRequest) return withoutRevision(updateOf(task.updateRequest, limits));
  throw malformed('a batch task holds neither create, update nor delete.');
}

/** The tasks by their ids, which are decimal indexes from 0. */
function tasksOf(tasks: readonly protobuf.BatchOpTask.$Properties[], limits: CodecLimits): BatchTask[] {
  const byIndex = new Map(tasks.map((task) => [task.taskId ?? '', task]));
  return tasks.map((_, index) => {
    const task = byIndex.get(String(index));
    if (task === undefined) throw malformed(`a batch of ${tasks.length} tasks has none with the id ${index}.`);
    return taskOf(task, limits);
  });
}

function batchOf(request: protobuf.BatchOpRequest.$Properties, limits: CodecLimits): Operation {
  const options = fromOptions(request.options, limits);
  if (request.query) return { kind: 'queryBatch', tokens: request.batchToken ?? [], options };
  return { kind: 'batch', tasks: tasksOf(request.tasks ?? [], limits), options };
}

/** How one field of OperationRequest becomes an operation. */
interface Alternative {
  kindIn(fields: Fields): OperationKind | undefined;
  isIn(fields: Fields): boolean;
  decode(fields: Fields, limits: CodecLimits): Operation;
}

function alternative<F extends keyof Fields>(
  field: F, kind: OperationKind | ((request: NonNullable<Fields[F]>) => OperationKind | undefined),
  decode: (request: NonNullable<Fields[F]>, limits: CodecLimits) => Operation,
): Alternative {
  const present = (fields: Fields): NonNullable<Fields[F]> | undefined => fields[field] ?? undefined;
  return {
    isIn: (fields) => present(fields) !== undefined,
    kindIn: (fields) => {
      const request = present(fields);
      if (request === undefined) return undefined;
      return typeof kind === 'string' ? kind : kind(request);
    },
    decode: (fields, limits) => {
      const request = present(fields);
      if (request === undefined) throw protocolError(PROTOCOL_ERRORS.unknownOperation);
      return decode(request, limits);
    },
  };
}

function syncKind({ latestSyncToken, sync }: protobuf.SyncOpRequest.$Properties): OperationKind | undefined {
  if (latestSyncToken) return 'latestSyncToken';
  return sync ? 'sync' : undefined;
}

/** In the order a Java agent tests them (protocol section 7.1). */
const ALTERNATIVES: readonly Alternative[] = [
  alternative('batchOpRequest', ({ query }) => (query ? 'queryBatch' : 'batch'), batchOf),
  alternative('authenticateOpRequest', 'authenticate', (request, limits) => ({
    kind: 'authenticate', objectClass: objectClassOf(request.objectClass), username: usernameOf(request.username),
    password: passwordOf(request.password, limits), options: fromOptions(request.options, limits),
  })),
  alternative('createOpRequest', 'create', createOf),
  alternative('connectorEventSubscriptionOpRequest', 'subscribeToObjects', (request, limits) => ({
    kind: 'subscribeToObjects', objectClass: objectClassOf(request.objectClass), filter: filterOf(request.eventFilter, limits),
    options: fromOptions(request.options, limits),
  })),
  alternative('deleteOpRequest', 'delete', deleteOf),
  alternative('getOpRequest', 'get', (request, limits) => ({
    kind: 'get', objectClass: objectClassOf(request.objectClass), uid: uidOf(request.uid), options: fromOptions(request.options, limits),
  })),
  alternative('resolveUsernameOpRequest', 'resolveUsername', (request, limits) => ({
    kind: 'resolveUsername', objectClass: objectClassOf(request.objectClass), username: usernameOf(request.username),
    options: fromOptions(request.options, limits),
  })),
  alternative('schemaOpRequest', 'schema', () => ({ kind: 'schema' })),
  alternative('scriptOnConnectorOpRequest', 'scriptOnConnector', (request, limits) => scriptOperation('scriptOnConnector', request, limits)),
  alternative('scriptOnResourceOpRequest', 'scriptOnResource', (request, limits) => scriptOperation('scriptOnResource', request, limits)),
  alternative('searchOpRequest', 'search', (request, limits) => ({
    kind: 'search', objectClass: objectClassOf(request.objectClass), filter: filterOf(request.filter, limits), options: fromOptions(request.options, limits),
  })),
  alternative('syncOpRequest', syncKind, syncOf),
  alternative('syncEventSubscriptionOpRequest', 'subscribeToChanges', (request, limits) => ({
    kind: 'subscribeToChanges', objectClass: objectClassOf(request.objectClass), token: fromSyncToken(request.token, limits),
    options: fromOptions(request.options, limits),
  })),
  alternative('testOpRequest', 'test', () => ({ kind: 'test' })),
  alternative('updateOpRequest', 'update', updateOf),
  alternative('ValidateOpRequest', 'validate', () => ({ kind: 'validate' })),
];

/** The kind of operation a request holds; undefined when it holds none. */
export function operationKindOf(fields: Fields): OperationKind | undefined {
  return ALTERNATIVES.find((candidate) => candidate.isIn(fields))?.kindIn(fields);
}

/** The operation of a request. Throws a ConnectorError, fit to be sent as the answer, when there is none or it is broken. */
export function decodeOperation(operation: EncodedOperation, limits: CodecLimits = DEFAULT_CODEC_LIMITS): Operation {
  const found = ALTERNATIVES.find((candidate) => candidate.isIn(operation.fields));
  if (found === undefined) throw protocolError(PROTOCOL_ERRORS.unknownOperation);
  return found.decode(operation.fields, limits);
}
