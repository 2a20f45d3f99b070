import { CURRENT_PASSWORD, ConnectorError, NAME, PASSWORD, Uid, attributeKey, type UpdateType } from '../../../protocol/model/index.js';
import type { Call, UpdateRequest } from '../../framework/spi.js';
import { attributesForSpecials, refuseSpecialValues, specialChanges, withoutNamingAttribute } from './active-directory/special-writes.js';
import { attributeChanges, sendChanges } from './attribute-changes.js';
import type { LdapSession } from './connection.js';
import type { Entry, EntryChange } from './directory/contract.js';
import { texts } from './directory/entry.js';
import { parseDn } from './dn.js';
import { resultCodeOf } from './errors.js';
import { isDnAttribute, requireEntry, uidTextOf, withUidAttribute } from './find-entry.js';
import { ldapGroupSteps, maintainsLdapGroups, renameInLdapGroups } from './groups/ldap-group-steps.js';
import { runMembershipSteps, type MembershipStep } from './groups/membership-steps.js';
import { followPosixNames, posixGroupSteps } from './groups/posix-group-steps.js';
import { POSIX_MEMBER, staticGroupsOf } from './groups/search-groups.js';
import { halfDone } from './half-done.js';
import { changePassword } from './password/change-password.js';
import { encodePassword } from './password/encode-password.js';
import { planRename, type Rename } from './rename.js';
import { sortAttributes, type RequestAttributes } from './request-attributes.js';
import { runAs } from './run-as.js';

const NAMING_RESULTS: ReadonlySet<number | undefined> = new Set([64, 67]);

/** One update under way. */
interface Update {
  readonly session: LdapSession;
  readonly type: UpdateType;
  readonly objectClass: string;
  readonly attributes: RequestAttributes;
  readonly signal: AbortSignal;
  /** Something has been changed at the server. */
  changed(): void;
}
interface Target { readonly entry: Entry; readonly dn: string; readonly uid: string; readonly posixNames: readonly string[]; readonly rename: Rename | undefined }

function checkRequest({ type, attributes }: Pick<Update, 'type' | 'attributes'>): void {
  const { dn, password, clearsPassword, currentPassword } = attributes;
  if (currentPassword !== undefined && password === undefined) throw new ConnectorError('invalidAttributeValue', `${CURRENT_PASSWORD} is only good for a change of password: give ${PASSWORD} with it.`);
  if (type === 'REPLACE') return;
  refuseSpecialValues(attributes);
  if (dn !== undefined) throw new ConnectorError('invalidAttributeValue', `${NAME} has one value: replace it to rename an entry.`);
  if (password !== undefined || clearsPassword) throw new ConnectorError('invalidAttributeValue', `${PASSWORD} is replaced, never added or removed.`);
}

async function locate({ session, objectClass, attributes, signal }: Update, uid: Uid): Promise<Target> {
  const wanted = [POSIX_MEMBER.memberAttribute, ...await attributesForSpecials(session, objectClass, attributes, signal)];
  const entry = await requireEntry(session, objectClass, uid, withUidAttribute(session, wanted), signal);
  const rename = attributes.dn === undefined ? undefined : planRename(entry.dn, attributes.dn);
  return { entry, dn: entry.dn, uid: uidTextOf(session, entry) ?? uid.value, posixNames: texts(entry, POSIX_MEMBER.memberAttribute), rename };
}

/** Renames first, and lets the groups follow at once, so that a failure further on leaves no group with the old name. */
async function renameEntry({ session, signal, changed }: Update, { dn, rename }: Target): Promise<string> {
  if (rename === undefined) return dn;
  const groups = await maintainsLdapGroups(session, signal) ? await staticGroupsOf(session, dn, signal) : [];
  await session.directory.rename(dn, rename.newRdn, rename.newSuperior, signal);
  changed();
  await runMembershipSteps(`Renamed "${dn}" to "${rename.newDn}"`, renameInLdapGroups(session, groups, dn, rename.newDn, signal), signal);
  return rename.newDn;
}

/** A reset of the password: a change of it has been made before. */
function passwordReset({ config }: LdapSession, { password, clearsPassword, currentPassword }: RequestAttributes): EntryChange[] {
  if (currentPassword !== undefined || (password === undefined && !clearsPassword)) return [];
  return [{ operation: 'replace', attribute: config.passwordAttribute, values: password === undefined ? [] : [encodePassword(config, password)] }];
}

/** The modify requests of an update, in their order. */
async function modifications({ session, type, objectClass, attributes, signal }: Update, target: Target, dn: string): Promise<readonly (readonly EntryChange[])[]> {
  const special = await specialChanges(session, objectClass, attributes, target.entry, signal);
  const plain = type === 'REPLACE' ? await withoutNamingAttribute(session, special.plain, dn, signal) : special.plain;
  const [first = [], ...others] = await attributeChanges(session, type, plain, dn, target.rename === undefined ? undefined : parseDn(dn), signal);
  const together = [...first, ...passwordReset(session, attributes), ...special.changes];
  return [special.before, together, ...others].filter((changes) => changes.length > 0);
}

async function modifyAttributes(update: Update, target: Target, dn: string): Promise<void> {
  for (const [index, changes] of (await modifications(update, target, dn)).entries()) {
    try {
      await sendChanges(update.session, update.type, dn, changes, update.signal);
      update.changed();
    } catch (error) {
      throw explained(error, target, dn, index);
    }
  }
}

/** A failed modification after something else had succeeded says what had. */
function explained(error: unknown, target: Target, dn: string, batchesDone: number): unknown {
  if (!(error instanceof ConnectorError)) return error;
  const hint = NAMING_RESULTS.has(resultCodeOf(error)) ? ` The attribute is part of the entry's name: rename the entry by ${NAME} instead.` : '';
  const done = [
    target.rename === undefined ? '' : `"${target.dn}" was already renamed to "${dn}"`,
    batchesDone === 0 ? '' : `the first ${batchesDone} of its modifications were already made`,
  ].filter((part) => part !== '');
  if (hint === '' && done.length === 0) return error;
  return new ConnectorError(error.kind, `${error.message}${hint}${done.length === 0 ? '' : ` Note: ${done.join(', and ')}.`}`, { cause: error.cause });
}

/** Memberships that the request names, and those that have to follow a changed `uid`. */
async function changeGroups({ session, type, attributes, signal }: Update, target: Target, dn: string): Promise<void> {
  const { ldapGroups, posixGroups, plain } = attributes;
  const steps: MembershipStep[] = [];
  if (ldapGroups !== undefined) steps.push(...await ldapGroupSteps(session, type, dn, ldapGroups, signal));
  const mayChangeNames = target.rename !== undefined || plain.some((attribute) => attribute.is(POSIX_MEMBER.memberAttribute));
  const follows = session.config.maintainPosixGroupMembership && mayChangeNames;
  if (posixGroups !== undefined || follows) {
    const entry = mayChangeNames ? await session.directory.read(dn, [POSIX_MEMBER.memberAttribute], signal) : undefined;
    const uids = entry === undefined ? target.posixNames : texts(entry, POSIX_MEMBER.memberAttribute);
    // Old names have to go before the groups that hold the new one are looked up.
    if (follows) await runMembershipSteps(`Updated "${dn}"`, await followPosixNames(session, target.posixNames, uids, signal), signal);
    if (posixGroups !== undefined) steps.push(...await posixGroupSteps(session, type, { dn, uids }, posixGroups, signal));
  }
  await runMembershipSteps(`Updated "${dn}"`, steps, signal);
}

async function currentUid({ session, attributes, signal }: Update, target: Target, dn: string): Promise<Uid> {
  const { uidAttribute } = session.config;
  const mayChange = target.rename !== undefined || attributes.plain.some((attribute) => attributeKey(attribute.name) === attributeKey(uidAttribute));
  if (!mayChange) return new Uid(target.uid);
  const entry = await session.directory.read(dn, withUidAttribute(session, []), signal);
  const uid = entry === undefined ? undefined : uidTextOf(session, entry);
  return new Uid(uid ?? (isDnAttribute(uidAttribute) ? dn : target.uid));
}

/**
 * The password change comes first, because a wrong current password is the likeliest failure and must leave nothing half
 * done; then the rename, the attributes, the memberships. A revision in the uid is not compared: no read of this connector
 * gives one out (nor does the Java connector's), and modifyTimestamp, with its seconds, would promise what it cannot keep.
 */
async function perform(session: LdapSession, type: UpdateType, request: UpdateRequest, call: Call): Promise<Uid> {
  const attributes = sortAttributes(request.attributes);
  checkRequest({ type, attributes });
  const { signal } = call;
  return await runAs(session, request.options, signal, (acting) => halfDone(async (changed) => {
    const update: Update = { session: acting, type, objectClass: request.objectClass, attributes, signal, changed };
    const target = await locate(update, request.uid);
    const { password, currentPassword } = attributes;
    if (password !== undefined && currentPassword !== undefined) {
      await changePassword(acting, target.dn, currentPassword, password, signal);
      changed();
    }
    const dn = await renameEntry(update, target);
    await modifyAttributes(update, target, dn);
    await changeGroups(update, target, dn);
    return await currentUid(update, target, dn);
  }));
}

/** Replaces attribute values (none: clears), renames, resets or changes the password, sets memberships. */
export function update(session: LdapSession, request: UpdateRequest, call: Call): Promise<Uid> {
  return perform(session, 'REPLACE', request, call);
}

export function addValues(session: LdapSession, request: UpdateRequest, call: Call): Promise<Uid> {
  return perform(session, 'ADD', request, call);
}

export function removeValues(session: LdapSession, request: UpdateRequest, call: Call): Promise<Uid> {
  return perform(session, 'REMOVE', request, call);
}
