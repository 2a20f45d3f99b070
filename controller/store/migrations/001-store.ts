import type { Migration } from './migration.js';

/**
 * Links, the state of liveSync, changes that were given up, and audit. `json` where what is kept has to come back as it was, whatever
 * characters it holds; keys are ids as they compare: as they are, or in small letters.
 */
export const storeTables: Migration = {
  id: 1,
  name: '001-store',
  up: `
CREATE TABLE link_type (
  link_type text PRIMARY KEY,
  first_case_sensitive boolean NOT NULL,
  second_case_sensitive boolean NOT NULL
);
CREATE TABLE link (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  rev int8 NOT NULL DEFAULT 0,
  link_type text COLLATE "C" NOT NULL,
  link_qualifier text COLLATE "C" NOT NULL,
  first_id text NOT NULL,
  second_id text NOT NULL,
  first_key text COLLATE "C" NOT NULL,
  second_key text COLLATE "C" NOT NULL,
  CONSTRAINT link_first UNIQUE (link_type, link_qualifier, first_key),
  CONSTRAINT link_second UNIQUE (link_type, link_qualifier, second_key)
);
CREATE TABLE sync_stage (
  source text COLLATE "C" PRIMARY KEY,
  revision int8 NOT NULL,
  content json NOT NULL
);
CREATE TABLE dead_letter (
  system text COLLATE "C" NOT NULL,
  token_hash text COLLATE "C" NOT NULL,
  token text NOT NULL,
  content json NOT NULL,
  PRIMARY KEY (system, token_hash)
);
CREATE TABLE audit_entry (
  number int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  recon_id text COLLATE "C",
  content jsonb NOT NULL
);
CREATE UNIQUE INDEX audit_entry_id ON audit_entry (topic, id);
CREATE INDEX audit_entry_recon ON audit_entry (recon_id) WHERE recon_id IS NOT NULL;
CREATE INDEX audit_entry_at ON audit_entry (at);
CREATE TABLE imported_folder (
  id text COLLATE "C" PRIMARY KEY,
  at timestamptz NOT NULL
);
`,
};
