/* Made by scripts/openapi.mjs from the descriptions of the REST API; change those. */

/** What went wrong. 502, 503, 504, 408 and 429 may go well another time. */
export interface ErrorBody {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly detail?: unknown;
  readonly [name: string]: unknown;
}

/** Rows are sent as they come. A query that fails after its first rows ends with `error` in place of the rest, and its connection is cut. */
export interface QueryAnswer {
  readonly result: readonly {
    readonly [name: string]: unknown;
  }[];
  readonly resultCount: number;
  readonly pagedResultsCookie: string | null;
  readonly totalPagedResultsPolicy: 'NONE' | 'ESTIMATE' | 'EXACT';
  readonly totalPagedResults: number;
  readonly remainingPagedResults: number;
  readonly [name: string]: unknown;
}

/** A list of operations, one operation, or an object of new values. */
export type Patch = readonly PatchOperation[] | PatchOperation | {
  readonly [name: string]: unknown;
};

export interface PatchOperation {
  readonly operation?: string | undefined;
  readonly field?: string | undefined;
  readonly from?: string | undefined;
  readonly value?: unknown;
  readonly [name: string]: unknown;
}

/** A failed test is an answer and no error. */
export interface SystemStatus {
  readonly name: string;
  readonly enabled: boolean;
  readonly config: string;
  readonly connectorRef?: ConnectorRef | undefined;
  readonly displayName?: string | undefined;
  readonly objectTypes?: readonly string[] | undefined;
  readonly ok: boolean;
  readonly error?: string | undefined;
  readonly reason?: string | undefined;
  readonly [name: string]: unknown;
}

export interface ConnectorRef {
  readonly bundleName: string;
  readonly bundleVersion: string;
  readonly connectorName: string;
  readonly connectorHostRef?: string | undefined;
  readonly displayName?: string | undefined;
  readonly systemType?: string | undefined;
  readonly [name: string]: unknown;
}

export interface TestResult {
  readonly name: string;
  readonly ok: boolean;
  readonly error?: string | undefined;
  readonly reason?: string | undefined;
  readonly [name: string]: unknown;
}

/** Where liveSync stands. */
export interface SyncState {
  readonly _id: string;
  readonly _rev?: string | undefined;
  readonly connectorData?: {
    readonly [name: string]: unknown;
  } | undefined;
  readonly lastException?: {
    readonly [name: string]: unknown;
  } | undefined;
  readonly [name: string]: unknown;
}

export interface ConnectorServer {
  readonly name: string;
  readonly type: string;
  readonly ok: boolean;
  readonly [name: string]: unknown;
}

export interface Credentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly [name: string]: unknown;
}

/** Properties as the provisioner file names them. */
export interface SystemObject {
  readonly _id: string;
  readonly _rev?: string | undefined;
  readonly [name: string]: unknown;
}

export interface ConfigurationEntry {
  readonly _id: string;
  readonly pid: string;
  readonly factoryPid: string | null;
  readonly [name: string]: unknown;
}

/** The file; secrets are left out, and kept where they are left out again. */
export interface Configuration {
  readonly _id: string;
  readonly _rev?: string | undefined;
  readonly [name: string]: unknown;
}

/** A mapping of `sync.json`; it is not used while it has `problems`. */
export interface MappingState {
  readonly _id: string;
  readonly _rev?: string | undefined;
  readonly source: string | null;
  readonly target: string | null;
  readonly enableSync: boolean;
  readonly deltaReconciliation: boolean;
  readonly problems: readonly string[];
  readonly definition: unknown;
  readonly defaultActions: {
    readonly [name: string]: 'CREATE' | 'UPDATE' | 'DELETE' | 'LINK' | 'UNLINK' | 'EXCEPTION' | 'REPORT' | 'NOREPORT' | 'ASYNC' | 'IGNORE' | undefined;
  };
  readonly lastRun: Reconciliation | null;
  readonly [name: string]: unknown;
}

export type ReconciliationState = 'ACTIVE' | 'SUCCESS' | 'CANCELED' | 'FAILED' | 'AWAITING_APPROVAL';

/** A total is `?` while it is not known; `ended` is empty until it has. */
export interface Reconciliation {
  readonly _id: string;
  readonly mapping: string;
  readonly state: ReconciliationState;
  readonly stage: string;
  readonly stageDescription: string;
  readonly progress: {
    readonly source: {
      readonly existing: {
        readonly processed: number;
        readonly total: string;
        readonly [name: string]: unknown;
      };
      readonly [name: string]: unknown;
    };
    readonly target: {
      readonly existing: {
        readonly processed: number;
        readonly total: string;
        readonly [name: string]: unknown;
      };
      readonly created: number;
      readonly updated: number;
      readonly deleted: number;
      readonly [name: string]: unknown;
    };
    readonly links: {
      readonly existing: {
        readonly processed: number;
        readonly total: string;
        readonly [name: string]: unknown;
      };
      readonly created: number;
      readonly deleted: number;
      readonly [name: string]: unknown;
    };
    readonly [name: string]: unknown;
  };
  readonly situationSummary: {
    readonly SOURCE_IGNORED?: number | undefined;
    readonly MISSING?: number | undefined;
    readonly FOUND?: number | undefined;
    readonly AMBIGUOUS?: number | undefined;
    readonly UNQUALIFIED?: number | undefined;
    readonly CONFIRMED?: number | undefined;
    readonly SOURCE_MISSING?: number | undefined;
    readonly ABSENT?: number | undefined;
    readonly TARGET_IGNORED?: number | undefined;
    readonly UNASSIGNED?: number | undefined;
    readonly FOUND_ALREADY_LINKED?: number | undefined;
    readonly LINK_ONLY?: number | undefined;
    readonly ALL_GONE?: number | undefined;
    readonly [name: string]: number | undefined;
  };
  readonly statusSummary: {
    readonly SUCCESS: number;
    readonly FAILURE: number;
    readonly [name: string]: unknown;
  };
  readonly durationSummary: {
    readonly [name: string]: unknown;
  };
  readonly parameters: {
    readonly [name: string]: unknown;
  };
  readonly dryRun?: boolean | undefined;
  readonly delta?: {
    readonly [name: string]: unknown;
  } | undefined;
  readonly message?: string | undefined;
  readonly started: string;
  readonly ended: string;
  readonly duration: number;
  readonly [name: string]: unknown;
}

export interface ReconciliationStarted {
  readonly _id: string;
  readonly state: ReconciliationState;
  readonly [name: string]: unknown;
}

export interface ReconciliationDecided {
  readonly _id: string;
  readonly action: string;
  readonly status: string;
  readonly [name: string]: unknown;
}

export interface ReconciliationEntry {
  readonly _id: string;
  readonly _rev?: string | undefined;
  readonly entryType: string;
  readonly reconId: string;
  readonly mapping: string;
  readonly reconciling: 'source' | 'target';
  readonly linkQualifier: string;
  readonly situation: string | null;
  readonly action: string | null;
  readonly sourceObjectId: string | null;
  readonly targetObjectId: string | null;
  readonly ambiguousTargetObjectIds: string | null;
  readonly status: string | null;
  readonly outcome: string | null;
  readonly message: string | null;
  readonly exception: string | null;
  readonly [name: string]: unknown;
}

export interface Link {
  readonly _id: string;
  readonly _rev?: string | undefined;
  readonly linkType: string;
  readonly linkQualifier: string;
  readonly firstId: string;
  readonly secondId: string;
  readonly [name: string]: unknown;
}

/** What one mapping did under one link qualifier. */
export interface SyncResult {
  readonly mapping: string;
  readonly reconId: string | null;
  readonly situation: 'SOURCE_IGNORED' | 'MISSING' | 'FOUND' | 'AMBIGUOUS' | 'UNQUALIFIED' | 'CONFIRMED' | 'SOURCE_MISSING' | 'ABSENT' | 'TARGET_IGNORED' | 'UNASSIGNED' | 'FOUND_ALREADY_LINKED' | 'LINK_ONLY' | 'ALL_GONE';
  readonly action: 'CREATE' | 'UPDATE' | 'DELETE' | 'LINK' | 'UNLINK' | 'EXCEPTION' | 'REPORT' | 'NOREPORT' | 'ASYNC' | 'IGNORE';
  readonly sourceId: string;
  readonly linkQualifier: string;
  readonly targetId?: string | undefined;
  readonly ambiguousTargetIds: readonly string[];
  readonly oldTargetValue: {
    readonly [name: string]: unknown;
  } | null;
  readonly targetObjectSet: string;
  readonly result: 'SUCCESSFUL' | 'FAILED';
  readonly cause?: {
    readonly message: string;
    readonly isException: boolean;
    readonly [name: string]: unknown;
  } | undefined;
  readonly [name: string]: unknown;
}

/** What an object is linked to; `error` says why there is no content. */
export interface LinkedResource {
  readonly resourceName: string;
  readonly linkQualifier: string;
  readonly linkType: string;
  readonly mappings: readonly {
    readonly name: string;
    readonly type: 'source' | 'target';
    readonly [name: string]: unknown;
  }[];
  readonly content: {
    readonly [name: string]: unknown;
  } | null;
  readonly error?: string | undefined;
  readonly [name: string]: unknown;
}

/** One run of liveSync; `ended` is empty until it has, `duration` is in milliseconds. */
export interface SyncRun {
  readonly _id: string;
  readonly _rev?: string | undefined;
  readonly source: string;
  readonly state: 'running' | 'ok' | 'stopped' | 'failed' | 'interrupted';
  readonly caller: string;
  readonly started: string;
  readonly ended: string;
  readonly duration: number | null;
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly skipped: number;
  readonly failed: number;
  readonly message: string | null;
  readonly [name: string]: unknown;
}

/** A change that liveSync gave up. */
export interface DeadLetter {
  readonly _id: string;
  readonly _rev?: string | undefined;
  readonly objectType?: string | undefined;
  readonly systemIdentifier?: string | undefined;
  readonly uid?: string | undefined;
  readonly failureCause?: string | undefined;
  readonly [name: string]: unknown;
}

/** As a file schedule-<name>.json; `persisted` is true where it is left out. */
export interface Schedule {
  readonly enabled?: boolean | 'true' | 'false' | undefined;
  readonly persisted?: boolean | 'true' | 'false' | undefined;
  readonly concurrentExecution?: boolean | 'true' | 'false' | undefined;
  readonly recoverable?: boolean | 'true' | 'false' | undefined;
  readonly type?: 'cron' | 'simple' | '' | null | undefined;
  readonly schedule?: string | null | undefined;
  readonly repeatInterval?: number | undefined;
  readonly repeatCount?: number | undefined;
  readonly startTime?: string | null | undefined;
  readonly endTime?: string | null | undefined;
  readonly timeZone?: string | null | undefined;
  readonly misfirePolicy?: 'fireAndProceed' | 'doNothing' | '' | null | undefined;
  readonly invokeService: string;
  readonly invokeContext?: {
    readonly [name: string]: unknown;
  } | null | undefined;
  readonly invokeLogLevel?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | null | undefined;
  readonly [name: string]: unknown;
}

/** When a schedule fires; `nodeId` is the controller that runs it. */
export interface ScheduleTrigger {
  readonly _id: string;
  readonly _rev?: string | undefined;
  readonly name: string;
  readonly group: string;
  readonly jobName: string;
  readonly acquired: boolean;
  readonly nodeId: string | null;
  readonly state: 'NORMAL' | 'PAUSED' | 'BLOCKED';
  readonly [name: string]: unknown;
}

/** A schedule, and when it runs. */
export interface ScheduleJob {
  readonly _id: string;
  readonly _rev?: string | undefined;
  readonly enabled: boolean;
  readonly persisted: boolean;
  readonly recoverable: boolean;
  readonly concurrentExecution: boolean;
  readonly misfirePolicy: 'fireAndProceed' | 'doNothing';
  readonly type: 'cron' | 'simple';
  readonly schedule: string | null;
  readonly repeatInterval: number;
  readonly repeatCount: number;
  readonly startTime: string | null;
  readonly endTime: string | null;
  readonly timeZone: string | null;
  readonly invokeService: string;
  readonly invokeContext: {
    readonly [name: string]: unknown;
  } | null;
  readonly invokeLogLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error';
  readonly triggers: readonly ScheduleTrigger[];
  readonly previousRunDate: string | null;
  readonly nextRunDate: string | null;
  readonly [name: string]: unknown;
}

/** One time a schedule fired, or should have; `ended` is empty until it has, `duration` is in milliseconds. */
export interface ScheduleRun {
  readonly _id: string;
  readonly _rev?: string | undefined;
  readonly schedule: string;
  readonly state: 'RUNNING' | 'SUCCESS' | 'FAILED' | 'MISSED' | 'INTERRUPTED';
  readonly scheduledTime: string;
  readonly started: string;
  readonly ended: string;
  readonly duration: number | null;
  readonly attempt: number;
  readonly controller: string;
  readonly message: string | null;
  readonly result: unknown;
  readonly [name: string]: unknown;
}

/** The next times of a schedule, or what is wrong with it. */
export interface SchedulePreview {
  readonly valid: boolean;
  readonly times?: readonly string[] | undefined;
  readonly message?: string | undefined;
  readonly [name: string]: unknown;
}

/** Properties as `managed.json` names them; private ones are not answered. */
export interface ManagedObject {
  readonly _id: string;
  readonly _rev?: string | undefined;
  readonly [name: string]: unknown;
}

export interface PropertyPolicies {
  readonly name: string;
  readonly policies: readonly {
    readonly policyId: string;
    readonly params?: {
      readonly [name: string]: unknown;
    } | undefined;
    readonly policyRequirements: readonly string[];
    readonly [name: string]: unknown;
  }[];
  readonly policyRequirements: readonly string[];
  readonly [name: string]: unknown;
}

/** What is asked of the properties of a type. */
export interface ResourcePolicies {
  readonly _id?: string | undefined;
  readonly resource: string;
  readonly properties: readonly PropertyPolicies[];
  readonly [name: string]: unknown;
}

/** Whether every policy is met, and which are not. */
export interface PolicyResult {
  readonly result: boolean;
  readonly failedPolicyRequirements: readonly {
    readonly property: string;
    readonly policyRequirements: readonly {
      readonly policyRequirement: string;
      readonly params?: {
        readonly [name: string]: unknown;
      } | undefined;
      readonly [name: string]: unknown;
    }[];
    readonly [name: string]: unknown;
  }[];
  readonly [name: string]: unknown;
}

/** A schema as `managed.json` has it; its id is `managed/` and the type. */
export interface ManagedSchema {
  readonly _id: string;
  readonly _rev?: string | undefined;
  readonly properties?: {
    readonly [name: string]: unknown;
  } | undefined;
  readonly [name: string]: unknown;
}

export interface AuditEntry {
  readonly _id: string;
  readonly _rev?: string | undefined;
  readonly timestamp?: string | undefined;
  readonly transactionId?: string | undefined;
  readonly eventName?: string | undefined;
  readonly userId?: string | null | undefined;
  readonly [name: string]: unknown;
}

export interface Agent {
  readonly _id: string;
  readonly _rev?: string | undefined;
  readonly name: string;
  readonly type: string;
  readonly state: 'connected' | 'draining' | 'disconnected';
  readonly groups: readonly string[];
  readonly version: string | null;
  readonly sessions: readonly {
    readonly [name: string]: unknown;
  }[];
  readonly connectors: readonly ConnectorRef[];
  readonly certificate: {
    readonly [name: string]: unknown;
  } | null;
  readonly revoked: boolean;
  readonly traffic: {
    readonly [name: string]: unknown;
  } | null;
  readonly [name: string]: unknown;
}

export interface AgentGroup {
  readonly _id: string;
  readonly _rev?: string | undefined;
  readonly name: string;
  readonly members: readonly {
    readonly name: string;
    readonly state: string;
    readonly [name: string]: unknown;
  }[];
  readonly operational: boolean;
  readonly [name: string]: unknown;
}

export interface FleetSystem {
  readonly _id: string;
  readonly _rev?: string | undefined;
  readonly name: string;
  readonly file: string;
  readonly enabled: boolean;
  readonly connectorRef: {
    readonly [name: string]: unknown;
  } | null;
  readonly displayName: string | null;
  readonly hosts: readonly string[];
  readonly objectTypes: readonly string[];
  readonly problem: string | null;
  readonly [name: string]: unknown;
}

export interface EnrolmentToken {
  readonly _id: string;
  readonly _rev?: string | undefined;
  readonly agent: string;
  readonly group?: string | null | undefined;
  readonly created?: string | undefined;
  readonly expires?: unknown;
  readonly others?: unknown;
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  readonly [name: string]: unknown;
}

export interface Webhook {
  readonly _id: string;
  readonly _rev?: string | undefined;
  readonly origin: string;
  readonly events: readonly ('reconciliation.ended' | 'reconciliation.awaiting_approval' | 'agent.gone' | 'agent.back' | 'certificate.expiring' | 'dead_letter.added' | 'schedule.failed')[];
  readonly timeout: number;
  readonly privateAddresses: boolean;
  readonly [name: string]: unknown;
}

export interface WebhookDelivery {
  readonly _id: string;
  readonly _rev?: string | undefined;
  readonly webhook: string;
  readonly event: 'reconciliation.ended' | 'reconciliation.awaiting_approval' | 'agent.gone' | 'agent.back' | 'certificate.expiring' | 'dead_letter.added' | 'schedule.failed';
  readonly state: 'waiting' | 'delivered' | 'dead';
  readonly attempts: number;
  readonly nextAttempt: string | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  readonly created: string;
  readonly ended: string | null;
  readonly body: unknown;
  readonly [name: string]: unknown;
}
