import type { JsonObject } from '../crest/json.js';
import { filterHolds, type Condition } from './condition.js';
import type { MappingEvaluation } from './mapping-evaluation.js';
import { scriptText } from './script-text.js';
import { scriptError, type Tried } from './tried.js';

/**
 * Whether a condition holds, for each view. A script that answers anything but true or false: does not hold, or fails the object
 * (`mustAnswer`), as validSource and validTarget do.
 */
export async function evaluateConditions(
  { run }: MappingEvaluation, condition: Condition | undefined, views: readonly JsonObject[], { mustAnswer = false }: { readonly mustAnswer?: boolean } = {},
): Promise<readonly Tried<boolean>[]> {
  if (condition?.kind !== 'script') return views.map((view) => ({ value: filterHolds(condition, view) }));
  const { script } = condition;
  const outcomes = await run(views.map((bindings) => ({ script, bindings })));
  return outcomes.map((outcome): Tried<boolean> => {
    if ('error' in outcome) return scriptError(script.slot, outcome.error);
    if (mustAnswer && typeof outcome.value !== 'boolean') return scriptError(script.slot, new TypeError(`it must answer true or false, and answered ${scriptText(outcome.value).slice(0, 100)}`));
    return { value: outcome.value === true };
  });
}
