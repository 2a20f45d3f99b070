import {
  ALL, API_OPERATION_OF, ConnectorError, NAME, OPERATIONAL_ATTRIBUTES, UID, attributeKey,
  type ApiOperation, type Attribute, type Operation, type OperationKind, type UpdateOperation,
} from '../../../protocol/model/index.js';

/** Operations that may be asked of every object class at once (protocol section 7.1). */
const ON_ALL: ReadonlySet<OperationKind> = new Set<OperationKind>(['sync', 'latestSyncToken', 'subscribeToObjects', 'subscribeToChanges']);

function refuse(message: string): never {
  throw new ConnectorError('illegalArgument', message);
}

/** The text is the Java framework's own (protocol section 7.13); peers show it as it is. */
export function unsupported(operation: ApiOperation): ConnectorError {
  return new ConnectorError('unsupportedOperation', `Operation 'interface org.identityconnectors.framework.api.operations.${operation}' not supported.`);
}

export function checkSupported(kind: OperationKind, supported: ReadonlySet<ApiOperation>): void {
  const operation = API_OPERATION_OF[kind];
  if (!supported.has(operation)) throw unsupported(operation);
}

function checkObjectClass(kind: OperationKind, objectClass: string): void {
  if (objectClass.trim() === '') refuse(`The object class of ${kind} must not be blank.`);
  if (objectClass === ALL && !ON_ALL.has(kind)) {
    throw new ConnectorError('unsupportedOperation', `Operation '${kind}' is not allowed on the object class __ALL__: name one object class.`);
  }
}

function checkDistinct(kind: OperationKind, attributes: readonly Attribute[]): void {
  const seen = new Set<string>();
  for (const { name } of attributes) {
    if (seen.has(attributeKey(name))) refuse(`Attribute ${name} is given twice to ${kind}.`);
    seen.add(attributeKey(name));
  }
}

function checkNoUid(kind: OperationKind, attributes: readonly Attribute[]): void {
  if (attributes.some((attribute) => attribute.is(UID))) refuse(`The attributes of ${kind} must not contain __UID__: the target gives it.`);
}

/** Adding and removing single values makes sense for value lists only. */
function checkDelta({ updateType, attributes }: UpdateOperation): void {
  if (updateType === 'REPLACE') return;
  for (const { name, values } of attributes) {
    if (values === null) refuse(`Attribute ${name} has no values to ${updateType === 'ADD' ? 'add' : 'remove'}.`);
    if (attributeKey(name) === attributeKey(NAME) || isOperational(name)) {
      refuse(`Values of ${name} cannot be added or removed, only replaced.`);
    }
  }
}

function isOperational(name: string): boolean {
  return OPERATIONAL_ATTRIBUTES.has(name.toUpperCase());
}

/** What both ends check before a connector is called. Throws `illegalArgument` or `unsupportedOperation`. */
export function checkRequest(operation: Operation): void {
  if ('objectClass' in operation) checkObjectClass(operation.kind, operation.objectClass);
  switch (operation.kind) {
    case 'create':
      checkNoUid('create', operation.attributes);
      return checkDistinct('create', operation.attributes);
    case 'update':
      checkNoUid('update', operation.attributes);
      checkDistinct('update', operation.attributes);
      return checkDelta(operation);
    case 'authenticate':
    case 'resolveUsername':
      if (operation.username.trim() === '') refuse(`The user name of ${operation.kind} must not be blank.`);
      return;
    case 'scriptOnConnector':
    case 'scriptOnResource':
      if (operation.script.language.trim() === '') refuse('The script language must not be blank.');
      if (operation.script.text.trim() === '') refuse('The script text must not be blank.');
      return;
    default:
  }
}
