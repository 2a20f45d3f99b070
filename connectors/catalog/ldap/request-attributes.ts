import { CURRENT_PASSWORD, ConnectorError, GuardedString, NAME, PASSWORD, UID, attributeKey, type Attribute } from '../../../protocol/model/index.js';
import { toTextValues } from './ldap-values.js';

/** A create or update request, sorted by what has to be done with each attribute. */
export interface RequestAttributes {
  /** New DN, from `__NAME__` (or from `dn`, which provisioner files map to it). */
  readonly dn: string | undefined;
  /** DNs of static groups; undefined: not mentioned, empty: none. */
  readonly ldapGroups: readonly string[] | undefined;
  readonly posixGroups: readonly string[] | undefined;
  readonly password: GuardedString | undefined;
  /** `__PASSWORD__` was given without a value. */
  readonly clearsPassword: boolean;
  readonly currentPassword: GuardedString | undefined;
  /** ICF's own, for which only some servers have a counterpart. */
  readonly special: readonly Attribute[];
  /** What goes to the directory under its own name. */
  readonly plain: readonly Attribute[];
}

export const LDAP_GROUPS = 'ldapGroups';
export const POSIX_GROUPS = 'posixGroups';

const NAME_KEYS: ReadonlySet<string> = new Set([NAME, 'dn', 'entrydn'].map(attributeKey));
const HANDLED: ReadonlySet<string> = new Set([...NAME_KEYS, ...[LDAP_GROUPS, POSIX_GROUPS, PASSWORD, CURRENT_PASSWORD, UID].map(attributeKey)]);

function guardedValue(attribute: Attribute | undefined): GuardedString | undefined {
  const value = attribute?.single ?? null;
  if (value === null || value === '') return undefined;
  if (value instanceof GuardedString) return value;
  if (typeof value === 'string') return new GuardedString(value);
  throw new ConnectorError('invalidAttributeValue', `${attribute?.name ?? PASSWORD} has to be a guarded string.`);
}

function newDn(attributes: ReadonlyMap<string, Attribute>): string | undefined {
  const names = new Set([...NAME_KEYS].flatMap((key) => {
    const attribute = attributes.get(key);
    return attribute === undefined ? [] : toTextValues(attribute);
  }));
  if (names.size > 1) throw new ConnectorError('invalidAttributeValue', `The request names the entry more than once: ${[...names].map((name) => `"${name}"`).join(', ')}. Give the DN as ${NAME} only.`);
  const [dn] = names;
  return dn;
}

function isSpecial({ name }: Attribute): boolean {
  return /^__.+__$/.test(name);
}

/** Sorts the attributes of a request. */
export function sortAttributes(attributes: readonly Attribute[]): RequestAttributes {
  const byKey = new Map<string, Attribute>();
  for (const attribute of attributes) {
    const key = attributeKey(attribute.name);
    if (byKey.has(key)) throw new ConnectorError('invalidAttributeValue', `Attribute ${attribute.name} is given twice.`);
    byKey.set(key, attribute);
  }
  const others = attributes.filter((attribute) => !HANDLED.has(attributeKey(attribute.name)));
  const groups = (name: string): readonly string[] | undefined => {
    const attribute = byKey.get(attributeKey(name));
    return attribute === undefined ? undefined : toTextValues(attribute);
  };
  const password = byKey.get(attributeKey(PASSWORD));
  const value = guardedValue(password);
  return {
    dn: newDn(byKey),
    ldapGroups: groups(LDAP_GROUPS),
    posixGroups: groups(POSIX_GROUPS),
    password: value,
    clearsPassword: password !== undefined && value === undefined,
    currentPassword: guardedValue(byKey.get(attributeKey(CURRENT_PASSWORD))),
    special: others.filter(isSpecial),
    plain: others.filter((attribute) => !isSpecial(attribute)),
  };
}
