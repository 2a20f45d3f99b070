import { basename } from 'node:path';
import { ResourceError } from '../../controller/crest/resource-error.js';
import { scheduleNameOf } from '../../controller/schedules/schedule-file.js';
import type { Schedule } from '../../controller/schedules/schedule.js';
import { compileFor } from '../../controller/schedules/scheduled-service.js';
import { checkingServices } from '../../controller/schedules/scheduled-services.js';
import { problem, warning, type Finding } from './finding.js';
import type { JsonFile } from './recognise.js';

/** A schedule as the controller reads it, but for the files of its scripts; or why it could not. */
export function compiledSchedule({ path, json }: JsonFile): { readonly schedule: Schedule } | { readonly problem: string } {
  try {
    return { schedule: compileFor(checkingServices(undefined), scheduleNameOf(basename(path)) ?? basename(path, '.json'), json) };
  } catch (error) {
    if (!(error instanceof ResourceError)) throw error;
    return { problem: error.message.replace(/^The schedule cannot be used: /, '') };
  }
}

export function checkSchedule(file: JsonFile): Finding[] {
  const compiled = compiledSchedule(file);
  return [
    ...scheduleNameOf(basename(file.path)) === undefined ? [warning('', 'is read under a name such as schedule-NAME.json only')] : [],
    ...'problem' in compiled ? [problem('', compiled.problem)] : [],
  ];
}
