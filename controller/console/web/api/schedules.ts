import { listOf, type JsonObject } from './rest.ts';

/** `/openidm/scheduler/job` as docs/schedules.md has it. */
export type Job = JsonObject & {
  readonly _id: string;
  readonly enabled: boolean;
  readonly type: 'cron' | 'simple';
  readonly schedule: string | null;
  readonly timeZone: string | null;
  readonly repeatInterval: number;
  readonly invokeService: string;
  readonly invokeContext: JsonObject | null;
  readonly triggers: readonly { readonly state: 'NORMAL' | 'PAUSED' | 'BLOCKED'; readonly nodeId: string | null }[];
  readonly previousRunDate: string | null;
  readonly nextRunDate: string | null;
};

export interface ScheduleRun {
  readonly _id: string;
  readonly schedule: string;
  readonly state: 'RUNNING' | 'SUCCESS' | 'FAILED' | 'MISSED' | 'INTERRUPTED';
  readonly scheduledTime: string;
  readonly started: string | null;
  readonly ended: string | null;
  readonly duration: number | null;
  readonly controller: string | null;
  readonly message: string | null;
}

export const jobs = (signal: AbortSignal): Promise<readonly Job[]> => listOf<Job>('scheduler/job', signal);

export const isPaused = ({ triggers }: Job): boolean => triggers.some(({ state }) => state === 'PAUSED');

/** Keys the API adds; they are not part of what is written. */
const SHOWN_ONLY = new Set(['_id', '_rev', 'triggers', 'previousRunDate', 'nextRunDate']);

/** The schedule as it is to be written, with other values for some keys. */
export function scheduleOf(job: Job, changes: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries({ ...job, ...changes }).filter(([key, value]) => !SHOWN_ONLY.has(key) && value !== null));
}
