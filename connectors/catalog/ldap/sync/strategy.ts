import type { OperationOptions, SyncDelta, SyncToken } from '../../../../protocol/model/index.js';
import type { Changes } from '../../../framework/spi.js';
import type { LdapSession } from '../connection.js';

/** One sync or latest-token request. */
export interface SyncRun {
  readonly session: LdapSession;
  readonly objectClass: string;
  readonly options: OperationOptions;
  readonly signal: AbortSignal;
}

/** A change without its token: where it stands in the order of changes is the strategy's matter. */
export type PendingDelta = Omit<SyncDelta, 'token'>;

/** One way to learn of changes. Another server's way (USN, DirSync …) is another file with one of these. */
export interface SyncStrategy {
  /** For the log. */
  readonly name: string;
  /** Changes after `token`, in order; the return value is the token to go on from. A null token: see each strategy. */
  changes(run: SyncRun, token: SyncToken | null): Changes;
  /** The token from which only later changes are reported. */
  latestToken(run: SyncRun): Promise<SyncToken>;
}
