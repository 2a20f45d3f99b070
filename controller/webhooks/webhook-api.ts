import { anything, flag, list, object, oneOf, orNull, ref, resource, text, whole, type ApiPart } from '../openapi/api-part.js';
import { WEBHOOK_EVENTS } from './webhook-event.js';

/** `/webhook` (docs/webhooks.md). */
export const webhookApi: ApiPart = {
  name: 'webhook', description: 'Who is told of what happened',
  schemas: {
    Webhook: resource({ origin: text, events: list(oneOf(...WEBHOOK_EVENTS)), timeout: whole, privateAddresses: flag }),
    WebhookDelivery: resource({
      webhook: text, event: oneOf(...WEBHOOK_EVENTS), state: oneOf('waiting', 'delivered', 'dead'), attempts: whole, nextAttempt: orNull(text), lastStatus: orNull(whole), lastError: orNull(text),
      created: text, ended: orNull(text), body: anything,
    }),
  },
  endpoints: [
    { path: 'webhook', summary: 'The webhooks of the configuration', query: { row: ref('Webhook'), by: ['filter', 'id'] } },
    { path: 'webhook/delivery', summary: 'What they were told, and are yet to be told', query: { row: ref('WebhookDelivery'), by: ['filter', 'id'] } },
    {
      path: 'webhook/delivery/{id}', summary: 'One delivery', pathParameters: { id: 'Its id: the webhook-id of the message' }, read: { answer: ref('WebhookDelivery') }, delete: { answer: ref('WebhookDelivery') },
      actions: { retry: { description: 'Delivers it again, one that was given up too', answer: object({ _id: text, action: text, status: text }) } },
    },
  ],
};
