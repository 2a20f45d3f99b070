import type { JsonObject } from '../../crest/json.js';
import type { Mapping } from '../../mappings/mapping.js';
import { Progress } from '../progress.js';
import { runParameters } from '../run-parameters.js';
import type { RunRequest } from './run-store.js';

/** The summary of a run that nobody has begun. */
export function newSummary(id: string, mapping: Mapping, request: RunRequest): JsonObject {
  const progress = new Progress();
  progress.isDryRun = request.dryRun === true;
  return progress.toJson(id, mapping.name, runParameters(mapping, request.onlyId));
}
