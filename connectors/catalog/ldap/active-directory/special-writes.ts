import { ConnectorError, GROUP, attributeKey, type Attribute } from '../../../../protocol/model/index.js';
import type { LdapSession } from '../connection.js';
import type { Entry, EntryChange } from '../directory/contract.js';
import { firstText } from '../directory/entry.js';
import { typeKey, valueKey } from '../dn-normal-form.js';
import { parseDn } from '../dn.js';
import type { RequestAttributes } from '../request-attributes.js';
import { isActiveDirectory } from './family.js';
import { GLOBAL_SECURITY_GROUP, GROUP_TYPE } from './group-type.js';
import { NativeValues, type NativeValue } from './native-values.js';
import { specialsOf } from './special-attributes.js';

const GROUP_CLASS = 'group';

/** What ICF's own attributes of a create mean for the new entry; a group of Active Directory also gets its type. `given`: text values of the request by lower-case name. */
export async function newNativeValues(session: LdapSession, objectClass: string, request: RequestAttributes, given: ReadonlyMap<string, readonly string[]>, signal: AbortSignal): Promise<readonly NativeValue[]> {
  const specials = await specialsOf(session, objectClass, request.special, signal);
  const known = new Map([...given].flatMap(([key, [first]]) => (first === undefined ? [] : [[key, first] as const])));
  const natives = new NativeValues(known, { isNew: true, setsPassword: request.password !== undefined });
  for (const { attribute, special } of specials) special.write(attribute, natives, session.log);
  const isGroup = objectClass === GROUP && (given.get('objectclass') ?? []).some((name) => name.toLowerCase() === GROUP_CLASS);
  if (isGroup && natives.get(GROUP_TYPE) === undefined && isActiveDirectory((await session.directory.rootDse(signal)).serverType)) natives.set(GROUP_TYPE, String(GLOBAL_SECURITY_GROUP));
  return natives.changed;
}

/** What ICF's own attributes of an update mean for the entry. */
export interface SpecialChanges {
  /** For a request of their own, before everything else. */
  readonly before: readonly EntryChange[];
  readonly changes: readonly EntryChange[];
  /** The rest of the request's attributes: those that these changes have taken in are left out. */
  readonly plain: readonly Attribute[];
}

/** LDAP attributes that have to be read before {@link specialChanges}. */
export async function attributesForSpecials(session: LdapSession, objectClass: string, request: RequestAttributes, signal: AbortSignal): Promise<readonly string[]> {
  return (await specialsOf(session, objectClass, request.special, signal)).flatMap(({ special }) => special.native);
}

function replaced({ name, value }: NativeValue): EntryChange {
  return { operation: 'replace', attribute: name, values: [value] };
}

export async function specialChanges(session: LdapSession, objectClass: string, request: RequestAttributes, entry: Entry, signal: AbortSignal): Promise<SpecialChanges> {
  const specials = await specialsOf(session, objectClass, request.special, signal);
  if (specials.length === 0) return { before: [], changes: [], plain: request.plain };
  const known = new Map<string, string>();
  for (const name of specials.flatMap(({ special }) => special.native)) {
    const text = firstText(entry, name);
    if (text !== undefined) known.set(name.toLowerCase(), text);
  }
  // The request's own value of a native attribute is what the flags are set in.
  for (const attribute of request.plain) if (typeof attribute.values?.[0] === 'string') known.set(attributeKey(attribute.name), attribute.values[0]);
  const natives = new NativeValues(known, { isNew: false, setsPassword: request.password !== undefined });
  for (const { attribute, special } of specials) special.write(attribute, natives, session.log);
  const taken = new Set(natives.changed.map(({ name }) => attributeKey(name)));
  return { before: natives.before.map(replaced), changes: natives.changed.map(replaced), plain: request.plain.filter(({ name }) => !taken.has(attributeKey(name))) };
}

/** Throws for ICF's own attributes in an addition or removal of values. */
export function refuseSpecialValues({ special: [first] }: RequestAttributes): void {
  if (first !== undefined) throw new ConnectorError('invalidAttributeValue', `${first.name} has one value: replace it.`);
}

/** Active Directory refuses every write of the naming attribute, also of the value that it has: such writes are left out. */
export async function withoutNamingAttribute(session: LdapSession, attributes: readonly Attribute[], dn: string, signal: AbortSignal): Promise<readonly Attribute[]> {
  const [rdn = []] = parseDn(dn);
  const isName = ({ name, values }: Attribute): boolean => rdn.some(({ attribute, value }) => typeKey(attribute) === typeKey(name) && typeof value === 'string'
    && values?.length === 1 && typeof values[0] === 'string' && valueKey(values[0]) === valueKey(value));
  if (!attributes.some(isName) || !isActiveDirectory((await session.directory.rootDse(signal)).serverType)) return attributes;
  return attributes.filter((attribute) => !isName(attribute));
}
