import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { candidates } from '../../engines/scripted/script-names.js';
import { scriptRoots } from '../../engines/scripted/script-roots.js';
import type { SlotName } from '../../engines/scripted/script-slots.js';
import { unavailableOperations } from '../../engines/scripted/scripted-connector.js';
import type { ApiOperation } from '../../../protocol/model/index.js';
import { BUNDLED, type MongoConfig } from './config.js';

export type BundledOperation = keyof typeof BUNDLED;

const slotName = (operation: BundledOperation): SlotName => `${operation}ScriptFileName`;

/** `usersRoles/Create.groovy`, as the Java connector has it, or what a file for this connector may call the same. */
function namesBundled(file: string | null, operation: BundledOperation): boolean {
  const given = file?.trim().replace(/^\.?\//, '') ?? '';
  return given === BUNDLED[operation] || candidates(BUNDLED[operation]).includes(given);
}

/** A file of one's own comes before what is brought along, as in Java, where roots are searched in their order. */
function hasOwnFile(folders: readonly string[], operation: BundledOperation): boolean {
  return folders.some((folder) => candidates(BUNDLED[operation]).some((file) => existsSync(join(folder, file))));
}

/** Operations this connector carries out itself: their slots name what the Java connector brings along, within its bundle. */
export function builtIn(config: MongoConfig): ReadonlySet<BundledOperation> {
  const roots = scriptRoots(config);
  if (!roots.bundled) return new Set();
  const all = Object.keys(BUNDLED) as BundledOperation[];
  return new Set(all.filter((operation) => namesBundled(config[slotName(operation)], operation) && !hasOwnFile(roots.folders, operation)));
}

const NEVER = Number.MAX_SAFE_INTEGER;

/**
 * The configuration as the script engine is to see it: without what no script does. A file that has changed is read again only with
 * `recompileGroovySource`, as with Java.
 */
export function withoutBuiltIn(config: MongoConfig, own: ReadonlySet<BundledOperation>): MongoConfig {
  const interval = config.recompileGroovySource ? config.minimumRecompilationInterval : NEVER;
  return { ...config, minimumRecompilationInterval: interval, ...Object.fromEntries([...own].map((operation) => [slotName(operation), null])) };
}

const SLOTS: readonly SlotName[] = [
  'authenticateScriptFileName', 'createScriptFileName', 'customizerScriptFileName', 'deleteScriptFileName', 'resolveUsernameScriptFileName', 'schemaScriptFileName',
  'scriptOnResourceScriptFileName', 'searchScriptFileName', 'syncScriptFileName', 'testScriptFileName', 'updateScriptFileName',
];

/** Whether any slot needs the script engine. */
export function needsScripts(config: MongoConfig): boolean {
  return SLOTS.some((slot) => (config[slot]?.trim() ?? '') !== '');
}

const SYNC: readonly ApiOperation[] = ['SyncApiOp', 'SyncEventSubscriptionApiOp', 'ConnectorEventSubscriptionApiOp'];

/** Operations whose slot is empty, except for changes that need no script. */
export function unavailable(config: MongoConfig): readonly ApiOperation[] {
  const empty = unavailableOperations(config);
  return config.syncMode === null || config.syncMode.trim() === '' ? empty : empty.filter((operation) => !SYNC.includes(operation));
}
