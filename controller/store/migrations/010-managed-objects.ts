import type { Migration } from './migration.js';

/**
 * `folded`: the object with `_id` and `_rev`, its strings in lower case, as filters compare them. Ids are ordered by code points wherever
 * the database stands, so pages go on where they ended.
 */
export const managedObjects: Migration = {
  id: 10,
  name: '010-managed-objects',
  up: `
CREATE TABLE managed_object (
  type text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  rev text NOT NULL,
  content jsonb NOT NULL,
  folded jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (type, id)
);
CREATE INDEX managed_object_folded ON managed_object USING gin (folded jsonb_path_ops) WITH (fastupdate = off);
CREATE TABLE managed_unique_value (
  type text COLLATE "C" NOT NULL,
  property text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  PRIMARY KEY (type, property, digest),
  FOREIGN KEY (type, id) REFERENCES managed_object (type, id) ON DELETE CASCADE
);
CREATE INDEX managed_unique_value_owner ON managed_unique_value (type, id);
`,
};
