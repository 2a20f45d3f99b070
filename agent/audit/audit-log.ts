import type { OperationKind } from '../../protocol/model/index.js';

/** `refused`: by policy, or before the connector saw it. `left`: the requester cancelled or went away. `unknown`: a task of a batch nobody reported on. */
export type AuditOutcome = 'ok' | 'failed' | 'refused' | 'left' | 'unknown';

/** One operation as it is audited: who, what, on what, with which outcome. Never a value, never anything confidential. */
export interface OperationAudit {
  readonly operation: OperationKind | 'unknown';
  /** A line about an operation that still goes on; the line of its end follows. */
  readonly running?: boolean | undefined;
  /** The same on both ends' logs; undefined for a Java controller's. */
  readonly operationId?: string | undefined;
  /** Id of our connector, or class name of a connector of another server. */
  readonly connector: string;
  /** The server an operation was passed on to. */
  readonly relay?: string | undefined;
  /** The same for all operations on one configured system of one connector. */
  readonly system?: string | undefined;
  /** Where the connector connects to, e.g. `ldap.example:636`. */
  readonly targets?: readonly string[] | undefined;
  readonly objectClass?: string | undefined;
  readonly uid?: string | undefined;
  /** The uid the object has from now on, when an update gave it another. */
  readonly newUid?: string | undefined;
  readonly name?: string | undefined;
  readonly updateType?: string | undefined;
  /** Names of the attributes given, in their order; never values. */
  readonly attributes?: readonly string[] | undefined;
  readonly scriptLanguage?: string | undefined;
  /** Of the script's text in UTF-8, hexadecimal. */
  readonly scriptSha256?: string | undefined;
  /** As authenticated on the socket. */
  readonly principal: string;
  readonly session: string;
  readonly messageId: number;
  /** Milliseconds from the request to the outcome. */
  readonly duration: number;
  readonly outcome: AuditOutcome;
  /** Java class of the failure. */
  readonly error?: string | undefined;
  /** Of a write that failed: whether it was carried out all the same, where that is known. */
  readonly effect?: 'applied' | 'notApplied' | 'unknown' | undefined;
  /** The policy's rule that refused. */
  readonly rule?: string | undefined;
  /** Results of a stream; tasks of a batch. */
  readonly count?: number | undefined;
  /** A task's number in its batch, from 0. */
  readonly task?: number | undefined;
}

/** Something else a security team wants to know: enrolment, renewal, policy, brakes, secrets by name, authentication. */
export interface AuditEvent {
  /** Lower case words joined by hyphens, e.g. `policy-reloaded`. */
  readonly kind: string;
  readonly outcome?: AuditOutcome | undefined;
  readonly principal?: string | undefined;
  readonly session?: string | undefined;
  /** Names, counts, reasons; never a secret, never an attribute's value. Long texts are shortened. */
  readonly detail?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>> | undefined;
}

export interface ShippingStatus {
  readonly name: string;
  readonly connected: boolean;
  /** Bytes of audit files not sent yet. */
  readonly behind: number;
  /** The last line that counts as delivered. */
  readonly sequence: number;
  readonly problem: string;
}

export interface AuditStatus {
  readonly enabled: boolean;
  /** False: lines cannot be written now; see `problem`. */
  readonly writable: boolean;
  readonly problem: string;
  /** Number of the last line written. */
  readonly sequence: number;
  /** Lines that wait to be written. */
  readonly waiting: number;
  /** Lines given up since the start because the file could not be written for long; each gap is told in the log itself. */
  readonly lost: number;
  readonly shipping: readonly ShippingStatus[];
}

/**
 * The agent's audit log. Both writing methods resolve when the line is as safe as the configuration wants it
 * (`audit.fsync`), or when it has turned out that the file cannot be written now: then the line is kept and written later.
 * They never reject.
 */
export interface AuditLog {
  /** Asked before an operation starts. Throws a retryable ConnectorError for one that would change something while no line can be written. */
  admit(kind: OperationKind): void;
  operation(record: OperationAudit): Promise<void>;
  event(event: AuditEvent): Promise<void>;
  status(): AuditStatus;
}

/** For an agent whose audit log is switched off, and for parts that run without one. */
export const NO_AUDIT: AuditLog = {
  admit: () => undefined,
  operation: () => Promise.resolve(),
  event: () => Promise.resolve(),
  status: () => ({ enabled: false, writable: true, problem: '', sequence: 0, waiting: 0, lost: 0, shipping: [] }),
};
