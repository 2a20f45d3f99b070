import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../crest/json.js';
import type { RunRecord } from '../reconciliation/runs/run-store.js';
import type { LiveSyncObserver } from '../sync/live-sync-observer.js';
import type { TellWebhooks, WebhookEvent } from './webhook-event.js';

/** A run with its figures; no objects are named. */
export function reconciliationEvent(type: 'reconciliation.ended' | 'reconciliation.awaiting_approval', { id, mapping, caller }: RunRecord, summary: JsonObject): WebhookEvent {
  const figures = ['state', 'message', 'dryRun', 'started', 'ended', 'duration', 'situationSummary', 'statusSummary', 'progress'].flatMap((name) => (summary[name] === undefined ? [] : [[name, summary[name]] as const]));
  return { type, key: id, at: new Date(), data: { reconciliation: id, mapping, caller, ...Object.fromEntries(figures) } };
}

/** As the observer, and webhooks hear of changes that were given up. */
export function tellingOfDeadLetters(observer: LiveSyncObserver | undefined, tell: TellWebhooks): LiveSyncObserver {
  return {
    started: (container) => observer?.started(container),
    change: (container, outcome) => observer?.change(container, outcome),
    ended: (container, outcome, milliseconds) => observer?.ended(container, outcome, milliseconds),
    deadLetter(container) {
      observer?.deadLetter(container);
      void tell({ type: 'dead_letter.added', key: randomUUID(), at: new Date(), data: { source: container } });
    },
  };
}
