import { observedFacade, type ConnectorFacade } from '../../protocol/model/index.js';
import type { OperationMetering } from '../../deploy/runtime/metrics/operation-metrics.js';

/** The facade of a system, its operations counted and timed, from the first try at an agent to the end at the last one. */
export function meterFacade(facade: ConnectorFacade, system: string, metering: OperationMetering): ConnectorFacade {
  return observedFacade(facade, (operation) => metering.begin(system, operation.kind, 'objectClass' in operation ? operation.objectClass : undefined));
}
