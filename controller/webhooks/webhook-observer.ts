import type { DeliveryResult } from './webhook-queue.js';

/** `dropped`: never stored, as too many waited. */
export type WebhookOutcome = DeliveryResult['kind'] | 'dropped';

/** Hears what becomes of messages for webhooks on this controller. */
export interface WebhookObserver {
  messages(webhook: string, outcome: WebhookOutcome, count: number): void;
}
