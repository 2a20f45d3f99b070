import type { ConnectorTarget } from '../../../protocol/model/index.js';
import type { LdapConfig } from './config.js';
import { failoverServer } from './directory/servers.js';

/**
 * The server and those to fail over to. With useDNSSRVRecord the first is the name of the record; the servers it leads to are
 * asked about one by one when they are known, as are those of referrals.
 */
export function targets(config: LdapConfig): readonly ConnectorTarget[] {
  const first = config.host === null || config.host.trim() === '' ? [] : [{ host: config.host.trim(), port: config.port }];
  return [...first, ...config.failover.map((url) => failoverServer(url, config))];
}
