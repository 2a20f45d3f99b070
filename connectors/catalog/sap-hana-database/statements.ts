import type { GuardedString } from '../../../protocol/model/index.js';
import { id, identifiers, joinSql, sql, type SqlText } from '../../engines/sql/sql-text.js';
import { refuse } from './request-values.js';
import { MECHANISMS, USER_PARAMETERS, type Mechanism, type SamlMapping, type UserParameter } from './user-parameters.js';

/**
 * Statements of access control take no parameters, so names stand in them as delimited identifiers and texts as literals, both
 * quoted by the SQL engine. Grammar: SAP HANA SQL Reference, "Access Control Statements"
 * (https://help.sap.com/docs/SAP_HANA_PLATFORM/4fe29514fd584807ac9f2a04f6754767/20a40b54751910148a82d91c57a21c1c.html).
 */

/** A text literal: quotes within are doubled, which is all HANA asks for. */
function literal(what: string, text: string): SqlText {
  if (text === '' || text.includes('\0')) refuse(`${what} must neither be empty nor contain a NUL character.`);
  return identifiers([text], 'single');
}

/** A password is written like an identifier: between double quotes, those within doubled. */
function passwordText(password: GuardedString): SqlText {
  const clear = password.reveal();
  if (clear === '' || clear.includes('\0')) refuse('the password must neither be empty nor contain a NUL character.');
  return id(clear);
}

function parameterName(parameter: UserParameter): SqlText {
  return words(USER_PARAMETERS[parameter]);
}

/** Keywords, one or several. Refuses what is none. */
function words(text: string): SqlText {
  return joinSql(text.split(' ').map((word) => identifiers([word], 'none')), ' ');
}

export function passwordOption(password: GuardedString, mustChange: boolean): SqlText {
  // Without these words the password policy decides, and by default makes the user change the password.
  return sql`PASSWORD ${passwordText(password)}${mustChange ? sql`` : sql` NO FORCE_FIRST_PASSWORD_CHANGE`}`;
}

/** `from` and `until` as HANA writes timestamps; null: from now on, forever. */
export function validity(from: string | null, until: string | null): SqlText {
  return sql`VALID FROM ${from === null ? sql`NOW` : literal('VALID_FROM', from)} UNTIL ${until === null ? sql`FOREVER` : literal('VALID_UNTIL', until)}`;
}

function setParameters(values: readonly (readonly [UserParameter, string])[]): SqlText {
  return sql`SET PARAMETER ${joinSql(values.map(([name, value]) => sql`${parameterName(name)} = ${literal(name, value)}`), ', ')}`;
}

/** Sets parameters that have a value and clears the others. */
export function parameters(values: ReadonlyMap<UserParameter, string | null>): SqlText {
  const set = [...values].flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
  const clear = [...values].flatMap(([name, value]) => (value === null ? [name] : []));
  return joinSql([
    ...(set.length === 0 ? [] : [setParameters(set)]),
    ...(clear.length === 0 ? [] : [sql`CLEAR PARAMETER ${joinSql(clear.map(parameterName), ', ')}`]),
  ], ' ');
}

export function samlIdentity({ provider, externalIdentity }: SamlMapping): SqlText {
  return sql`${externalIdentity === undefined ? sql`ANY` : literal('EXTERNAL_IDENTITY', externalIdentity)} FOR SAML PROVIDER ${id(provider)}`;
}

export function kerberosIdentity(principal: string): SqlText {
  return sql`${literal('EXTERNAL_IDENTITY', principal)} FOR KERBEROS`;
}

export function mechanism(name: Mechanism, enabled: boolean): SqlText {
  return sql`${enabled ? sql`ENABLE` : sql`DISABLE`} ${words(MECHANISMS[name])}`;
}

export function alterUser(name: string, change: SqlText): SqlText {
  return sql`ALTER USER ${id(name)} ${change}`;
}

/**
 * System privileges are keywords (`CATALOG READ`), or a component and its privilege (`REPO.EXPORT`). Only called with names of
 * SYS.PRIVILEGES; what is neither is refused here all the same.
 */
export function systemPrivilege(name: string): SqlText {
  return name.includes('.') ? id(...name.split('.')) : words(name);
}
