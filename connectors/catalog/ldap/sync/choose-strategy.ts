import { ConnectorError } from '../../../../protocol/model/index.js';
import type { ServerType } from '../directory/contract.js';
import { accessLogBase, accessLogStrategy } from './accesslog/access-log-strategy.js';
import { changeLogStrategy } from './changelog/change-log-strategy.js';
import type { SyncRun, SyncStrategy } from './strategy.js';
import { timestampStrategy } from './timestamps/timestamp-strategy.js';

/** Servers of which the Java connector knows no native way: it always takes timestamps. */
const WITHOUT_CHANGE_LOG: ReadonlySet<ServerType> = new Set<ServerType>(['adGlobalCatalog', 'openLdap', 'unknown']);
const BY_USN: ReadonlySet<ServerType> = new Set<ServerType>(['activeDirectory', 'adLds']);

/**
 * How changes of this server are found. As in the Java connector: timestamps when configured, and for OpenLDAP, global
 * catalogs and unknown servers; the change log elsewhere. Beyond it: an OpenLDAP (or OpenLDAP-like) server whose access log
 * the principal can read is followed by that, because it tells of deletes and renames. To keep timestamps there, set
 * useTimestampsForSync, or do not let the principal read the log.
 */
export async function chooseStrategy({ session, signal }: SyncRun): Promise<SyncStrategy> {
  if (session.config.useTimestampsForSync) return timestampStrategy;
  const { serverType } = await session.directory.rootDse(signal);
  if (BY_USN.has(serverType)) {
    throw new ConnectorError('unsupportedOperation', `Sync of ${session.directory.url} by update sequence numbers (Active Directory) is not available. Set useTimestampsForSync: creates and updates are reported then, deletes are left to reconciliation.`);
  }
  if (!WITHOUT_CHANGE_LOG.has(serverType)) return changeLogStrategy;
  const base = serverType === 'adGlobalCatalog' ? undefined : await accessLogBase(session, signal);
  return base === undefined ? timestampStrategy : accessLogStrategy(base);
}
