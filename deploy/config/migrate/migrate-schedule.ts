import { basename } from 'node:path';
import { sourceOf } from '../../../controller/schedules/live-sync-service.js';
import { mappingOf } from '../../../controller/schedules/reconcile-service.js';
import { scheduleNameOf } from '../../../controller/schedules/schedule-file.js';
import type { Schedule } from '../../../controller/schedules/schedule.js';
import { writeJson } from '../../../protocol/crest/json.js';
import { compiledSchedule } from '../check-schedule.js';
import { KIND_NAMES, type JsonFile } from '../recognise.js';
import type { Migrated, Point } from './migration.js';
import { namedScriptFiles } from './named-script-files.js';

/** What there is to be called after the migration, by name. */
export interface Callable {
  readonly mappings: ReadonlySet<string>;
  readonly systems: ReadonlySet<string>;
}

/** A schedule becomes one of ours that is disabled: as long as IDM has it as well, two would do the same work. */
export function migrateSchedule(file: JsonFile, callable: Callable): Migrated {
  const base = { source: file.path, kind: KIND_NAMES.schedule };
  const compiled = compiledSchedule(file);
  if ('problem' in compiled) return { files: [], report: { ...base, outcome: 'not-taken', written: [], changes: [], notes: [], attention: [{ path: '', text: `${compiled.problem}; IDM keeps it, or another timer calls what it called` }] } };
  const { schedule } = compiled;
  const changes: Point[] = file.findings.length > 0 ? [{ path: '', text: 'the byte order mark was left out' }] : [];
  const name = fileNameOf(file.path);
  if (name !== basename(file.path)) changes.push({ path: '', text: `${basename(file.path)} became ${name}, which is what a controller reads` });
  const { enabled } = schedule.source;
  if (enabled) changes.push({ path: 'enabled', text: 'became false: switch the schedule off in IDM, then set it to true here, so that never both run it' });
  const scripts = namedScriptFiles('invokeContext.script', schedule.service === 'script' ? [schedule.context] : [], file.path);
  const path = `conf/${name}`;
  return {
    report: { ...base, outcome: changes.length === 0 ? 'as-is' : 'changed', written: [path, ...scripts.files.map((script) => script.path)], changes, attention: [...missing(schedule, callable), ...scripts.attention], notes: zoneNotes(schedule) },
    files: [{ path, content: enabled ? `${writeJson({ ...file.json, enabled: false }, 2)}\n` : file.text, source: file.path }, ...scripts.files],
  };
}

function fileNameOf(path: string): string {
  return scheduleNameOf(basename(path)) === undefined ? `schedule-${basename(path, '.json').replaceAll(/[^A-Za-z0-9_-]/g, '_')}.json` : basename(path);
}

function missing({ service, context }: Schedule, { mappings, systems }: Callable): Point[] {
  if (service === 'sync') {
    const mapping = mappingOf(context);
    return mappings.has(mapping) ? [] : [{ path: 'invokeContext.mapping', text: `${mapping} is not among the mappings that are taken: take it as well, or leave the schedule disabled` }];
  }
  if (service !== 'provisioner') return [];
  const { system } = sourceOf(context);
  return systems.has(system) ? [] : [{ path: 'invokeContext.source', text: `the system ${system} is not among the provisioner files that are taken: take it as well, or leave the schedule disabled` }];
}

function zoneNotes({ source: { timeZone, type } }: Schedule): Point[] {
  return timeZone === undefined && type === 'cron' ? [{ path: 'timeZone', text: 'is not set, so its times are those of the machine the controller runs on' }] : [];
}
