import { identifiers, joinSql, sql, type SqlText } from '../../engines/sql/sql-text.js';
import type { SqlValue } from '../../engines/sql/values.js';
import type { EbsColumn } from './columns.js';
import type { WantedValue } from './request-values.js';

/**
 * Calls of FND_USER_PKG, the documented interface to FND_USER (Oracle E-Business Suite Integration Repository, "User": AFSCUSRS.pls,
 * public procedures). It encrypts passwords, tells Workflow and a connected Oracle Internet Directory, and commits nothing.
 * Every value is bound.
 */

/** A named argument; written names are ours only. */
function argument(name: string, value: SqlText): SqlText {
  return sql`${identifiers([name], 'none')} => ${value}`;
}

function call(procedure: SqlText, argumentsOfIt: readonly SqlText[]): SqlText {
  return sql`begin APPS.FND_USER_PKG.${procedure}(${joinSql(argumentsOfIt, ', ')}); end;`;
}

const bound = (value: SqlValue): SqlText => sql`${value}`;
const day = (iso: string): SqlText => sql`to_date(${iso}, 'YYYY-MM-DD')`;

/** UpdateUser takes NULL for "leave it", and these for NULL. */
const NULLS = { text: sql`APPS.FND_USER_PKG.null_char`, digits: sql`APPS.FND_USER_PKG.null_number`, number: sql`APPS.FND_USER_PKG.null_number`, date: sql`APPS.FND_USER_PKG.null_date` } as const;

function parameter({ parameter: name, kind }: EbsColumn, value: WantedValue, nothing: SqlText): SqlText {
  return argument(name ?? '', value === null ? nothing : kind === 'date' ? day(String(value)) : bound(value));
}

interface UserCall {
  readonly name: string;
  /** User on whose behalf the row is written: its USER_ID becomes LAST_UPDATED_BY and LAST_UPDATE_LOGIN. */
  readonly owner: string;
  /** Clear text, for the driver only. */
  readonly password: string | undefined;
  readonly values: ReadonlyMap<EbsColumn, WantedValue>;
}

function common({ name, owner, password }: UserCall): SqlText[] {
  return [argument('x_user_name', bound(name)), argument('x_owner', bound(owner)), ...(password === undefined ? [] : [argument('x_unencrypted_password', bound(password))])];
}

export function createUser(user: UserCall): SqlText {
  const values = [...user.values].filter(([, value]) => value !== null).map(([column, value]) => parameter(column, value, sql`null`));
  return call(sql`CreateUser`, [...common(user), ...values]);
}

export function updateUser(user: UserCall): SqlText {
  return call(sql`UpdateUser`, [...common(user), ...[...user.values].map(([column, value]) => parameter(column, value, NULLS[column.kind]))]);
}

/** Without dates: from today on, without an end. */
export function enableUser(name: string): SqlText {
  return call(sql`EnableUser`, [argument('username', bound(name))]);
}

/** Ends the account today. */
export function disableUser(name: string): SqlText {
  return call(sql`DisableUser`, [argument('username', bound(name))]);
}

export function changeUserName(from: string, to: string): SqlText {
  return call(sql`change_user_name`, [argument('x_old_user_name', bound(from)), argument('x_new_user_name', bound(to))]);
}

interface ResponsibilityCall { readonly application: string; readonly key: string; readonly securityGroup: string }

function responsibility(name: string, { application, key, securityGroup }: ResponsibilityCall): SqlText[] {
  return [argument('username', bound(name)), argument('resp_app', bound(application)), argument('resp_key', bound(key)), argument('security_group', bound(securityGroup))];
}

/** Assigns, or changes the row there is. `start` undefined: today. */
export function addResponsibility(name: string, given: ResponsibilityCall & { readonly description: string | undefined; readonly start: string | undefined; readonly end: string | undefined }): SqlText {
  return call(sql`AddResp`, [
    ...responsibility(name, given), argument('description', bound(given.description === '' ? null : given.description ?? null)),
    argument('start_date', given.start === undefined ? sql`trunc(sysdate)` : day(given.start)), argument('end_date', given.end === undefined ? sql`null` : day(given.end)),
  ]);
}

/** Ends the assignment today and empties its description. */
export function deleteResponsibility(name: string, given: ResponsibilityCall): SqlText {
  return call(sql`DelResp`, responsibility(name, given));
}
