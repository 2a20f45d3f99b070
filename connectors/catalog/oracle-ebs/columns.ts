import { sql, type SqlText } from '../../engines/sql/sql-text.js';

/** What an attribute is to the database and to the caller. */
export type ColumnKind =
  /** VARCHAR2. */
  | 'text'
  /** NUMBER that is an identifier: given out as digits. */
  | 'digits'
  /** NUMBER that is a number. */
  | 'number'
  /** DATE, given out as DD-Mon-YY in English. */
  | 'date';

/** An attribute and the column behind it. */
export interface EbsColumn {
  readonly attribute: string;
  readonly column: string;
  readonly kind: ColumnKind;
  /** Parameter of FND_USER_PKG.CreateUser and UpdateUser; undefined: EBS sets it. */
  readonly parameter?: string;
  /** Returned only when asked for by name. */
  readonly onRequest?: true;
  /** Never returned, only compared. */
  readonly hidden?: true;
}

const column = (attribute: string, kind: ColumnKind, more: Partial<EbsColumn> = {}): EbsColumn => ({ attribute, column: attribute, kind, ...more });

/** Attributes of `__ACCOUNT__` in the order of the documentation, which spells LAST_UPDATE_BY without D. */
export const USER_COLUMNS: readonly EbsColumn[] = [
  column('USER_ID', 'digits'),
  column('USER_NAME', 'text'),
  column('LAST_UPDATE_DATE', 'date'),
  column('LAST_UPDATE_BY', 'digits', { column: 'LAST_UPDATED_BY', onRequest: true }),
  column('CREATION_DATE', 'date', { onRequest: true }),
  column('CREATED_BY', 'digits', { onRequest: true }),
  column('LAST_UPDATE_LOGIN', 'number'),
  column('ENCRYPTED_USER_PASSWORD', 'text', { hidden: true }),
  column('SESSION_NUMBER', 'number', { parameter: 'x_session_number' }),
  column('START_DATE', 'date', { parameter: 'x_start_date' }),
  column('END_DATE', 'date', { parameter: 'x_end_date' }),
  column('DESCRIPTION', 'text', { parameter: 'x_description' }),
  column('LAST_LOGON_DATE', 'date', { parameter: 'x_last_logon_date' }),
  column('PASSWORD_DATE', 'date', { parameter: 'x_password_date' }),
  column('PASSWORD_ACCESSES_LEFT', 'number', { parameter: 'x_password_accesses_left' }),
  column('PASSWORD_LIFESPAN_ACCESSES', 'number', { parameter: 'x_password_lifespan_accesses' }),
  column('PASSWORD_LIFESPAN_DAYS', 'number', { parameter: 'x_password_lifespan_days' }),
  column('EMAIL_ADDRESS', 'text', { parameter: 'x_email_address' }),
  column('FAX', 'text', { parameter: 'x_fax' }),
];

/** Attributes of `RESPONSIBILITY`; the last two came with EBS 12.2. */
export const RESPONSIBILITY_COLUMNS: readonly EbsColumn[] = [
  column('RESPONSIBILITY_ID', 'digits'), column('APPLICATION_ID', 'digits'), column('LAST_UPDATE_DATE', 'date'), column('LAST_UPDATED_BY', 'number'),
  column('CREATION_DATE', 'date'), column('CREATED_BY', 'number'), column('LAST_UPDATE_LOGIN', 'number'), column('DATA_GROUP_APPLICATION_ID', 'digits'),
  column('DATA_GROUP_ID', 'digits'), column('MENU_ID', 'digits'), column('TERM_SECURITY_ENABLED_FLAG', 'text'), column('START_DATE', 'date'),
  column('END_DATE', 'date'), column('GROUP_APPLICATION_ID', 'digits'), column('REQUEST_GROUP_ID', 'digits'), column('VERSION', 'text'),
  column('WEB_HOST_NAME', 'text'), column('WEB_AGENT_NAME', 'text'), column('RESPONSIBILITY_KEY', 'text'), column('RESPONSIBILITY_NAME', 'text'),
  column('SECURITY_GROUP_ID', 'digits'), column('ZD_EDITION_NAME', 'text'), column('ZD_SYNC', 'text'),
];

/** `03-Nov-22`, whatever the language of the session. */
export function shownDate(date: SqlText): SqlText {
  return sql`to_char(${date}, 'DD-Mon-RR', 'NLS_DATE_LANGUAGE=AMERICAN')`;
}

/** To the second, which is as far as an Oracle DATE goes; sorts as text. */
export function exactDate(date: SqlText): SqlText {
  return sql`to_char(${date}, 'YYYY-MM-DD HH24:MI:SS')`;
}

/** A date given as {@link exactDate} writes it. */
export function dateOf(exact: string): SqlText {
  return sql`to_date(${exact}, 'YYYY-MM-DD HH24:MI:SS')`;
}
