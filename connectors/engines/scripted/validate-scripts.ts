import { ConnectorError } from '../../../protocol/model/index.js';
import { customConfiguration } from './custom-configuration.js';
import { ScriptFiles } from './script-files.js';
import { candidates, checkScriptName, isGroovy } from './script-names.js';
import { scriptRoots } from './script-roots.js';
import { SLOTS, slotOf } from './script-slots.js';
import type { OpenContext } from '../../framework/spi.js';
import type { ScriptedConfig } from './scripted-connector.js';

/** For `validate`: names of scripts, text encoding, and the custom settings. Throws `configuration`. */
export function validateScripts(config: ScriptedConfig, bundled: ReadonlyMap<string, string> = new Map()): void {
  checkEncoding(config.sourceEncoding);
  customConfiguration(config);
  const roots = rootsOf(config);
  for (const { name: slot } of SLOTS) {
    const name = slotOf(config, slot);
    if (name === undefined) continue;
    checkScriptName(slot, name);
    if (roots.bundled && hasBundled(name, bundled)) continue;
    if (roots.folders.length === 0) throw new ConnectorError('configuration', `${slot} names '${name}', but scriptRoots names no folder: name the one the script is in.`);
  }
}

/**
 * For `validateHere`: where a slot names a Groovy file, its JavaScript has to be beside it, in a folder the agent runs scripts from.
 * Rejects with `configuration`.
 */
export async function validateGroovyScripts(config: ScriptedConfig, { scripts }: Pick<OpenContext, 'scripts'>, bundled: ReadonlyMap<string, string> = new Map()): Promise<void> {
  const named = SLOTS.map(({ name: slot }) => [slot, slotOf(config, slot)] as const).filter((entry): entry is [typeof entry[0], string] => entry[1] !== undefined && isGroovy(entry[1]));
  if (named.length === 0) return;
  const files = new ScriptFiles(config, bundled, scripts === undefined ? [] : (await scripts()).folders);
  for (const [slot, name] of named) await files.load(slot, name);
}

function rootsOf(config: ScriptedConfig) {
  try {
    return scriptRoots(config);
  } catch (error) {
    throw new ConnectorError('configuration', 'scriptRoots holds an address that is no folder on this machine.', { cause: error });
  }
}

function hasBundled(name: string, bundled: ReadonlyMap<string, string>): boolean {
  return bundled.has(name) || candidates(name).some((candidate) => bundled.has(candidate));
}

function checkEncoding(encoding: string | null): void {
  try {
    new TextDecoder(encoding ?? 'utf-8');
  } catch {
    throw new ConnectorError('configuration', `sourceEncoding: '${encoding ?? ''}' is no character encoding that is known here; use UTF-8.`);
  }
}
