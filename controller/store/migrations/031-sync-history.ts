import type { Migration } from './migration.js';

/** What liveSync did, run by run; changes that were applied under a token that more changes may share; and what history is looked up by. */
export const syncHistory: Migration = {
  id: 31,
  name: '031-sync-history',
  up: `
    CREATE TABLE sync_run (
      id text COLLATE "C" PRIMARY KEY,
      source text COLLATE "C" NOT NULL,
      state text NOT NULL,
      caller text NOT NULL,
      started timestamptz NOT NULL,
      ended timestamptz,
      created int NOT NULL DEFAULT 0,
      updated int NOT NULL DEFAULT 0,
      deleted int NOT NULL DEFAULT 0,
      skipped int NOT NULL DEFAULT 0,
      failed int NOT NULL DEFAULT 0,
      message text
    );
    CREATE INDEX sync_run_started ON sync_run (started DESC, id);
    CREATE INDEX sync_run_source ON sync_run (source, started DESC);
    CREATE TABLE sync_applied (
      source text COLLATE "C" NOT NULL,
      change_key text COLLATE "C" NOT NULL,
      PRIMARY KEY (source, change_key)
    );
    CREATE INDEX audit_entry_sync_run ON audit_entry ((content->>'transactionId')) WHERE topic = 'sync';
    CREATE INDEX audit_entry_sync_source ON audit_entry ((content->>'sourceObjectId')) WHERE topic = 'sync';
    CREATE INDEX audit_entry_sync_target ON audit_entry ((content->>'targetObjectId')) WHERE topic = 'sync';
  `,
};
