import type { JsonObject } from '../crest/json.js';
import { badRequest } from '../crest/resource-error.js';
import type { ScheduledService } from './scheduled-service.js';

/** The part of reconciliations a schedule needs. */
export interface StartedReconciliations {
  start(mapping: string, request: Readonly<Record<string, never>>, caller: string): Promise<{ readonly id: string; readonly done: Promise<void> }>;
  summary(id: string): Promise<JsonObject>;
  cancel(id: string): void | Promise<void>;
}

const ACTIONS = new Set(['reconcile', 'recon', 'reconById', 'reconByQuery']);

/** `invokeService` `sync`: a whole reconciliation, whichever of its names the action has. */
export function reconcileService(reconciliations: StartedReconciliations): ScheduledService {
  return {
    hasPublicReasons: true,
    check(context) { mappingOf(context); },
    async run(context, { signal, log }) {
      signal.throwIfAborted();
      const { id, done } = await reconciliations.start(mappingOf(context), {}, 'scheduler');
      log.info({ reconId: id }, 'reconciliation started by its schedule');
      let onAbort = (): void => undefined;
      // Its end is not waited for: a controller that stops without its database would never stop.
      const aborted = new Promise<void>((resolve) => {
        onAbort = () => {
          void Promise.resolve(reconciliations.cancel(id)).catch(() => undefined);
          resolve();
        };
      });
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
      try {
        await Promise.race([done, aborted]);
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
      signal.throwIfAborted();
      const { state, message, situationSummary, statusSummary } = await reconciliations.summary(id);
      if (state !== 'SUCCESS') throw new Error(`reconciliation ${id} ended as ${typeof state === 'string' ? state : 'unknown'}${typeof message === 'string' && message !== '' ? `: ${message}` : ''}`);
      return { reconId: id, state, situationSummary: situationSummary ?? null, statusSummary: statusSummary ?? null };
    },
  };
}

/** Name of the mapping a schedule calls. Throws 400. */
export function mappingOf({ action, mapping }: JsonObject): string {
  if (typeof action !== 'string' || !ACTIONS.has(action)) throw badRequest(`The schedule cannot be used: invokeContext.action must be one of ${[...ACTIONS].join(', ')}`);
  if (typeof mapping !== 'string' || mapping === '') throw badRequest('The schedule cannot be used: invokeContext.mapping must be the name of a mapping of sync.json; a mapping inside a schedule is not supported');
  return mapping;
}
