import { join } from 'node:path';
import { MAPPING_FILE, MappingBook } from '../mappings/mapping-book.js';
import type { Mapping } from '../mappings/mapping.js';
import type { SystemRegistry } from '../systems/system-registry.js';
import { attempt, failed, ok, type CheckResult } from './check-result.js';

export interface KnownSets {
  readonly registry: SystemRegistry;
  /** Undefined: the file cannot be used, which is told already. */
  readonly managed: ReadonlySet<string> | undefined;
}

/** Every mapping of `sync.json` as a run reads it, and whether its object sets are there. `names` undefined: they are not known. */
export async function checkMappings(folder: string, project: string, sets: KnownSets): Promise<{ readonly results: readonly CheckResult[]; readonly names: ReadonlySet<string> | undefined }> {
  const subject = { setting: 'systems.configuration', file: join(folder, MAPPING_FILE) };
  const read = await attempt(subject, () => new MappingBook(folder, project).all(), 'Until it is corrected, no mapping of it can be run.');
  if ('result' in read) return { results: [read.result], names: undefined };
  const results = [...read.value].flatMap(([name, entry]) => {
    if ('problems' in entry) return entry.problems.map((problem) => failed(subject, `mapping ${name === '' ? 'without a name' : name}: ${problem.replace(/\.$/, '')}. Until it is corrected, it cannot be run.`));
    const missing = missingSets(entry.mapping, sets);
    return missing.length === 0 ? [ok(subject, `mapping ${name}.`)] : missing.map((text) => failed(subject, `mapping ${name}: ${text}`));
  });
  return { results, names: new Set(read.value.keys()) };
}

/** A system whose file cannot be used is told already, and its types are not known. */
function missingSets({ source, target }: Mapping, { registry, managed }: KnownSets): string[] {
  return Object.entries({ source, target }).flatMap(([end, objectSet]) => {
    const [collection, name = '', type = ''] = objectSet.split('/');
    if (collection === 'managed') return managed === undefined || managed.has(name) ? [] : [`${end} is the managed object type ${name}, which managed.json does not have. Correct the mapping, or add the type.`];
    const system = registry.get(name);
    if (system === undefined) return [`${end} is of the system ${name}, and no provisioner file has that name. Correct the mapping, or put the file there.`];
    const isThere = system.setup === undefined || system.setup.types.has(type);
    return isThere ? [] : [`${end} is the type ${type} of the system ${name}, which has ${[...system.setup.types.keys()].join(', ')}. Correct the mapping, or add the type to its objectTypes.`];
  });
}
