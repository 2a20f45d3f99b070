import type { JsonObject, JsonValue } from '../crest/json.js';
import { parsePointer, type JsonPointer } from '../crest/json-pointer.js';
import type { QueryFilter } from '../crest/query-filter.js';
import { HOOKS, type HookName } from './bindings.js';
import { conditionOf, filterOf, type Condition } from './condition.js';
import { correlationScripts } from './correlation-source.js';
import { isScript, scriptOf, type MappingScript } from './mapping-script.js';
import { actionOf, mappingSource, type MappingSource, type ThresholdSource } from './mapping-source.js';
import type { ScriptFiles } from './script-files.js';
import type { Action, Situation } from './situations.js';
import { parseTemplate, type Template } from './template.js';

export interface PropertyMapping {
  /** Undefined: no source; the default counts. An empty pointer is the whole object. */
  readonly source: JsonPointer | undefined;
  readonly template: Template | undefined;
  readonly target: JsonPointer;
  readonly default: JsonValue | undefined;
  /** Over `/object`, `/target`, `/linkQualifier`, `/oldSource`, `/oldTarget`. */
  readonly condition: Condition | undefined;
  readonly transform: MappingScript | undefined;
  /** As it stands in the file, for messages. */
  readonly targetText: string;
}

export interface CorrelationRule {
  readonly source: JsonPointer;
  readonly target: JsonPointer;
  readonly ignoreCase: boolean;
}

export interface Policy {
  readonly situation: Situation;
  readonly action: Action | MappingScript;
  /** Over `/object`, `/linkQualifier`. */
  readonly condition: Condition | undefined;
  readonly postAction: MappingScript | undefined;
}

export type LimitedAction = 'DELETE' | 'CREATE' | 'UPDATE';

/** A mapping of `sync.json`, ready to run. */
export interface Mapping {
  readonly name: string;
  /** `system/s/t` or `managed/t` */
  readonly source: string;
  readonly target: string;
  readonly settings: Pick<MappingSource, 'enableSync' | 'enableLinking' | 'correlateEmptyTargetSet' | 'taskThreads' | 'allowEmptySourceSet' | 'runTargetPhase' | 'deltaReconciliation' | 'sourceIdsCaseSensitive' | 'targetIdsCaseSensitive' | 'links' | 'feedSize' | 'prefetchLinks'
  | 'sourceQueryFullEntry' | 'targetQueryFullEntry' | 'reconSourceQueryPaging' | 'reconSourceQueryPageSize' | 'reconTargetQueryPaging' | 'reconTargetQueryPageSize'>;
  /** As it stands in the file: what scripts see as `mappingConfig`. */
  readonly config: JsonObject;
  /** Never empty, or a script that answers them for an object. */
  readonly linkQualifiers: readonly string[] | MappingScript;
  readonly validSource: Condition | undefined;
  readonly validTarget: Condition | undefined;
  /** Over `/source`, `/linkQualifier`. */
  readonly sourceCondition: Condition | undefined;
  readonly correlation: readonly CorrelationRule[];
  /** By link qualifier; each answers a query of the target set. */
  readonly correlationQueries: ReadonlyMap<string, MappingScript>;
  /** Answers target objects, whatever the qualifier. */
  readonly correlationScript: MappingScript | undefined;
  readonly defaultMapping: MappingScript | undefined;
  readonly hooks: Readonly<Partial<Record<HookName, MappingScript>>>;
  readonly properties: readonly PropertyMapping[];
  readonly policies: readonly Policy[];
  readonly sourceQuery: QueryFilter | undefined;
  readonly targetQuery: QueryFilter | undefined;
  readonly thresholds: Readonly<Partial<Record<LimitedAction, ThresholdSource>>>;
}

const QUERY_KEYS: ReadonlySet<string> = new Set(['_queryFilter', '_queryId', '_queryExpression', '_fields']);
const OBJECT_SET = /^(system\/[^/]+|managed)\/[^/]+$/;

/** Why a mapping cannot be used: one sentence for each key that is wrong or asks for a script. */
export class MappingError extends TypeError {
  override readonly name = 'MappingError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.problems = problems;
  }
}

/** Throws a {@link MappingError} with all that is wrong. `files` undefined: script files are not looked at. */
export function compileMapping(raw: JsonValue, files?: ScriptFiles): Mapping {
  const parsed = mappingSource.safeParse(raw);
  if (!parsed.success) throw new MappingError(parsed.error.issues.map((issue) => `${issue.path.length === 0 ? 'the mapping' : issue.path.join('.')}: ${issue.message}`));
  const source = parsed.data;
  const problems = unsupported(source);
  const tried = <T>(make: () => T): T | undefined => {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      problems.push(error.message);
      return undefined;
    }
  };
  const each = <S, T>(list: readonly S[], make: (item: S, index: number) => T): T[] => list.flatMap((item, index) => tried(() => make(item, index)) ?? []);
  const condition = (key: 'validSource' | 'validTarget' | 'sourceCondition'): Condition | undefined => tried(() => conditionOf(key, source[key], files));
  const script = (key: 'correlationScript' | 'defaultMapping' | HookName): MappingScript | undefined => tried(() => scriptOf(key, source[key], files));
  const mapping: Mapping = {
    name: source.name, source: source.source, target: source.target, settings: source, config: raw as JsonObject,
    linkQualifiers: tried(() => linkQualifiersOf(source.linkQualifiers, files)) ?? ['default'],
    correlationQueries: tried(() => correlationScripts(source.correlationQuery, files)) ?? new Map(), correlationScript: script('correlationScript'),
    defaultMapping: script('defaultMapping'), hooks: Object.fromEntries(HOOKS.flatMap((name) => { const own = script(name); return own === undefined ? [] : [[name, own]]; })),
    validSource: condition('validSource'), validTarget: condition('validTarget'), sourceCondition: condition('sourceCondition'),
    correlation: each(source.correlation, (rule) => ({ source: pointerOf('correlation', rule.source), target: pointerOf('correlation', rule.target), ignoreCase: rule.ignoreCase })),
    properties: each(source.properties, (property, index) => ({
      source: property.source === undefined ? undefined : pointerOf(`properties[${index}].source`, property.source),
      template: templateOf(index, property),
      target: targetPointer(index, property.target, source.target), default: property.default, condition: conditionOf(`properties[${index}].condition`, property.condition, files),
      transform: scriptOf(`properties[${index}].transform`, property.transform, files), targetText: property.target,
    })),
    policies: each(source.policies, (policy, index) => ({
      situation: policy.situation, action: policyAction(index, policy.action, files), condition: conditionOf(`policies[${index}].condition`, policy.condition, files),
      postAction: scriptOf(`policies[${index}].postAction`, policy.postAction, files),
    })),
    sourceQuery: tried(() => queryOf('sourceQuery', source.sourceQuery, source.source)), targetQuery: tried(() => queryOf('targetQuery', source.targetQuery, source.target)),
    thresholds: source.thresholds as Mapping['thresholds'],
  };
  if (problems.length > 0) throw new MappingError(problems);
  return mapping;
}

/** What goes together wrongly, and sets that are none. */
function unsupported(source: MappingSource): string[] {
  const problems: string[] = [];
  const ways = (['correlation', 'correlationQuery', 'correlationScript'] as const).filter((key) => key === 'correlation' ? source.correlation.length > 0 : (source[key] ?? null) !== null);
  if (ways.length > 1) problems.push(`${ways.join(', ')}: only one of them may say what correlates`);
  for (const key of ['source', 'target'] as const) {
    if (!OBJECT_SET.test(source[key])) problems.push(`${key} must be an object set system/<system>/<object type> or managed/<type>, not ${source[key]}`);
  }
  return problems;
}

function linkQualifiersOf(value: JsonValue | undefined, files: ScriptFiles | undefined): readonly string[] | MappingScript | undefined {
  if (isScript(value)) return scriptOf('linkQualifiers', value, files);
  if (value === undefined || value === null) return undefined;
  return qualifierList(value) ?? refuseQualifiers();
}

function refuseQualifiers(): never {
  throw new TypeError('linkQualifiers must be a list of names, each once, or a script that answers one');
}

/** Undefined when it is no list of names, each once. */
export function qualifierList(value: JsonValue | undefined): readonly string[] | undefined {
  const names = Array.isArray(value) ? value.filter((name) => typeof name === 'string' && name.trim() !== '') as string[] : [];
  return Array.isArray(value) && names.length === value.length && names.length > 0 && new Set(names).size === names.length ? names : undefined;
}

function queryOf(key: string, query: MappingSource['sourceQuery'], set: string): QueryFilter | undefined {
  if (query?.resourceName !== undefined && query.resourceName !== set) throw new TypeError(`${key}.resourceName must be ${set}`);
  if (query?._queryId !== undefined && query._queryId !== 'query-all-ids') throw new TypeError(`${key}._queryId: only query-all-ids is known`);
  if (query?._queryExpression !== undefined) throw new TypeError(`${key}._queryExpression: use _queryFilter`);
  const unknown = Object.keys(query ?? {}).find((name) => name.startsWith('_') && !QUERY_KEYS.has(name));
  if (unknown !== undefined) throw new TypeError(`${key}.${unknown} is no parameter of a query`);
  return filterOf(`${key}._queryFilter`, query?._queryFilter);
}

function pointerOf(key: string, text: string): JsonPointer {
  try {
    return parsePointer(text);
  } catch (error) {
    throw new TypeError(`${key}: ${error instanceof Error ? error.message : 'no JSON pointer'}`, { cause: error });
  }
}

function templateOf(index: number, { source, template }: MappingSource['properties'][number]): Template | undefined {
  if (template === undefined) return undefined;
  if (source !== undefined) throw new TypeError(`properties[${index}]: give source or template, not both`);
  try {
    return parseTemplate(template);
  } catch (error) {
    throw new TypeError(`properties[${index}].template: ${error instanceof Error ? error.message : 'not readable'}`, { cause: error });
  }
}

/** Managed objects are created with the id that is mapped; a system gives its own. */
function targetPointer(index: number, text: string, set: string): JsonPointer {
  const pointer = pointerOf(`properties[${index}].target`, text);
  if (pointer.length === 0) throw new TypeError(`properties[${index}].target must name a property`);
  if (pointer[0] === '_id' && pointer.length > 1) throw new TypeError(`properties[${index}].target: the _id is a text and has no ${pointer.slice(1).join('/')}`);
  if (pointer[0] === '_id' && !set.startsWith('managed/')) throw new TypeError(`properties[${index}].target: the id of a system object cannot be chosen; map the property of its name`);
  return pointer;
}

function policyAction(index: number, value: JsonValue | undefined, files: ScriptFiles | undefined): Action | MappingScript {
  const slot = `policies[${index}].action`;
  const action = isScript(value) ? scriptOf(slot, value, files) : actionOf(value);
  if (action === undefined) throw new TypeError(`${slot} must be the name of an action or a script that answers one`);
  return action;
}

/** Every script of the mapping, those of files as they were read. */
export function scriptsOf({ properties, policies, validSource, validTarget, sourceCondition, correlationQueries, correlationScript, linkQualifiers, defaultMapping, hooks }: Mapping): readonly MappingScript[] {
  const conditions = [validSource, validTarget, sourceCondition, ...properties.map(({ condition }) => condition), ...policies.map(({ condition }) => condition)];
  const scripts = [
    ...conditions.map((condition) => (condition?.kind === 'script' ? condition.script : undefined)), ...properties.map(({ transform }) => transform),
    ...policies.flatMap(({ action, postAction }) => [typeof action === 'string' ? undefined : action, postAction]), ...correlationQueries.values(),
    'slot' in linkQualifiers ? linkQualifiers : undefined, correlationScript, defaultMapping, ...Object.values(hooks),
  ];
  return scripts.filter((script) => script !== undefined);
}
