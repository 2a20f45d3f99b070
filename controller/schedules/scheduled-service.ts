import type { JsonObject } from '../crest/json.js';
import { badRequest } from '../crest/resource-error.js';
import type { Log } from '../log.js';
import { compileSchedule, type Schedule } from './schedule.js';

export interface ServiceCall {
  /** Of the run; what it does is logged and audited under it. */
  readonly runId: string;
  /** Fires when the controller stops, or has lost its hold on the schedule. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** What a schedule can call: an `invokeService`. */
export interface ScheduledService {
  /** What its failures say names no objects and no values, so that others may be told of it. */
  readonly hasPublicReasons?: boolean;
  /** Throws 400 for an `invokeContext` it cannot use. */
  check(context: JsonObject): void;
  /** Answers what the history is to show. A rejection is a failed run. */
  run(context: JsonObject, call: ServiceCall): Promise<JsonObject>;
}

/** By the names schedules call them by. */
export type ScheduledServices = ReadonlyMap<string, ScheduledService>;

/** Throws 400 for what is no schedule, and for one that cannot be run. */
export function compileFor(services: ScheduledServices, name: string, content: JsonObject): Schedule {
  const schedule = compileSchedule(name, content);
  serviceOf(services, schedule);
  return schedule;
}

/** Throws 400 for a service this controller does not have, and for a context its service cannot use. */
export function serviceOf(services: ScheduledServices, { service, context }: Schedule): ScheduledService {
  const found = services.get(service);
  if (found === undefined) {
    const reason = service === 'taskscanner' ? 'task scanners are not supported by this controller' : `invokeService ${service} is not known`;
    throw badRequest(`The schedule cannot be used: ${reason}; known are ${[...services.keys()].join(', ')}`);
  }
  found.check(context);
  return found;
}
