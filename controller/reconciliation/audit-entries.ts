import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../crest/json.js';

/** What every entry of one run has in common. */
export interface AuditSubject {
  readonly reconId: string;
  readonly mapping: string;
  readonly caller: string;
}

function common({ reconId, mapping, caller }: AuditSubject): JsonObject {
  return { _id: randomUUID(), transactionId: reconId, timestamp: new Date().toISOString(), eventName: 'recon', userId: caller, mapping, reconId };
}

export function startEntry(subject: AuditSubject): JsonObject {
  return { ...common(subject), entryType: 'start', reconAction: 'recon', message: `Reconciliation initiated by ${subject.caller}`, status: 'SUCCESS' };
}

export function summaryEntry(subject: AuditSubject, summary: JsonObject): JsonObject {
  const status = summary['state'] === 'SUCCESS' ? 'SUCCESS' : 'FAILURE';
  return { ...common(subject), entryType: 'summary', reconAction: 'recon', message: summary['message'] ?? null, messageDetail: summary, status };
}
