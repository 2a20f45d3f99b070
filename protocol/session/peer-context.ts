import type { CodecLimits } from '../codec/index.js';
import type { Condition } from './condition.js';
import type { Clock, OperationExecutor, PeerOptions, SessionLimits, SessionLog } from './contract.js';
import type { SessionGroup } from './group.js';
import type { KnownLists } from './known-lists.js';

export type PeerEvents = Pick<PeerOptions, 'onGroupOpened' | 'onGroupDown' | 'onGroupDraining' | 'onGroupClosed' | 'onConnectorInfos' | 'onConfigurationChange'>;

/** What every group of a peer works with. */
export interface PeerContext {
  readonly role: 'dialler' | 'listener';
  readonly clock: Clock;
  readonly limits: SessionLimits;
  readonly codecLimits: CodecLimits;
  readonly log: SessionLog;
  readonly executor: OperationExecutor | undefined;
  /** Lists of connectors that groups share. */
  readonly lists: KnownLists;
  /** Why new operations are refused; undefined while they are welcome. */
  readonly refusal: string | undefined;
  /** Notified whenever a socket has joined a group. */
  readonly joined: Condition;
  /** A group with a socket that leads to the same journal of writes, e.g. to the same agent after its restart; perhaps the very same. */
  successorOf(group: SessionGroup): SessionGroup | undefined;
  /** Calls back into the owner; what it throws is logged and goes no further. */
  tell(call: (events: PeerEvents) => void): void;
  /** A group executes nothing any more. */
  onIdle(): void;
}
