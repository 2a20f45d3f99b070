import type { JsonObject } from '../crest/json.js';
import type { SqlRunner } from '../store/database/database.js';

/** What webhooks may be told of. */
export const WEBHOOK_EVENTS = [
  'reconciliation.ended', 'reconciliation.awaiting_approval', 'agent.gone', 'agent.back', 'certificate.expiring', 'dead_letter.added', 'schedule.failed',
] as const;
export type WebhookEventType = (typeof WEBHOOK_EVENTS)[number];

/** Something that happened. Values of objects and secrets are in none. */
export interface WebhookEvent {
  readonly type: WebhookEventType;
  /** What happened has one key, however often and by how many controllers it is told. */
  readonly key: string;
  readonly at: Date;
  readonly data: JsonObject;
}

/** Takes events. Never rejects: what is told of goes on. */
export type TellWebhooks = (event: WebhookEvent) => Promise<void>;

/** Takes an event if the transaction goes through, and only then. Rejects when it cannot be stored. */
export type TellWebhooksWithin = (event: WebhookEvent, tx: SqlRunner) => Promise<void>;
