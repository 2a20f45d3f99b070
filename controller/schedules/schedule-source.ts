import { z } from 'zod';
import { isObject, type JsonObject, type JsonValue } from '../crest/json.js';
import { badRequest } from '../crest/resource-error.js';

/** A flag; the original takes it as text, too. */
const flag = (otherwise: boolean) => z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')], { error: 'must be true or false' }).default(otherwise);
const text = (what: string): z.ZodString => z.string({ error: `must be ${what}` }).min(1, `must be ${what}`);
/** Forms on web pages send empty texts for what was not filled in. */
const optionalText = (what: string) => z.preprocess((value) => (value === null || value === '' ? undefined : value), text(what).optional());
const choice = <const T extends readonly [string, ...string[]]>(...names: T) => z.enum(names, { error: `must be ${names.join(' or ')}` });

/** 0: it is not repeated. */
const INTERVAL = 'must be 0, or a whole number of milliseconds from 1000';

/** `conf/schedule-<name>.json`, and the body of `/scheduler/job/{id}`: https://docs.pingidentity.com/pingidm/8.1/schedules-guide/configure-schedules.html */
const schedule = z.looseObject({
  enabled: flag(true), persisted: flag(false), concurrentExecution: flag(false), recoverable: flag(false),
  type: z.preprocess((value) => (value === null || value === '' ? undefined : value), choice('cron', 'simple').default('cron')),
  schedule: optionalText('a Quartz cron expression'),
  repeatInterval: z.number({ error: INTERVAL }).int(INTERVAL).refine((value) => value === 0 || value >= 1_000, { error: INTERVAL }).transform((value) => (value === 0 ? undefined : value)).optional(),
  repeatCount: z.number({ error: 'must be a whole number from -1' }).int().min(-1, 'must be a whole number from -1').optional(),
  startTime: optionalText('a time such as 2026-11-23T10:00:00'), endTime: optionalText('a time such as 2026-11-23T10:00:00'),
  timeZone: optionalText('the id of a time zone such as Europe/Berlin'),
  misfirePolicy: z.preprocess((value) => (value === null || value === '' ? undefined : value), choice('fireAndProceed', 'doNothing').default('fireAndProceed')),
  invokeService: text('sync, provisioner or script'),
  invokeContext: z.preprocess((value) => value ?? undefined, z.custom<JsonObject>((value) => isObject(value as JsonValue), { error: 'must be an object' }).optional()),
  invokeLogLevel: z.preprocess((value) => value ?? undefined, choice('trace', 'debug', 'info', 'warn', 'error').default('info')),
});
export type ScheduleSource = z.infer<typeof schedule>;

const KNOWN = new Set([...Object.keys(schedule.shape), '_id', '_rev', 'triggers', 'nextRunDate', 'previousRunDate']);

/** Throws 400, with every problem of the schedule. */
export function readScheduleSource(content: JsonObject): ScheduleSource {
  const parsed = schedule.safeParse(content);
  const problems = parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.length === 0 ? 'the schedule' : path.join('.')}: ${message}`);
  const unknown = Object.keys(content).filter((key) => !KNOWN.has(key));
  if (unknown.length > 0) problems.push(`unknown: ${unknown.join(', ')}`);
  if (!parsed.success || problems.length > 0) throw badRequest(`The schedule cannot be used: ${problems.join('; ')}`);
  return parsed.data;
}
