import { dirname, posix } from 'node:path';
import { ScriptFiles } from '../../../controller/mappings/script-files.js';
import { isObject, type JsonValue } from '../../../protocol/crest/json.js';
import type { PlannedFile, Point } from './migration.js';

/** Script files that mappings, types or schedules (`named`) name: copied to where the controller looks for them, or told of under `at`. `source`: the file they stand in. */
export function namedScriptFiles(at: string, named: readonly JsonValue[], source: string): { readonly files: readonly PlannedFile[]; readonly attention: readonly Point[] } {
  // It is in conf, beside the folder of scripts.
  const scripts = new ScriptFiles(dirname(dirname(source)));
  const files: PlannedFile[] = [];
  const attention: Point[] = [];
  for (const name of new Set(named.flatMap(filesIn))) {
    const path = posix.normalize(`script/${posix.normalize(name).replace(/^\/*(?:script\/)?/, '')}`);
    try {
      files.push({ path, content: scripts.read(name), source: `script file ${name}` });
    } catch {
      attention.push({ path: at, text: `use the script file ${name}, which was not found beside ${source}: put it at ${path}` });
    }
  }
  return { files: files.filter(({ path }, index) => files.findIndex((other) => other.path === path) === index), attention };
}

/** Wherever a script stands. */
function filesIn(value: JsonValue): string[] {
  if (Array.isArray(value)) return value.flatMap(filesIn);
  if (!isObject(value)) return [];
  const { type, file } = value;
  return [...(typeof type === 'string' && typeof file === 'string' ? [file] : []), ...Object.values(value).flatMap(filesIn)];
}
