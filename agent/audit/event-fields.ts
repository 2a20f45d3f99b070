import { bounded, type LineFields } from './audit-line.js';
import type { AuditEvent, OperationAudit } from './audit-log.js';

/** The line of an operation, its members in the order they are written in: so they need no sorting. */
export function operationFields(record: OperationAudit): LineFields {
  return {
    at: '', attributes: bounded(record.attributes), connector: bounded(record.connector), count: record.count, effect: record.effect, error: bounded(record.error), kind: 'operation',
    messageId: record.messageId, ms: Math.max(0, Math.round(record.duration)), name: bounded(record.name), newUid: bounded(record.newUid), objectClass: bounded(record.objectClass),
    operation: record.operation, operationId: bounded(record.operationId), outcome: record.outcome, principal: bounded(record.principal), relay: record.relay, rule: bounded(record.rule),
    running: record.running === true ? true : undefined, scriptLanguage: bounded(record.scriptLanguage), scriptSha256: record.scriptSha256, seq: 0, session: bounded(record.session),
    system: record.system, targets: bounded(record.targets), task: record.task, uid: bounded(record.uid), updateType: record.updateType,
  };
}

/** The line of an event. A kind that is no plain word becomes one. */
export function eventFields({ kind, outcome, principal, session, detail }: AuditEvent): LineFields {
  return {
    at: '', detail: detail === undefined ? undefined : bounded(detail), kind: kind.replace(/[^a-z0-9-]+/g, '-').slice(0, 64), outcome,
    principal: bounded(principal), seq: 0, session: bounded(session),
  };
}
