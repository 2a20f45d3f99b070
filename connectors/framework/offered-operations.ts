import type { ApiOperation } from '../../protocol/model/index.js';
import type { AnyConnector } from './define-connector.js';

/**
 * What a connector can be asked, from the operations it defines: the honest answer to "what may be called" (protocol
 * section 7.13), for every configuration. `ValidateApiOp` and `ScriptOnConnectorApiOp` are the framework's own, as with Java; get comes
 * with search, subscriptions with sync.
 */
export function offeredOperations(connector: AnyConnector): Set<ApiOperation> {
  const { operations } = connector;
  const offered = new Set<ApiOperation>(['ValidateApiOp', 'ScriptOnConnectorApiOp']);
  const offer = (has: unknown, ...names: ApiOperation[]): void => { if (has !== undefined) names.forEach((name) => offered.add(name)); };
  offer(operations.test, 'TestApiOp');
  offer(operations.schema, 'SchemaApiOp');
  offer(operations.search, 'SearchApiOp', 'GetApiOp');
  offer(operations.create, 'CreateApiOp');
  offer(operations.update, 'UpdateApiOp');
  offer(operations.delete, 'DeleteApiOp');
  offer(connector.batch === true ? operations.create ?? operations.update ?? operations.delete : undefined, 'BatchApiOp');
  offer(operations.sync, 'SyncApiOp', 'SyncEventSubscriptionApiOp', 'ConnectorEventSubscriptionApiOp');
  offer(operations.authenticate, 'AuthenticationApiOp');
  offer(operations.resolveUsername, 'ResolveUsernameApiOp');
  offer(operations.scriptOnResource, 'ScriptOnResourceApiOp');
  return offered;
}
