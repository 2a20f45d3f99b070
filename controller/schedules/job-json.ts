import type { JsonObject } from '../crest/json.js';
import type { KeptSchedule } from './schedule-book.js';
import { dueTime } from './scheduler.js';

const GROUP = 'scheduler-service-group';

export interface JobFacts {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Who runs it; undefined: nobody does. */
  readonly runsOn: string | undefined;
  readonly previous: Date | undefined;
}

export type JobJson = JsonObject & { readonly _id: string };

/** A schedule as the API shows it. */
export function jobJson(kept: KeptSchedule, facts: JobFacts): JobJson {
  const next = nextRun(kept, facts.now);
  const trigger = triggerJson(kept, facts);
  return {
    _id: kept.schedule.name, ...kept.schedule.toJson(), triggers: trigger === undefined ? [] : [trigger],
    previousRunDate: facts.previous?.toISOString() ?? null, nextRunDate: next === undefined ? null : new Date(next).toISOString(),
  };
}

/** Undefined for a schedule that does not fire any more. */
export function triggerJson(kept: KeptSchedule, { now, runsOn }: JobFacts): JobJson | undefined {
  const { schedule: { name, source }, isPaused } = kept;
  if (!source.enabled || (nextRun({ ...kept, isPaused: false }, now) === undefined && runsOn === undefined)) return undefined;
  const isBlocked = runsOn !== undefined && !source.concurrentExecution;
  return {
    _id: triggerId(name), name: `trigger-${name}`, group: GROUP, jobName: name, acquired: runsOn !== undefined, nodeId: runsOn ?? null,
    state: isPaused ? 'PAUSED' : isBlocked ? 'BLOCKED' : 'NORMAL',
  };
}

export const triggerId = (name: string): string => `${GROUP}_$x$x$_trigger-${name}`;

/** What was due and has not begun comes next. */
function nextRun(kept: KeptSchedule, now: number): number | undefined {
  const due = dueTime(kept);
  return due === undefined || due > now ? due : dueTime({ ...kept, consideredUntil: now }) ?? due;
}
