import type { JsonPointer } from '../crest/json-pointer.js';
import { pointersIn, type Condition } from './condition.js';
import type { Mapping } from './mapping.js';

/** Top-level properties of the target a run has to read: what is mapped, correlated and asked by conditions. Undefined: all of them, for scripts. */
export function wantedTargetNames(mapping: Mapping): readonly string[] | undefined {
  const { validTarget, defaultMapping, properties } = mapping;
  if (isScripted(validTarget) || defaultMapping !== undefined || properties.some(({ condition }) => isScripted(condition))) return undefined;
  return firstTokens([
    ...mapping.properties.map((property) => property.target),
    ...mapping.correlation.map((rule) => rule.target),
    ...under('target', pointersIn(mapping.validTarget)),
    ...mapping.properties.flatMap((property) => under('target', pointersIn(property.condition))),
  ]);
}

/** The same for the source; undefined also where something maps the object as a whole. */
export function wantedSourceNames(mapping: Mapping): readonly string[] | undefined {
  if (seesWholeSource(mapping)) return undefined;
  return firstTokens([
    ...mapping.properties.flatMap(({ source, template }) => [...(source === undefined ? [] : [source]), ...(template?.pointers ?? [])]),
    ...mapping.correlation.map((rule) => rule.source),
    ...[mapping.validSource, mapping.sourceCondition].flatMap((filter) => under('source', pointersIn(filter))),
    ...[...mapping.properties, ...mapping.policies].flatMap(({ condition }) => under('object', pointersIn(condition))),
  ]);
}

function isScripted(condition: Condition | undefined): boolean {
  return condition?.kind === 'script';
}

/** Every script but a transform. */
function seesWholeSource({ validSource, sourceCondition, properties, policies, correlationQueries, correlationScript, defaultMapping, linkQualifiers, hooks }: Mapping): boolean {
  return [validSource, sourceCondition, ...properties.map(({ condition }) => condition), ...policies.map(({ condition }) => condition)].some(isScripted)
    || policies.some(({ action, postAction }) => typeof action !== 'string' || postAction !== undefined) || correlationQueries.size > 0
    || correlationScript !== undefined || defaultMapping !== undefined || !Array.isArray(linkQualifiers) || Object.keys(hooks).length > 0;
}

/** The rest of the pointers that begin with `root`; a filter may also name a property without it. */
function under(root: string, pointers: readonly JsonPointer[]): JsonPointer[] {
  return pointers.flatMap((pointer) => (pointer[0] === root ? [pointer.slice(1)] : []));
}

function firstTokens(pointers: readonly JsonPointer[]): readonly string[] | undefined {
  const names = new Set<string>();
  for (const [first] of pointers) {
    if (first === undefined) return undefined;
    if (first !== '_id' && first !== '_rev') names.add(first);
  }
  return [...names].sort();
}
