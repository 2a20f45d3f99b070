import { ConnectorError } from '../../../../protocol/model/index.js';
import type { LdapSession } from '../connection.js';
import type { EntryChange } from '../directory/contract.js';
import { resultCodeOf } from '../errors.js';

/** Result codes of RFC 4511 that mean the membership already is as wanted, or that the group is not there. */
export const RESULT = { noSuchAttribute: 16, attributeOrValueExists: 20, noSuchObject: 32, objectClassViolation: 65 } as const;

async function modifyUnless(session: LdapSession, group: string, changes: readonly EntryChange[], harmless: number, signal: AbortSignal): Promise<boolean> {
  try {
    await session.directory.modify(group, changes, signal);
    return true;
  } catch (error) {
    const code = resultCodeOf(error);
    if (code === harmless) return false;
    if (code === RESULT.noSuchObject) throw new ConnectorError('invalidAttributeValue', `The group "${group}" does not exist at ${session.directory.url}.`, { cause: error });
    if (code === RESULT.objectClassViolation) {
      throw new ConnectorError('invalidAttributeValue', `The directory refuses the change of the members of "${group}"; it may be the last member of a group class that needs one. Put another member in first.`, { cause: error });
    }
    throw error;
  }
}

/** Puts a member into a group; one that is in already is left there. */
export async function addMember(session: LdapSession, group: string, attribute: string, member: string, signal: AbortSignal): Promise<void> {
  await modifyUnless(session, group, [{ operation: 'add', attribute, values: [member] }], RESULT.attributeOrValueExists, signal);
}

/** Takes a member out of a group; one that is not in it is no error. */
export async function removeMember(session: LdapSession, group: string, attribute: string, member: string, signal: AbortSignal): Promise<void> {
  await modifyUnless(session, group, [{ operation: 'delete', attribute, values: [member] }], RESULT.noSuchAttribute, signal);
}

/**
 * Renames a member inside a group in one modification, so that a group class that needs a member never lacks one. A server
 * that keeps references intact by itself may have been faster: then only what is left is done.
 */
export async function renameMember(session: LdapSession, group: string, attribute: string, from: string, to: string, signal: AbortSignal): Promise<void> {
  const remove: EntryChange = { operation: 'delete', attribute, values: [from] };
  const add: EntryChange = { operation: 'add', attribute, values: [to] };
  try {
    if (await modifyUnless(session, group, [remove, add], RESULT.noSuchAttribute, signal)) return;
    await addMember(session, group, attribute, to, signal);
  } catch (error) {
    if (resultCodeOf(error) !== RESULT.attributeOrValueExists) throw error;
    await removeMember(session, group, attribute, from, signal);
  }
}
