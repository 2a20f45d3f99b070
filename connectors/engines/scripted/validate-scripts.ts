import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConnectorError } from '../../../protocol/model/index.js';
import { customConfiguration } from './custom-configuration.js';
import { candidates, checkScriptName, groovyRefused, isGroovy } from './script-names.js';
import { scriptRoots } from './script-roots.js';
import { SLOTS, slotOf } from './script-slots.js';
import type { ScriptedConfig } from './scripted-connector.js';

/**
 * For `validate`: names of scripts, text encoding, and the custom settings. The disk is only looked at where a slot names a Groovy file,
 * for whether its JavaScript is beside it. Throws `configuration`.
 */
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
    if (isGroovy(name)) checkGroovy(slot, name, roots.folders);
  }
}

function rootsOf(config: ScriptedConfig) {
  try {
    return scriptRoots(config);
  } catch (error) {
    throw new ConnectorError('configuration', 'scriptRoots holds an address that is no folder on this machine.', { cause: error });
  }
}

export function hasBundled(name: string, bundled: ReadonlyMap<string, string>): boolean {
  return bundled.has(name) || candidates(name).some((candidate) => bundled.has(candidate));
}

function checkGroovy(slot: string, name: string, folders: readonly string[]): void {
  const files = candidates(name);
  if (folders.some((folder) => files.some((file) => existsSync(join(folder, file))))) return;
  const found = folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
  throw groovyRefused(slot, found ?? name, files);
}

export function checkEncoding(encoding: string | null): void {
  try {
    new TextDecoder(encoding ?? 'utf-8');
  } catch {
    throw new ConnectorError('configuration', `sourceEncoding: '${encoding ?? ''}' is no character encoding that is known here; use UTF-8.`);
  }
}
