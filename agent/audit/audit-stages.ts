import type { ConnectorKey } from '../../protocol/model/index.js';
import type { RequestOrigin } from '../../protocol/session/contract.js';
import type { FacadeStage } from '../operations/facade-stage.js';
import { auditStage } from './audited-facade.js';
import { failureOf, type AuditParts } from './audited-operation.js';

/** What the executor of an agent's own connectors is given for audit. Nothing when there is none. */
export function auditStages(parts: AuditParts | undefined): { readonly stages: readonly FacadeStage[]; readonly onUnopened?: (connectorKey: ConnectorKey, origin: RequestOrigin, error: unknown) => void } {
  if (parts === undefined) return { stages: [] };
  return {
    stages: [auditStage(parts)],
    onUnopened: ({ connectorName, bundleName, bundleVersion }, { principal, peerSessionId, messageId }, error) => {
      const { outcome, facts } = failureOf(error);
      void parts.audit.event({
        kind: 'connector-not-opened', outcome, principal, session: peerSessionId,
        detail: { connectorName, bundleName, bundleVersion, messageId, error: facts.error, rule: facts.rule },
      });
    },
  };
}
