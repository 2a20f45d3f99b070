import { ACCOUNT, ConnectorError, GROUP, attributeKey, type Attribute, type IcfValue } from '../../../../protocol/model/index.js';
import type { LdapSession } from '../connection.js';
import type { ServerType } from '../directory/contract.js';
import { DIRECTORY_ACCOUNTS, LDS_ACCOUNTS } from './account-controls.js';
import { isActiveDirectory } from './family.js';
import { DIRECTORY_GROUPS } from './group-type.js';
import type { SpecialAttribute } from './special-attribute.js';

/** The attributes of ICF that a server has a counterpart for, beside password and name. */
export function specialAttributes(serverType: ServerType, objectClass: string): readonly SpecialAttribute[] {
  if (!isActiveDirectory(serverType)) return [];
  if (objectClass === GROUP) return DIRECTORY_GROUPS;
  if (objectClass !== ACCOUNT) return [];
  return serverType === 'adLds' ? LDS_ACCOUNTS : DIRECTORY_ACCOUNTS;
}

const SEARCHABLE: ReadonlySet<string> = new Set([...DIRECTORY_ACCOUNTS, ...DIRECTORY_GROUPS].map(({ name }) => attributeKey(name)));

/** Whether some server can search by this attribute of ICF. */
export function isSpecialName(name: string): boolean {
  return SEARCHABLE.has(attributeKey(name));
}

/** What an entry has to match to hold a value of such an attribute; undefined where the server cannot tell. */
export type SpecialFilter = (name: string, value: IcfValue) => string | undefined;

export function specialFilter(serverType: ServerType, objectClass: string): SpecialFilter {
  const known = specialAttributes(serverType, objectClass);
  return (name, value) => known.find((special) => attributeKey(special.name) === attributeKey(name))?.filter(value);
}

/** Those of a request's attributes, with what they stand for here. Throws invalidAttributeValue where that is nothing. */
export async function specialsOf(session: LdapSession, objectClass: string, attributes: readonly Attribute[], signal: AbortSignal): Promise<readonly { readonly attribute: Attribute; readonly special: SpecialAttribute }[]> {
  if (attributes.length === 0) return [];
  const known = specialAttributes((await session.directory.rootDse(signal)).serverType, objectClass);
  return attributes.map((attribute) => {
    const special = known.find(({ name }) => attribute.is(name));
    if (special !== undefined) return { attribute, special };
    throw new ConnectorError('invalidAttributeValue', `Attribute ${attribute.name} cannot be written: this LDAP server has no counterpart for it. Take it out of the mapping, or map the server's own attribute.`);
  });
}
