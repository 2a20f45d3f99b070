import type { SyncToken } from '../../../../protocol/model/index.js';
import type { LdapConfig } from '../config.js';
import type { ServerType } from '../directory/contract.js';
import { accessLogBase, accessLogStrategy } from './accesslog/access-log-strategy.js';
import { changeLogStrategy } from './changelog/change-log-strategy.js';
import { dirSyncStrategy, offersDirSync } from './dirsync/dirsync-strategy.js';
import { isDirSyncToken } from './dirsync/dirsync-token.js';
import type { SyncRun, SyncStrategy } from './strategy.js';
import { timestampStrategy } from './timestamps/timestamp-strategy.js';
import { usnStrategy } from './usn/usn-strategy.js';

/** Servers of which the Java connector knows no native way: it always takes timestamps. */
const WITHOUT_CHANGE_LOG: ReadonlySet<ServerType> = new Set<ServerType>(['adGlobalCatalog', 'openLdap', 'unknown']);
const BY_USN: ReadonlySet<ServerType> = new Set<ServerType>(['activeDirectory', 'adLds']);

function mayChangeServers({ failover, useDNSSRVRecord }: LdapConfig): boolean {
  return failover.length > 0 || useDNSSRVRecord;
}

/**
 * Update sequence numbers are one server's own. Where the configuration names several servers, DirSync's cookies, which all of
 * them take, are used instead, if the server offers them. A token goes on the way it came.
 */
function activeDirectoryStrategy(config: LdapConfig, controls: ReadonlySet<string>, token: SyncToken | null): SyncStrategy {
  if (token !== null) return isDirSyncToken(token.value) ? dirSyncStrategy : usnStrategy;
  return mayChangeServers(config) && offersDirSync(controls) ? dirSyncStrategy : usnStrategy;
}

/**
 * How changes of this server are found. As in the Java connector: timestamps when configured, and for OpenLDAP, global
 * catalogs and unknown servers; update sequence numbers for Active Directory; the change log elsewhere. Beyond it: an OpenLDAP
 * (or OpenLDAP-like) server whose access log the principal can read is followed by that, because it tells of deletes and
 * renames. To keep timestamps there, set useTimestampsForSync, or do not let the principal read the log. And Active Directory
 * with several servers is followed by DirSync.
 */
export async function chooseStrategy({ session, signal }: SyncRun, token: SyncToken | null): Promise<SyncStrategy> {
  if (session.config.useTimestampsForSync) return timestampStrategy;
  const { serverType, supportedControls } = await session.directory.rootDse(signal);
  if (BY_USN.has(serverType)) return activeDirectoryStrategy(session.config, supportedControls, token);
  if (!WITHOUT_CHANGE_LOG.has(serverType)) return changeLogStrategy;
  const base = serverType === 'adGlobalCatalog' ? undefined : await accessLogBase(session, signal);
  return base === undefined ? timestampStrategy : accessLogStrategy(base);
}
