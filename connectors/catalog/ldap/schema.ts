import {
  ACCOUNT, GROUP, NAME, OPTION, PASSWORD, attributeInfo, attributeKey,
  type ApiOperation, type AttributeFlag, type AttributeInfo, type ObjectClassInfo, type OperationOptionInfo, type Schema,
} from '../../../protocol/model/index.js';
import type { Call } from '../../framework/spi.js';
import { isBinaryAttribute } from './binary-attributes.js';
import type { LdapConfig } from './config.js';
import type { LdapSession } from './connection.js';
import { ldapClasses } from './filter.js';
import { isDnAttribute } from './find-entry.js';
import { MEMBER_ID } from './groups/read-groups.js';
import { LDAP_GROUPS } from './request-attributes.js';
import { DEFAULT_CLASSES } from './schema/default-schema.js';
import type { AttributeType, LdapObjectClass } from './schema/definitions.js';
import { refreshSubschema } from './schema/read-schema.js';
import type { Subschema } from './schema/subschema.js';

const OPTIONS: readonly OperationOptionInfo[] = [
  { name: OPTION.attributesToGet, type: 'String[]' }, { name: OPTION.container, type: 'QualifiedUid' }, { name: OPTION.scope, type: 'String' },
  { name: OPTION.pageSize, type: 'Integer' }, { name: OPTION.pagedResultsCookie, type: 'String' }, { name: OPTION.pagedResultsOffset, type: 'Integer' },
  { name: OPTION.sortKeys, type: 'SortKey[]' }, { name: OPTION.runAsUser, type: 'String' }, { name: OPTION.runWithPassword, type: 'GuardedString' },
];
const RUN_AS = [OPTION.runAsUser, OPTION.runWithPassword];
const OPTIONS_BY_OPERATION: readonly (readonly [ApiOperation, readonly string[]])[] = [
  ['SearchApiOp', OPTIONS.map(({ name }) => name)], ['GetApiOp', [OPTION.attributesToGet, ...RUN_AS]], ['SyncApiOp', [OPTION.attributesToGet]],
  ['CreateApiOp', RUN_AS], ['UpdateApiOp', RUN_AS], ['DeleteApiOp', RUN_AS],
];
const ON_EVERY_CLASS: readonly ApiOperation[] = ['CreateApiOp', 'DeleteApiOp', 'GetApiOp', 'SearchApiOp', 'SyncApiOp', 'UpdateApiOp'];
const ON_ACCOUNTS: readonly ApiOperation[] = ['AuthenticationApiOp', 'ResolveUsernameApiOp'];
const OBJECT_CLASS = 'objectclass';

/** Attributes of LDAP classes with their superiors'. `MUST` wins over `MAY`. */
function attributesOf(classes: readonly string[], schema: Subschema, config: LdapConfig): AttributeInfo[] {
  const all = schema.withSuperiors(classes);
  const required = new Set(all.flatMap(({ must }) => must).map(attributeKey));
  const infos = new Map<string, AttributeInfo>();
  for (const name of all.flatMap(({ must, may }) => [...must, ...may])) {
    const key = attributeKey(name);
    if (!infos.has(key)) infos.set(key, ldapAttribute(name, required.has(key), schema, config));
  }
  return [...infos.values()];
}

function ldapAttribute(name: string, required: boolean, schema: Subschema, config: LdapConfig): AttributeInfo {
  const type = schema.attribute(name);
  // The connector supplies objectClass by itself, so nobody has to.
  const needed: AttributeFlag[] = required && attributeKey(name) !== OBJECT_CLASS ? ['REQUIRED'] : [];
  const flags = [...needed, ...typeFlags(type)];
  if (attributeKey(name) === attributeKey(config.passwordAttribute)) flags.push('NOT_RETURNED_BY_DEFAULT');
  return attributeInfo(type?.names[0] ?? name, isBinaryAttribute(name, config, schema) ? 'byte[]' : 'String', ...flags);
}

function typeFlags(type: AttributeType | undefined): AttributeFlag[] {
  if (type === undefined) return ['MULTIVALUED'];
  const flags: AttributeFlag[] = type.singleValue ? [] : ['MULTIVALUED'];
  if (type.noUserModification) flags.push('NOT_CREATABLE', 'NOT_UPDATEABLE');
  if (type.operational) flags.push('NOT_RETURNED_BY_DEFAULT');
  return flags;
}

function uidAttribute(present: readonly AttributeInfo[], schema: Subschema, config: LdapConfig): AttributeInfo[] {
  const { uidAttribute: name } = config;
  if (isDnAttribute(name) || present.some((info) => attributeKey(info.name) === attributeKey(name))) return [];
  const type = schema.attribute(name);
  return [attributeInfo(type?.names[0] ?? name, 'String', 'NOT_CREATABLE', 'NOT_UPDATEABLE', 'NOT_RETURNED_BY_DEFAULT')];
}

function objectClass(type: string, classes: readonly string[], schema: Subschema, config: LdapConfig, more: readonly AttributeInfo[], isContainer: boolean): ObjectClassInfo {
  const attributes = attributesOf(classes, schema, config);
  return { type, isContainer, attributes: [attributeInfo(NAME, 'String', 'REQUIRED'), ...attributes, ...uidAttribute(attributes, schema, config), ...more] };
}

function mappedClasses(schema: Subschema, config: LdapConfig): ObjectClassInfo[] {
  const account = [attributeInfo(PASSWORD, 'GuardedString', 'NOT_READABLE'), attributeInfo(LDAP_GROUPS, 'String', 'MULTIVALUED', 'NOT_RETURNED_BY_DEFAULT')];
  const group = config.getGroupMemberId ? [attributeInfo(MEMBER_ID, 'String', 'MULTIVALUED', 'NOT_CREATABLE', 'NOT_UPDATEABLE')] : [];
  return [
    objectClass(ACCOUNT, ldapClasses(ACCOUNT, config), schema, config, account, false),
    objectClass(GROUP, ldapClasses(GROUP, config), schema, config, group, false),
  ];
}

function nativeClasses(schema: Subschema, config: LdapConfig): readonly LdapObjectClass[] {
  if (!config.readSchema) return DEFAULT_CLASSES.map((name) => schema.objectClass(name)).filter((one) => one !== undefined);
  return schema.objectClasses.filter(({ kind, names }) => kind === 'structural' && names.length > 0);
}

/**
 * Accounts, groups, and every structural class of the server under its own name; the documented default classes with
 * readSchema false. Read from the server each time.
 */
export async function schema(session: LdapSession, call: Call): Promise<Schema> {
  const { config } = session;
  const subschema = await refreshSubschema(session, call.signal);
  const objectClasses = [
    ...mappedClasses(subschema, config),
    // Any entry may have children.
    ...nativeClasses(subschema, config).map(({ names: [name = ''] }) => objectClass(name, [name], subschema, config, [], true)),
  ];
  const types = objectClasses.map(({ type }) => type);
  return {
    objectClasses,
    operationOptions: OPTIONS,
    objectClassesByOperation: new Map<ApiOperation, readonly string[]>([...ON_EVERY_CLASS.map((operation) => [operation, types] as const), ...ON_ACCOUNTS.map((operation) => [operation, [ACCOUNT]] as const)]),
    optionsByOperation: new Map(OPTIONS_BY_OPERATION),
  };
}
