import type { ConnectorLog } from '../../framework/spi.js';
import type { Directory } from './directory/contract.js';
import type { LdapConfig } from './config.js';

/** One bound connection with its configuration: what every operation works with. */
export interface LdapSession {
  readonly directory: Directory;
  readonly config: LdapConfig;
  readonly log: ConnectorLog;
}
