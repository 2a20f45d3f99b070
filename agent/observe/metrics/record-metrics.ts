import type { Gauge } from 'prom-client';
import type { CountedElsewhere, MetricsRegistry } from '../../../deploy/runtime/metrics/metrics-registry.js';
import type { AgentFigures } from './agent-figures.js';

/** What is written down: the journal of writes, the audit log and its shipping, the log. */
export class RecordMetrics {
  readonly #journal: Readonly<Record<'bytes' | 'limit' | 'underWay' | 'unclear' | 'failing', Gauge>>;
  readonly #audit: Readonly<Record<'enabled' | 'writable' | 'waiting', Gauge>>;
  readonly #lines: CountedElsewhere;
  readonly #lost: CountedElsewhere;
  readonly #connected: Gauge;
  readonly #behindBytes: Gauge;
  readonly #behindLines: Gauge;
  readonly #dropped: CountedElsewhere;

  constructor(registry: MetricsRegistry) {
    this.#journal = {
      bytes: registry.gauge('journal_bytes', 'Size of the finished segments of the journal of writes; the one being written, of at most 1 MiB, comes on top.'),
      limit: registry.gauge('journal_limit_bytes', 'Size the journal of writes may have (journal.maxSize).'),
      underWay: registry.gauge('journal_writes_under_way', 'Writes that were begun and have not ended.'),
      unclear: registry.gauge('journal_writes_unclear', 'Writes of an earlier process that nobody saw the end of: they may have been carried out, or not.'),
      failing: registry.gauge('journal_failing', '1: the journal cannot be written, so writes are refused.'),
    };
    this.#audit = {
      enabled: registry.gauge('audit_enabled', '1: there is an audit log.'),
      writable: registry.gauge('audit_writable', '0: lines cannot be written now, so writes are refused.'),
      waiting: registry.gauge('audit_lines_waiting', 'Lines that wait to be written.'),
    };
    this.#lines = registry.countedElsewhere('audit_lines_total', 'Number of the last line of the audit log; goes on over restarts.');
    this.#lost = registry.countedElsewhere('audit_lines_lost_total', 'Lines given up since the start because the file could not be written for long.');
    this.#connected = registry.gauge('audit_shipping_connected', '1: the destination of audit lines is connected.', ['destination']);
    this.#behindBytes = registry.gauge('audit_shipping_behind_bytes', 'Bytes of audit lines that have not been sent to the destination yet.', ['destination']);
    this.#behindLines = registry.gauge('audit_shipping_behind_lines', 'Audit lines that the destination does not have yet.', ['destination']);
    this.#dropped = registry.countedElsewhere('log_lines_dropped_total', 'Lines of the log that nobody read fast enough, and that were dropped.');
  }

  fill({ status: { journal, audit }, limits, logLinesDropped }: AgentFigures): void {
    this.#journal.bytes.set(journal.bytes);
    this.#journal.limit.set(limits.journalBytes);
    this.#journal.underWay.set(journal.underWay);
    this.#journal.unclear.set(journal.unresolved);
    this.#journal.failing.set(journal.failing ? 1 : 0);
    this.#audit.enabled.set(audit.enabled ? 1 : 0);
    this.#audit.writable.set(audit.writable ? 1 : 0);
    this.#audit.waiting.set(audit.waiting);
    this.#lines.tell(audit.sequence);
    this.#lost.tell(audit.lost);
    for (const { name: destination, connected, behind, sequence } of audit.shipping) {
      this.#connected.set({ destination }, connected ? 1 : 0);
      this.#behindBytes.set({ destination }, behind);
      this.#behindLines.set({ destination }, Math.max(0, audit.sequence - sequence));
    }
    this.#dropped.tell(logLinesDropped);
  }
}
