import { matchesFilter } from '../crest/evaluate-query-filter.js';
import { assessGoneSource, assessSource, type Assessment, type AssessmentParts } from './assess.js';
import { actionFor } from './mapping.js';
import type { SetObject } from './object-set.js';
import { performAction, type ActionParts } from './perform-action.js';
import type { Action } from './situations.js';

export interface SyncedObject {
  readonly assessment: Assessment;
  readonly action: Action;
  readonly targetId: string | undefined;
}

/** Assesses one source object and does what its mapping says; undefined `source`: it is gone. */
export async function syncOne(assessment: AssessmentParts, action: ActionParts, sourceId: string, source: SetObject | undefined, signal: AbortSignal): Promise<SyncedObject> {
  const assessed = source === undefined ? await assessGoneSource(assessment, sourceId, signal) : await assessSource(assessment, source, signal);
  const view = { object: source ?? null, linkQualifier: 'default' };
  const chosen = actionFor(assessment.mapping, assessed.situation, (condition) => matchesFilter(condition, view));
  return { assessment: assessed, action: chosen, targetId: await performAction(action, assessed, chosen, signal) };
}
