import type { Migration } from './migration.js';

/**
 * Objects whose last change is yet to be told to mappings: noted by the transaction of the change, and removed by the one that stores what
 * came of it. `due`: from then on whoever looks may take it; whoever is at it moves that on.
 */
export const managedSync: Migration = {
  id: 11,
  name: '011-managed-sync',
  up: `
CREATE TABLE managed_sync (
  type text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  change text NOT NULL,
  transaction_id text NOT NULL,
  owner text NOT NULL,
  tries int NOT NULL DEFAULT 0,
  due timestamptz NOT NULL,
  PRIMARY KEY (type, id)
);
CREATE INDEX managed_sync_due ON managed_sync (due);
`,
};
