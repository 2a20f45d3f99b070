import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sourceOf } from '../schedules/live-sync-service.js';
import { mappingOf } from '../schedules/reconcile-service.js';
import { readScheduleFile, scheduleNameOf } from '../schedules/schedule-file.js';
import type { Schedule } from '../schedules/schedule.js';
import { checkingServices } from '../schedules/scheduled-services.js';
import type { SystemRegistry } from '../systems/system-registry.js';
import { attempt, failed, ok, warning, type CheckResult } from './check-result.js';

export interface Callable {
  readonly registry: SystemRegistry;
  /** Undefined: the file cannot be used, which is told already. */
  readonly mappings: ReadonlySet<string> | undefined;
}

/** Every `schedule-<name>.json` as a start reads it, and whether there is what it calls. */
export async function checkSchedules(folder: string, project: string, callable: Callable): Promise<CheckResult[]> {
  const services = checkingServices(project);
  const results: CheckResult[] = [];
  for (const file of (await readdir(folder)).sort()) {
    const name = scheduleNameOf(file);
    if (name === undefined) continue;
    const subject = { setting: 'systems.configuration', file: join(folder, file) };
    const read = await attempt(subject, async () => readScheduleFile(name, await readFile(subject.file, 'utf8'), services), 'Until it is corrected, the schedule stays as the controller knew it before, and a new one does not run.');
    if ('result' in read) {
      results.push(read.result);
      continue;
    }
    const { enabled } = read.value.source;
    const missing = missingIn(read.value, callable);
    if (missing === undefined) results.push(ok(subject, `schedule ${name}${enabled ? '' : ', which is disabled'}.`));
    else results.push((enabled ? failed : warning)(subject, `schedule ${name}: ${missing} ${enabled ? 'Until then each of its runs fails.' : 'It is disabled.'}`));
  }
  return results;
}

/** A system whose file cannot be used is told already, and its types are not known. */
function missingIn({ service, context }: Schedule, { registry, mappings }: Callable): string | undefined {
  if (service === 'sync') {
    const mapping = mappingOf(context);
    return mappings === undefined || mappings.has(mapping) ? undefined : `it calls the mapping ${mapping}, which sync.json does not have. Correct the schedule, or add the mapping.`;
  }
  if (service !== 'provisioner') return undefined;
  const { system: name, type } = sourceOf(context);
  const system = registry.get(name);
  if (system === undefined) return `it calls the system ${name}, and no provisioner file has that name. Correct the schedule, or put the file there.`;
  return system.setup === undefined || system.setup.types.has(type) ? undefined : `it calls the type ${type} of the system ${name}, which has ${[...system.setup.types.keys()].join(', ')}. Correct the schedule, or add the type to its objectTypes.`;
}
