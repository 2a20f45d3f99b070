import type { ApiOperation } from '../../../protocol/model/index.js';
import type { ScriptedConfig } from './scripted-connector.js';

/** Properties that name a script file. */
export type SlotName = Extract<keyof ScriptedConfig, `${string}ScriptFileName`>;

export interface Slot {
  readonly name: SlotName;
  /** What is not offered while the slot is empty. */
  readonly operations: readonly ApiOperation[];
}

/**
 * Test is not among those that need a script: as with Java, without one it says whether the configuration, the scripts and the
 * connection are in order.
 */
export const SLOTS: readonly Slot[] = [
  { name: 'authenticateScriptFileName', operations: ['AuthenticationApiOp'] },
  { name: 'createScriptFileName', operations: ['CreateApiOp'] },
  { name: 'customizerScriptFileName', operations: [] },
  { name: 'deleteScriptFileName', operations: ['DeleteApiOp'] },
  { name: 'resolveUsernameScriptFileName', operations: ['ResolveUsernameApiOp'] },
  { name: 'schemaScriptFileName', operations: ['SchemaApiOp'] },
  { name: 'scriptOnResourceScriptFileName', operations: ['ScriptOnResourceApiOp'] },
  { name: 'searchScriptFileName', operations: ['SearchApiOp', 'GetApiOp'] },
  { name: 'syncScriptFileName', operations: ['SyncApiOp', 'SyncEventSubscriptionApiOp', 'ConnectorEventSubscriptionApiOp'] },
  { name: 'testScriptFileName', operations: [] },
  { name: 'updateScriptFileName', operations: ['UpdateApiOp'] },
];

/** The file a slot names; undefined for none. */
export function slotOf(config: Pick<ScriptedConfig, SlotName>, name: SlotName): string | undefined {
  const file = config[name]?.trim();
  return file === '' ? undefined : file;
}
