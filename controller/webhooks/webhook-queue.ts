import { randomUUID } from 'node:crypto';
import type { Log } from '../log.js';
import type { Database, SqlRunner } from '../store/database/database.js';
import type { WebhookObserver } from './webhook-observer.js';
import type { TellWebhooks, TellWebhooksWithin, WebhookEvent, WebhookEventType } from './webhook-event.js';

/** A delivery that is to be tried now. */
export interface DueDelivery {
  readonly id: string;
  readonly webhook: string;
  readonly body: string;
  /** Tries before this one. */
  readonly attempts: number;
}

export type DeliveryResult =
  | { readonly kind: 'delivered'; readonly status: number }
  | { readonly kind: 'later'; readonly at: Date; readonly status: number | undefined; readonly error: string }
  | { readonly kind: 'dead'; readonly status: number | undefined; readonly error: string };

/** Undelivered ones of one webhook; events beyond are dropped, and the log says so. */
const MOST_WAITING = 10_000;
const KEPT_FOR = 30 * 86_400_000;

export interface SubscribedWebhook { readonly name: string; readonly events: readonly WebhookEventType[] }

/** What webhooks are yet to be told, of all controllers. */
export class WebhookQueue {
  readonly #database: Database;
  readonly #webhooks: readonly SubscribedWebhook[];
  readonly #log: Log;
  readonly #mostWaiting: number;
  readonly #observer: WebhookObserver | undefined;

  constructor(database: Database, { webhooks, log, mostWaiting = MOST_WAITING, observer }: { readonly webhooks: readonly SubscribedWebhook[]; readonly log: Log; readonly mostWaiting?: number; readonly observer?: WebhookObserver | undefined }) {
    this.#database = database;
    this.#webhooks = webhooks;
    this.#log = log;
    this.#mostWaiting = mostWaiting;
    this.#observer = observer;
  }

  /** Stores an event for everybody who wants it; one that is stored already changes nothing. */
  readonly tell: TellWebhooks = async (event) => {
    try {
      await this.tellWithin(event, this.#database);
    } catch (error) {
      this.#log.error({ err: error, event: event.type }, 'an event for webhooks could not be stored');
    }
  };

  readonly tellWithin: TellWebhooksWithin = async (event, tx) => {
    for (const { name } of this.#webhooks.filter(({ events }) => events.includes(event.type))) await this.#add(tx, name, event);
  };

  async #add(runner: SqlRunner, webhook: string, { type, key, at, data }: WebhookEvent): Promise<void> {
    const body = JSON.stringify({ type, timestamp: at.toISOString(), data });
    const added = await runner.query(`
insert into webhook_delivery (id, webhook, event, event_key, body, state, next_attempt, created)
select $1, $2, $3, $4, $5, 'waiting', $6::timestamptz, $6::timestamptz
where (select count(*) from (select 1 from webhook_delivery where webhook = $2 and state = 'waiting' limit $7) w) < $7
on conflict on constraint webhook_delivery_once do update set webhook = excluded.webhook returning 1 as one`, [`msg_${randomUUID().replaceAll('-', '')}`, webhook, type, `${type} ${key}`, body, at.toISOString(), this.#mostWaiting]);
    if (added.length > 0) return;
    this.#observer?.messages(webhook, 'dropped', 1);
    this.#log.error({ webhook, event: type, waiting: this.#mostWaiting }, 'an event was dropped: too many wait for this webhook');
  }

  /** How many wait, by webhook; 0 for one that nothing waits for. */
  async waiting(): Promise<ReadonlyMap<string, number>> {
    const names = this.#webhooks.map(({ name }) => name);
    const waiting = new Map(names.map((name) => [name, 0]));
    if (names.length === 0) return waiting;
    const rows = await this.#database.query<{ readonly webhook: string; readonly deliveries: number }>("select webhook, count(*) as deliveries from webhook_delivery where state = 'waiting' and webhook = any ($1::text[]) group by webhook", [names]);
    for (const { webhook, deliveries } of rows) waiting.set(webhook, deliveries);
    return waiting;
  }

  /** Takes deliveries on until `until`; another controller that asks meanwhile gets others. Those of webhooks that are none any more wait. */
  async claim(most: number, now: Date, until: Date): Promise<readonly DueDelivery[]> {
    return this.#database.query<DueDelivery>(`
update webhook_delivery d set next_attempt = $2::timestamptz
from (select number from webhook_delivery where state = 'waiting' and next_attempt <= $1::timestamptz and webhook = any ($4::text[]) order by next_attempt, number limit $3 for update skip locked) due
where d.number = due.number returning d.id, d.webhook, d.body, d.attempts`, [now.toISOString(), until.toISOString(), most, this.#webhooks.map(({ name }) => name)]);
  }

  async ended(id: string, result: DeliveryResult, now: Date): Promise<void> {
    const state = result.kind === 'later' ? 'waiting' : result.kind;
    await this.#database.query(`
update webhook_delivery set state = $2, attempts = attempts + 1, last_status = $3::int, last_error = $4, next_attempt = coalesce($5::timestamptz, next_attempt), ended = case when $2 = 'waiting' then null else $6::timestamptz end
where id = $1 and state = 'waiting'`, [id, state, result.status ?? null, 'error' in result ? result.error.replaceAll('\0', '') : null, result.kind === 'later' ? result.at.toISOString() : null, now.toISOString()]);
  }

  /** Everything that waits for a webhook is given up: its receiver wants nothing any more. */
  async giveUp(webhook: string, error: string, now: Date): Promise<void> {
    const given = await this.#database.query("update webhook_delivery set state = 'dead', last_error = $2, ended = $3::timestamptz where webhook = $1 and state = 'waiting' returning 1 as one", [webhook, error, now.toISOString()]);
    if (given.length > 0) this.#observer?.messages(webhook, 'dead', given.length);
  }

  /** Puts one that was given up, or delivered, at the head again. Answers false when there is none. */
  async retry(id: string, now: Date): Promise<boolean> {
    return (await this.#database.query("update webhook_delivery set state = 'waiting', attempts = 0, ended = null, next_attempt = $2::timestamptz where id = $1 returning id", [id, now.toISOString()])).length > 0;
  }

  async tidy(now: Date): Promise<void> {
    await this.#database.query('delete from webhook_delivery where ended < $1::timestamptz', [new Date(now.getTime() - KEPT_FOR).toISOString()]);
  }
}
