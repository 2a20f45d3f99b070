import type { CallContext, ConnectorFacade, SingleOperation, SingleResults, StreamOperation } from '../../protocol/model/index.js';
import { checkRequest, checkSupported } from '../../connectors/framework/facade/check-request.js';
import { carriesOut } from '../../connectors/framework/own-scripts.js';
import { labelledLog } from '../../connectors/framework/facade/labelled-log.js';
import type { SessionLog } from '../../protocol/session/contract.js';
import { loadSandbox } from '../../connectors/scripts.js';
import type { FacadeContext } from './facade-stage.js';
import type { ScriptHost } from './script-host.js';

/** Where a configuration says 0 it means the framework's own default (protocol section 7.11). */
const DEFAULT_TIMEOUT = 60_000;

export interface ScriptedFacadeParts {
  readonly scripts: ScriptHost;
  /** The same connector with the same configuration for the same requester, behind everything its operations pass. */
  readonly open: () => Promise<ConnectorFacade>;
  readonly log: SessionLog;
}

/** Scripts on the connector run in the sandbox beside it, but for those it carries out itself; everything else goes on to the connector. */
export function scriptedFacade(facade: ConnectorFacade, context: FacadeContext, parts: ScriptedFacadeParts): ConnectorFacade {
  return {
    connectorKey: facade.connectorKey,
    get supportedOperations() { return facade.supportedOperations; },
    async perform<O extends SingleOperation>(operation: O, call: CallContext): Promise<SingleResults[O['kind']]> {
      const asked: SingleOperation = operation;
      if (asked.kind !== 'scriptOnConnector' || carriesOut(context.connector, asked)) return facade.perform(operation, call);
      checkSupported(asked.kind, facade.supportedOperations);
      checkRequest(asked);
      const { runScriptOnConnector } = await loadSandbox();
      const log = labelledLog(parts.log, { connector: context.connector.id, operation: asked.kind, operationId: call.operationId });
      // The kind is matched above; TypeScript cannot carry that through a generic.
      return await runScriptOnConnector(await parts.scripts.sandbox(), asked, { open: parts.open, configuration: context.configuration, timeout: timeoutOf(context), log }, call) as SingleResults[O['kind']];
    },
    stream: <O extends StreamOperation>(operation: O, call: CallContext) => facade.stream(operation, call),
  };
}

function timeoutOf({ configuration }: FacadeContext): number {
  const timeout = configuration.timeouts.get('ScriptOnConnectorApiOp') ?? -1;
  return timeout < 0 ? Infinity : timeout === 0 ? DEFAULT_TIMEOUT : timeout;
}
