import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../crest/json.js';
import type { QueryFilter } from '../crest/query-filter.js';
import type { HookName } from '../mappings/bindings.js';
import { correlationAsFilter, type Correlation as Correlated } from '../mappings/correlation-query.js';
import { overlaid, takeChanges } from '../mappings/map-properties.js';
import { scriptsOf, type Mapping } from '../mappings/mapping.js';
import type { MappingEngine } from '../mappings/mapping-engine.js';
import { DEFAULT_ACTIONS, type Action, type Situation } from '../mappings/situations.js';
import { got } from '../mappings/tried.js';
import { wantedSourceNames, wantedTargetNames } from '../mappings/wanted-names.js';
import { CorrelationKeys } from './correlation-keys.js';
import { fingerprint } from './fingerprint.js';
import { mappedKeys } from './mapped-keys.js';
import type { SetObject } from './object-set.js';

/** How the targets of a source are found that has no link; with none of these, none is. */
export interface Correlation {
  /** Asks the target. */
  readonly filter?: QueryFilter | undefined;
  /** The same as a key that the targets have too, so that many are found at once. */
  readonly key?: string | undefined;
  /** A script has found them. */
  readonly ids?: readonly string[] | undefined;
}

/** What a mapping says about a source object, once for each of its link qualifiers. */
export interface AssessedSource {
  readonly qualifier: string;
  readonly isValid: boolean;
  readonly correlation: Correlation;
  /** Fingerprint of what the mapping makes of it; undefined where that depends on the target. */
  readonly mapped: string | undefined;
}

/** What a mapping says about a target object. */
export interface AssessedTarget {
  readonly isValid: boolean;
  /** Why it is not known whether it is. */
  readonly problem: string | undefined;
  /** Of the mapped properties. */
  readonly fingerprint: string;
  /** Every key by which a source may find it. */
  readonly keys: readonly string[];
}

/** What scripts are told of an object that was judged. */
export interface SituationView {
  readonly reconId: string | undefined;
  readonly situation: Situation;
  readonly qualifier: string;
  readonly side: 'source' | 'target';
  readonly sourceId: string | undefined;
  readonly targetId: string | undefined;
  readonly ambiguous: readonly string[];
  readonly source: SetObject | undefined;
}

export interface ChosenAction {
  readonly action: Action;
  /** The slot of the script that runs after it. */
  readonly afterwards: string | undefined;
}

/** Where a mapping wants pages and does not say of what size. */
const USUAL_PAGE = 1_000;

/** A mapping as runs use it, over many objects at once. What fails for one object is that object's error and nobody else's. */
export class RunEngine {
  readonly mapping: Mapping;
  /** What the mapping makes of a source depends on the target that is there. */
  readonly dependsOnTarget: boolean;
  readonly #engine: MappingEngine;
  readonly #keys: readonly string[];
  readonly #correlationKeys: CorrelationKeys;

  constructor(engine: MappingEngine) {
    const { mapping } = engine;
    this.mapping = mapping;
    this.#engine = engine;
    this.#keys = mappedKeys(mapping);
    this.#correlationKeys = new CorrelationKeys(mapping);
    this.dependsOnTarget = mapping.defaultMapping !== undefined || mapping.hooks.onUpdate !== undefined
      || mapping.properties.some(({ condition, target }) => condition !== undefined || target.length > 1);
  }

  /** Changes whenever a staged row would come out differently: with the mapping, and with the files that its scripts are in. */
  get definition(): string {
    return createHash('sha256').update(JSON.stringify([this.mapping.config, scriptsOf(this.mapping).map(({ slot, text }) => [slot, text])])).digest('base64url');
  }

  /** Which keys targets need shows only when the sources have been looked at. */
  get learnsKeys(): boolean {
    return this.#correlationKeys.areLearned;
  }

  /** Properties to read; undefined for all. */
  get sourceNames(): readonly string[] | undefined {
    return wantedSourceNames(this.mapping);
  }

  get targetNames(): readonly string[] | undefined {
    return this.learnsKeys ? undefined : wantedTargetNames(this.mapping);
  }

  /** Objects to ask a system for at a time; 0: all at once. */
  pageSize(side: 'source' | 'target'): number {
    const { reconSourceQueryPaging, reconSourceQueryPageSize, reconTargetQueryPaging, reconTargetQueryPageSize } = this.mapping.settings;
    const [isPaged, size = USUAL_PAGE] = side === 'source' ? [reconSourceQueryPaging, reconSourceQueryPageSize] : [reconTargetQueryPaging, reconTargetQueryPageSize];
    return isPaged ? size : 0;
  }

  /** `byLink`: the objects were found by their links, so that sourceCondition is not asked (only validSource). */
  async sources(batch: readonly SetObject[], byLink: boolean, signal: AbortSignal): Promise<readonly (readonly AssessedSource[] | Error)[]> {
    const assessed = await this.#engine.assessSources(batch, signal);
    const pairs = assessed.flatMap((tried, index) => ('error' in tried ? [] : tried.value.map((row) => ({ ...row, index, source: batch[index] as SetObject }))));
    const linked = byLink ? await this.#engine.areValidLinkedSources(pairs, signal) : undefined;
    const made = this.dependsOnTarget ? undefined : await this.#engine.mapProperties(pairs.map(({ source, qualifier }) => ({ source, qualifier })), signal);
    const rows = new Map<number, AssessedSource[]>();
    const errors = new Map<number, Error>();
    for (const [at, { index, qualifier, isValid, correlation }] of pairs.entries()) {
      const valid = linked?.[at] ?? { value: isValid };
      const mapped = made?.[at];
      if ('error' in valid) errors.set(index, valid.error);
      // An object that cannot be mapped is judged all the same; acting on it says why it fails.
      else rows.set(index, [...rows.get(index) ?? [], { qualifier, isValid: valid.value, correlation: this.#correlation(correlation), mapped: mapped === undefined || 'error' in mapped ? undefined : fingerprint(mapped.value, this.#keys) }]);
    }
    return assessed.map((tried, index) => ('error' in tried ? tried.error : errors.get(index) ?? rows.get(index) ?? []));
  }

  #correlation(correlation: Correlated): Correlation {
    if (correlation.kind === 'ids') return { ids: correlation.ids };
    return { filter: correlationAsFilter(correlation), key: this.#correlationKeys.ofSource(correlation) };
  }

  async targets(batch: readonly SetObject[], signal: AbortSignal): Promise<readonly AssessedTarget[]> {
    const valid = await this.#engine.areValidTargets(batch.map((target) => ({ target, qualifier: 'default' })), signal);
    return batch.map((object, index) => {
      const tried = valid[index];
      const problem = tried === undefined ? 'the mapping said nothing about it' : 'error' in tried ? tried.error.message : undefined;
      return { isValid: tried !== undefined && 'value' in tried && tried.value, problem, fingerprint: fingerprint(object, this.#keys), keys: this.#correlationKeys.ofTarget(object) };
    });
  }

  /** Where policies alone, without looking at the object, say what is done. */
  fixedAction(situation: Situation): Action | undefined {
    const policies = this.mapping.policies.filter((policy) => policy.situation === situation);
    const [first] = policies;
    if (first === undefined) return DEFAULT_ACTIONS[situation];
    const isFixed = first.condition === undefined && typeof first.action === 'string' && first.postAction === undefined;
    return isFixed ? first.action : undefined;
  }

  /** Whether an object that needs no change has something done all the same. */
  get hasPostMapping(): boolean {
    return this.mapping.hooks.postMapping !== undefined;
  }

  async actions(views: readonly SituationView[], signal: AbortSignal): Promise<readonly (ChosenAction | Error)[]> {
    const chosen = await this.#engine.actions(views.map((view) => ({ ...view, ambiguousTargetIds: view.ambiguous })), signal);
    return chosen.map((tried) => ('error' in tried ? tried.error : { action: tried.value.action, afterwards: tried.value.postAction?.slot }));
  }

  /** Runs the script of a policy that goes with an action. Rejects with its failure. */
  async afterwards(slot: string, view: SituationView, action: Action, signal: AbortSignal): Promise<void> {
    const script = this.mapping.policies.find(({ postAction }) => postAction?.slot === slot)?.postAction;
    if (script !== undefined) await this.#engine.postAction(script, { ...view, ambiguousTargetIds: view.ambiguous, action }, signal);
  }

  /** The target's mapped properties. */
  async map(source: SetObject, target: SetObject | undefined, qualifier: string, signal: AbortSignal): Promise<JsonObject> {
    const [made] = await this.#engine.mapProperties([{ source, target, qualifier }], signal);
    return got(made);
  }

  hasHook(name: HookName): boolean {
    return this.mapping.hooks[name] !== undefined;
  }

  /** A hook of an object; what it changes in a target that is being made or updated is put into `made`. */
  async hook(name: HookName, bindings: Readonly<Record<string, JsonValue | undefined>>, { made, existing }: { readonly made?: JsonObject | undefined; readonly existing?: JsonObject | undefined }, signal: AbortSignal): Promise<void> {
    if (!this.hasHook(name)) return;
    const before = made === undefined ? undefined : overlaid(existing ?? {}, made);
    const [outcome] = await this.#engine.hook(name, [before === undefined ? bindings : { ...bindings, target: before, oldTarget: existing }], signal);
    const after = got(outcome).target;
    if (made !== undefined && before !== undefined) takeChanges(made, before, after);
  }
}
