import type { Uid } from './attribute.js';
import type { ConnectorError } from './errors.js';
import type { OperationKind } from './operations.js';

const WRITES: ReadonlySet<OperationKind> = new Set<OperationKind>(['create', 'update', 'delete', 'scriptOnConnector', 'scriptOnResource', 'batch']);

/** Whether an operation may change something at its target. A script may do anything. */
export function isWrite(kind: OperationKind): boolean {
  return WRITES.has(kind);
}

/** What became of a write, as the end that executes it knows. */
export type WriteOutcome =
  /** Done. `uid`: what it answered; undefined for what answers none. */
  | { readonly state: 'applied'; readonly uid?: Uid | undefined }
  /** The target refused it, or did a part of it and said so. */
  | { readonly state: 'failed'; readonly error: ConnectorError }
  /** `notApplied`: it was given up, and nothing was changed. `neverSeen`: it has not come, and will be refused should it still come. */
  | { readonly state: 'notApplied' | 'inProgress' | 'unknown' | 'neverSeen' };

export type WriteState = WriteOutcome['state'];

/** Longest id of a write that is accepted. */
export const LONGEST_OPERATION_ID = 200;

/** Printable, without blanks: safe in logs and files. */
export function isOperationId(text: string): boolean {
  return text.length <= LONGEST_OPERATION_ID && /^[\x21-\x7e]+$/.test(text);
}

/** The id of one task of a batch. */
export function taskOperationId(batch: string, task: number): string {
  return `${batch}#${task}`;
}
