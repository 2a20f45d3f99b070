import { ConnectorError, NAME, Uid, attributeKey } from '../../../protocol/model/index.js';
import type { Call, CreateRequest } from '../../framework/spi.js';
import { newNativeValues } from './active-directory/special-writes.js';
import { transferName } from './binary-transfer.js';
import type { LdapConfig } from './config.js';
import type { LdapSession } from './connection.js';
import { formatDn, type Dn } from './dn.js';
import { typeKey, valueKey } from './dn-normal-form.js';
import { resultCodeOf } from './errors.js';
import { ldapClasses } from './filter.js';
import { uidTextOf, withUidAttribute } from './find-entry.js';
import { ldapGroupSteps } from './groups/ldap-group-steps.js';
import { runMembershipSteps } from './groups/membership-steps.js';
import { posixGroupSteps } from './groups/posix-group-steps.js';
import { POSIX_MEMBER } from './groups/search-groups.js';
import { halfDone } from './half-done.js';
import { toDirectoryValues } from './ldap-values.js';
import { encodePassword } from './password/encode-password.js';
import { entryDn } from './rename.js';
import { sortAttributes, type RequestAttributes } from './request-attributes.js';
import { runAs } from './run-as.js';

type Values = (string | Uint8Array)[];
type NewEntry = Map<string, { readonly name: string; readonly values: Values }>;

const NO_SUCH_OBJECT = 32;

function textOf(value: string | Uint8Array): string {
  return typeof value === 'string' ? value : Buffer.from(value).toString('utf8');
}

/** Every value of the RDN has to be among the attributes (RFC 4511 section 4.7); not every server adds it by itself. */
function addRdnValues(entry: NewEntry, dn: Dn): void {
  for (const { attribute, value } of dn[0] ?? []) {
    if (typeof value !== 'string') continue;
    const held = [...entry.values()].find(({ name }) => typeKey(name) === typeKey(attribute));
    if (held === undefined) entry.set(attributeKey(attribute), { name: attribute, values: [value] });
    else if (!held.values.some((present) => valueKey(textOf(present)) === valueKey(value))) held.values.push(value);
  }
}

function newEntry(request: CreateRequest, attributes: RequestAttributes, dn: Dn, config: LdapConfig): NewEntry {
  const entry: NewEntry = new Map();
  for (const attribute of attributes.plain) {
    const values = toDirectoryValues(attribute, config);
    if (values.length > 0) entry.set(attributeKey(attribute.name), { name: transferName(attribute.name), values });
  }
  if (!entry.has('objectclass')) entry.set('objectclass', { name: 'objectClass', values: [...ldapClasses(request.objectClass, config)] });
  addRdnValues(entry, dn);
  if (attributes.password !== undefined) entry.set(attributeKey(config.passwordAttribute), { name: config.passwordAttribute, values: [encodePassword(config, attributes.password)] });
  return entry;
}

/** What ICF's own attributes stand for at this server. */
async function addNativeValues(session: LdapSession, objectClass: string, attributes: RequestAttributes, entry: NewEntry, signal: AbortSignal): Promise<void> {
  const given = new Map([...entry].map(([key, { values }]) => [key, values.filter((value) => typeof value === 'string')]));
  for (const { name, value } of await newNativeValues(session, objectClass, attributes, given, signal)) entry.set(attributeKey(name), { name, values: [value] });
}

async function add(session: LdapSession, dn: string, entry: NewEntry, signal: AbortSignal): Promise<void> {
  try {
    await session.directory.add(dn, [...entry.values()], signal);
  } catch (error) {
    if (resultCodeOf(error) !== NO_SUCH_OBJECT) throw error;
    throw new ConnectorError('invalidAttributeValue', `"${dn}" cannot be created at ${session.directory.url}: the entry above it does not exist. Create it first, or correct ${NAME}.`, { cause: error });
  }
}

/** The uid the server gave the entry. */
async function readUid(session: LdapSession, dn: string, signal: AbortSignal): Promise<Uid> {
  const created = await session.directory.read(dn, withUidAttribute(session, []), signal);
  const uid = created === undefined ? undefined : uidTextOf(session, created);
  if (uid !== undefined) return new Uid(uid);
  throw new ConnectorError('configuration', `"${dn}" was created at ${session.directory.url}, but its uid cannot be told: the attribute ${session.config.uidAttribute} is not there or the principal may not read it. Correct uidAttribute or the access rules.`);
}

/** Memberships come after the entry: a failure there leaves an entry that exists, and the error says so and names its uid. */
async function joinGroups(session: LdapSession, dn: string, uid: Uid, entry: NewEntry, attributes: RequestAttributes, signal: AbortSignal): Promise<void> {
  const { ldapGroups = [], posixGroups = [] } = attributes;
  if (ldapGroups.length + posixGroups.length === 0) return;
  const uids = (entry.get(POSIX_MEMBER.memberAttribute)?.values ?? []).map(textOf);
  const steps = [
    ...await ldapGroupSteps(session, 'ADD', dn, ldapGroups, signal),
    ...await posixGroupSteps(session, 'ADD', { dn, uids }, posixGroups, signal),
  ];
  await runMembershipSteps(`Created "${dn}" with uid ${uid.value}`, steps, signal);
}

/** Adds an entry. Throws alreadyExists, invalidAttributeValue, or what of a create with memberships could not be done. */
export async function create(session: LdapSession, request: CreateRequest, call: Call): Promise<Uid> {
  const attributes = sortAttributes(request.attributes);
  if (attributes.dn === undefined) throw new ConnectorError('invalidAttributeValue', `A new ${request.objectClass} needs ${NAME}: the DN of the entry.`);
  if (attributes.currentPassword !== undefined) throw new ConnectorError('invalidAttributeValue', 'A new entry has no current password: leave __CURRENT_PASSWORD__ out.');
  const parsed = entryDn(attributes.dn);
  const dn = formatDn(parsed);
  const entry = newEntry(request, attributes, parsed, session.config);
  return await runAs(session, request.options, call.signal, (acting) => halfDone(async (changed) => {
    await addNativeValues(acting, request.objectClass, attributes, entry, call.signal);
    await add(acting, dn, entry, call.signal);
    changed();
    const uid = await readUid(acting, dn, call.signal);
    await joinGroups(acting, dn, uid, entry, attributes, call.signal);
    return uid;
  }));
}
