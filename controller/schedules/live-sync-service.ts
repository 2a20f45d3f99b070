import type { JsonObject } from '../crest/json.js';
import { badRequest, unavailable } from '../crest/resource-error.js';
import { objectCall } from '../systems/requests/object-call.js';
import type { LiveSyncRunner } from '../systems/requests/parts.js';
import type { SystemRegistry } from '../systems/system-registry.js';
import type { ScheduledService } from './scheduled-service.js';

/** `invokeService` `provisioner`: liveSync of one object type. A change that failed and comes again is a failed run. */
export function liveSyncService(registry: Pick<SystemRegistry, 'get'>, liveSync: LiveSyncRunner): ScheduledService {
  return {
    check(context) { sourceOf(context); },
    async run(context, { runId, signal }) {
      const { system: name, type } = sourceOf(context);
      const system = registry.get(name);
      if (system?.isEnabled !== true) throw unavailable(`System: ${name} is not available.`);
      const stage = await liveSync(objectCall(system, type, { signal, caller: 'scheduler', transactionId: runId }), true);
      const { lastException } = stage;
      if (lastException !== undefined) throw new Error(`liveSync stopped at a change that failed: ${failureOf(lastException)}`);
      return { connectorData: stage['connectorData'] ?? null };
    },
  };
}

function failureOf(lastException: JsonObject[string]): string {
  const { throwable } = (typeof lastException === 'object' && lastException !== null ? lastException : {}) as JsonObject;
  return typeof throwable === 'string' ? throwable : 'its reason is with the liveSync state';
}

/** What a schedule calls. Throws 400. */
export function sourceOf({ action, source }: JsonObject): { readonly system: string; readonly type: string } {
  if (action !== 'liveSync' && action !== 'activeSync') throw badRequest('The schedule cannot be used: invokeContext.action must be liveSync or activeSync');
  const [kind, system = '', type = '', ...rest] = typeof source === 'string' ? source.replace(/^\/|\/$/g, '').split('/') : [];
  if (kind !== 'system' || system === '' || type === '' || rest.length > 0) throw badRequest('The schedule cannot be used: invokeContext.source must be system/<system>/<object type>');
  return { system, type };
}
