import { connectorKeyText, observedFacade, type ConnectorKey } from '../../../protocol/model/index.js';
import { systemFacts } from '../../audit/system-facts.js';
import type { FacadeContext, FacadeStage } from '../../operations/facade-stage.js';
import type { OperationWatch } from './operation-watch.js';
import type { SystemFacts } from './watched-systems.js';

/** Characters of a target, which comes from a controller's configuration. */
const LONGEST_TARGET = 500;
const MOST_TARGETS = 8;

/** Lets the watch see every operation. To be the outermost stage, so that waiting and refusals are seen too. */
export function watchStage(watch: OperationWatch): FacadeStage {
  return (facade, context) => observedFacade(facade, (operation, call) => {
    const watched = watch.begin({
      operation: operation.kind, system: factsOf(context), objectClass: 'objectClass' in operation ? operation.objectClass : undefined,
      principal: context.origin.principal, operationId: call.operationId,
    });
    return {
      entries: watched.entries,
      ended: (outcome, error) => {
        if (operation.kind === 'get' && outcome === 'ok') watched.entries(1);
        watched.end(outcome, error);
      },
    };
  });
}

/** An operation that never got as far as a facade: its connector is not here, or its configuration makes no sense. */
export function noteUnopened(watch: OperationWatch, connectorKey: ConnectorKey, principal: string, error: unknown): void {
  const connector = connectorKey.connectorName.slice(0, LONGEST_TARGET);
  const system: SystemFacts = { id: `not opened: ${connectorKeyText(connectorKey)}`.slice(0, LONGEST_TARGET), connector, connectorVersion: connectorKey.bundleVersion.slice(0, LONGEST_TARGET), targets: [], relay: undefined };
  watch.begin({ operation: undefined, system, objectClass: undefined, principal, operationId: undefined }).end('failed', error);
}

function factsOf({ connector, connectorKey, configuration }: FacadeContext): SystemFacts {
  const { system, targets = [] } = systemFacts(connector, configuration);
  // A system whose configuration makes no sense has no name of its own; its id holds a digest of secrets, which stays here.
  return {
    id: system ?? `${connector.id}: a configuration that cannot be read`, connector: connector.id, connectorVersion: connectorKey.bundleVersion,
    targets: targets.slice(0, MOST_TARGETS).map((target) => target.slice(0, LONGEST_TARGET)), relay: undefined,
  };
}
