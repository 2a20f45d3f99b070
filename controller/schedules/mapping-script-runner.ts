import { ResourceError } from '../crest/resource-error.js';
import type { MappingScripts } from '../mappings/mapping-scripts.js';
import { ScriptFiles } from '../mappings/script-files.js';
import { scriptOf, type MappingScript } from '../mappings/mapping-script.js';
import type { JsonObject } from '../crest/json.js';
import { messageOf } from './message-of.js';
import type { ScheduleScripts } from './script-service.js';

/** Reads the script of a schedule; throws 400 for one that cannot be run. Without a folder only what can be seen without files is checked. */
export function scheduleScriptReader(projectFolder: string | undefined): (script: JsonObject) => MappingScript {
  const files = projectFolder === undefined ? undefined : new ScriptFiles(projectFolder);
  return (script) => {
    try {
      const found = scriptOf('invokeContext.script', script, files);
      if (found !== undefined) return found;
    } catch (error) {
      throw new ResourceError(400, `The schedule cannot be used: ${messageOf(error)}`, { cause: error });
    }
    throw new ResourceError(400, 'The schedule cannot be used: invokeContext.script is missing');
  };
}

/** Scripts of schedules, in the sandbox of those of mappings. They see `input`, their globals and `openidm`. */
export function scheduleScripts(scripts: MappingScripts, projectFolder: string): ScheduleScripts {
  const read = scheduleScriptReader(projectFolder);
  return {
    check(script) { read(script); },
    async run(script, input, signal) {
      const [outcome] = await scripts.evaluate('schedule', [{ script: read(script), bindings: { input } }], signal);
      if (outcome === undefined) throw new Error('the script did not run');
      if ('error' in outcome) throw outcome.error;
      return outcome.value ?? null;
    },
  };
}
