import type { Migration } from './migration.js';

/** Schedules, and each time one fired. */
export const schedules: Migration = {
  id: 30,
  name: '030-schedules',
  up: `
    CREATE TABLE schedule (
      name text PRIMARY KEY,
      content json NOT NULL,
      file_digest text,
      since timestamptz NOT NULL,
      considered_until timestamptz NOT NULL,
      paused boolean NOT NULL DEFAULT false,
      revision bigint NOT NULL DEFAULT 1
    );
    CREATE TABLE schedule_run (
      id uuid PRIMARY KEY,
      schedule text NOT NULL,
      fire_time timestamptz NOT NULL,
      attempt int NOT NULL DEFAULT 1,
      state text NOT NULL,
      controller text NOT NULL,
      lease text NOT NULL,
      content json NOT NULL,
      started timestamptz NOT NULL,
      ended timestamptz,
      message text,
      result json,
      UNIQUE (schedule, fire_time, attempt)
    );
    CREATE INDEX schedule_run_started ON schedule_run (started DESC, id);
    CREATE INDEX schedule_run_running ON schedule_run (lease) WHERE state = 'RUNNING';
  `,
};
