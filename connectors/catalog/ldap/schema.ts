import {
  ACCOUNT, GROUP, NAME, OPTION, PASSWORD, attributeInfo, attributeKey,
  type ApiOperation, type AttributeFlag, type AttributeInfo, type ObjectClassInfo, type OperationOptionInfo, type Schema,
} from '../../../protocol/model/index.js';
import type { Call } from '../../framework/spi.js';
import { isActiveDirectory } from './active-directory/family.js';
import { specialAttributes } from './active-directory/special-attributes.js';
import { isBinaryAttribute } from './binary-attributes.js';
import type { LdapConfig } from './config.js';
import type { LdapSession } from './connection.js';
import type { ServerType } from './directory/contract.js';
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
const SUPPLIED: ReadonlySet<string> = new Set(['objectclass']);
/** What Active Directory supplies by itself, though its schema demands it; the naming attribute is taken from the DN. */
const SUPPLIED_BY_AD: ReadonlySet<string> = new Set([...SUPPLIED, 'cn', 'ou', 'instancetype', 'ntsecuritydescriptor', 'objectcategory', 'objectsid', 'samaccountname', 'grouptype']);

/** The server's schema, and what the schema of the connector is made by besides. */
interface SchemaSource { readonly schema: Subschema; readonly config: LdapConfig; readonly serverType: ServerType }

/** Attributes of LDAP classes with their superiors'. `MUST` wins over `MAY`. */
function attributesOf(classes: readonly string[], source: SchemaSource): AttributeInfo[] {
  const all = source.schema.withSuperiors(classes);
  const required = new Set(all.flatMap(({ must }) => must).map(attributeKey));
  const infos = new Map<string, AttributeInfo>();
  for (const name of all.flatMap(({ must, may }) => [...must, ...may])) {
    const key = attributeKey(name);
    if (!infos.has(key)) infos.set(key, ldapAttribute(name, required.has(key), source));
  }
  return [...infos.values()];
}

function ldapAttribute(name: string, required: boolean, { schema, config, serverType }: SchemaSource): AttributeInfo {
  const type = schema.attribute(name);
  const supplied = isActiveDirectory(serverType) ? SUPPLIED_BY_AD : SUPPLIED;
  const needed: AttributeFlag[] = required && !supplied.has(attributeKey(name)) ? ['REQUIRED'] : [];
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

function uidAttribute(present: readonly AttributeInfo[], { schema, config }: SchemaSource): AttributeInfo[] {
  const { uidAttribute: name } = config;
  if (isDnAttribute(name) || present.some((info) => attributeKey(info.name) === attributeKey(name))) return [];
  const type = schema.attribute(name);
  return [attributeInfo(type?.names[0] ?? name, 'String', 'NOT_CREATABLE', 'NOT_UPDATEABLE', 'NOT_RETURNED_BY_DEFAULT')];
}

function objectClass(type: string, classes: readonly string[], source: SchemaSource, more: readonly AttributeInfo[], isContainer: boolean): ObjectClassInfo {
  const attributes = attributesOf(classes, source);
  return { type, isContainer, attributes: [attributeInfo(NAME, 'String', 'REQUIRED'), ...attributes, ...uidAttribute(attributes, source), ...more] };
}

/** ICF's own attributes that this server has a counterpart for. */
function specialInfos(serverType: ServerType, objectClass: string): AttributeInfo[] {
  return specialAttributes(serverType, objectClass).map(({ name, type, byDefault }) => attributeInfo(name, type, ...(byDefault ? [] : ['NOT_RETURNED_BY_DEFAULT' as const])));
}

function mappedClasses(source: SchemaSource): ObjectClassInfo[] {
  const { config, serverType } = source;
  const account = [attributeInfo(PASSWORD, 'GuardedString', 'NOT_READABLE'), attributeInfo(LDAP_GROUPS, 'String', 'MULTIVALUED', 'NOT_RETURNED_BY_DEFAULT'), ...specialInfos(serverType, ACCOUNT)];
  const members = config.getGroupMemberId ? [attributeInfo(MEMBER_ID, 'String', 'MULTIVALUED', 'NOT_CREATABLE', 'NOT_UPDATEABLE')] : [];
  return [
    objectClass(ACCOUNT, ldapClasses(ACCOUNT, config), source, account, false),
    objectClass(GROUP, ldapClasses(GROUP, config), source, [...members, ...specialInfos(serverType, GROUP)], false),
  ];
}

function nativeClasses({ schema, config }: SchemaSource): readonly LdapObjectClass[] {
  if (!config.readSchema) return DEFAULT_CLASSES.map((name) => schema.objectClass(name)).filter((one) => one !== undefined);
  return schema.objectClasses.filter(({ kind, names }) => kind === 'structural' && names.length > 0);
}

/**
 * Accounts, groups, and every structural class of the server under its own name; the documented default classes with
 * readSchema false. Read from the server each time.
 */
export async function schema(session: LdapSession, call: Call): Promise<Schema> {
  const { config } = session;
  const { serverType } = await session.directory.rootDse(call.signal);
  const source: SchemaSource = { schema: await refreshSubschema(session, call.signal), config, serverType };
  const objectClasses = [
    ...mappedClasses(source),
    // Any entry may have children.
    ...nativeClasses(source).map(({ names: [name = ''] }) => objectClass(name, [name], source, [], true)),
  ];
  const types = objectClasses.map(({ type }) => type);
  return {
    objectClasses,
    operationOptions: OPTIONS,
    objectClassesByOperation: new Map<ApiOperation, readonly string[]>([...ON_EVERY_CLASS.map((operation) => [operation, types] as const), ...ON_ACCOUNTS.map((operation) => [operation, [ACCOUNT]] as const)]),
    optionsByOperation: new Map(OPTIONS_BY_OPERATION),
  };
}
