import { join } from 'node:path';
import { MAPPING_FILE, MappingBook } from '../reconciliation/mapping-book.js';
import type { Mapping } from '../reconciliation/mapping.js';
import type { SystemRegistry } from '../systems/system-registry.js';
import { attempt, failed, ok, type CheckResult } from './check-result.js';

/** Every mapping of `sync.json` as a run reads it, and whether its systems and their types are there. */
export async function checkMappings(folder: string, registry: SystemRegistry): Promise<CheckResult[]> {
  const subject = { setting: 'systems.configuration', file: join(folder, MAPPING_FILE) };
  const read = await attempt(subject, () => new MappingBook(folder).all(), 'Until it is corrected, no mapping of it can be run.');
  if ('result' in read) return [read.result];
  return [...read.value].flatMap(([name, entry]) => {
    if ('problems' in entry) return entry.problems.map((problem) => failed(subject, `mapping ${name === '' ? 'without a name' : name}: ${problem.replace(/\.$/, '')}. Until it is corrected, it cannot be run.`));
    const missing = missingSets(entry.mapping, registry);
    return missing.length === 0 ? [ok(subject, `mapping ${name}.`)] : missing.map((text) => failed(subject, `mapping ${name}: ${text}`));
  });
}

/** A system whose file cannot be used is told already, and its types are not known. */
function missingSets({ source, target }: Mapping, registry: SystemRegistry): string[] {
  return Object.entries({ source, target }).flatMap(([end, objectSet]) => {
    const [, name = '', type = ''] = objectSet.split('/');
    const system = registry.get(name);
    if (system === undefined) return [`${end} is of the system ${name}, and no provisioner file has that name. Correct the mapping, or put the file there.`];
    const isThere = system.setup === undefined || system.setup.types.has(type);
    return isThere ? [] : [`${end} is the type ${type} of the system ${name}, which has ${[...system.setup.types.keys()].join(', ')}. Correct the mapping, or add the type to its objectTypes.`];
  });
}
