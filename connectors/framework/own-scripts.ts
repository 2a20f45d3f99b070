import type { AnyConnector } from './define-connector.js';
import type { ScriptRequest } from './spi.js';

/** Whether the connector carries a script on the connector out itself; otherwise whatever runs the connector runs it beside it. */
export function carriesOut(connector: Pick<AnyConnector, 'operations' | 'isOwnScript'>, request: ScriptRequest): boolean {
  return connector.operations.scriptOnConnector !== undefined && connector.isOwnScript?.(request) !== false;
}
