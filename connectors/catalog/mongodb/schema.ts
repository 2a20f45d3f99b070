import {
  ACCOUNT, NAME, OPTION, PASSWORD, attributeInfo, type ApiOperation, type AttributeInfo, type ObjectClassInfo, type OperationOptionInfo, type Schema,
} from '../../../protocol/model/index.js';
import type { Call } from '../../framework/spi.js';
import { unavailable } from './built-in.js';
import type { MongoSession } from './connection/mongo-session.js';
import { documentAttributes } from './documents/document-schema.js';
import { ROLE, mappedCollections } from './object-classes.js';

const OPTIONS: readonly OperationOptionInfo[] = [
  { name: OPTION.attributesToGet, type: 'String[]' },
  { name: OPTION.pageSize, type: 'Integer' },
  { name: OPTION.pagedResultsCookie, type: 'String' },
  { name: OPTION.pagedResultsOffset, type: 'Integer' },
];

const ON_CLASSES: readonly ApiOperation[] = ['CreateApiOp', 'UpdateApiOp', 'DeleteApiOp', 'GetApiOp', 'SearchApiOp', 'SyncApiOp', 'AuthenticationApiOp', 'ResolveUsernameApiOp'];

const restrictions = attributeInfo('authenticationRestrictions', 'Map', 'MULTIVALUED', 'NOT_RETURNED_BY_DEFAULT');
const inherited = ['inheritedRoles', 'inheritedPrivileges'].map((name) => attributeInfo(name, 'Map', 'MULTIVALUED', 'NOT_CREATABLE', 'NOT_UPDATEABLE', 'NOT_RETURNED_BY_DEFAULT'));
const name = attributeInfo(NAME, 'String', 'REQUIRED', 'NOT_UPDATEABLE');
const readOnly = (attribute: string, type = 'String'): AttributeInfo => attributeInfo(attribute, type, 'NOT_CREATABLE', 'NOT_UPDATEABLE');

const USERS: readonly AttributeInfo[] = [
  name, attributeInfo(PASSWORD, 'GuardedString', 'NOT_READABLE'), attributeInfo('roles', 'Map', 'MULTIVALUED'), attributeInfo('customData', 'Map'),
  attributeInfo('mechanisms', 'String', 'MULTIVALUED'), restrictions, readOnly('db'), readOnly('userId'), ...inherited,
];
const ROLES: readonly AttributeInfo[] = [
  name, attributeInfo('roles', 'Map', 'MULTIVALUED'), attributeInfo('privileges', 'Map', 'MULTIVALUED'), restrictions, readOnly('db'), readOnly('isBuiltin', 'Boolean'), ...inherited,
];

const objectClass = (type: string, attributes: readonly AttributeInfo[]): ObjectClassInfo => ({ type, isContainer: false, attributes });

async function classesOf(session: MongoSession, call: Call): Promise<readonly ObjectClassInfo[]> {
  const mapped = mappedCollections(session.config);
  if (mapped.length === 0) return [objectClass(ACCOUNT, USERS), objectClass(ROLE, ROLES)];
  const classes: ObjectClassInfo[] = [];
  for (const { objectClass: type, collection } of mapped) classes.push(objectClass(type, await documentAttributes(session, collection, call.signal)));
  return classes;
}

/** Users and roles, or what the documents of the collections look like now. */
export async function schema(session: MongoSession, call: Call): Promise<Schema> {
  const objectClasses = await classesOf(session, call);
  const missing = new Set(unavailable(session.config));
  const names = objectClasses.map(({ type }) => type);
  return {
    objectClasses,
    operationOptions: OPTIONS,
    objectClassesByOperation: new Map(ON_CLASSES.filter((operation) => !missing.has(operation)).map((operation) => [operation, names])),
    optionsByOperation: new Map([['SearchApiOp', OPTIONS.map((option) => option.name)], ['GetApiOp', [OPTION.attributesToGet]], ['SyncApiOp', [OPTION.attributesToGet]]]),
  };
}
