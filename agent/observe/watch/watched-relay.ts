import type { ConnectorKey } from '../../../protocol/model/index.js';
import type { OperationRelay } from '../../../protocol/session/forwarding.js';
import type { OperationWatch, WatchedOperation } from './operation-watch.js';

/** Lets the watch see an operation that is passed on. What it brings is counted at its end: nobody here reads it. */
export function watchedRelay(watch: OperationWatch, relay: OperationRelay, { name, connectorKey, principal }: { readonly name: string; readonly connectorKey: ConnectorKey; readonly principal: string }): OperationRelay {
  const system = { id: `relay ${name}: ${connectorKey.connectorName}`, connector: connectorKey.connectorName, connectorVersion: connectorKey.bundleVersion, targets: [], relay: name };
  let watched: WatchedOperation | undefined;
  const begin = (operationId: string | undefined, operation: Parameters<OperationWatch['begin']>[0]['operation']): WatchedOperation => {
    return watched ??= watch.begin({ operation, system, objectClass: undefined, principal, operationId });
  };
  return {
    ...relay,
    target: () => relay.target(),
    admit: async (request, ...rest) => {
      begin(request.operationId, request.operation.kind);
      await relay.admit?.(request, ...rest);
    },
    ended: async (end) => {
      const ended = begin(end.operationId, end.operation);
      if (end.count !== undefined) ended.entries(end.count);
      ended.end(end.outcome, end.error, end.operation);
      await relay.ended(end);
    },
  };
}
