import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadSystems, readCryptoKey, readProvider, valueSources } from '../build-systems.js';
import type { ControllerConfig } from '../config/controller-config.js';
import { PROVIDER_FILE } from '../gateway/connector-info-provider.js';
import { silentLog } from '../log.js';
import { scriptFile } from '../systems/requests/run-script.js';
import type { CryptoKeys } from '../systems/encrypted-values.js';
import type { SystemRegistry } from '../systems/system-registry.js';
import type { System } from '../systems/system.js';
import { checkManaged } from './check-managed.js';
import { checkMappings } from './check-mappings.js';
import { checkSchedules } from './check-schedules.js';
import { attempt, failed, jsonFault, lookAtFile, ok, type CheckResult } from './check-result.js';

const SETTING = 'systems.configuration';
const NO_PROVIDER = { servers: [], clients: [], groups: [] };

/** The keys of encrypted values, and every file of the configuration folder, read as a start reads them. */
export async function checkSystems(config: ControllerConfig): Promise<CheckResult[]> {
  const { results, keys } = await checkKeys(config.systems.cryptoKeys);
  const folder = { setting: SETTING, file: config.systems.configuration };
  const listed = await attempt(folder, () => readdir(folder.file));
  if ('result' in listed) return [...results, listed.result];
  const sources = valueSources(config.systems, keys);
  const provider = await attempt({ setting: SETTING, file: join(folder.file, PROVIDER_FILE) }, () => readProvider(folder.file, sources, silentLog), 'Correct the file: the controller does not start with it.');
  if ('result' in provider) results.push(provider.result);
  const loaded = await attempt(folder, () => loadSystems(config, { provider: 'result' in provider ? NO_PROVIDER : provider.value, sources, log: silentLog }));
  if ('result' in loaded) return [...results, loaded.result];
  const { registry } = loaded.value;
  for (const system of registry.all) results.push(...await checkSystem(system, registry, config));
  const managed = await checkManaged(folder.file, config.systems.project, keys);
  const mappings = await checkMappings(folder.file, config.systems.project, { registry, managed: managed.types });
  return [...results, ...mappings.results, ...managed.results, ...await checkSchedules(folder.file, config.systems.project, { registry, mappings: mappings.names })];
}

/** Those that can be used are handed on, so that one that cannot does not spoil every file. */
async function checkKeys(files: ControllerConfig['systems']['cryptoKeys']): Promise<{ readonly results: CheckResult[]; readonly keys: CryptoKeys }> {
  const keys = new Map<string, Buffer>();
  const results: CheckResult[] = [];
  for (const [alias, { file }] of Object.entries(files)) {
    const setting = `systems.cryptoKeys.${alias}`;
    const unreadable = await lookAtFile(setting, file);
    const read = unreadable === undefined ? await attempt({ setting, file }, () => readCryptoKey(alias, file), 'Put the key of that name there, on one line.') : { result: unreadable };
    if ('result' in read) results.push(read.result);
    else {
      keys.set(alias, read.value);
      results.push(ok({ setting, file }, `an AES key of ${read.value.length} bytes.`));
    }
  }
  return { results, keys };
}

async function checkSystem(system: System, registry: SystemRegistry, { systems }: ControllerConfig): Promise<CheckResult[]> {
  const subject = { setting: SETTING, file: join(systems.configuration, `provisioner.openicf-${system.fileName}.json`) };
  if (system.error !== undefined) return [failed(subject, `cannot be used: ${system.error.startsWith('no valid JSON') ? jsonFault(system.error) : system.error.replace(/\.$/, '')}. Until it is corrected, the system answers 503.`)];
  const first = registry.get(system.name);
  if (first !== system) return [failed(subject, `is of the system ${system.name}, as provisioner.openicf-${first?.fileName ?? ''}.json is, and only that one is used. Give one of the two another name.`)];
  const scripts = await checkScripts(system, systems.project);
  return scripts.length > 0 ? scripts : [ok(subject, `system ${system.name}${system.isEnabled ? '' : ', which is disabled'}.`)];
}

async function checkScripts(system: System, project: string): Promise<CheckResult[]> {
  const named = system.setup?.source.systemActions.flatMap(({ scriptId, actions }) => actions.flatMap(({ actionSource, actionFile }) => (actionSource === undefined && actionFile !== undefined ? [{ scriptId, actionFile }] : []))) ?? [];
  const looked = await Promise.all(named.map(async ({ scriptId, actionFile }) => {
    const path = scriptFile(actionFile, project);
    const setting = `system ${system.name}, systemActions ${scriptId}`;
    if (path === undefined) return failed({ setting, file: actionFile }, 'is outside the project folder (systems.project), so it is not read. Move it there.');
    return lookAtFile(setting, path);
  }));
  return looked.filter((result) => result !== undefined);
}
