import type { LiveSyncRunner } from '../systems/requests/parts.js';
import type { SystemRegistry } from '../systems/system-registry.js';
import { liveSyncService } from './live-sync-service.js';
import { scheduleScriptReader } from './mapping-script-runner.js';
import { reconcileService, type StartedReconciliations } from './reconcile-service.js';
import type { ScheduledServices } from './scheduled-service.js';
import { scriptService, type ScheduleScripts } from './script-service.js';

export interface ServiceParts {
  readonly registry: Pick<SystemRegistry, 'get'>;
  readonly liveSync: LiveSyncRunner;
  readonly reconciliations: StartedReconciliations;
  readonly scripts: ScheduleScripts | undefined;
}

/** Everything schedules can call. */
export function scheduledServices({ registry, liveSync, reconciliations, scripts }: ServiceParts): ScheduledServices {
  return new Map([['sync', reconcileService(reconciliations)], ['provisioner', liveSyncService(registry, liveSync)], ['script', scriptService(scripts)]]);
}

/** As those of a start, but they run nothing: they say whether they could be called so. Without a folder files of scripts are not read. */
export function checkingServices(projectFolder: string | undefined): ScheduledServices {
  const nothingRuns = (): Promise<never> => Promise.reject(new Error('A check runs no schedules'));
  return scheduledServices({
    registry: { get: () => undefined }, liveSync: nothingRuns,
    reconciliations: { start: nothingRuns, summary: nothingRuns, cancel: () => undefined },
    scripts: { check: scheduleScriptReader(projectFolder), run: nothingRuns },
  });
}
