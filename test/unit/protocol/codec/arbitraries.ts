import fc from 'fast-check';
import {
  API_OPERATIONS, Attribute, CaseInsensitiveMap, CaseInsensitiveSet, ClassReference, ConnectorError, ConnectorObject, CountPolicyValue,
  ERROR_KINDS, GuardedByteArray, GuardedString, IcfArray, IcfBigDecimal, IcfBigInteger, IcfByte, IcfCharacter, IcfDouble, IcfFile, IcfFloat,
  IcfObject, IcfUri, Locale, Name, ObjectClassReference, OperationOptions, QualifiedUid, Script, SortKey, Uid, type ApiConfiguration,
  type ApiOperation, type AttributeFilterKind, type AttributeFlag, type BatchEnd, type BatchItem, type BatchTask, type ConfigurationProperty,
  type ConnectorInfo, type ErrorKind, type Filter, type IcfValue, type Operation, type Schema, type SearchResult, type SyncDelta, type SyncToken,
} from '../../../../protocol/model/index.js';

/** Values of every type of the model, as far as they can travel. */

const text = fc.string({ unit: 'binary', maxLength: 40 });
export const nonBlank = fc.oneof(fc.constantFrom('mail', 'sn', 'givenName', 'employeeNumber'), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }))
  .filter((value) => value.trim() !== '' && !value.startsWith('__'));
const int = fc.integer();
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const blob = fc.uint8Array({ maxLength: 60 });
const typeNames = fc.constantFrom('String', 'int', 'Integer', 'long', 'boolean', 'GuardedString', 'URI', 'File', 'Script', 'String[]', 'int[][]', 'char');
const operation = fc.constantFrom<ApiOperation>(...API_OPERATIONS);
const operations = fc.uniqueArray(operation);

const guardedString = text.map((clear) => new GuardedString(clear));
const numbers = [
  fc.double().map((value) => new IcfDouble(value)),
  fc.float().map((value) => new IcfFloat(value)),
  fc.integer({ min: -128, max: 127 }).map((value) => new IcfByte(value)),
  fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }).map((value) => new IcfBigInteger(value)),
  fc.tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.integer({ min: -500, max: 500 })).map(([unscaled, scale]) => new IcfBigDecimal(unscaled, scale)),
] as const;
const character = fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 1 }).map((value) => new IcfCharacter(value));

/** What one value of an attribute can be. */
const attributeScalar: fc.Arbitrary<IcfValue> = fc.oneof(
  fc.constant(null), text, int, long, fc.boolean(), blob, ...numbers, character, guardedString, blob.map((clear) => new GuardedByteArray(clear)),
);
const attributeMap = fc.array(fc.tuple(nonBlank, fc.oneof(attributeScalar, fc.array(attributeScalar, { maxLength: 3 }))), { maxLength: 4 })
  .map((entries) => new Map<IcfValue, IcfValue>(entries));
const attributeValue: fc.Arbitrary<IcfValue> = fc.oneof({ weight: 8, arbitrary: attributeScalar }, { weight: 1, arbitrary: attributeMap });

export const plainAttribute = fc.tuple(nonBlank, fc.option(fc.array(attributeValue, { maxLength: 5 })))
  .map(([name, values]) => new Attribute(name, values));
const password = guardedString.map((value) => new Attribute('__PASSWORD__', [value]));
export const uid = fc.tuple(nonBlank, fc.option(nonBlank, { nil: undefined })).map(([value, revision]) => new Uid(value, revision));
export const attributes = fc.tuple(fc.array(plainAttribute, { maxLength: 6 }), fc.option(password), text)
  .map(([list, secret, name]) => [new Name(name), ...list, ...(secret === null ? [] : [secret])]);
export const connectorObject = fc.tuple(nonBlank, uid, attributes)
  .map(([objectClass, id, list]) => new ConnectorObject(objectClass, [id, ...list]));

const optionScalar: fc.Arbitrary<IcfValue> = fc.oneof(
  text, int, long, fc.boolean(), character, guardedString, uid, text.map((value) => new IcfUri(value)), text.map((value) => new IcfFile(value)),
  nonBlank.map((name) => new ObjectClassReference(name)), fc.tuple(nonBlank, nonBlank).map(([name, id]) => new QualifiedUid(name, id)),
  fc.tuple(nonBlank, fc.boolean()).map(([field, isAscending]) => new SortKey(field, isAscending)),
  fc.tuple(nonBlank, text).map(([language, code]) => new Script(language, code)),
);
const optionArray = fc.oneof(
  fc.array(text, { maxLength: 5 }).map((items) => new IcfArray('String', items)),
  fc.array(int, { maxLength: 5 }).map((items) => new IcfArray('int', items)),
  fc.array(nonBlank, { maxLength: 5 }).map((fields) => new IcfArray('SortKey', fields.map((field) => new SortKey(field)))),
);
export const options = fc.array(fc.tuple(text, fc.oneof(fc.constant(null), optionScalar, optionArray)), { maxLength: 5 })
  .map((entries) => new OperationOptions(new Map<string, IcfValue>(entries)));

const textKinds = fc.constantFrom<AttributeFilterKind>('startsWith', 'endsWith', 'contains');
const orderKinds = fc.constantFrom<AttributeFilterKind>('greaterThan', 'greaterThanOrEqual', 'lessThan', 'lessThanOrEqual');
const leafFilter: fc.Arbitrary<Filter> = fc.oneof(
  fc.tuple(fc.constantFrom<AttributeFilterKind>('equals', 'containsAllValues'), fc.oneof(plainAttribute, uid)).map(([kind, attribute]) => ({ kind, attribute })),
  fc.tuple(textKinds, nonBlank, text).map(([kind, name, value]) => ({ kind, attribute: Attribute.of(name, value) })),
  fc.tuple(orderKinds, nonBlank, fc.oneof(int, long, text)).map(([kind, name, value]) => ({ kind, attribute: Attribute.of(name, value) })),
  nonBlank.map((name) => ({ kind: 'presence', name }) as const),
  fc.tuple(nonBlank, plainAttribute).map(([operator, attribute]) => ({ kind: 'extendedMatch', operator, attribute }) as const),
);

/** As they come back: the last operand of a chain is never a chain of the same kind, since Java nests to the right. */
export const filter: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    leafFilter,
    tie('filter').map((operand) => ({ kind: 'not', operand }) as const),
    fc.tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('filter'), { minLength: 2, maxLength: 4 }))
      .filter(([kind, operands]) => operands.at(-1)!.kind !== kind)
      .map(([kind, operands]) => ({ kind, operands })),
  ),
})).filter;

export const syncToken: fc.Arbitrary<SyncToken> = fc.oneof(text, int, long, blob).map((value) => ({ value }));
export const syncDelta: fc.Arbitrary<SyncDelta> = fc.oneof(
  fc.tuple(fc.constantFrom('CREATE' as const, 'UPDATE' as const, 'CREATE_OR_UPDATE' as const), syncToken, connectorObject, fc.option(uid))
    .map(([kind, token, object, previousUid]) => ({
      kind, token, uid: object.uid, objectClass: object.objectClass, object,
      ...(previousUid === null || kind === 'CREATE' ? {} : { previousUid }),
    })),
  fc.tuple(syncToken, uid, nonBlank).map(([token, id, objectClass]) => ({ kind: 'DELETE', token, uid: id, objectClass }) as const),
);
const count = fc.oneof(fc.constant(-1), fc.nat());
export const searchResult: fc.Arbitrary<SearchResult> = fc.record({
  pagedResultsCookie: fc.option(nonBlank), totalPagedResultsPolicy: fc.constantFrom('NONE', 'ESTIMATE', 'EXACT'),
  totalPagedResults: count, remainingPagedResults: count,
});

const attributeInfo = fc.record({
  name: nonBlank, type: fc.oneof(typeNames, fc.constant('ByteArray')),
  flags: fc.uniqueArray(fc.constantFrom<AttributeFlag>('REQUIRED', 'MULTIVALUED', 'NOT_CREATABLE', 'NOT_UPDATEABLE', 'NOT_READABLE', 'NOT_RETURNED_BY_DEFAULT')),
});
const objectClassInfo = fc.record({ type: nonBlank, isContainer: fc.boolean(), attributes: fc.array(attributeInfo, { maxLength: 4 }) });
const optionInfo = fc.record({ name: nonBlank, type: typeNames });
const namesByOperation = fc.uniqueArray(fc.tuple(operation, fc.array(nonBlank, { maxLength: 3 })), { selector: ([name]) => name, maxLength: 4 })
  .map((entries) => new Map(entries));
export const schema: fc.Arbitrary<Schema> = fc.record({
  objectClasses: fc.array(objectClassInfo, { maxLength: 3 }), operationOptions: fc.array(optionInfo, { maxLength: 3 }),
  objectClassesByOperation: namesByOperation, optionsByOperation: namesByOperation,
});

const key = fc.option(nonBlank);
const typed: fc.Arbitrary<{ type: string; value: IcfValue }> = fc.oneof(
  typeNames.map((type) => ({ type, value: null })),
  fc.tuple(fc.constantFrom('int', 'Integer'), int).map(([type, value]) => ({ type, value })),
  fc.tuple(fc.constantFrom('long', 'Long'), long).map(([type, value]) => ({ type, value })),
  fc.record({ type: fc.constant('String'), value: text }),
  fc.record({ type: fc.constant('GuardedString'), value: guardedString }),
  fc.array(text, { maxLength: 4 }).map((items) => ({ type: 'String[]', value: new IcfArray('String', items) })),
  fc.array(fc.array(int, { maxLength: 3 }), { maxLength: 3 }).map((rows) => ({ type: 'int[][]', value: new IcfArray('int[]', rows.map((row) => new IcfArray('int', row))) })),
);
export const property: fc.Arbitrary<ConfigurationProperty> = fc.tuple(typed, fc.record({
  order: int, confidential: fc.boolean(), required: fc.boolean(), name: nonBlank, helpMessageKey: key, displayMessageKey: key,
  groupMessageKey: key, operations,
})).map(([value, rest]) => ({ ...rest, ...value }));
export const apiConfiguration: fc.Arbitrary<ApiConfiguration> = fc.record({
  producerBufferSize: int,
  connectorPoolingSupported: fc.boolean(),
  pool: fc.record({ maxObjects: int, maxIdle: int, maxWait: long, minEvictableIdleTimeMillis: long, minIdle: int }),
  resultsHandler: fc.record({
    enableNormalizingResultsHandler: fc.boolean(), enableFilteredResultsHandler: fc.boolean(), enableCaseInsensitiveFilter: fc.boolean(),
    enableAttributesToGetSearchResultsHandler: fc.boolean(),
  }),
  properties: fc.array(property, { maxLength: 4 }),
  timeouts: fc.uniqueArray(fc.tuple(operation, int), { selector: ([name]) => name }).map((entries) => new Map(entries)),
  supportedOperations: operations.map((list) => new Set(list)),
});
export const connectorKey = fc.record({ bundleName: text, bundleVersion: text, connectorName: text });
const catalog = fc.array(fc.tuple(text, text), { maxLength: 3 }).map((entries) => new Map(entries));
export const connectorInfo: fc.Arbitrary<ConnectorInfo> = fc.record({
  key: connectorKey, displayNameKey: text, categoryKey: fc.option(text),
  messages: fc.uniqueArray(fc.tuple(fc.constantFrom('', 'en', 'en_US', 'de_CH_posix'), catalog), { selector: ([locale]) => locale }).map((entries) => new Map(entries)),
  defaultConfiguration: apiConfiguration,
});

const onClass = { objectClass: nonBlank, options };
const createTask = fc.record({ kind: fc.constant('create' as const), ...onClass, attributes });
const updateTask = fc.record({ kind: fc.constant('update' as const), ...onClass, uid, updateType: fc.constantFrom('REPLACE' as const, 'ADD' as const, 'REMOVE' as const), attributes });
const deleteTask = fc.record({ kind: fc.constant('delete' as const), ...onClass, uid });
// "0" is the revision that stands for none in batches.
export const batchTask: fc.Arbitrary<BatchTask> = fc.oneof(createTask, updateTask, deleteTask)
  .filter((task) => task.kind === 'create' || task.uid.revision !== '0');
const script = fc.tuple(nonBlank, nonBlank).map(([language, code]) => new Script(language, code));
const scriptArguments = fc.array(fc.tuple(text, attributeValue), { maxLength: 3 }).map((entries) => new Map<string, IcfValue>(entries));
const maybeFilter = fc.option(filter, { nil: undefined });
const maybeToken = fc.option(syncToken);

export const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  fc.constantFrom<Operation>({ kind: 'test' }, { kind: 'validate' }, { kind: 'schema' }),
  createTask, updateTask, deleteTask,
  fc.record({ kind: fc.constant('get' as const), ...onClass, uid }),
  fc.record({ kind: fc.constant('authenticate' as const), ...onClass, username: nonBlank, password: guardedString }),
  fc.record({ kind: fc.constant('resolveUsername' as const), ...onClass, username: nonBlank }),
  fc.record({ kind: fc.constantFrom('scriptOnConnector' as const, 'scriptOnResource' as const), options, script, scriptArguments }),
  fc.record({ kind: fc.constant('latestSyncToken' as const), objectClass: nonBlank }),
  fc.record({ kind: fc.constant('search' as const), ...onClass, filter: maybeFilter }),
  fc.record({ kind: fc.constant('sync' as const), ...onClass, token: maybeToken }),
  fc.record({ kind: fc.constant('subscribeToObjects' as const), ...onClass, filter: maybeFilter }),
  fc.record({ kind: fc.constant('subscribeToChanges' as const), ...onClass, token: maybeToken }),
  fc.record({ kind: fc.constant('batch' as const), options, tasks: fc.array(batchTask, { maxLength: 12 }) }),
  fc.record({ kind: fc.constant('queryBatch' as const), options, tokens: fc.array(text, { maxLength: 3 }) }),
);
export const batchItem: fc.Arbitrary<BatchItem> = fc.oneof(
  fc.record({ task: fc.nat(99_999) }),
  fc.record({ task: fc.nat(99_999), uid }),
  fc.record({ task: fc.nat(99_999), error: text.map((message) => new ConnectorError('connector', message)) }),
);
export const batchEnd: fc.Arbitrary<BatchEnd> = fc.record({
  tokens: fc.array(text, { maxLength: 3 }), queryRequired: fc.boolean(), asynchronousResults: fc.boolean(), returnsResults: fc.boolean(),
});

const wireKinds = (Object.keys(ERROR_KINDS) as ErrorKind[]).filter((kind) => kind !== 'passwordExpired' && kind !== 'unsupportedOperation' && kind !== 'illegalState');
const exception = fc.tuple(fc.constantFrom(...wireKinds), text).map(([kind, message]) => new ConnectorError(kind, message));

const frameworkObject: fc.Arbitrary<IcfValue> = fc.oneof(
  connectorObject.map((value) => new IcfObject('ConnectorObject', value)),
  filter.map((value) => new IcfObject('Filter', value)),
  options.map((value) => new IcfObject('OperationOptions', value)),
  schema.map((value) => new IcfObject('Schema', value)),
  syncDelta.map((value) => new IcfObject('SyncDelta', value)),
  syncToken.map((value) => new IcfObject('SyncToken', value)),
  searchResult.map((value) => new IcfObject('SearchResult', value)),
  connectorInfo.map((value) => new IcfObject('ConnectorInfo', value)),
  apiConfiguration.map((value) => new IcfObject('APIConfiguration', value)),
  fc.array(property, { maxLength: 3 }).map((value) => new IcfObject('ConfigurationProperties', value)),
  exception.map((value) => new IcfObject('Exception', value)),
  fc.tuple(text, uid).map(([message, id]) => new IcfObject('Exception', new ConnectorError('passwordExpired', message, { uid: id }))),
  fc.tuple(exception, text).map(([cause, message]) => new IcfObject('RemoteWrappedException', new ConnectorError('retryable', message, { cause }))),
  batchTask.map((value) => new IcfObject('BatchTask', value)),
  batchEnd.map((value) => new IcfObject('BatchToken', value)),
  fc.option(text).map((message) => new IcfObject('BatchEmptyResult', { message })),
  fc.tuple(uid, fc.option(batchEnd), fc.option(text), fc.boolean(), fc.boolean())
    .map(([result, token, resultId, complete, error]) => new IcfObject('BatchResult', { result, token, resultId, complete, error })),
  fc.tuple(script, scriptArguments).map(([code, values]) => new IcfObject('ScriptContext', { script: code, scriptArguments: values })),
  fc.constantFrom('CREATE_OR_UPDATE', 'DELETE', 'CREATE', 'UPDATE').map((kind) => new IcfObject('SyncDeltaType', kind)),
);

const scalar: fc.Arbitrary<IcfValue> = fc.oneof(
  attributeScalar, optionScalar, plainAttribute, fc.tuple(text, text, text).map((parts) => new Locale(...parts)),
  fc.oneof(typeNames, operation).map((name) => new ClassReference(name)), fc.constantFrom('NONE', 'ESTIMATE', 'EXACT').map((policy) => new CountPolicyValue(policy as 'NONE')),
);

/** Any value, nested a few levels. */
export const anyValue: fc.Arbitrary<IcfValue> = fc.letrec<{ value: IcfValue }>((tie) => {
  const list = fc.array(tie('value'), { maxLength: 4 });
  const entries = fc.array(fc.tuple(fc.oneof(text, int), tie('value')), { maxLength: 4 });
  return {
    value: fc.oneof(
      { depthSize: 'small', maxDepth: 4 }, scalar, frameworkObject, list,
      list.map((items) => new Set(items)), list.map((items) => new CaseInsensitiveSet(items)), list.map((items) => new IcfArray('Object', items)),
      entries.map((pairs) => new Map<IcfValue, IcfValue>(pairs)), entries.map((pairs) => new CaseInsensitiveMap(pairs)),
    ),
  };
}).value;
