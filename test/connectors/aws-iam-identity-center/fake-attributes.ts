export type Fields = Readonly<Record<string, unknown>>;

const TEXTS = { User: ['userName', 'displayName', 'nickName', 'profileUrl', 'userType', 'title', 'preferredLanguage', 'locale', 'timezone'], Group: ['displayName', 'description'] } as const;
const PARTS = ['givenName', 'middleName', 'familyName', 'honorificPrefix', 'honorificSuffix', 'formatted'];
const ADDRESS = { type: 'string', streetAddress: 'string', locality: 'string', region: 'string', postalCode: 'string', country: 'string', formatted: 'string', primary: 'boolean' };
const VALUE = { type: 'string', value: 'string', primary: 'boolean' };
const LISTS: Readonly<Record<string, Readonly<Record<string, string>>>> = { emails: VALUE, phoneNumbers: VALUE, addresses: ADDRESS };

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** The text at a path of steps with dots; '' where there is none. An object counts as text. */
export function textAt(fields: Fields, path: string): string {
  const value = path.split('.').reduce<unknown>((found, step) => (found as Fields | undefined)?.[step], fields);
  return typeof value === 'object' && value !== null ? 'object' : typeof value === 'string' ? value : '';
}

/**
 * A user or group after an operation of an update. Paths and keys begin with small letters there; null removes; nothing may be empty, and a
 * list is replaced as a whole (observed of AWS by the authors of hashicorp/terraform-provider-aws, internal/service/identitystore/user.go).
 */
export function operated(kind: 'User' | 'Group', fields: Fields, { AttributePath: given, AttributeValue: value }: Fields, invalid: (message: string) => never): Fields {
  const path = String(given);
  const [first = '', part = ''] = path.split('.');
  if (kind === 'User' && Object.hasOwn(LISTS, path)) return without({ ...fields, [capital(path)]: isNone(value) ? undefined : listOf(path, value, invalid) });
  const stored = textOf(path, value, invalid);
  if (kind === 'User' && first === 'name' && PARTS.includes(part)) return { ...fields, Name: without({ ...fields['Name'] as Fields, [capital(part)]: stored }) };
  return (TEXTS[kind] as readonly string[]).includes(path) ? without({ ...fields, [capital(path)]: stored }) : invalid(`The attribute path ${path} is not supported.`);
}

function textOf(path: string, value: unknown, invalid: (message: string) => never): string | undefined {
  if (isNone(value)) return undefined;
  return typeof value === 'string' && value !== '' ? value : invalid(`${path}: the attribute value must be a string with at least 1 character.`);
}

const isNone = (value: unknown): boolean => value === null || value === undefined;
const without = (fields: Fields): Fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function listOf(path: string, value: unknown, invalid: (message: string) => never): readonly Fields[] {
  if (!Array.isArray(value) || value.length !== 1) return invalid(`${path}: the list must hold 1 element.`);
  return (value as readonly Fields[]).map((element) => Object.fromEntries(Object.entries(element).map(([key, inner]) => {
    if (typeof inner !== LISTS[path]![key] || inner === '') invalid(`${path}: ${key} is not supported, or not of this type.`);
    return [capital(key), inner];
  })));
}
