/** The kinds of messages that a Java controller and a Java connector server can send. */

const OPERATIONS = [
  'authenticate', 'batch', 'create', 'delete', 'get', 'latestSyncToken', 'queryBatch', 'resolveUsername', 'schema', 'scriptOnConnector', 'scriptOnResource', 'search',
  'subscribeToChanges', 'subscribeToObjects', 'sync', 'test', 'validate',
] as const;
const STREAMS = ['batch', 'queryBatch', 'search', 'subscribeToChanges', 'subscribeToObjects', 'sync'] as const;

const requests = [...OPERATIONS.map((kind) => `request ${kind}`), 'request update ADD', 'request update REMOVE', 'request update REPLACE'];

const streamParts = (kind: (typeof STREAMS)[number]): readonly string[] => {
  if (kind === 'batch' || kind === 'queryBatch') return ['item', 'batchToken', 'batchComplete'];
  return kind.startsWith('subscribe') ? ['acknowledgement', 'item', 'end'] : ['item', 'end'];
};
const responses = [
  ...OPERATIONS.filter((kind) => !STREAMS.some((stream) => stream === kind)).map((kind) => `response ${kind}`), 'response update',
  ...STREAMS.flatMap((kind) => streamParts(kind).map((part) => `response ${kind} ${part}`)),
];

/** By a Java controller that dials and uses every operation. */
export const BY_JAVA_CONTROLLER: readonly string[] = ['handshakeRequest', 'controlRequest', 'controlResponse', 'cancel', ...requests];

/** By a Java connector server that is dialled and executes every operation. */
export const BY_JAVA_SERVER: readonly string[] = ['handshakeResponse', 'controlRequest', 'controlResponse', 'error', 'configurationChange', ...responses];

/** By a Java controller that uses what a CSV file can do. */
export const BY_CSV_CONTROLLER: readonly string[] = BY_JAVA_CONTROLLER.filter((kind) => !/script|subscribe|queryBatch|batch/i.test(kind));

/** Types in the object streams of these messages: every value, filter and structure there is but those the protocol carries otherwise. */
export const TYPES_OF_JAVA: readonly string[] = [
  'null', 'String', 'Integer', 'Long', 'Boolean', 'Double', 'Float', 'Character', 'Byte', 'ByteArray', 'BigInteger', 'BigDecimal', 'URI', 'File', 'Locale', 'Class', 'GuardedString', 'GuardedByteArray',
  'List', 'Set', 'Map', 'MapEntry', 'String[]', 'int[]', 'long[]', 'Long[]', 'SortKey[]', 'GuardedString[]',
  'Attribute', 'Name', 'Uid', 'ObjectClass', 'QualifiedUid', 'ConnectorObject', 'SortKey', 'Script', 'OperationOptions',
  'AndFilter', 'OrFilter', 'NotFilter', 'EqualsFilter', 'ContainsAllValuesFilter', 'StartsWithFilter', 'EndsWithFilter', 'ContainsFilter', 'GreaterThanFilter',
  'GreaterThanOrEqualFilter', 'LessThanFilter', 'LessThanOrEqualFilter', 'PresenceFilter', 'ExtendedMatchFilter',
  'AttributeInfo', 'AttributeInfoFlag', 'ObjectClassInfo', 'OperationOptionInfo', 'Schema',
  'ConnectorInfo', 'ConnectorKey', 'ConnectorMessages', 'APIConfiguration', 'ObjectPoolConfiguration', 'ResultsHandlerConfiguration', 'ConfigurationProperties', 'ConfigurationProperty',
];
