import { isObject, parseJson } from '../crest/json.js';
import type { Schedule } from './schedule.js';
import { compileFor, type ScheduledServices } from './scheduled-service.js';

const FILE = /^schedule-(.+)\.json$/;

/** Of `schedule-<name>.json`; undefined for another file. */
export function scheduleNameOf(file: string): string | undefined {
  return FILE.exec(file)?.[1];
}

/** Throws a SyntaxError or TypeError for what is no JSON object, 400 for what is no schedule the services could run. */
export function readScheduleFile(name: string, text: string, services: ScheduledServices): Schedule {
  const content = parseJson(text);
  if (!isObject(content)) throw new TypeError('the file is no JSON object');
  return compileFor(services, name, content);
}
