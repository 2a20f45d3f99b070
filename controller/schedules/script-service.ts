import type { JsonObject, JsonValue } from '../crest/json.js';
import { isObject } from '../crest/json.js';
import { badRequest } from '../crest/resource-error.js';
import type { ScheduledService } from './scheduled-service.js';

/** Runs a script of a schedule: `{type, source | file}`, with what it is given as `input`. */
export interface ScheduleScripts {
  /** Throws 400 for a script that cannot be read. */
  check(script: JsonObject): void;
  run(script: JsonObject, input: JsonValue, signal: AbortSignal): Promise<JsonValue>;
}

/** `invokeService` `script`. Without `scripts` a schedule that calls one is refused, so that nobody believes it runs. */
export function scriptService(scripts: ScheduleScripts | undefined): ScheduledService {
  return {
    check(context) { partsOf(scripts, context); },
    async run(context, { signal }) {
      const { script, runner } = partsOf(scripts, context);
      return { result: await runner.run(script, context['input'] ?? null, signal) };
    },
  };
}

function partsOf(scripts: ScheduleScripts | undefined, { script }: JsonObject): { readonly script: JsonObject; readonly runner: ScheduleScripts } {
  if (scripts === undefined) throw badRequest('The schedule cannot be used: this controller runs no scripts of schedules');
  if (!isObject(script)) throw badRequest('The schedule cannot be used: invokeContext.script must be an object with type and source or file');
  scripts.check(script);
  return { script, runner: scripts };
}
