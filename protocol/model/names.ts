/** Special names of the ICF object model, as the Java framework spells them. */

/** Object class names (ObjectClass constants of the Java framework). */
export const ACCOUNT = '__ACCOUNT__';
export const GROUP = '__GROUP__';
/** Every object class at once; only sync, latest sync token and subscriptions accept it. */
export const ALL = '__ALL__';

/** Identifying attributes. */
export const UID = '__UID__';
export const NAME = '__NAME__';

/** Operational attributes. */
export const PASSWORD = '__PASSWORD__';
export const CURRENT_PASSWORD = '__CURRENT_PASSWORD__';
export const ENABLE = '__ENABLE__';
export const ENABLE_DATE = '__ENABLE_DATE__';
export const DISABLE_DATE = '__DISABLE_DATE__';
export const LOCK_OUT = '__LOCK_OUT__';
export const PASSWORD_EXPIRED = '__PASSWORD_EXPIRED__';
export const PASSWORD_EXPIRATION_DATE = '__PASSWORD_EXPIRATION_DATE__';
export const DESCRIPTION = '__DESCRIPTION__';
export const GROUPS = '__GROUPS__';
export const LAST_LOGIN_DATE = '__LAST_LOGIN_DATE__';
export const LAST_PASSWORD_CHANGE_DATE = '__LAST_PASSWORD_CHANGE_DATE__';
export const PASSWORD_CHANGE_INTERVAL = '__PASSWORD_CHANGE_INTERVAL__';

/** Attributes that stand for a state rather than a value list; adding or removing single values of them is refused. */
export const OPERATIONAL_ATTRIBUTES: ReadonlySet<string> = new Set([
  PASSWORD, CURRENT_PASSWORD, ENABLE, ENABLE_DATE, DISABLE_DATE, LOCK_OUT, PASSWORD_EXPIRED, PASSWORD_EXPIRATION_DATE,
]);

/** Attribute names compare case-insensitively in ICF; this is the form used as a key. */
export function attributeKey(name: string): string {
  return name.toLowerCase();
}
