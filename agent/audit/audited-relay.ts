import { isWrite, type ConnectorKey, type Operation } from '../../protocol/model/index.js';
import { decodeOperation, type CodecLimits } from '../../protocol/codec/index.js';
import type { OperationRequest } from '../../protocol/message.js';
import type { RequestOrigin } from '../../protocol/session/contract.js';
import type { OperationRelay, RelayEnd } from '../../protocol/session/forwarding.js';
import type { NotedWrite, WriteAnswer, WriteEnd, WriteToPassOn } from '../../protocol/session/noted-write.js';
import type { AuditOutcome, OperationAudit } from './audit-log.js';
import { TaskLines } from './audited-batch.js';
import { failureOf, uidFacts, type AuditParts } from './audited-operation.js';
import { operationFacts, type OperationFacts } from './operation-facts.js';

/** What is known of an operation before it is passed on. */
export interface RelayedRequest {
  /** As the configuration calls the server. */
  readonly relay: string;
  readonly connectorKey: ConnectorKey;
  readonly origin: RequestOrigin;
}

/**
 * A relay whose operation gets a line: of a write before its answer leaves, as safe as `audit.fsync` wants it; of anything else
 * when the answer has left as it came.
 */
export function auditedRelay(parts: AuditParts, inner: OperationRelay, request: RelayedRequest): OperationRelay {
  const line = new RelayLine(parts, request);
  return {
    ...inner,
    admit: async (admitted, limits, signal, isNamed) => {
      line.begin(admitted, limits);
      await inner.admit?.(admitted, limits, signal, isNamed);
    },
    beginWrite: async (write, signal) => auditedWrite(parts, line, await inner.beginWrite?.(write, signal) ?? UNNOTED, write),
    ended: async (end) => {
      const noted = inner.ended(end);
      await line.ended(end);
      await noted;
    },
  };
}

/** A write of an agent that keeps no journal. */
const UNNOTED: NotedWrite = { operationId: undefined, known: undefined, reported: () => Promise.resolve(), ended: ({ answer }) => Promise.resolve(answer) };

function auditedWrite(parts: AuditParts, line: RelayLine, noted: NotedWrite, { operation, request }: WriteToPassOn): NotedWrite {
  const tasks = operation.kind === 'batch' ? new TaskLines(parts, line, operation, request.operationId) : undefined;
  return {
    operationId: noted.operationId,
    known: noted.known,
    reported: async (items) => {
      await noted.reported(items);
      await tasks?.reported(items);
    },
    ended: async (end) => {
      const told = await noted.ended(end);
      await tasks?.rest(end.source === 'unsent' ? 'refused' : 'unknown', 'error' in told ? failureOf(told.error).facts : {});
      await line.writeEnded(operation, told, end);
      return told;
    },
  };
}

/** The line of one operation. */
class RelayLine {
  readonly #parts: AuditParts;
  readonly #request: RelayedRequest;
  readonly #began: number;
  #facts: OperationFacts & Pick<OperationAudit, 'operation' | 'operationId'> = { operation: 'unknown' };
  #stopWatching: () => void = () => undefined;
  #isWritten = false;

  constructor(parts: AuditParts, request: RelayedRequest) {
    this.#parts = parts;
    this.#request = request;
    this.#began = parts.clock.now();
  }

  /** Throws a ConnectorError for what would change something while no line can be written. */
  begin({ operation, operationId }: OperationRequest, limits: CodecLimits): void {
    const { kind } = operation;
    this.#facts = { operation: kind ?? 'unknown', operationId };
    this.#stopWatching = this.#parts.underWay.began(() => this.record('unknown'));
    try {
      this.#facts = { ...this.#facts, ...operationFacts(decodeOperation(operation, limits)) };
    } catch {
      // Not for us to refuse: the line says less.
    }
    if (kind !== undefined) this.#parts.audit.admit(kind);
  }

  record(outcome: AuditOutcome, more: Partial<OperationAudit> = {}): OperationAudit {
    const { relay, connectorKey, origin } = this.#request;
    return {
      ...this.#facts, connector: connectorKey.connectorName, relay, principal: origin.principal, session: origin.peerSessionId, messageId: origin.messageId,
      duration: this.#parts.clock.now() - this.#began, outcome, ...more,
    };
  }

  /** Resolves when the line is safe. */
  writeEnded(operation: Operation, told: WriteAnswer, { isLeft }: WriteEnd): Promise<void> {
    const count = operation.kind === 'batch' ? operation.tasks.length : undefined;
    if (!('error' in told)) return this.#write('ok', { count, ...uidFacts(operation, told.result) });
    const { outcome, rule, facts } = failureOf(told.error);
    return this.#write(isLeft && rule === undefined && outcome !== 'refused' ? 'left' : outcome, { count, ...facts });
  }

  async ended({ operation, operationId, outcome, error, count }: RelayEnd): Promise<void> {
    this.#stopWatching();
    if (this.#isWritten) return;
    const failure = error === undefined ? undefined : failureOf(error);
    const written = this.#write(outcome === 'failed' ? failure?.outcome ?? 'failed' : outcome, { operation: operation ?? this.#facts.operation, operationId, count, ...failure?.facts });
    // What failed before it was passed on is answered when its line is safe; answers that were passed on have left.
    if (error !== undefined && operation !== undefined && isWrite(operation)) await written;
  }

  #write(outcome: AuditOutcome, more: Partial<OperationAudit>): Promise<void> {
    this.#stopWatching();
    this.#isWritten = true;
    return this.#parts.audit.operation(this.record(outcome, more));
  }
}
