import { ConnectorError } from '../../../../protocol/model/index.js';
import type { LdapSession } from '../connection.js';
import type { EntryChange } from '../directory/contract.js';
import { firstEntry } from '../directory/entry.js';
import { resultCodeOf } from '../errors.js';
import { escapeFilterValue } from '../filter-value.js';
import { NO_ATTRIBUTES } from '../find-entry.js';

/** Result codes of RFC 4511 that tell about a membership or its group. Of members, Active Directory gives the last two. */
export const RESULT = { noSuchAttribute: 16, attributeOrValueExists: 20, noSuchObject: 32, objectClassViolation: 65, unwillingToPerform: 53, entryAlreadyExists: 68 } as const;

/** Whether an error may mean that the membership is as wanted already. */
const IS_MEMBER: ReadonlySet<number | undefined> = new Set([RESULT.attributeOrValueExists, RESULT.entryAlreadyExists]);
const IS_NO_MEMBER: ReadonlySet<number | undefined> = new Set([RESULT.noSuchAttribute]);

async function modifyUnless(session: LdapSession, group: string, changes: readonly EntryChange[], harmless: ReadonlySet<number | undefined>, signal: AbortSignal): Promise<boolean> {
  try {
    await session.directory.modify(group, changes, signal);
    return true;
  } catch (error) {
    const code = resultCodeOf(error);
    if (harmless.has(code)) return false;
    if (code === RESULT.noSuchObject) throw new ConnectorError('invalidAttributeValue', `The group "${group}" does not exist at ${session.directory.url}.`, { cause: error });
    if (code === RESULT.objectClassViolation) {
      throw new ConnectorError('invalidAttributeValue', `The directory refuses the change of the members of "${group}"; it may be the last member of a group class that needs one. Put another member in first.`, { cause: error });
    }
    throw error;
  }
}

async function isMember({ directory }: LdapSession, group: string, attribute: string, member: string, signal: AbortSignal): Promise<boolean> {
  return await firstEntry(directory.search({ base: group, scope: 'base', filter: `(${attribute}=${escapeFilterValue(member)})`, attributes: NO_ATTRIBUTES }, signal)) !== undefined;
}

/** Puts a member into a group; one that is in already is left there. */
export async function addMember(session: LdapSession, group: string, attribute: string, member: string, signal: AbortSignal): Promise<void> {
  await modifyUnless(session, group, [{ operation: 'add', attribute, values: [member] }], IS_MEMBER, signal);
}

/** Takes a member out of a group; one that is not in it is no error. */
export async function removeMember(session: LdapSession, group: string, attribute: string, member: string, signal: AbortSignal): Promise<void> {
  try {
    await modifyUnless(session, group, [{ operation: 'delete', attribute, values: [member] }], IS_NO_MEMBER, signal);
  } catch (error) {
    // Active Directory's answer for no member, and for much else.
    if (resultCodeOf(error) !== RESULT.unwillingToPerform || await isMember(session, group, attribute, member, signal)) throw error;
  }
}

/**
 * Renames a member inside a group in one modification, so that a group class that needs a member never lacks one. A server
 * that keeps references intact by itself may have been faster: then only what is left is done.
 */
export async function renameMember(session: LdapSession, group: string, attribute: string, from: string, to: string, signal: AbortSignal): Promise<void> {
  const remove: EntryChange = { operation: 'delete', attribute, values: [from] };
  const add: EntryChange = { operation: 'add', attribute, values: [to] };
  try {
    if (await modifyUnless(session, group, [remove, add], IS_NO_MEMBER, signal)) return;
    await addMember(session, group, attribute, to, signal);
  } catch (error) {
    if (resultCodeOf(error) !== RESULT.attributeOrValueExists) throw error;
    await removeMember(session, group, attribute, from, signal);
  }
}
