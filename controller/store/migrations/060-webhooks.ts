import type { Migration } from './migration.js';

/** What webhooks are to be told: one row for each of them and each event, until it is delivered or given up and old. */
export const webhookTables: Migration = {
  id: 60,
  name: '060-webhooks',
  up: `
create table webhook_delivery (
  number int8 generated always as identity primary key,
  id text collate "C" not null unique,
  webhook text collate "C" not null,
  event text not null,
  event_key text collate "C" not null,
  body text not null,
  state text not null,
  attempts int not null default 0,
  next_attempt timestamptz not null,
  last_status int,
  last_error text,
  created timestamptz not null,
  ended timestamptz,
  constraint webhook_delivery_once unique (webhook, event_key)
);
create index webhook_delivery_due on webhook_delivery (next_attempt) where state = 'waiting';
create index webhook_delivery_ended on webhook_delivery (ended) where ended is not null;
`,
};
