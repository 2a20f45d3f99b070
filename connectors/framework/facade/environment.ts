import type { ApiConfiguration, ConnectorFacade, PermitTarget } from '../../../protocol/model/index.js';
import type { Clock } from '../clock.js';
import type { ScriptRunner } from '../script-runner.js';
import type { ConnectorLog } from '../spi.js';
import type { TargetWaits } from '../target-waits.js';
import type { TargetTraffic } from '../traffic.js';
import type { PoolStatus } from './session-pool.js';
import type { SortLimits } from './sort-results.js';

/** What an agent gives a facade besides connector and configuration. */
export interface FacadeEnvironment {
  readonly log: ConnectorLog;
  /** Directory for the state of all connectors; each configuration gets one of its own in it, when it needs one. */
  readonly stateRoot: string;
  /** PEM certificates of authorities to trust at targets, besides the system's. */
  readonly trustedCertificates?: readonly string[] | undefined;
  /**
   * The configuration as it was sent, where secrets stand in it by reference: names the state directory and signs paging
   * cookies, so that both outlive a rotated secret. @default the configuration the facade runs with
   */
  readonly given?: ApiConfiguration | undefined;
  /** Further clear texts no error may show; asked for only when an error has to be checked for them. */
  readonly secrets?: (() => readonly string[]) | undefined;
  /** Asked before a connection goes where the configuration alone would not lead it. Undefined: anywhere. */
  readonly permitTarget?: PermitTarget | undefined;
  /** What runs the scripts of scripted connectors, loaded when the first one needs it. Without it they refuse to open. */
  readonly scripts?: (() => Promise<ScriptRunner>) | undefined;
  readonly clock?: Clock;
  /** Records, answers or stops what goes to the target. Undefined: nothing stands in between. */
  readonly traffic?: TargetTraffic | undefined;
  /** Counts requests that wait before they are sent. Undefined: nobody does. */
  readonly waits?: TargetWaits | undefined;
  /** How much the facade may hold to sort for a target that cannot. @default 100,000 objects, 64 MiB */
  readonly sortLimits?: SortLimits;
  /** Milliseconds between two looks for changes of an emulated subscription. @default 5000 */
  readonly subscriptionInterval?: number;
  /** Tasks of one batch under way at a time. @default 4 */
  readonly batchConcurrency?: number;
}

export interface FacadeStatus {
  readonly sessions: PoolStatus;
  /** Operations since the facade was made, those inside a batch or subscription included. */
  readonly operations: { readonly running: number; readonly completed: number; readonly failed: number };
  /** Milliseconds since the last operation started or ended. */
  readonly idleFor: number;
  readonly disposed: boolean;
}

export interface FacadeHandle extends ConnectorFacade {
  /** Cheap; for metrics, health and the eviction of idle facades. */
  status(): FacadeStatus;
  /** Refuses new operations, ends those under way with `connectionBroken`, closes all sessions. Idempotent, never rejects. */
  dispose(): Promise<void>;
}
