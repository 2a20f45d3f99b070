import type { GuardedString } from '../../../../protocol/model/index.js';
import type { LdapSession } from '../connection.js';
import type { Directory, EntryChange } from '../directory/contract.js';
import { resultCodeOf } from '../errors.js';
import { encodePassword, isUnicodePwd } from './encode-password.js';

const NO_SUCH_ATTRIBUTE = 16;
const INSUFFICIENT_ACCESS = 50;

interface Exchange { readonly old: EntryChange; readonly add: EntryChange; readonly replace: EntryChange }

/**
 * Old value out, new one in: the form password policies take for a change by the user (it satisfies pwdSafeModify, keeps the
 * history and does not demand another change). A server without such a policy that holds a hash cannot find the old clear
 * value (16); the bind has already proven it, so the new one simply replaces it.
 */
async function exchange(directory: Directory, dn: string, { old, add, replace }: Exchange, signal: AbortSignal): Promise<void> {
  try {
    await directory.modify(dn, [old, add], signal);
  } catch (error) {
    if (resultCodeOf(error) !== NO_SUCH_ATTRIBUTE) throw error;
    await directory.modify(dn, [replace], signal);
  }
}

/**
 * Changes a password as its owner would. On most servers that takes a bind with the current password: OpenLDAP does not
 * compare it against a hash in a modification by an administrator, and counts such a modification as a reset, which makes
 * the user change the password once more. The Password Modify operation (RFC 3062) has the same trouble and is missing from
 * Active Directory. An owner who may not write his password (389 Directory Server without a self-write ACI) has it written
 * by the connector, after the bind. Active Directory compares the old value itself, whoever asks.
 */
export async function changePassword(session: LdapSession, dn: string, current: GuardedString, next: GuardedString, signal: AbortSignal): Promise<void> {
  const { directory, config } = session;
  const attribute = config.passwordAttribute;
  const values = [encodePassword(config, next)];
  const changes: Exchange = {
    old: { operation: 'delete', attribute, values: [encodePassword(config, current)] },
    add: { operation: 'add', attribute, values },
    replace: { operation: 'replace', attribute, values },
  };
  if (isUnicodePwd(config)) return await directory.modify(dn, [changes.old, changes.add], signal);
  const owner = await directory.bindAs(dn, current, signal);
  try {
    await exchange(owner.directory, dn, changes, signal);
  } catch (error) {
    if (resultCodeOf(error) !== INSUFFICIENT_ACCESS) throw error;
    await exchange(directory, dn, changes, signal);
  } finally {
    await owner.directory.close();
  }
}
