import { isObject, type JsonObject, type JsonValue } from '../crest/json.js';
import { ResourceError } from '../crest/resource-error.js';
import { areValidLinkedSources, areValidSources, areValidTargets, correlationsOf, qualifiersOf, type QualifiedSource } from './assess-sources.js';
import { CHANGES_TARGET, HOOK_BINDINGS, type HookName } from './bindings.js';
import { chooseActions, runPostAction, type ChosenAction, type PolicyInput } from './choose-actions.js';
import type { Correlation } from './correlation-query.js';
import { mapProperties, type PropertyInput } from './map-properties.js';
import type { Mapping } from './mapping.js';
import type { MappingEvaluation } from './mapping-evaluation.js';
import type { MappingScript } from './mapping-script.js';
import type { MappingScripts } from './mapping-scripts.js';
import type { Action } from './situations.js';
import { scriptError, type Tried } from './tried.js';

/** What a mapping says of one source object, for one of its link qualifiers. */
export interface SourceAssessment {
  readonly qualifier: string;
  readonly isValid: boolean;
  /** `none` when it was not asked for. */
  readonly correlation: Correlation;
}

/** What a hook answered, and the target as it left it, where hooks may change that. */
export interface HookOutcome {
  readonly value: JsonValue | undefined;
  readonly target: JsonObject | undefined;
}

/**
 * A mapping at work, for batches of objects: each script of it is entered once for all of them. What fails, fails for its object; the
 * methods reject only when the signal fires or no sandbox can be had.
 */
export class MappingEngine {
  readonly mapping: Mapping;
  readonly #scripts: MappingScripts | undefined;

  /** `scripts` undefined: there is no sandbox, and what needs a script fails. */
  constructor(mapping: Mapping, scripts: MappingScripts | undefined) {
    this.mapping = mapping;
    this.#scripts = scripts;
  }

  /** Per object, one assessment for each of its qualifiers; in order. */
  async assessSources(batch: readonly JsonObject[], signal: AbortSignal, { correlate = true }: { readonly correlate?: boolean } = {}): Promise<readonly Tried<readonly SourceAssessment[]>[]> {
    const evaluation = this.#evaluation(signal);
    const qualifiers = await qualifiersOf(evaluation, batch);
    const pairs = batch.flatMap((source, index): (QualifiedSource & { readonly index: number })[] => {
      const own = qualifiers[index];
      return own === undefined || 'error' in own ? [] : own.value.map((qualifier) => ({ source, qualifier, index }));
    });
    const valid = await areValidSources(evaluation, pairs);
    const correlations = correlate ? await correlationsOf(evaluation, pairs) : [];
    const assessed = qualifiers.map((tried): { error?: Error; readonly value: SourceAssessment[] } => ({ ...('error' in tried ? { error: tried.error } : {}), value: [] }));
    for (const [at, { index, qualifier }] of pairs.entries()) {
      const [isValid = { value: false }, correlation = { value: { kind: 'none' as const } }] = [valid[at], correlations[at]];
      const own = assessed[index];
      if (own === undefined) continue;
      if ('error' in isValid) own.error ??= isValid.error;
      else if ('error' in correlation) own.error ??= correlation.error;
      else own.value.push({ qualifier, isValid: isValid.value, correlation: correlation.value });
    }
    return assessed.map(({ error, value }) => (error === undefined ? { value } : { error }));
  }

  /** `validSource` and `sourceCondition` for one qualifier each. */
  areValidSources(batch: readonly QualifiedSource[], signal: AbortSignal): Promise<readonly Tried<boolean>[]> {
    return areValidSources(this.#evaluation(signal), batch);
  }

  /** `validSource` only: what counts in the target phase. */
  areValidLinkedSources(batch: readonly QualifiedSource[], signal: AbortSignal): Promise<readonly Tried<boolean>[]> {
    return areValidLinkedSources(this.#evaluation(signal), batch);
  }

  areValidTargets(batch: readonly { readonly target: JsonObject; readonly qualifier: string }[], signal: AbortSignal): Promise<readonly Tried<boolean>[]> {
    return areValidTargets(this.#evaluation(signal), batch);
  }

  correlations(batch: readonly QualifiedSource[], signal: AbortSignal): Promise<readonly Tried<Correlation>[]> {
    return correlationsOf(this.#evaluation(signal), batch);
  }

  /** The mapped properties of the target, nothing else of it. */
  mapProperties(batch: readonly PropertyInput[], signal: AbortSignal): Promise<readonly Tried<JsonObject>[]> {
    return mapProperties(this.#evaluation(signal), batch);
  }

  actions(batch: readonly PolicyInput[], signal: AbortSignal): Promise<readonly Tried<ChosenAction>[]> {
    return chooseActions(this.#evaluation(signal), batch);
  }

  /** Rejects with the script's failure. */
  async postAction(script: MappingScript, input: PolicyInput & { readonly action: Action }, signal: AbortSignal): Promise<void> {
    const error = await runPostAction(this.#evaluation(signal), script, input);
    if (error !== undefined) throw error;
  }

  /** Nothing happens, and no thread is asked, for a hook the mapping does not have. */
  async hook(name: HookName, batch: readonly Readonly<Record<string, JsonValue | undefined>>[], signal: AbortSignal): Promise<readonly Tried<HookOutcome>[]> {
    const script = this.mapping.hooks[name];
    if (script === undefined) return batch.map(() => ({ value: { value: undefined, target: undefined } }));
    const changes = CHANGES_TARGET.has(name);
    const outcomes = await this.#evaluation(signal).run(batch.map((given) => ({
      script, given: changes ? ['target'] : [],
      bindings: Object.fromEntries(HOOK_BINDINGS[name].map((binding) => [binding, binding === 'mappingConfig' ? this.mapping.config : given[binding]])),
    })));
    return outcomes.map((outcome): Tried<HookOutcome> => {
      if ('error' in outcome) return scriptError(name, outcome.error);
      const { target } = outcome.given;
      return { value: { value: outcome.value, target: isObject(target) ? target : undefined } };
    });
  }

  #evaluation(signal: AbortSignal): MappingEvaluation {
    const { mapping } = this;
    return {
      mapping,
      run: async (calls) => {
        if (calls.length === 0) return [];
        if (this.#scripts === undefined) throw new ResourceError(500, `The scripts of mapping ${mapping.name} cannot be run here`);
        return this.#scripts.evaluate(mapping.name, calls, signal);
      },
    };
  }
}
