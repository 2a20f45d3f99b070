import type {
  ApiOperation, Attribute, ConnectorError, ConnectorKey, ConnectorObject, ConnectorTarget, Filter, GuardedString, Locale, OperationOptions,
  PermitTarget, Schema, Script, ScriptArguments, SearchResult, SyncDelta, SyncToken, Uid, IcfValue,
} from '../../protocol/model/index.js';
import type { Clock } from './clock.js';
import type { ConfigOf, PropertyTable } from './properties.js';
import type { ScriptRunner } from './script-runner.js';
import type { TargetWaits } from './target-waits.js';
import type { TargetTraffic } from './traffic.js';

/** Log of one connector instance; fields never hold values of attributes or secrets. */
export interface ConnectorLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What comes with every call. */
export interface Call {
  /** Fires on cancel, timeout and shutdown; check it between steps and hand it to I/O. */
  readonly signal: AbortSignal;
  readonly log: ConnectorLog;
  readonly locale: Locale | undefined;
  /** Identifies the operation in the logs of both ends, and to targets that take a transaction id. */
  readonly operationId: string | undefined;
  /** Call it now and then while a search or sync works on without anything to yield: the timeout starts again. */
  progress?(): void;
  /** Asked before the operation goes where `targets` did not say it would, e.g. after a referral. Undefined: anywhere. */
  readonly permitTarget?: PermitTarget | undefined;
}

/**
 * Pulled one by one; an early `return` must release the target's cursor. The return value is how the search ended. A connector
 * that gets several at once hands them on together, with `itemsOf` around a generator of chunks: a tenth of the cost.
 */
export type Results = AsyncGenerator<ConnectorObject, SearchResult | undefined, void>;
/** The return value is the token to store after a complete run. */
export type Changes = AsyncGenerator<SyncDelta, SyncToken | undefined, void>;

interface OnClass { readonly objectClass: string; readonly options: OperationOptions }
interface OnObject extends OnClass { readonly uid: Uid }

export interface SearchRequest extends OnClass {
  /** Only what the connector declared in `nativeFilter` or `splitFilter`; the facade applies the rest. Undefined: every object. */
  readonly filter: Filter | undefined;
  /**
   * Without `attributesToGet`: attributes that are not returned by default and that the facade has to see, for the rest of a filter or for
   * sorting. To be returned besides those that are; the facade takes them away. Left out: none.
   */
  readonly besides?: readonly string[] | undefined;
}
export interface SplitRequest { readonly objectClass: string; readonly filter: Filter }
export interface SyncRequest extends OnClass { readonly token: SyncToken | null }
export interface CreateRequest extends OnClass { readonly attributes: readonly Attribute[] }
export interface UpdateRequest extends OnObject { readonly attributes: readonly Attribute[] }
export interface DeleteRequest extends OnObject {}
export interface AuthenticateRequest extends OnClass { readonly username: string; readonly password: GuardedString }
export interface ResolveUsernameRequest extends OnClass { readonly username: string }
export interface ScriptRequest { readonly script: Script; readonly scriptArguments: ScriptArguments; readonly options: OperationOptions }

/** The operations a connector offers; the keys present are its capabilities. `S` is its session, one borrowed per call. */
export interface ConnectorOperations<S> {
  test?(session: S, call: Call): Promise<void>;
  schema?(session: S, call: Call): Promise<Schema>;
  search?(session: S, request: SearchRequest, call: Call): Results;
  /**
   * Of a search, before it begins: as the definition's `nativeFilter`, and instead of it, where only the target knows what it can
   * filter by, such as attributes it tells of itself.
   */
  splitFilter?(session: S, request: SplitRequest, call: Call): Promise<FilterSplit>;
  create?(session: S, request: CreateRequest, call: Call): Promise<Uid>;
  /** Replaces the given attributes; a null value list clears. Answers the uid, new if it changed. */
  update?(session: S, request: UpdateRequest, call: Call): Promise<Uid>;
  /** Without these two the facade reads, merges and calls `update`. */
  addValues?(session: S, request: UpdateRequest, call: Call): Promise<Uid>;
  removeValues?(session: S, request: UpdateRequest, call: Call): Promise<Uid>;
  delete?(session: S, request: DeleteRequest, call: Call): Promise<void>;
  sync?(session: S, request: SyncRequest, call: Call): Changes;
  latestSyncToken?(session: S, objectClass: string, call: Call): Promise<SyncToken | null>;
  authenticate?(session: S, request: AuthenticateRequest, call: Call): Promise<Uid>;
  resolveUsername?(session: S, request: ResolveUsernameRequest, call: Call): Promise<Uid>;
  /** Left out: what runs the connector runs the script beside it (an agent, in its sandbox), as ICF's framework does. */
  scriptOnConnector?(session: S, request: ScriptRequest, call: Call): Promise<IcfValue>;
  scriptOnResource?(session: S, request: ScriptRequest, call: Call): Promise<IcfValue>;
}

/** What a connector can do by itself in a search; the facade does the rest on the stream. */
export interface NativeSearch {
  /** Pages by `pageSize`, cookie and offset. */
  readonly paging: boolean;
  /** Sorts by `sortKeys`. */
  readonly sorting: boolean;
  /** A cookie stays good: it may be used more than once, at any time, and with another page size. Speeds filtered pages up. */
  readonly lastingCookies?: boolean;
  /** Returns only `attributesToGet` (an optimisation; the facade projects anyway). */
  readonly projection: boolean;
}

/** `native` goes to the connector's search, `residual` is applied to its results; together they mean the whole filter. */
export interface FilterSplit {
  readonly native: Filter | undefined;
  readonly residual: Filter | undefined;
}

export interface OpenContext {
  readonly log: ConnectorLog;
  readonly signal: AbortSignal;
  /** A directory of this configuration's own on the agent's disk, created on first use, for snapshots and the like. */
  stateDirectory(): Promise<string>;
  /** PEM certificates of authorities this agent trusts for connections to targets, besides the system's. */
  readonly trustedCertificates?: readonly string[] | undefined;
  /** Asked before a connection goes where `targets` did not say it would, e.g. to what a DNS SRV record names. Undefined: anywhere. */
  readonly permitTarget?: PermitTarget | undefined;
  /** What runs scripts that are installed here; loaded when it is first asked for. Undefined: nothing does. */
  readonly scripts?: (() => Promise<ScriptRunner>) | undefined;
  /** For pauses and rate limits. @default the system's */
  readonly clock?: Clock | undefined;
  /** Records or stops what goes to the target; HTTP clients are handed it. Undefined: nothing stands in between. */
  readonly traffic?: TargetTraffic | undefined;
  /** Told of requests that wait for a rate limit or a busy target; HTTP clients and limits are handed it. Undefined: nobody counts them. */
  readonly waits?: TargetWaits | undefined;
  /**
   * What all sessions of one configuration stand on, such as an HTTP client, its tokens and rate limits: made by whoever asks for
   * the name first, closed after the last session. `make` is given a signal of its own, which fires when the configuration is
   * given up: the others wait for it even if who asked first has gone. A failure is not kept.
   */
  shared<T>(name: string, make: (signal: AbortSignal) => Promise<T>, close: (value: T) => Promise<void>): Promise<T>;
}

/** Limits of a pool in milliseconds and counts. `maxIdle` 0: every session is closed after its call. */
export interface PoolLimits {
  readonly maxObjects: number;
  readonly maxIdle: number;
  readonly minIdle: number;
  /** For a session to become free. */
  readonly maxWait: number;
  readonly minEvictableIdleTime: number;
}

/** Documentation of object classes for `causeway connectors describe` and the reference pages; shape of the specifications. */
export interface DescribedObjectClass {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly operations: readonly string[];
  readonly attributes: readonly DescribedAttribute[];
}
export interface DescribedAttribute {
  readonly name: string;
  readonly type: string | null;
  /** Of the values of an `Array`. @default String */
  readonly items?: string;
  readonly required: boolean | null;
  readonly flags: readonly string[];
  readonly notes?: string;
}

/** Names of attributes as a connector's configuration makes them; compared without case and without `;options`. */
export interface AttributeNaming {
  /** Groups of names for one and the same attribute: `['mail', 'rfc822Mailbox', '0.9.2342.19200300.100.1.3']`. */
  readonly same: readonly (readonly string[])[];
  /** ICF names that reach an attribute of the target which the configuration chooses: `['__UID__', config.uidAttribute]`. */
  readonly mapped: readonly (readonly [icf: string, native: string])[];
  /** Properties that decide what the target's attributes are called: a list of denied names means something only where they are fixed. */
  readonly dependsOn?: readonly string[];
}

/** A bundle a connector may come from; version exact, as in a connector key. A connector name only where it differs. */
export type Bundle = Pick<ConnectorKey, 'bundleName' | 'bundleVersion'> & { readonly connectorName?: string };

/** A connector: see docs/add-a-connector.md. `P` is its property table, `S` its session. */
export interface ConnectorDefinition<P extends PropertyTable, S> {
  /** Folder name under connectors/catalog. */
  readonly id: string;
  readonly displayName: string;
  readonly family: string;
  /** Java bundle, version and connector name, so that existing provisioner files match. */
  readonly key: ConnectorKey;
  /** Further bundles whose connector of the same name this one stands for, so that other distributions' files match too. */
  readonly alternativeBundles?: readonly Bundle[];
  readonly properties: P;
  readonly objectClasses: readonly DescribedObjectClass[];
  /** False: one session per call. True: sessions are pooled by the facade. */
  readonly pooled: boolean;
  /** Checks beyond the table's types and required properties; throws a ConnectorError `configuration`. No I/O. */
  validate?(config: ConfigOf<P>): void;
  /**
   * What the validate operation looks for on this machine besides, such as files the configuration names; rejects with `configuration`.
   * Who may send configurations is not to learn from it what is elsewhere on this machine. Other operations find out by `open`.
   */
  validateHere?(config: ConfigOf<P>, context: Pick<OpenContext, 'scripts'>): Promise<void>;
  open(config: ConfigOf<P>, context: OpenContext): Promise<S>;
  /**
   * Every place this configuration leads to by itself, for policy and secrets: all servers, failover included, or the files.
   * No I/O. Where the target or a name service decides where to go on, the connector asks `permitTarget` first. Without it the
   * places are unknown, and a policy that names targets does not let the connector through.
   */
  targets?(config: ConfigOf<P>): readonly ConnectorTarget[];
  /**
   * Further names of attributes, so that what policy says of one holds for all. Raw attributes that disable or lock an object
   * are named with `__ENABLE__` or `__LOCK_OUT__`.
   */
  attributeNaming?(config: ConfigOf<P>): AttributeNaming;
  /** Attributes that the configuration itself has searches or logins compare with values, so that answers tell about them. */
  comparedAttributes?(config: ConfigOf<P>, by: 'search' | 'login'): readonly string[];
  /** A delete may remove more than the one object under this configuration, e.g. everything below it. */
  deletesMore?(config: ConfigOf<P>): boolean;
  /**
   * `http`: whatever it says to its target goes through clients of engines/http; `told`: it tells `OpenContext.traffic` of each request
   * before it sends it. Either way a dry run can show what would be written. Left out: nobody can look in between.
   */
  readonly traffic?: 'http' | 'told';
  /** What the target calls fields that hold secrets, where their names do not say so: recordings leave out what is in them. */
  readonly secretFields?: readonly string[];
  /** Never throws. */
  close(session: S): Promise<void>;
  /** Asked before a pooled session is handed out again. */
  isAlive?(session: S, signal: AbortSignal): Promise<boolean>;
  /** Asked when a sound pooled session is given back, before anybody else gets it: false, or an error, closes it. */
  reusable?(session: S, signal: AbortSignal): Promise<boolean>;
  /** The pool this configuration asks for by properties of its own; wins over the controller's pool settings. */
  poolLimits?(config: ConfigOf<NoInfer<P>>): PoolLimits;
  /** Offers Batch, which the facade carries out task by task. Left out where the Java connector has none. */
  readonly batch?: boolean;
  readonly search?: NativeSearch;
  /** As `search`, where it depends on the configuration; wins over it. */
  nativeSearch?(config: ConfigOf<P>): NativeSearch;
  /** Without it, and without the operation `splitFilter`, the facade applies every filter itself. */
  nativeFilter?(filter: Filter, objectClass: string, config: ConfigOf<P>): FilterSplit;
  /** Target error → ConnectorError; undefined for what it does not know. Applied by the facade around every operation. */
  translateError?(error: unknown): ConnectorError | undefined;
  /**
   * After a write nobody saw the end of: what reading the object again proves. Left out: nothing. `settles`: milliseconds
   * after which a request that was under way to the target when this process ended can no longer be carried out.
   */
  readonly readBack?: { readonly operations: readonly ('create' | 'delete')[]; readonly settles: number };
  /** The changes it tells have no deletes among them: snapshot sync, which finds them, is offered besides. */
  readonly syncMissesDeletes?: boolean;
  /** Operations that must not be offered under this configuration. */
  unavailable?(config: ConfigOf<P>): readonly ApiOperation[];
  /**
   * Which scripts on the connector are its own, such as actions it has built in: only those go to its `scriptOnConnector`, and the others
   * run beside it as if it had none. Left out: all, where it has a `scriptOnConnector`.
   */
  isOwnScript?(request: ScriptRequest): boolean;
  readonly operations: ConnectorOperations<S>;
}
