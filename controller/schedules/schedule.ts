import type { JsonObject } from '../crest/json.js';
import { ResourceError, badRequest } from '../crest/resource-error.js';
import { readLocalTime } from './local-time.js';
import { FireTimes } from './quartz/fire-times.js';
import { CronSyntaxError } from './quartz/field-values.js';
import { TimeZone } from './quartz/time-zone.js';
import { readScheduleSource, type ScheduleSource } from './schedule-source.js';

const SERVICE_PREFIX = 'org.forgerock.openidm.';
/** When a schedule that fires once names no time, it is so long after it came. Milliseconds. */
const SOON = 3_000;

export interface Schedule {
  readonly name: string;
  readonly source: ScheduleSource;
  /** Without the prefix of its class name: `sync`, `provisioner`, `script`. */
  readonly service: string;
  readonly context: JsonObject;
  readonly zone: TimeZone;
  /** The first time to fire after it, for a schedule that came at `since`; undefined: never again. Milliseconds since the epoch. */
  fireAfter(time: number, since: number): number | undefined;
  /** As the API shows it. */
  toJson(): JsonObject;
}

/** `zone`: of a schedule that names none. Throws 400 with what is wrong. */
export function compileSchedule(name: string, content: JsonObject, zone: TimeZone = ownZone()): Schedule {
  const source = readScheduleSource(content);
  const within = source.timeZone === undefined ? zone : namedZone(source.timeZone);
  const start = timeOf('startTime', source.startTime, within);
  const end = timeOf('endTime', source.endTime, within);
  if (start !== undefined && end !== undefined && end <= start) throw badRequest('The schedule cannot be used: endTime has to be after startTime');
  const next = source.type === 'simple' ? repeated(source, start) : cronTimes(source, within, start);
  return {
    name, source, zone: within,
    service: source.invokeService.startsWith(SERVICE_PREFIX) ? source.invokeService.slice(SERVICE_PREFIX.length) : source.invokeService,
    context: source.invokeContext ?? {},
    fireAfter(time, since) {
      const at = next(time, since);
      return at !== undefined && end !== undefined && at > end ? undefined : at;
    },
    toJson: () => scheduleJson(source),
  };
}

export function ownZone(): TimeZone {
  return new TimeZone(Intl.DateTimeFormat().resolvedOptions().timeZone);
}

type Next = (time: number, since: number) => number | undefined;

function cronTimes({ schedule }: ScheduleSource, zone: TimeZone, start: number | undefined): Next {
  if (schedule === undefined) throw badRequest('A schedule of type cron must provide a cron schedule');
  const times = fireTimes(schedule, zone);
  return (time) => times.after(start === undefined ? time : Math.max(time, start - 1));
}

function fireTimes(schedule: string, zone: TimeZone): FireTimes {
  try {
    return new FireTimes(schedule, zone);
  } catch (error) {
    if (!(error instanceof CronSyntaxError)) throw error;
    throw badRequest(`The schedule cannot be used: schedule: ${error.message}`);
  }
}

function repeated({ repeatInterval, repeatCount }: ScheduleSource, start: number | undefined): Next {
  const last = repeatInterval === undefined ? 0 : repeatCount === undefined || repeatCount < 0 ? Infinity : repeatCount;
  return (time, since) => {
    const first = start ?? since + SOON;
    if (time < first) return first;
    const count = repeatInterval === undefined ? 1 : Math.floor((time - first) / repeatInterval) + 1;
    return count > last ? undefined : first + count * (repeatInterval ?? 0);
  };
}

function namedZone(id: string): TimeZone {
  try {
    return new TimeZone(id);
  } catch (error) {
    throw new ResourceError(400, `The schedule cannot be used: timeZone: ${id} is no time zone`, { cause: error });
  }
}

function timeOf(key: string, text: string | undefined, zone: TimeZone): number | undefined {
  const time = text === undefined ? undefined : readLocalTime(text, zone);
  if (text !== undefined && time === undefined) throw badRequest(`The schedule cannot be used: ${key}: ${text} is no time such as 2026-11-23T10:00:00`);
  return time;
}

function scheduleJson(source: ScheduleSource): JsonObject {
  return {
    enabled: source.enabled, persisted: source.persisted, recoverable: source.recoverable, misfirePolicy: source.misfirePolicy, schedule: source.schedule ?? null,
    repeatInterval: source.repeatInterval ?? 0, repeatCount: source.repeatCount ?? 0, type: source.type,
    invokeService: source.invokeService.includes('.') ? source.invokeService : `${SERVICE_PREFIX}${source.invokeService}`,
    invokeContext: source.invokeContext ?? null, invokeLogLevel: source.invokeLogLevel, timeZone: source.timeZone ?? null,
    startTime: source.startTime ?? null, endTime: source.endTime ?? null, concurrentExecution: source.concurrentExecution,
  };
}
