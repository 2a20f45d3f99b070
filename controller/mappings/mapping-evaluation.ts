import type { Mapping } from './mapping.js';
import type { ScriptCall, ScriptOutcome } from './mapping-scripts.js';

/** What the parts of an evaluation share: the mapping, and its scripts for as long as the evaluation goes on. */
export interface MappingEvaluation {
  readonly mapping: Mapping;
  run(calls: readonly ScriptCall[]): Promise<readonly ScriptOutcome[]>;
}
