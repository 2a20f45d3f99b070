import type { BatchTask, ConnectorKey, Locale, Operation, Uid } from '../model/index.js';
import { protobuf } from '../generated/messages.js';
import type { EncodedOperation } from '../message.js';
import { illegalArgument } from './codec-errors.js';
import { encodeAttributes, encodeFilter, encodeScriptArguments, encodeValue } from './object-stream/object-stream.js';
import { toConnectorKey, toLocale, toOptions, toSyncToken, toUid } from './protobuf-values.js';

type Fields = protobuf.OperationRequest.$Properties;
type WithKind<O, K> = O extends { readonly kind: infer Kinds } ? (K extends Kinds ? O : never) : never;
type Of<K extends Operation['kind']> = WithKind<Operation, K>;

/** A Java agent needs a revision in batch tasks; this is what a Java controller sends for none (protocol section 7.15). */
export const NO_REVISION = '0';

export interface OutgoingOperation {
  readonly id: number;
  readonly connectorKey: ConnectorKey;
  /** Base64 text, or the bytes of that text where they are there already. */
  readonly facadeKey: string | Uint8Array;
  readonly locale?: Locale | undefined;
  readonly operation: Operation;
  /** Extension; see OperationRequest. */
  readonly operationId?: string | undefined;
  /** Extension; see OperationRequest. */
  readonly timeLeft?: number | undefined;
  /** Extension; see OperationRequest. */
  readonly bookmarks?: boolean | undefined;
  /** Extension; see OperationRequest. */
  readonly traceParent?: string | undefined;
}

function scriptFields(operation: Of<'scriptOnConnector'>): protobuf.ScriptOnConnectorOpRequest.$Properties {
  const { script, scriptArguments, options } = operation;
  return {
    scriptContext: {
      script: { scriptLanguage: script.language, scriptText: script.text },
      ...(scriptArguments.size === 0 ? {} : { scriptArguments: encodeScriptArguments(scriptArguments) }),
    },
    ...toOptions(options),
  };
}

function filterStream(filter: Of<'search'>['filter']): Uint8Array | null {
  return filter === undefined ? null : encodeFilter(filter);
}

function createFields({ objectClass, attributes, options }: Of<'create'>): protobuf.CreateOpRequest.$Properties {
  if (attributes.some((attribute) => attribute.is('__UID__'))) throw illegalArgument('The attributes of a create must not contain __UID__.');
  return { objectClass, createAttributes: encodeAttributes(attributes), ...toOptions(options) };
}

function updateFields({ objectClass, uid, updateType, attributes, options }: Of<'update'>): protobuf.UpdateOpRequest.$Properties {
  return {
    objectClass, uid: toUid(uid), updateType: protobuf.UpdateOpRequest.UpdateType[updateType],
    replaceAttributes: encodeAttributes(attributes), ...toOptions(options),
  };
}

function withRevision(uid: Uid): protobuf.Uid.$Properties {
  return { value: uid.value, revision: uid.revision ?? NO_REVISION };
}

function taskFields(task: BatchTask, index: number): protobuf.BatchOpTask.$Properties {
  const taskId = String(index);
  switch (task.kind) {
    case 'create': return { taskId, createRequest: createFields(task) };
    case 'update': return { taskId, updateRequest: { ...updateFields(task), uid: withRevision(task.uid) } };
    case 'delete': return { taskId, deleteRequest: { objectClass: task.objectClass, uid: withRevision(task.uid), ...toOptions(task.options) } };
  }
}

const builders: { readonly [K in Operation['kind']]: (operation: Of<K>) => Fields } = {
  test: () => ({ testOpRequest: {} }),
  validate: () => ({ ValidateOpRequest: {} }),
  schema: () => ({ schemaOpRequest: {} }),
  create: (operation) => ({ createOpRequest: createFields(operation) }),
  update: (operation) => ({ updateOpRequest: updateFields(operation) }),
  delete: ({ objectClass, uid, options }) => ({ deleteOpRequest: { objectClass, uid: toUid(uid), ...toOptions(options) } }),
  get: ({ objectClass, uid, options }) => ({ getOpRequest: { objectClass, uid: toUid(uid), ...toOptions(options) } }),
  authenticate: ({ objectClass, username, password, options }) => ({ authenticateOpRequest: { objectClass, username, password: encodeValue(password), ...toOptions(options) } }),
  resolveUsername: ({ objectClass, username, options }) => ({ resolveUsernameOpRequest: { objectClass, username, ...toOptions(options) } }),
  scriptOnConnector: (operation) => ({ scriptOnConnectorOpRequest: scriptFields(operation) }),
  scriptOnResource: (operation) => ({ scriptOnResourceOpRequest: scriptFields(operation) }),
  latestSyncToken: ({ objectClass }) => ({ syncOpRequest: { latestSyncToken: { objectClass } } }),
  search: ({ objectClass, filter, options }) => ({ searchOpRequest: { objectClass, filter: filterStream(filter), ...toOptions(options) } }),
  sync: ({ objectClass, token, options }) => ({ syncOpRequest: { sync: { objectClass, token: token === null ? null : toSyncToken(token), ...toOptions(options) } } }),
  subscribeToObjects: ({ objectClass, filter, options }) => ({ connectorEventSubscriptionOpRequest: { objectClass, eventFilter: filterStream(filter), ...toOptions(options) } }),
  subscribeToChanges: ({ objectClass, token, options }) => ({ syncEventSubscriptionOpRequest: { objectClass, token: token === null ? null : toSyncToken(token), ...toOptions(options) } }),
  batch: ({ tasks, options }) => ({ batchOpRequest: { tasks: tasks.map(taskFields), ...toOptions(options) } }),
  queryBatch: ({ tokens, options }) => ({ batchOpRequest: { query: true, batchToken: [...tokens], ...toOptions(options) } }),
};

function operationFields<K extends Operation['kind']>(operation: Of<K>): Fields {
  const build = builders[operation.kind as K] as (operation: Of<K>) => Fields;
  return build(operation);
}

/** An operation by itself, e.g. to ask what became of it. Throws a ConnectorError for what cannot be expressed. */
export function encodeOperation(operation: Operation): EncodedOperation {
  return { kind: operation.kind, fields: operationFields(operation) };
}

/** The frame of an operation request. Throws a ConnectorError for what cannot be expressed. */
export function encodeOperationRequest({ id, connectorKey, facadeKey, locale, operation, operationId, timeLeft, bookmarks, traceParent }: OutgoingOperation): Uint8Array {
  const operationRequest: Fields = {
    connectorKey: toConnectorKey(connectorKey),
    connectorFacadeKey: typeof facadeKey === 'string' ? Buffer.from(facadeKey, 'utf8') : facadeKey,
    ...(locale === undefined ? {} : { locale: toLocale(locale) }),
    ...operationFields(operation),
    ...(operationId === undefined ? {} : { operationId }),
    ...(timeLeft === undefined ? {} : { timeLeft }),
    ...(bookmarks === true ? { bookmarks } : {}),
    ...(traceParent === undefined ? {} : { traceParent }),
  };
  return protobuf.RemoteMessage.encode({ messageId: id, request: { operationRequest } }).finish();
}
