import { ENABLE, NAME, type IcfValue } from '../../../protocol/model/index.js';
import { attributes, boolean, integer, object, refuse, string, type Json, type JsonObject, type RestAttribute } from '../../engines/rest/index.js';

export const ROLES = ['Owner', 'Administrator', 'Application Manager', 'User Manager', 'Security Analyst', 'Help Desk', 'Billing', 'Phishing Manager', 'Read-only'];
export const ALIASES = ['alias1', 'alias2', 'alias3', 'alias4'];
/** Aliases a user may have; the first four have parameters of their own. */
const MOST_ALIASES = 8;

export const isAdmin = (given: JsonObject): boolean => typeof given['admin_id'] === 'string';

/** Null is ignored: a caller's null is no wish to clear. */
const ifGiven = (values: readonly IcfValue[] | null): Json | undefined => (values === null ? undefined : values[0] as Json);

type Texts = Parameters<typeof string>[0];
const text = (options: Texts = {}): RestAttribute => string({ write: ifGiven, ...options });

/** The ids, or numbers, of what belongs to a user; hooks of ./writes.ts add and remove them. */
function belongings(list: string, key: string, notes: string): RestAttribute {
  return string({
    multi: true, notes,
    read: (given) => (Array.isArray(given[list]) ? (given[list] as readonly JsonObject[]).map((each) => each[key] ?? null).filter((value) => value !== '') : undefined),
  });
}

/** Administrators have one number, of their own: https://duo.com/docs/adminapi#retrieve-administrators */
function phonesOf(given: JsonObject): Json | undefined {
  if (!isAdmin(given)) return belongings('phones', 'number', '').read?.(given);
  const { phone } = given;
  return typeof phone === 'string' && phone !== '' ? [phone] : [];
}

function aliasesOf({ aliases }: JsonObject): Json | undefined {
  return typeof aliases === 'object' && aliases !== null && !Array.isArray(aliases) ? Object.values(aliases as JsonObject).filter((value) => typeof value === 'string' && value !== '') : undefined;
}

/** All positions, as those left out would stay: https://duo.com/docs/adminapi#modify-user */
function aliasesText(values: readonly IcfValue[] | null): string {
  const given = (values ?? []).map(String).filter((value, index, all) => all.findIndex((other) => other.toLowerCase() === value.toLowerCase()) === index);
  if (given.length > MOST_ALIASES) refuse(`aliases has ${given.length} values; a Duo user has ${MOST_ALIASES} at most.`);
  return Array.from({ length: MOST_ALIASES }, (_, index) => `alias${index + 1}=${encodeURIComponent(given[index] ?? '')}`).join('&');
}

function numberBetween(name: string, least: number, most: number) {
  return (values: readonly IcfValue[] | null): Json | undefined => {
    if (values === null) return undefined;
    const number = Number(values[0]);
    return Number.isInteger(number) && number >= least && number <= most ? number : refuse(`${name} has to be a whole number from ${least} to ${most}.`);
  };
}

function flagText(values: readonly IcfValue[] | null): Json | undefined {
  const given = values?.[0];
  if (given === undefined) return undefined;
  return given === true || given === 'true' ? true : given === false || given === 'false' ? false : refuse('restricted_by_admin_units has to be true or false.');
}

/** `active`, `bypass` and the like of users; groups and administrators have them with a capital. */
const isEnabled = (given: JsonObject): Json | undefined => (typeof given['status'] === 'string' ? ['active', 'bypass'].includes(given['status'].toLowerCase()) : undefined);
const enable = boolean({ wire: 'status', read: isEnabled, write: (values) => (values === null ? undefined : values[0] === false || values[0] === 'false' ? 'disabled' : 'active'), notes: 'of an administrator: false until Duo has validated the account, and fixed until then' });

/** https://duo.com/docs/adminapi#retrieve-users and #retrieve-administrators */
export const account = attributes({
  [NAME]: string({ wire: 'username', required: true, read: (given) => given['username'] ?? given['name'], notes: 'user name; name of an administrator' }),
  userType: string({ required: true, oneOf: ['user', 'admin'], read: (given) => (isAdmin(given) ? 'admin' : 'user'), notes: 'user or admin; stays as it is' }),
  email: text({ required: true }),
  realname: text({ notes: 'users' }),
  notes: text({ notes: 'users' }),
  phones: string({ multi: true, read: phonesOf, notes: 'numbers, as +17345551212; an administrator has one at most, which can be replaced but not removed' }),
  __GROUPS__: belongings('groups', 'group_id', 'users; ids of groups'),
  tokens: belongings('tokens', 'token_id', 'users; ids of hardware tokens'),
  [ENABLE]: enable,
  ...Object.fromEntries(ALIASES.map((name) => [name, text({ notes: 'users; case does not matter; an empty text clears it' })])),
  aliases: string({ multi: true, read: aliasesOf, write: aliasesText, notes: 'users; all aliases, eight at most; not looked at beside alias1 to alias4' }),
  last_login: string({ unsent: 'always', notes: 'seconds since 1970' }),
  role: text({ oneOf: ROLES, notes: 'administrators; Duo\'s default is Owner' }),
  restricted_by_admin_units: string({ write: flagText, notes: 'administrators; true or false; not true for an Owner' }),
  send_email: integer({ createOnly: true, writeOnly: true, write: numberBetween('send_email', 0, 1), notes: 'administrators; 1: Duo mails the activation link' }),
  token_id: text({ createOnly: true, writeOnly: true, notes: 'administrators; hardware token' }),
  valid_days: integer({ createOnly: true, writeOnly: true, write: numberBetween('valid_days', 1, 31), notes: 'administrators; days until the activation link expires, 7 by default' }),
  u2f_tokens: object({ wire: 'u2ftokens', multi: true, unsent: 'always', notes: 'users' }),
  webauthncredentials: object({ multi: true, unsent: 'always', notes: 'users' }),
  enable_auto_prompt: boolean({ unsent: 'always', notes: 'users' }),
  external_id: string({ unsent: 'always', notes: 'users' }),
  is_enrolled: boolean({ unsent: 'always', notes: 'users' }),
  last_directory_sync: string({ unsent: 'always', notes: 'users; seconds since 1970' }),
  lockout_reason: string({ unsent: 'always', notes: 'users' }),
});

/** https://duo.com/docs/adminapi#groups */
export const group = attributes({
  [NAME]: text({ wire: 'name', required: true }),
  desc: text(),
  [ENABLE]: { ...enable, notes: undefined },
  group_id: string({ unsent: 'always' }),
});
