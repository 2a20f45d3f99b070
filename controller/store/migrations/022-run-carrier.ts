import type { Migration } from './migration.js';

/** How often a run of reconciliation was taken on: whoever took it on before is not to write about it any more. */
export const runCarrier: Migration = {
  id: 22,
  name: '022-run-carrier',
  up: 'alter table recon_run add column carrier bigint not null default 0;',
};
