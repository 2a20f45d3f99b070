import { Attribute, ACCOUNT, ConnectorObject, Name, Uid, attributeKey } from '../../../protocol/model/index.js';
import { columnText, readRows } from '../../engines/sql/read-rows.js';
import { joinSql, sql, type SqlText } from '../../engines/sql/sql-text.js';
import type { SqlRow } from '../../engines/sql/values.js';
import { isIgnored, type HanaSession } from './connection.js';
import { MECHANISMS, READ_ONLY, USER_PARAMETERS, mechanismNames, userParameterNames, type Mechanism, type ReadOnlyAttribute, type SamlMapping, type UserParameter } from './user-parameters.js';
import { shownTimestamp } from './validity.js';

/** A database user with all that is granted to it directly. */
export interface HanaUser {
  readonly id: string;
  readonly name: string;
  /** As SYS.USERS has them. */
  readonly readOnly: ReadonlyMap<ReadOnlyAttribute, string>;
  readonly validFrom: string | undefined;
  readonly validUntil: string | undefined;
  readonly restricted: boolean;
  readonly passwordChangeNeeded: boolean;
  readonly mechanisms: ReadonlyMap<Mechanism, boolean>;
  readonly externalIdentity: string | undefined;
  readonly parameters: ReadonlyMap<UserParameter, string>;
  /** PUBLIC first, then by name. */
  readonly roles: readonly string[];
  readonly systemPrivileges: readonly string[];
  readonly applicationPrivileges: readonly string[];
  readonly samlProviders: readonly SamlMapping[];
}

/** Columns of SYS.USERS that are read. The view: SAP HANA SQL Reference, "USERS System View". */
export const USER_COLUMNS: SqlText = sql`USER_ID, USER_NAME, USER_MODE, CREATOR, VALID_FROM, VALID_UNTIL, IS_RESTRICTED, IS_CLIENT_CONNECT_ENABLED, HAS_REMOTE_USERS, PASSWORD_CHANGE_NEEDED, IS_KERBEROS_ENABLED, IS_SAML_ENABLED, IS_PASSWORD_ENABLED, EXTERNAL_IDENTITY`;

/** What is read in statements of its own, and only where it is asked for. */
type Part = 'parameters' | 'roles' | 'privileges' | 'samlProviders';
const PARTS: ReadonlyMap<string, Part> = new Map([
  ...userParameterNames.map((name) => [attributeKey(name), 'parameters'] as const),
  [attributeKey('ROLES'), 'roles'], [attributeKey('SYSTEM_PRIVILEGES'), 'privileges'], [attributeKey('APPLICATION_PRIVILEGES'), 'privileges'],
  [attributeKey('SAML_PROVIDERS'), 'samlProviders'],
]);

function partsOf(attributesToGet: readonly string[] | undefined): ReadonlySet<Part> {
  if (attributesToGet === undefined) return new Set(PARTS.values());
  return new Set(attributesToGet.map((name) => PARTS.get(attributeKey(name))).filter((part) => part !== undefined));
}

type ByUser = ReadonlyMap<string, readonly SqlRow[]>;
const NOBODY: ByUser = new Map();

async function rowsByUser(session: HanaSession, part: Part, parts: ReadonlySet<Part>, query: SqlText, column: string, signal: AbortSignal): Promise<ByUser> {
  if (!parts.has(part)) return NOBODY;
  const byUser = new Map<string, SqlRow[]>();
  for (const row of await readRows(session.connection, query, signal)) {
    const name = columnText(row, column) ?? '';
    const rows = byUser.get(name);
    if (rows === undefined) byUser.set(name, [row]);
    else rows.push(row);
  }
  return byUser;
}

const isTrue = (row: SqlRow, column: string): boolean => columnText(row, column)?.toUpperCase() === 'TRUE';

/** Distinct: something may be granted by several grantors. */
function namesOf(rows: readonly SqlRow[] | undefined, name: (row: SqlRow) => string | undefined): string[] {
  return [...new Set((rows ?? []).map(name).filter((text) => text !== undefined))].sort();
}

/** A role that belongs to a schema is named with it: others may have its name. */
export function roleName(row: SqlRow): string | undefined {
  const schema = columnText(row, 'ROLE_SCHEMA_NAME');
  const name = columnText(row, 'ROLE_NAME');
  return schema === undefined || schema === '' || name === undefined ? name : `${schema}.${name}`;
}

function privileges(rows: readonly SqlRow[] | undefined, type: string): string[] {
  return namesOf(rows?.filter((row) => columnText(row, 'OBJECT_TYPE') === type), (row) => columnText(row, 'PRIVILEGE'));
}

/** The users behind rows of SYS.USERS: a handful of statements for all of them together. */
export async function usersOf(session: HanaSession, rows: readonly SqlRow[], attributesToGet: readonly string[] | undefined, signal: AbortSignal): Promise<HanaUser[]> {
  if (rows.length === 0) return [];
  const parts = partsOf(attributesToGet);
  const names = joinSql(rows.map((row) => sql`${columnText(row, 'USER_NAME') ?? ''}`), ', ');
  const granted = sql`GRANTEE_TYPE = 'USER' and GRANTEE in (${names})`;
  const read = (part: Part, column: string, query: SqlText) => rowsByUser(session, part, parts, query, column, signal);
  const parameters = await read('parameters', 'USER_NAME', sql`select USER_NAME, PARAMETER, VALUE from SYS.USER_PARAMETERS where USER_NAME in (${names})`);
  const roles = await read('roles', 'GRANTEE', sql`select GRANTEE, ROLE_SCHEMA_NAME, ROLE_NAME from SYS.GRANTED_ROLES where ${granted}`);
  const grants = await read('privileges', 'GRANTEE', sql`select GRANTEE, OBJECT_TYPE, PRIVILEGE from SYS.GRANTED_PRIVILEGES where OBJECT_TYPE in ('SYSTEMPRIVILEGE', 'APPLICATIONPRIVILEGE') and ${granted}`);
  const mappings = await read('samlProviders', 'USER_NAME', sql`select USER_NAME, SAML_PROVIDER_NAME, EXTERNAL_IDENTITY from SYS.SAML_USER_MAPPINGS where USER_NAME in (${names})`);
  return rows.map((row) => {
    const name = columnText(row, 'USER_NAME') ?? '';
    return userOf(row, { parameters: parameters.get(name), roles: roles.get(name), grants: grants.get(name), mappings: mappings.get(name) });
  });
}

type Related = Readonly<Record<'parameters' | 'roles' | 'grants' | 'mappings', readonly SqlRow[] | undefined>>;

function userOf(row: SqlRow, { parameters, roles, grants, mappings }: Related): HanaUser {
  const valueOf = (parameter: UserParameter) => parameters?.find((held) => columnText(held, 'PARAMETER')?.toUpperCase() === USER_PARAMETERS[parameter]);
  return {
    id: columnText(row, 'USER_ID') ?? '',
    name: columnText(row, 'USER_NAME') ?? '',
    readOnly: new Map(READ_ONLY.flatMap((column) => { const value = columnText(row, column); return value === undefined ? [] : [[column, value] as const]; })),
    validFrom: columnText(row, 'VALID_FROM'),
    validUntil: columnText(row, 'VALID_UNTIL'),
    restricted: isTrue(row, 'IS_RESTRICTED'),
    passwordChangeNeeded: isTrue(row, 'PASSWORD_CHANGE_NEEDED'),
    mechanisms: new Map(mechanismNames.map((column) => [column, isTrue(row, column)])),
    externalIdentity: columnText(row, 'EXTERNAL_IDENTITY'),
    parameters: new Map(userParameterNames.flatMap((name) => { const held = valueOf(name); const value = held && columnText(held, 'VALUE'); return value === undefined ? [] : [[name, value] as const]; })),
    roles: namesOf(roles, roleName).sort((a, b) => Number(b === 'PUBLIC') - Number(a === 'PUBLIC')),
    systemPrivileges: privileges(grants, 'SYSTEMPRIVILEGE'),
    applicationPrivileges: privileges(grants, 'APPLICATIONPRIVILEGE'),
    samlProviders: (mappings ?? []).map((mapping) => ({ provider: columnText(mapping, 'SAML_PROVIDER_NAME') ?? '', externalIdentity: columnText(mapping, 'EXTERNAL_IDENTITY') })),
  };
}

/** A user by its uid; undefined where there is none, and for those the configuration ignores. */
export async function findUser(session: HanaSession, uid: string, signal: AbortSignal): Promise<HanaUser | undefined> {
  if (!/^\d{1,18}$/.test(uid)) return undefined;
  return await found(session, sql`USER_ID = ${BigInt(uid)}`, signal);
}

export async function findUserByName(session: HanaSession, name: string, signal: AbortSignal): Promise<HanaUser | undefined> {
  return await found(session, sql`USER_NAME = ${name}`, signal);
}

async function found(session: HanaSession, condition: SqlText, signal: AbortSignal): Promise<HanaUser | undefined> {
  const rows = await readRows(session.connection, sql`select ${USER_COLUMNS} from SYS.USERS where ${condition}`, signal, 1);
  const [user] = await usersOf(session, rows, undefined, signal);
  return user === undefined || isIgnored(session, user.name) ? undefined : user;
}

export function accountObject(user: HanaUser): ConnectorObject {
  const text = (name: string, value: string | undefined): Attribute[] => (value === undefined ? [] : [Attribute.of(name, value)]);
  return new ConnectorObject(ACCOUNT, [
    new Uid(user.id), new Name(user.name), Attribute.of('USER_NAME', user.name),
    ...(['USER_ID', 'USER_MODE', 'CREATOR'] as const).flatMap((name) => text(name, user.readOnly.get(name))),
    Attribute.of('HAS_REMOTE_USERS', user.readOnly.get('HAS_REMOTE_USERS')?.toUpperCase() === 'TRUE'),
    ...userParameterNames.flatMap((name) => text(name, user.parameters.get(name))),
    ...text('VALID_FROM', user.validFrom && shownTimestamp(user.validFrom)), ...text('VALID_UNTIL', user.validUntil && shownTimestamp(user.validUntil)),
    Attribute.of('IS_RESTRICTED', user.restricted), Attribute.of('PASSWORD_CHANGE_NEEDED', user.passwordChangeNeeded),
    ...Object.keys(MECHANISMS).map((name) => Attribute.of(name, user.mechanisms.get(name as Mechanism) ?? false)),
    ...text('EXTERNAL_IDENTITY', user.externalIdentity),
    new Attribute('ROLES', user.roles), new Attribute('SYSTEM_PRIVILEGES', user.systemPrivileges), new Attribute('APPLICATION_PRIVILEGES', user.applicationPrivileges),
    new Attribute('SAML_PROVIDERS', user.samlProviders.map(({ provider, externalIdentity }) => new Map([['SAML_PROVIDER_NAME', provider], ['EXTERNAL_IDENTITY', externalIdentity ?? null]]))),
  ]);
}
