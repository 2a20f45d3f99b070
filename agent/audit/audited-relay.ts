import type { ConnectorKey } from '../../protocol/model/index.js';
import { decodeOperation } from '../../protocol/codec/index.js';
import type { RequestOrigin } from '../../protocol/session/contract.js';
import type { OperationRelay } from '../../protocol/session/forwarding.js';
import type { AuditOutcome, OperationAudit } from './audit-log.js';
import { failureOf, type AuditParts } from './audited-operation.js';
import { operationFacts, type OperationFacts } from './operation-facts.js';

/** What is known of an operation before it is passed on. */
export interface RelayedRequest {
  /** As the configuration calls the server. */
  readonly relay: string;
  readonly connectorKey: ConnectorKey;
  readonly origin: RequestOrigin;
}

/** A relay whose operation gets a line. The answer leaves as it comes, so nobody waits for the line. */
export function auditedRelay(parts: AuditParts, inner: OperationRelay, { relay, connectorKey, origin }: RelayedRequest): OperationRelay {
  const { audit, underWay, clock } = parts;
  const began = clock.now();
  let facts: OperationFacts & Pick<OperationAudit, 'operation' | 'operationId'> = { operation: 'unknown' };
  const record = (outcome: AuditOutcome, more: Partial<OperationAudit>): OperationAudit => ({
    ...facts, connector: connectorKey.connectorName, relay, principal: origin.principal, session: origin.peerSessionId, messageId: origin.messageId,
    duration: clock.now() - began, outcome, ...more,
  });
  const ended = underWay.began(() => record('unknown', {}));
  return {
    server: inner.server, maxBufferedBytes: inner.maxBufferedBytes, gatherTime: inner.gatherTime,
    target: () => inner.target(),
    admit: async (request, limits, signal) => {
      const { kind } = request.operation;
      facts = { operation: kind ?? 'unknown', operationId: request.operationId };
      try {
        facts = { ...facts, ...operationFacts(decodeOperation(request.operation, limits)) };
      } catch {
        // Not for us to refuse: the line says less.
      }
      if (kind !== undefined) audit.admit(kind);
      await inner.admit?.(request, limits, signal);
    },
    ended: (end) => {
      inner.ended(end);
      ended();
      const failure = end.error === undefined ? undefined : failureOf(end.error);
      const outcome = end.outcome === 'failed' ? failure?.outcome ?? 'failed' : end.outcome;
      void audit.operation(record(outcome, { operation: end.operation ?? facts.operation, operationId: end.operationId, count: end.count, ...failure?.facts }));
    },
  };
}
