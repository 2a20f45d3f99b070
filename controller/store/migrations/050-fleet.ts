import type { Migration } from './migration.js';

/**
 * What controllers share besides what reconciliation needs: the register of certificates (one row that is locked by whoever appends, and
 * its events), keys of the console's sessions, and sessions that were signed out of. `text`, because events come back as they were.
 */
export const fleetTables: Migration = {
  id: 50,
  name: '050-fleet',
  up: `
CREATE TABLE certificate_register (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  epoch int8 NOT NULL,
  last int8 NOT NULL
);
INSERT INTO certificate_register (epoch, last) VALUES (0, 0);
CREATE TABLE certificate_event (
  number int8 PRIMARY KEY,
  content text NOT NULL
);
CREATE TABLE console_session_key (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  id text NOT NULL,
  secret bytea NOT NULL
);
CREATE TABLE console_ended_session (
  id text COLLATE "C" PRIMARY KEY,
  until timestamptz NOT NULL
);
CREATE INDEX console_ended_session_until ON console_ended_session (until);
`,
};
