import type { Clock } from '../../connectors/framework/clock.js';
import type { AnyConnector } from '../../connectors/framework/index.js';
import type { Attribute, ErrorKind, Filter, IcfValue } from '../../protocol/model/index.js';
import type { ContractCheck } from './contract-checks.js';

/** A target with a connector to it, as the contract suite needs it. Started once for all checks; empty of samples. */
export interface ContractTarget {
  readonly connector: AnyConnector;
  /** Values of the configuration properties. */
  readonly configuration: Record<string, IcfValue>;
  /** PEM of the authority behind the target's certificate, for the agent to trust. */
  readonly trustedCertificates?: readonly string[];
  readonly objectClass: string;
  /** Attributes to create sample object `index` with, `__NAME__` among them; different for every index, 0 to 20. */
  sample(index: number): Attribute[];
  /** A replacement of one of the sample's attributes, readable afterwards. */
  readonly change: Attribute;
  /** A multi-valued attribute samples do not have, and values it can take; leave out where the target has none. */
  readonly multiValued?: { readonly name: string; readonly values: readonly string[] };
  /** Filters of the kinds the target evaluates itself, on attributes every sample has one value of. Every kind is made besides, see `filterAttributes`. */
  readonly filters: readonly Filter[];
  /** Attributes of one text value in every sample that filters of every kind are made on. @default that of `change` */
  readonly filterAttributes?: readonly string[];
  /** Of those, the ones an object may lack. */
  readonly optional?: readonly string[];
  /** Of those, the ones that take any text. */
  readonly freeText?: readonly string[];
  /** Texts compare without regard to case where the target's own rules say so. */
  readonly ignoresCase?: boolean;
  /** Configuration values that make `test` fail: wrong credentials, where the target asks for any. */
  readonly broken?: Record<string, IcfValue>;
  /** Clear texts that must show nowhere. */
  readonly secrets: readonly string[];
  /** The program behind the connector with its version, and whether it is the system itself or stands in for it. */
  readonly behind?: { readonly name: string; readonly real: boolean };
  /**
   * Takes the target away, as when its machine stops, and brings it back with everything in it. `testSays`: the kind `test`
   * fails with meanwhile, where a target that is away looks like one that was never there. @default a kind that may be tried again
   */
  readonly outage?: { begin(): Promise<void>; end(): Promise<void>; readonly testSays?: ErrorKind };
  /** Cursors, statements or requests open at the target by its own account; 0 once everybody has let go. */
  readonly openCursors?: () => Promise<number>;
  /** The agent's time. @default the system's */
  readonly clock?: Clock;
  /** A uid nothing has; needed where the connector cannot delete. */
  readonly unknownUid?: string;
  /** Checks that do not apply to this target, each with the reason. */
  readonly exempt?: Partial<Record<ContractCheck, string>>;
  stop(): Promise<void>;
}
