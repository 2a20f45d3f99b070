import type { JsonPointer } from '../crest/json-pointer.js';
import { pointersIn, type Mapping } from './mapping.js';

/** Top-level properties of the target a run has to read: what is mapped, correlated and asked by conditions. */
export function wantedTargetNames(mapping: Mapping): readonly string[] {
  return firstTokens([
    ...mapping.properties.map((property) => property.target),
    ...mapping.correlation.map((rule) => rule.target),
    ...under('target', pointersIn(mapping.validTarget)),
    ...mapping.properties.flatMap((property) => under('target', pointersIn(property.condition))),
  ]) ?? [];
}

/** The same for the source; undefined: all of them, because something maps or asks for the object as a whole. */
export function wantedSourceNames(mapping: Mapping): readonly string[] | undefined {
  return firstTokens([
    ...mapping.properties.flatMap(({ source, template }) => [...(source === undefined ? [] : [source]), ...(template?.pointers ?? [])]),
    ...mapping.correlation.map((rule) => rule.source),
    ...[mapping.validSource, mapping.sourceCondition].flatMap((filter) => under('source', pointersIn(filter))),
    ...[...mapping.properties, ...mapping.policies].flatMap(({ condition }) => under('object', pointersIn(condition))),
  ]);
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
