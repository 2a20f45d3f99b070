/** API operations by the names they have in class references (protocol section 5.5). */
export const API_OPERATIONS = [
  'AuthenticationApiOp', 'BatchApiOp', 'ConnectorEventSubscriptionApiOp', 'CreateApiOp', 'DeleteApiOp', 'GetApiOp',
  'ResolveUsernameApiOp', 'SchemaApiOp', 'ScriptOnConnectorApiOp', 'ScriptOnResourceApiOp', 'SearchApiOp', 'SyncApiOp',
  'SyncEventSubscriptionApiOp', 'TestApiOp', 'UpdateApiOp', 'ValidateApiOp',
] as const;

export type ApiOperation = (typeof API_OPERATIONS)[number];
