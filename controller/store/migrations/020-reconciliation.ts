import type { Migration } from './migration.js';

/**
 * Runs of reconciliation and what they decided. Objects of a run lie in a partition of its own (which has no identity columns before PostgreSQL 17), so that a report of a million
 * lines goes with one statement. What a run reads lies in unlogged tables beside these, one set for each side (`staging-set.ts`).
 */
export const reconciliationTables: Migration = {
  id: 20,
  name: '020-reconciliation',
  up: `
create table recon_run (
  run_no integer generated always as identity primary key,
  id text not null unique,
  mapping text not null,
  caller text not null,
  request jsonb not null,
  phase text not null,
  facts jsonb not null default '{}',
  summary text not null,
  state text not null,
  cancel_requested boolean not null default false,
  approval jsonb,
  started timestamptz not null,
  ended timestamptz
);
create unique index recon_run_open on recon_run (mapping) where ended is null;
create index recon_run_started on recon_run (started);

create table recon_set (
  set_no integer generated always as identity primary key,
  mapping text not null,
  side text not null,
  run_no integer,
  kept boolean not null default false,
  definition text not null,
  rows bigint,
  proof jsonb,
  token jsonb
);
create unique index recon_set_kept on recon_set (mapping, side) where kept;

create sequence recon_object_seq;
create table recon_object (
  run_no integer not null,
  seq bigint not null default nextval('recon_object_seq'),
  side text not null,
  qualifier text not null,
  source_seq bigint,
  source_id text,
  target_id text,
  target_key text collate "C",
  linked_id text,
  differs boolean,
  fingerprint text,
  ambiguous text[],
  situation text,
  action text,
  afterwards text,
  phase smallint not null default 0,
  status text,
  outcome text,
  message text,
  failure text
) partition by list (run_no);
create index recon_object_order on recon_object (run_no, seq);
create index recon_object_open on recon_object (run_no, seq) where phase < 2;
`,
};
