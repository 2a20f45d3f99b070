import { ConnectorError, isWrite, type OperationKind } from '../../protocol/model/index.js';
import { NO_AUDIT, type AuditEvent, type AuditLog, type AuditStatus, type OperationAudit } from '../../agent/audit/audit-log.js';

/** An audit log in memory. */
export class KeptAudit implements AuditLog {
  readonly records: OperationAudit[] = [];
  readonly events: AuditEvent[] = [];
  /** While set, lines are safe only when it resolves. */
  gate: Promise<void> = Promise.resolve();
  unwritable = false;

  admit(kind: OperationKind): void {
    if (this.unwritable && isWrite(kind)) throw Object.assign(new ConnectorError('retryable', 'The audit log cannot be written.'), { rule: 'audit' });
  }

  async operation(record: OperationAudit): Promise<void> {
    this.records.push(record);
    await this.gate;
  }

  async event(event: AuditEvent): Promise<void> {
    this.events.push(event);
    await this.gate;
  }

  status(): AuditStatus {
    return NO_AUDIT.status();
  }
}
