import type { JsonObject } from '../crest/json.js';
import { scriptOf } from '../mappings/mapping-script.js';
import type { MappingScripts } from '../mappings/mapping-scripts.js';
import { ScriptFiles } from '../mappings/script-files.js';
import type { DeadLetter } from './dead-letters.js';

/** Scripts that say what happens to a change after its last retry. */
export interface PostRetryScripts {
  /** Rejects when the script throws: the change is tried again. */
  run(script: JsonObject, letter: DeadLetter, signal: AbortSignal): Promise<'ignore' | 'dead-letter'>;
}

/** The handlers are called inside the sandbox; which one was is read from it afterwards. */
const HANDLERS = 'var failureHandlers = { loggedIgnore: { invoke: function () { asked.push("loggedIgnore"); } }, deadLetterQueue: { invoke: function () { asked.push("deadLetterQueue"); } } };\n';

/** They see `syncFailure`, `failureCause` and `failureHandlers.{loggedIgnore,deadLetterQueue}.invoke(…)`. */
export function postRetryScripts(scripts: MappingScripts, projectFolder: string): PostRetryScripts {
  const files = new ScriptFiles(projectFolder);
  return {
    async run(source, { token, systemIdentifier, objectType, uid, failedRecord, failureCause }, signal) {
      const script = scriptOf('postRetryAction.script', source, files);
      if (script === undefined) throw new Error('postRetryAction.script is no script');
      const bindings = { syncFailure: { token, systemIdentifier, objectType, uid, failedRecord }, failureCause, context: {}, asked: [] };
      const [outcome] = await scripts.evaluate('syncFailureHandler', [{ script: { ...script, text: HANDLERS + script.text }, bindings, given: ['asked'] }], signal);
      if (outcome === undefined) throw new Error('postRetryAction.script did not run');
      if ('error' in outcome) throw outcome.error;
      const { asked } = outcome.given;
      return Array.isArray(asked) && asked.includes('deadLetterQueue') ? 'dead-letter' : 'ignore';
    },
  };
}
