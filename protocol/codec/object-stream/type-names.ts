import { API_OPERATIONS } from '../../model/index.js';

/** Names that occur only in class references and as component types of arrays. */
export const PRIMITIVES: ReadonlyMap<string, string> = new Map([
  ['int', 'Integer'], ['long', 'Long'], ['boolean', 'Boolean'], ['double', 'Double'], ['float', 'Float'], ['char', 'Character'], ['byte', 'Byte'],
]);

/** Exceptions that travel by their message alone, by the last part of their Java name. */
export const EXCEPTION_TYPES = [
  'AlreadyExistsException', 'ConfigurationException', 'ConnectionBrokenException', 'ConnectionFailedException',
  'ConnectorIOException', 'PasswordExpiredException', 'InvalidPasswordException', 'UnknownUidException',
  'InvalidCredentialException', 'PermissionDeniedException', 'ConnectorSecurityException', 'OperationTimeoutException',
  'InvalidAttributeValueException', 'PreconditionFailedException', 'PreconditionRequiredException', 'RetryableException',
  'ConnectorException', 'IllegalArgumentException', 'RuntimeException', 'Exception', 'Throwable',
] as const;

export const FILTER_TYPES = [
  'AndFilter', 'OrFilter', 'NotFilter', 'EqualsFilter', 'ContainsAllValuesFilter', 'StartsWithFilter', 'EndsWithFilter',
  'ContainsFilter', 'GreaterThanFilter', 'GreaterThanOrEqualFilter', 'LessThanFilter', 'LessThanOrEqualFilter',
  'PresenceFilter', 'ExtendedMatchFilter',
] as const;

/** Messages of the protocol that went before this one; their names may stand in class references. */
const LEGACY_MESSAGES = [
  'HelloRequest', 'HelloResponse', 'OperationRequest', 'OperationResponseEnd', 'OperationResponsePart',
  'OperationRequestMoreData', 'OperationRequestStopData', 'OperationResponsePause', 'EchoMessage',
];

const OBJECT_TYPES = [
  'String', 'Integer', 'Long', 'Boolean', 'Double', 'Float', 'Character', 'Byte', 'ByteArray', 'BigInteger', 'BigDecimal', 'URI',
  'File', 'Locale', 'Class', 'GuardedString', 'GuardedByteArray', 'List', 'Set', 'Map', 'MapEntry', 'Object',
  'Attribute', 'Name', 'Uid', 'ObjectClass', 'QualifiedUid', 'ConnectorObject', 'SyncToken', 'SyncDelta', 'SyncDeltaType',
  'CountPolicy', 'AttributeInfoFlag', 'SortKey', 'Script', 'ScriptContext', 'OperationOptions', 'SearchResult', 'AttributeInfo',
  'ObjectClassInfo', 'OperationOptionInfo', 'Schema', 'ConnectorKey', 'ConnectorMessages', 'ConnectorInfo', 'APIConfiguration',
  'ObjectPoolConfiguration', 'ResultsHandlerConfiguration', 'ConfigurationProperties', 'ConfigurationProperty',
  'RemoteWrappedException', 'CreateBatchTask', 'DeleteBatchTask', 'UpdateBatchTask', 'BatchEmptyResult', 'BatchToken', 'BatchResult',
];

/** Every type name a Java peer knows (protocol sections 5.3, 5.5 and 6). */
export const REGISTERED_TYPES: ReadonlySet<string> = new Set<string>([
  ...PRIMITIVES.keys(), ...OBJECT_TYPES, ...FILTER_TYPES, ...EXCEPTION_TYPES, ...API_OPERATIONS, ...LEGACY_MESSAGES,
]);

const FIELD_NAMES = [
  'unscaled', 'scale', 'language', 'country', 'variant', 'caseInsensitive', 'name', 'Values', 'uid', 'revision', 'type', 'ObjectClass',
  'Uid', 'Attributes', 'value', 'field', 'isAscending', 'scriptLanguage', 'scriptText', 'options', 'attribute', 'operator', 'container',
  'AttributeInfos', 'order', 'confidential', 'required', 'helpMessageKey', 'displayMessageKey', 'groupMessageKey', 'operations',
];

const canonicalNames = new Map([...REGISTERED_TYPES, ...FIELD_NAMES].map((name) => [name, name]));

/** The one instance of a well-known name, so that comparing it costs a pointer comparison. */
export function canonicalName(name: string): string {
  return canonicalNames.get(name) ?? name;
}

/** The array type whose components are of the type. `byte[]` has a name of its own. */
export function arrayTypeOf(componentType: string): string {
  return componentType === 'byte' ? 'ByteArray' : `${componentType}[]`;
}

/** Splits `String[][]` into `String` and 2. `byte[]` counts as `ByteArray` without a dimension. */
export function splitTypeName(typeName: string): { readonly base: string; readonly dimensions: number } {
  let base = typeName;
  let dimensions = 0;
  while (base.endsWith('[]')) {
    base = base.slice(0, -2);
    dimensions++;
  }
  return base === 'byte' && dimensions > 0 ? { base: 'ByteArray', dimensions: dimensions - 1 } : { base, dimensions };
}
