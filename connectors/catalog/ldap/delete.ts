import { ConnectorError } from '../../../protocol/model/index.js';
import type { Call, DeleteRequest } from '../../framework/spi.js';
import type { LdapSession } from './connection.js';
import { texts } from './directory/entry.js';
import { resultCodeOf } from './errors.js';
import { NO_ATTRIBUTES, requireEntry } from './find-entry.js';
import { leaveLdapGroups, maintainsLdapGroups } from './groups/ldap-group-steps.js';
import { runMembershipSteps } from './groups/membership-steps.js';
import { followPosixNames } from './groups/posix-group-steps.js';
import { POSIX_MEMBER, staticGroupsOf } from './groups/search-groups.js';
import { runAs } from './run-as.js';

const NOT_ALLOWED_ON_NON_LEAF = 66;
const NO_SUCH_OBJECT = 32;

async function removeEntry(session: LdapSession, dn: string, uid: string, signal: AbortSignal): Promise<void> {
  try {
    await session.directory.remove(dn, session.config.allowTreeDelete, signal);
  } catch (error) {
    const code = resultCodeOf(error);
    if (code === NO_SUCH_OBJECT) throw new ConnectorError('unknownUid', `"${dn}" (uid ${uid}) was deleted by somebody else just now.`, { cause: error });
    if (code !== NOT_ALLOWED_ON_NON_LEAF) throw error;
    const advice = session.config.allowTreeDelete ? 'The server does not delete trees for this principal: delete its children first.' : 'Delete its children first, or set allowTreeDelete to delete them along with it.';
    throw new ConnectorError('connector', `"${dn}" was not deleted from ${session.directory.url}: it has entries below it. ${advice}`, { cause: error });
  }
}

/**
 * Deletes an entry. With maintainLdapGroupMembership and maintainPosixGroupMembership it leaves its groups afterwards, so
 * that a refused delete loses no membership; servers with referential integrity have done that by then, which is no error.
 */
export function remove(session: LdapSession, request: DeleteRequest, call: Call): Promise<void> {
  return runAs(session, request.options, call.signal, (acting) => removeWithMemberships(acting, request, call.signal));
}

async function removeWithMemberships(session: LdapSession, request: DeleteRequest, signal: AbortSignal): Promise<void> {
  const maintainPosix = session.config.maintainPosixGroupMembership;
  const entry = await requireEntry(session, request.objectClass, request.uid, maintainPosix ? [POSIX_MEMBER.memberAttribute] : NO_ATTRIBUTES, signal);
  const groups = await maintainsLdapGroups(session, signal) ? await staticGroupsOf(session, entry.dn, signal) : [];
  const posixSteps = maintainPosix ? await followPosixNames(session, texts(entry, POSIX_MEMBER.memberAttribute), [], signal) : [];
  await removeEntry(session, entry.dn, request.uid.value, signal);
  await runMembershipSteps(`Deleted "${entry.dn}"`, [...leaveLdapGroups(session, groups, entry.dn, signal), ...posixSteps], signal);
}
