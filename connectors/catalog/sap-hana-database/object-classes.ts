import {
  ACCOUNT, ConnectorError, NAME, OPTION, PASSWORD, attributeInfo,
  type ApiOperation, type AttributeFlag, type AttributeInfo, type Schema,
} from '../../../protocol/model/index.js';
import type { DescribedAttribute, DescribedObjectClass } from '../../framework/spi.js';

export const ROLES = 'ROLES';
export const SYSTEM_PRIVILEGES = 'SYSTEM_PRIVILEGES';
export const APPLICATION_PRIVILEGES = 'APPLICATION_PRIVILEGES';
export const OBJECT_CLASSES: readonly string[] = [APPLICATION_PRIVILEGES, ACCOUNT, SYSTEM_PRIVILEGES, ROLES];

const BY_HANA: readonly AttributeFlag[] = ['NOT_CREATABLE', 'NOT_UPDATEABLE'];

interface UserAttribute { readonly name: string; readonly type: string; readonly flags: readonly AttributeFlag[]; readonly notes?: string }

const attribute = (name: string, type = 'String', flags: readonly AttributeFlag[] = [], notes?: string): UserAttribute => ({ name, type, flags, ...(notes === undefined ? {} : { notes }) });

/** Attributes of `__ACCOUNT__` in the order of the documentation; columns of SYS.USERS unless a note says otherwise. */
export const USER_ATTRIBUTES: readonly UserAttribute[] = [
  attribute('USER_ID', 'String', BY_HANA, 'the uid'),
  attribute('USER_NAME', 'String', ['NOT_UPDATEABLE'], 'the same as __NAME__; create needs one of them. HANA cannot rename a user'),
  attribute('PASSWORD', 'GuardedString', ['NOT_READABLE'], 'needed by create; __PASSWORD__ is the same'),
  attribute('USER_MODE', 'String', BY_HANA, 'LOCAL or EXTERNAL'),
  attribute('EMAIL_ADDRESS', 'String', [], 'user parameter EMAIL ADDRESS'),
  attribute('CLIENT', 'String', [], 'user parameter CLIENT'),
  attribute('TIME_ZONE', 'String', [], 'user parameter TIME ZONE'),
  attribute('CREATOR', 'String', BY_HANA, 'the user that created it'),
  attribute('VALID_FROM', 'String', [], 'yyyy-MM-dd HH:mm, with AM or PM or without, or yyyy-MM-dd; empty: from now on'),
  attribute('VALID_UNTIL', 'String', [], 'as VALID_FROM; empty: forever'),
  attribute('IS_RESTRICTED', 'Boolean', [], 'true: without the role PUBLIC and the right to create objects in the own schema'),
  attribute('IS_CLIENT_CONNECT_ENABLED', 'Boolean', [], 'may connect with ODBC, JDBC and the like'),
  attribute('HAS_REMOTE_USERS', 'Boolean', BY_HANA),
  attribute('PASSWORD_CHANGE_NEEDED', 'Boolean', [], 'cannot be taken back but by a new password'),
  attribute('IS_KERBEROS_ENABLED', 'Boolean'),
  attribute('IS_SAML_ENABLED', 'Boolean'),
  attribute('IS_PASSWORD_ENABLED', 'Boolean'),
  attribute('SAML_PROVIDERS', 'Map', ['MULTIVALUED'], 'objects of SAML_PROVIDER_NAME and EXTERNAL_IDENTITY; null: any identity the provider names'),
  attribute('SYSTEM_PRIVILEGES', 'String', ['MULTIVALUED']),
  attribute('APPLICATION_PRIVILEGES', 'String', ['MULTIVALUED']),
  attribute('ROLES', 'String', ['MULTIVALUED'], 'catalog and repository roles; a role of a schema as SCHEMA.ROLE'),
  attribute('EXTERNAL_IDENTITY', 'String', ['MULTIVALUED'], 'name of the Kerberos principal, one at most'),
];

const ROLE_ATTRIBUTES: readonly UserAttribute[] = ['ROLE_ID', 'ROLE_NAME', 'GLOBAL_IDENTITY', 'ROLE_SCHEMA_NAME', 'ROLE_MODE'].map((name) => attribute(name, 'String', BY_HANA));

function described({ name, type, flags, notes }: UserAttribute): DescribedAttribute {
  return { name, type: flags.includes('MULTIVALUED') ? 'Array' : type, required: false, flags: flags.filter((flag) => flag === 'MULTIVALUED'), ...(notes === undefined ? {} : { notes }) };
}

const naming: DescribedAttribute = { name: NAME, type: 'String', required: null, flags: [] };

export const objectClasses: readonly DescribedObjectClass[] = [
  { name: ACCOUNT, aliases: [], operations: ['create', 'read', 'query', 'update', 'delete'], attributes: USER_ATTRIBUTES.map(described) },
  { name: ROLES, aliases: [], operations: ['query'], attributes: [naming, ...ROLE_ATTRIBUTES.map(described)] },
  { name: APPLICATION_PRIVILEGES, aliases: [], operations: ['query'], attributes: [{ ...naming, required: false }] },
  { name: SYSTEM_PRIVILEGES, aliases: [], operations: ['query'], attributes: [{ ...naming, required: false }] },
];

const info = ({ name, type, flags }: UserAttribute): AttributeInfo => attributeInfo(name, type, ...flags);
const readOnlyName = attributeInfo(NAME, 'String', ...BY_HANA);

const READING: readonly ApiOperation[] = ['GetApiOp', 'SearchApiOp'];
const WRITING: readonly ApiOperation[] = ['CreateApiOp', 'UpdateApiOp', 'DeleteApiOp'];
const OPTIONS = [
  { name: OPTION.attributesToGet, type: 'String[]' }, { name: OPTION.pageSize, type: 'Integer' },
  { name: OPTION.pagedResultsCookie, type: 'String' }, { name: OPTION.pagedResultsOffset, type: 'Integer' },
];

/** Fixed: the views it comes from are HANA's own. */
export async function schema(): Promise<Schema> {
  return {
    objectClasses: [
      { type: ACCOUNT, isContainer: false, attributes: [attributeInfo(NAME, 'String', 'NOT_UPDATEABLE'), attributeInfo(PASSWORD, 'GuardedString', 'NOT_READABLE'), ...USER_ATTRIBUTES.map(info)] },
      { type: ROLES, isContainer: false, attributes: [readOnlyName, ...ROLE_ATTRIBUTES.map(info)] },
      { type: SYSTEM_PRIVILEGES, isContainer: false, attributes: [readOnlyName] },
      { type: APPLICATION_PRIVILEGES, isContainer: false, attributes: [readOnlyName] },
    ],
    operationOptions: OPTIONS,
    objectClassesByOperation: new Map<ApiOperation, readonly string[]>([
      ...READING.map((operation) => [operation, OBJECT_CLASSES] as const), ...WRITING.map((operation) => [operation, [ACCOUNT]] as const),
    ]),
    optionsByOperation: new Map<ApiOperation, readonly string[]>([['SearchApiOp', OPTIONS.map(({ name }) => name)], ['GetApiOp', [OPTION.attributesToGet]]]),
  };
}

/** Roles and privileges are made by developers and applications of the database: the connector only lists them. */
export function requireAccount(objectClass: string, operation: string): void {
  if (objectClass.toUpperCase() === ACCOUNT) return;
  const reason = OBJECT_CLASSES.includes(objectClass) ? 'it can only be searched' : `there is no such object class; those of SAP HANA are ${OBJECT_CLASSES.join(', ')}`;
  throw new ConnectorError('unsupportedOperation', `SAP HANA: ${operation} of ${objectClass} is not possible: ${reason}.`, { outcome: 'notApplied' });
}
