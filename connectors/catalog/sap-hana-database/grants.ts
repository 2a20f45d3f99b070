import { columnText, readRows } from '../../engines/sql/read-rows.js';
import { id, joinSql, sql, type SqlText } from '../../engines/sql/sql-text.js';
import type { HanaSession } from './connection.js';
import { refuse, type WantedUser } from './request-values.js';
import { alterUser, systemPrivilege } from './statements.js';
import type { Step } from './steps.js';
import { roleName, type HanaUser } from './users.js';

/** A role as it is granted: by GRANT, or by the repository's procedures where the repository made it. */
interface GrantableRole {
  readonly schema: string | undefined;
  readonly name: string;
  readonly fromRepository: boolean;
}

const PUBLIC = 'PUBLIC';
const REPOSITORY = '_SYS_REPO';

const list = (names: readonly string[]): SqlText => joinSql(names.map((name) => sql`${name}`), ', ');

/** What a request may name: roles, privileges and SAML providers, all of which have to exist. */
export interface Grantable {
  readonly roles: ReadonlyMap<string, GrantableRole>;
}

async function rolesNamed(session: HanaSession, names: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, GrantableRole>> {
  const found = new Map<string, GrantableRole>();
  if (names.length === 0) return found;
  // A role of a schema is named with it; both halves may hold dots.
  const bare = [...new Set(names.flatMap((name) => [name, ...[...name.matchAll(/\./g)].map(({ index }) => name.slice(index + 1))]))];
  const rows = await readRows(session.connection, sql`select ROLE_SCHEMA_NAME, ROLE_NAME, CREATOR from SYS.ROLES where ROLE_NAME in (${list(bare)})`, signal);
  for (const row of rows) {
    const schema = columnText(row, 'ROLE_SCHEMA_NAME');
    found.set(roleName(row) ?? '', { schema: schema === '' ? undefined : schema, name: columnText(row, 'ROLE_NAME') ?? '', fromRepository: columnText(row, 'CREATOR') === REPOSITORY });
  }
  return found;
}

async function requirePrivileges(session: HanaSession, type: 'SYSTEMPRIVILEGE' | 'APPLICATIONPRIVILEGE', names: readonly string[], signal: AbortSignal): Promise<void> {
  if (names.length === 0) return;
  const rows = await readRows(session.connection, sql`select NAME from SYS.PRIVILEGES where TYPE = ${type} and NAME in (${list(names)})`, signal);
  requireAll(type === 'SYSTEMPRIVILEGE' ? 'system privilege' : 'application privilege', names, rows.map((row) => columnText(row, 'NAME')));
}

async function requireProviders(session: HanaSession, names: readonly string[], signal: AbortSignal): Promise<void> {
  if (names.length === 0) return;
  const rows = await readRows(session.connection, sql`select SAML_PROVIDER_NAME from SYS.SAML_PROVIDERS where SAML_PROVIDER_NAME in (${list(names)})`, signal);
  requireAll('SAML provider', names, rows.map((row) => columnText(row, 'SAML_PROVIDER_NAME')));
}

function requireAll(what: string, names: readonly string[], existing: readonly (string | undefined)[]): void {
  const unknown = names.filter((name) => !existing.includes(name));
  if (unknown.length > 0) refuse(`the database has no ${what} ${unknown.join(', ')}. Names are compared exactly; nothing was changed.`);
}

const added = (wanted: readonly string[] | undefined, held: readonly string[]): readonly string[] => (wanted ?? []).filter((name) => !held.includes(name));
const removed = (wanted: readonly string[] | undefined, held: readonly string[]): readonly string[] => (wanted === undefined ? [] : held.filter((name) => !wanted.includes(name)));

/** What of the request goes beyond what the user has, looked up; refuses what does not exist, before anything is changed. */
export async function grantable(session: HanaSession, wanted: WantedUser, held: Pick<HanaUser, 'roles' | 'systemPrivileges' | 'applicationPrivileges' | 'samlProviders'>, signal: AbortSignal): Promise<Grantable> {
  const newRoles = added(wanted.roles, held.roles);
  const roles = await rolesNamed(session, [...newRoles, ...removed(wanted.roles, held.roles)], signal);
  requireAll('role', newRoles, [...roles.keys()]);
  await requirePrivileges(session, 'SYSTEMPRIVILEGE', added(wanted.systemPrivileges, held.systemPrivileges), signal);
  await requirePrivileges(session, 'APPLICATIONPRIVILEGE', added(wanted.applicationPrivileges, held.applicationPrivileges), signal);
  await requireProviders(session, added(wanted.samlProviders?.map(({ provider }) => provider), held.samlProviders.map(({ provider }) => provider)), signal);
  return { roles };
}

function roleStep(user: HanaUser, name: string, role: GrantableRole | undefined, grant: boolean): Step {
  const what = `${grant ? 'grant' : 'revoke'} the role ${name}`;
  // SYS grants PUBLIC, so nobody else can take it away but by this statement.
  if (name === PUBLIC) return { what, statement: alterUser(user.name, grant ? sql`GRANT ROLE PUBLIC` : sql`REVOKE ROLE PUBLIC`) };
  if (role?.fromRepository === true) {
    return { what, statement: grant ? sql`CALL "_SYS_REPO"."GRANT_ACTIVATED_ROLE"(${role.name}, ${user.name})` : sql`CALL "_SYS_REPO"."REVOKE_ACTIVATED_ROLE"(${role.name}, ${user.name})` };
  }
  const identifier = role === undefined ? id(name) : role.schema === undefined ? id(role.name) : id(role.schema, role.name);
  return { what, statement: grant ? sql`GRANT ${identifier} TO ${id(user.name)}` : sql`REVOKE ${identifier} FROM ${id(user.name)}` };
}

function systemPrivilegeStep(user: HanaUser, name: string, grant: boolean): Step {
  const what = `${grant ? 'grant' : 'revoke'} the system privilege ${name}`;
  return { what, statement: grant ? sql`GRANT ${systemPrivilege(name)} TO ${id(user.name)}` : sql`REVOKE ${systemPrivilege(name)} FROM ${id(user.name)}` };
}

/** The repository's procedures take the name of an application privilege as an identifier within the text. */
function applicationPrivilegeStep(user: HanaUser, name: string, grant: boolean): Step {
  const quoted = `"${name.replaceAll('"', '""')}"`;
  return {
    what: `${grant ? 'grant' : 'revoke'} the application privilege ${name}`,
    statement: grant ? sql`CALL "_SYS_REPO"."GRANT_APPLICATION_PRIVILEGE"(${quoted}, ${user.name})` : sql`CALL "_SYS_REPO"."REVOKE_APPLICATION_PRIVILEGE"(${quoted}, ${user.name})`,
  };
}

/** Statements after which the user has exactly what the request lists. `keepPublic`: a new user keeps what it was born with. */
export function grantSteps(user: HanaUser, wanted: WantedUser, { roles }: Grantable, keepPublic: boolean): Step[] {
  const lost = removed(wanted.roles, user.roles).filter((name) => !(keepPublic && name === PUBLIC));
  return [
    ...added(wanted.roles, user.roles).map((name) => roleStep(user, name, roles.get(name), true)),
    ...lost.map((name) => roleStep(user, name, roles.get(name), false)),
    ...added(wanted.systemPrivileges, user.systemPrivileges).map((name) => systemPrivilegeStep(user, name, true)),
    ...removed(wanted.systemPrivileges, user.systemPrivileges).map((name) => systemPrivilegeStep(user, name, false)),
    ...added(wanted.applicationPrivileges, user.applicationPrivileges).map((name) => applicationPrivilegeStep(user, name, true)),
    ...removed(wanted.applicationPrivileges, user.applicationPrivileges).map((name) => applicationPrivilegeStep(user, name, false)),
  ];
}
