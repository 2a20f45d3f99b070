import { attributeKey, type Attribute, type UpdateType } from '../../../protocol/model/index.js';
import { transferName } from './binary-transfer.js';
import { isBinaryAttribute } from './binary-attributes.js';
import type { LdapSession } from './connection.js';
import type { Entry, EntryChange } from './directory/contract.js';
import { dnKey, type Dn } from './dn.js';
import { valueKey } from './dn-normal-form.js';
import { resultCodeOf } from './errors.js';
import { POSIX_MEMBER } from './groups/search-groups.js';
import { toDirectoryValues } from './ldap-values.js';
import { rdnValues } from './rename.js';
import { readMatchingSchema } from './schema/read-schema.js';

type Value = string | Uint8Array;
/** One modify request's worth of changes. */
export type ChangeBatch = readonly EntryChange[];

/** Values of one change above which it is sent in pieces: servers limit the size of a request. */
export const VALUES_PER_CHANGE = 500;
const OPERATIONS = { ADD: 'add', REMOVE: 'delete' } as const;
/** noSuchAttribute and attributeOrValueExists; of members, Active Directory says unwillingToPerform and entryAlreadyExists. */
const AS_WANTED_ALREADY: ReadonlySet<number | undefined> = new Set([16, 20, 53, 68]);

function text(value: Value): string {
  return typeof value === 'string' ? value : Buffer.from(value).toString('utf8');
}

function pieces(operation: 'add' | 'delete', attribute: string, values: readonly Value[]): EntryChange[] {
  const changes: EntryChange[] = [];
  for (let at = 0; at < values.length; at += VALUES_PER_CHANGE) changes.push({ operation, attribute, values: values.slice(at, at + VALUES_PER_CHANGE) });
  return changes;
}

function isMemberAttribute(name: string, session: LdapSession): boolean {
  return [session.config.groupMemberAttribute, 'member', 'uniqueMember', POSIX_MEMBER.groupAttribute].some((known) => attributeKey(known) === attributeKey(name));
}

/** Large member lists are compared with what is there, so that a group of 100,000 does not travel for one more member. */
async function memberDifference(session: LdapSession, dn: string, attribute: string, wanted: readonly Value[], signal: AbortSignal): Promise<EntryChange[]> {
  const entry = await session.directory.read(dn, [attribute], signal);
  const isDn = attributeKey(attribute) !== attributeKey(POSIX_MEMBER.groupAttribute);
  const key = (value: Value): string => (isDn ? dnKey(text(value)) : text(value));
  const current = new Map((entry?.attributes.get(attributeKey(attribute))?.values ?? []).map((value) => [key(value), value]));
  const after = new Map(wanted.map((value) => [key(value), value]));
  const added = [...after].filter(([name]) => !current.has(name)).map(([, value]) => value);
  const removed = [...current].filter(([name]) => !after.has(name)).map(([, value]) => value);
  // Additions first: a group class that needs a member never lacks one.
  return [...pieces('add', attribute, added), ...pieces('delete', attribute, removed)];
}

/** A rename puts the new RDN value into the attribute; replacing the attribute must not take it out again (result 67). */
function withRdnValues(values: readonly Value[], attribute: string, renamedTo: Dn | undefined): readonly Value[] {
  const needed = renamedTo === undefined ? [] : rdnValues(renamedTo, attribute);
  return [...values, ...needed.filter((value) => !values.some((present) => valueKey(text(present)) === valueKey(value)))];
}

/**
 * The modify requests for the plain attributes of an update, in order; normally one. `dn` is the entry's DN by then,
 * `renamedTo` the same when this update renamed it.
 */
export async function attributeChanges(
  session: LdapSession, type: UpdateType, attributes: readonly Attribute[], dn: string, renamedTo: Dn | undefined, signal: AbortSignal,
): Promise<ChangeBatch[]> {
  const together: EntryChange[] = [];
  const apart: EntryChange[] = [];
  for (const attribute of attributes) {
    const values = toDirectoryValues(attribute, session.config);
    const name = transferName(attribute.name);
    if (type === 'REPLACE') {
      if (values.length > VALUES_PER_CHANGE && isMemberAttribute(name, session)) apart.push(...await memberDifference(session, dn, name, values, signal));
      else together.push({ operation: 'replace', attribute: name, values: withRdnValues(values, name, renamedTo) });
    } else if (values.length > 0) {
      const [first, ...more] = pieces(OPERATIONS[type], name, values);
      if (first !== undefined) together.push(first);
      apart.push(...more);
    }
  }
  return [...(together.length > 0 ? [together] : []), ...apart.map((change) => [change])];
}

/** Rules that tell values apart which differ in case or spaces only. */
const EXACT = /exact|octetString/i;

/** Text by which the values of an attribute are the same to the server. */
async function sameness(session: LdapSession, attribute: string, signal: AbortSignal): Promise<(value: Value) => string> {
  const schema = await readMatchingSchema(session, signal);
  const type = schema?.attribute(attribute);
  const isExact = schema !== undefined && (isBinaryAttribute(attribute, session.config, schema) || (type !== undefined && EXACT.test(schema.inherited(type, 'equality') ?? '')));
  return isExact ? (value) => Buffer.from(value).toString('latin1') : (value) => dnKey(text(value));
}

/** What of an addition or removal is still to do, given what the entry holds. */
async function remaining(session: LdapSession, change: EntryChange, entry: Entry | undefined, signal: AbortSignal): Promise<EntryChange | undefined> {
  const key = await sameness(session, change.attribute, signal);
  const held = new Set((entry?.attributes.get(attributeKey(change.attribute))?.values ?? []).map(key));
  const values = change.values.filter((value) => held.has(key(value)) === (change.operation === 'delete'));
  return values.length === 0 ? undefined : { ...change, values };
}

/**
 * Sends one batch. Adding a value that is there, or removing one that is not, is what was asked for already; LDAP refuses
 * the whole request then, so it is sent once more without those values.
 */
export async function sendChanges(session: LdapSession, type: UpdateType, dn: string, batch: ChangeBatch, signal: AbortSignal): Promise<void> {
  try {
    await session.directory.modify(dn, batch, signal);
  } catch (error) {
    if (type === 'REPLACE' || !AS_WANTED_ALREADY.has(resultCodeOf(error))) throw error;
    const entry = await session.directory.read(dn, batch.map(({ attribute }) => attribute), signal);
    const rest = (await Promise.all(batch.map((change) => remaining(session, change, entry, signal)))).filter((change) => change !== undefined);
    const count = (changes: ChangeBatch): number => changes.reduce((sum, { values }) => sum + values.length, 0);
    if (count(rest) === count(batch)) throw error;
    if (rest.length > 0) await session.directory.modify(dn, rest, signal);
  }
}
