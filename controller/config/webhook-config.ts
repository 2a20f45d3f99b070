import { z } from 'zod';
import { WEBHOOK_EVENTS } from '../webhooks/webhook-event.js';
import { duration, path, url } from './setting-types.js';
import { secretSource } from './telemetry-config.js';

const NAME = 'must be a name of letters, digits, - and _, at most 64';
const EVENT = `must be one of ${WEBHOOK_EVENTS.join(', ')}`;

/** Section `webhooks`: who is told of what happened. */
export const webhooks = (base: string) => z.array(z.strictObject({
  name: z.string({ error: NAME }).regex(/^[A-Za-z0-9_-]{1,64}$/, NAME),
  url: url(),
  secret: secretSource(base),
  events: z.array(z.enum(WEBHOOK_EVENTS, { error: EVENT })).min(1, EVENT).default([...WEBHOOK_EVENTS]),
  timeout: duration().default(15_000),
  privateAddresses: z.boolean({ error: 'must be true or false' }).default(false),
  ca: path(base, 'the PEM authorities to trust at the receiver').optional(),
})).default([]).refine((hooks) => new Set(hooks.map(({ name }) => name)).size === hooks.length, { error: 'two webhooks have one name' });

export type WebhookConfig = z.infer<ReturnType<typeof webhooks>>[number];
