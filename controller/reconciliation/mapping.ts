import type { JsonValue } from '../crest/json.js';
import { parsePointer, type JsonPointer } from '../crest/json-pointer.js';
import { parseQueryFilter } from '../crest/parse-query-filter.js';
import type { QueryFilter } from '../crest/query-filter.js';
import { actionOf, mappingSource, type MappingSource, type ThresholdSource } from './mapping-source.js';
import { parseTemplate, type Template } from './template.js';
import { DEFAULT_ACTIONS, type Action, type Situation } from './situations.js';

export interface PropertyMapping {
  /** Undefined: no source; the default counts. An empty pointer is the whole object. */
  readonly source: JsonPointer | undefined;
  readonly template: Template | undefined;
  readonly target: JsonPointer;
  readonly default: JsonValue | undefined;
  /** Over `/object`, `/target`, `/linkQualifier`. */
  readonly condition: QueryFilter | undefined;
}

export interface CorrelationRule {
  readonly source: JsonPointer;
  readonly target: JsonPointer;
  readonly ignoreCase: boolean;
}

export interface Policy {
  readonly situation: Situation;
  readonly action: Action;
  /** Over `/object`, `/linkQualifier`. */
  readonly condition: QueryFilter | undefined;
}

export type LimitedAction = 'DELETE' | 'CREATE' | 'UPDATE';

/** A mapping of `sync.json`, ready to run. */
export interface Mapping {
  readonly name: string;
  /** `system/s/t` */
  readonly source: string;
  readonly target: string;
  readonly settings: Pick<MappingSource, 'enableSync' | 'enableLinking' | 'correlateEmptyTargetSet' | 'taskThreads' | 'allowEmptySourceSet' | 'runTargetPhase' | 'sourceIdsCaseSensitive' | 'targetIdsCaseSensitive' | 'links'>;
  readonly validSource: QueryFilter | undefined;
  readonly validTarget: QueryFilter | undefined;
  readonly sourceCondition: QueryFilter | undefined;
  readonly correlation: readonly CorrelationRule[];
  readonly properties: readonly PropertyMapping[];
  readonly policies: readonly Policy[];
  readonly sourceQuery: QueryFilter | undefined;
  readonly targetQuery: QueryFilter | undefined;
  readonly thresholds: Readonly<Partial<Record<LimitedAction, ThresholdSource>>>;
}

/** Slots of the original that always hold scripts. */
const SCRIPTS = [
  'correlationQuery', 'correlationScript', 'onCreate', 'onUpdate', 'onDelete', 'onLink', 'onUnlink', 'onRecon', 'result', 'defaultMapping', 'postMapping',
] as const;
const OBJECT_SET = /^system\/[^/]+\/[^/]+$/;

/** Why a mapping cannot be used: one sentence for each key that is wrong or asks for a script. */
export class MappingError extends TypeError {
  override readonly name = 'MappingError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.problems = problems;
  }
}

/** Throws a {@link MappingError} with all that is wrong. */
export function compileMapping(raw: JsonValue): Mapping {
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
  const filter = (key: 'validSource' | 'validTarget' | 'sourceCondition'): QueryFilter | undefined => tried(() => filterOf(key, source[key]));
  const mapping: Mapping = {
    name: source.name, source: source.source, target: source.target, settings: source,
    validSource: filter('validSource'), validTarget: filter('validTarget'), sourceCondition: filter('sourceCondition'),
    correlation: each(source.correlation, (rule) => ({ source: pointerOf('correlation', rule.source), target: pointerOf('correlation', rule.target), ignoreCase: rule.ignoreCase })),
    properties: each(source.properties, (property, index) => ({
      source: property.source === undefined ? undefined : pointerOf(`properties[${index}].source`, property.source),
      template: templateOf(index, property),
      target: targetPointer(index, property.target), default: property.default, condition: filterOf(`properties[${index}].condition`, property.condition),
    })),
    policies: each(source.policies, (policy, index) => ({
      situation: policy.situation, action: policyAction(index, policy.action), condition: filterOf(`policies[${index}].condition`, policy.condition),
    })),
    sourceQuery: tried(() => queryOf('sourceQuery', source.sourceQuery, source.source)), targetQuery: tried(() => queryOf('targetQuery', source.targetQuery, source.target)),
    thresholds: source.thresholds as Mapping['thresholds'],
  };
  if (problems.length > 0) throw new MappingError(problems);
  return mapping;
}

/** What the original has and this controller has not, and sets that are no system's. */
function unsupported(source: MappingSource): string[] {
  const asked = [
    ...SCRIPTS.filter((key) => (source[key] ?? null) !== null),
    ...source.properties.flatMap((property, index) => ((property.transform ?? null) === null ? [] : [`properties[${index}].transform`])),
    ...source.policies.flatMap((policy, index) => ((policy.postAction ?? null) === null ? [] : [`policies[${index}].postAction`])),
  ];
  const problems = asked.length === 0 ? [] : [`${asked.join(', ')}: this controller runs no scripts; correlate with correlation: [{source, target}] and leave the others out`];
  if (JSON.stringify(source.linkQualifiers ?? ['default']) !== '["default"]') problems.push('linkQualifiers: only ["default"] is supported');
  for (const key of ['source', 'target'] as const) {
    if (!OBJECT_SET.test(source[key])) problems.push(`${key} must be an object set system/<system>/<object type>, not ${source[key]}`);
  }
  return problems;
}

function filterOf(key: string, value: JsonValue | undefined): QueryFilter | undefined {
  if (value === undefined || value === null || value === true) return undefined;
  if (value === false) return { kind: 'literal', value: false };
  if (typeof value !== 'string') throw new TypeError(`${key} must be a query filter; this controller runs no scripts`);
  try {
    return parseQueryFilter(value);
  } catch (error) {
    throw new TypeError(`${key}: ${error instanceof Error ? error.message : 'no query filter'}`, { cause: error });
  }
}

function queryOf(key: string, query: MappingSource['sourceQuery'], set: string): QueryFilter | undefined {
  if (query?.resourceName !== undefined && query.resourceName !== set) throw new TypeError(`${key}.resourceName must be ${set}`);
  if (query?._queryId !== undefined && query._queryId !== 'query-all-ids') throw new TypeError(`${key}._queryId: only query-all-ids is known`);
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

function targetPointer(index: number, text: string): JsonPointer {
  const pointer = pointerOf(`properties[${index}].target`, text);
  if (pointer.length === 0) throw new TypeError(`properties[${index}].target must name a property`);
  if (pointer[0] === '_id') throw new TypeError(`properties[${index}].target: the id of a system object cannot be chosen; map the property of its name`);
  return pointer;
}

function policyAction(index: number, value: JsonValue | undefined): Action {
  const action = actionOf(value);
  if (action === undefined) throw new TypeError(`policies[${index}].action must be an action name; this controller runs no scripts`);
  return action;
}

/** What a filter looks at. */
export function pointersIn(filter: QueryFilter | undefined): JsonPointer[] {
  if (filter === undefined) return [];
  switch (filter.kind) {
    case 'literal': return [];
    case 'and': case 'or': return filter.operands.flatMap(pointersIn);
    case 'not': return pointersIn(filter.operand);
    default: return [filter.pointer];
  }
}

/** The action for a situation: the first policy whose condition holds, else the default. */
export function actionFor(mapping: Mapping, situation: Situation, holds: (condition: QueryFilter) => boolean): Action {
  const policy = mapping.policies.find((candidate) => candidate.situation === situation && (candidate.condition === undefined || holds(candidate.condition)));
  return policy?.action ?? DEFAULT_ACTIONS[situation];
}
