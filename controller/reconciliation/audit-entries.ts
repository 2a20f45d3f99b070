import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../crest/json.js';
import type { Assessment } from './assess.js';
import type { Mapping } from './mapping.js';
import type { Action } from './situations.js';

/** What every entry of one run has in common. */
export interface AuditSubject {
  readonly reconId: string;
  readonly mapping: Mapping;
  readonly caller: string;
}

function common({ reconId, mapping, caller }: AuditSubject): JsonObject {
  return {
    _id: randomUUID(), transactionId: reconId, timestamp: new Date().toISOString(), eventName: 'recon', userId: caller,
    mapping: mapping.name, reconId,
  };
}

export function startEntry(subject: AuditSubject): JsonObject {
  return { ...common(subject), entryType: 'start', reconAction: 'recon', message: `Reconciliation initiated by ${subject.caller}`, status: 'SUCCESS' };
}

export function summaryEntry(subject: AuditSubject, summary: JsonObject, status: 'SUCCESS' | 'FAILURE'): JsonObject {
  return { ...common(subject), entryType: 'summary', reconAction: 'recon', message: summary['message'] ?? null, messageDetail: summary, status };
}

export interface ObjectOutcome {
  readonly assessment: Assessment;
  readonly action: Action;
  readonly targetId: string | undefined;
  readonly reconciling: 'source' | 'target';
  readonly error: Error | undefined;
  readonly status: 'SUCCESS' | 'FAILURE';
}

export function objectEntry(subject: AuditSubject, { assessment, action, targetId, reconciling, error, status }: ObjectOutcome): JsonObject {
  const { source, target } = subject.mapping;
  const { sourceId, situation, ambiguous } = assessment;
  return {
    ...common(subject), entryType: 'entry', linkQualifier: 'default', action, situation, reconciling, status,
    sourceObjectId: sourceId === undefined ? null : `${source}/${sourceId}`,
    targetObjectId: targetId === undefined ? null : `${target}/${targetId}`,
    ambiguousTargetObjectIds: ambiguous.length === 0 ? null : ambiguous.map((id) => `${target}/${id}`).join(', '),
    message: error?.message ?? null, exception: status === 'FAILURE' ? (error?.name ?? null) : null,
  };
}
