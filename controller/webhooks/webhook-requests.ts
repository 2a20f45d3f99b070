import { matchesFilter } from '../crest/evaluate-query-filter.js';
import type { JsonObject } from '../crest/json.js';
import type { CrestAnswer, QueryEnd, RequestHandler, RequestOf, Resource } from '../crest/request.js';
import { badRequest, notFound, notSupported } from '../crest/resource-error.js';
import type { WebhookConfig } from '../config/webhook-config.js';
import type { Database } from '../store/database/database.js';
import { queryRows, type QuerySource } from '../store/sql-query.js';
import { LAST_PAGE } from '../../protocol/model/index.js';
import type { WebhookQueue } from './webhook-queue.js';

interface Row { readonly number: number; readonly id: string; readonly content: JsonObject }

const CONTENT = `jsonb_build_object('_id', id, 'webhook', webhook, 'event', event, 'state', state, 'attempts', attempts, 'nextAttempt', case when state = 'waiting' then next_attempt end,
  'lastStatus', last_status, 'lastError', last_error, 'created', created, 'ended', ended, 'body', body::jsonb)`;
const DELIVERIES: QuerySource<Row> = {
  table: 'webhook_delivery', select: `number, id, ${CONTENT} as content`, key: 'number', keyType: 'int8', isKey: (text) => /^\d{1,18}$/.test(text), content: CONTENT,
  toResource: ({ id, content }) => ({ id, content }), keyOf: ({ number }) => String(number),
};

/** `/webhook`: the webhooks of the configuration; `/webhook/delivery`: what they were told and are yet to be told. */
export function webhookRequests(database: Database, queue: WebhookQueue, webhooks: readonly WebhookConfig[], now: () => Date = () => new Date()): RequestHandler {
  return async (request, { signal }) => {
    const [part, id, ...rest] = request.path;
    if (part === undefined && request.kind === 'query') return { kind: 'query', rows: configured(webhooks, request) };
    if (part !== 'delivery' || rest.length > 0) throw notFound(`Resource 'webhook/${request.path.join('/')}' not found`);
    if (request.kind === 'query' && id === undefined) return { kind: 'query', rows: queryRows(database, DELIVERIES, request, signal) };
    if (id === undefined) throw notSupported(`webhook/delivery does not support ${request.kind}`);
    const found = await one(database, id);
    switch (request.kind) {
      case 'read': return found;
      case 'delete':
        await database.query('delete from webhook_delivery where id = $1', [id]);
        return found;
      case 'action':
        if (request.action !== 'retry') throw badRequest(`Action ${request.action} on a delivery is not supported; known is retry`);
        await queue.retry(id, now());
        return { kind: 'action', content: { _id: id, action: 'retry', status: 'SUCCESS' } };
      default: throw notSupported(`A delivery does not support ${request.kind}`);
    }
  };
}

async function one(database: Database, id: string): Promise<CrestAnswer> {
  const [row] = await database.query<Row>(`select ${DELIVERIES.select} from webhook_delivery where id = $1`, [id]);
  if (row === undefined) throw notFound(`There is no delivery ${id}`);
  return { kind: 'resource', resource: { id, content: row.content } };
}

async function* configured(webhooks: readonly WebhookConfig[], { by }: RequestOf<'query'>): AsyncGenerator<Resource, QueryEnd, void> {
  if (by.kind === 'expression') throw badRequest('Webhooks are queried by _queryFilter, or _queryId=query-all');
  for (const { name, url, events, timeout, privateAddresses } of webhooks) {
    // Of the address no more than where it leads to: many receivers have a secret in theirs.
    const content = { _id: name, origin: new URL(url).origin, events: [...events], timeout, privateAddresses };
    if (by.kind === 'id' || matchesFilter(by.filter, content)) yield { id: name, content };
  }
  return LAST_PAGE;
}
