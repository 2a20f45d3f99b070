import type { Mapping } from '../mappings/mapping.js';

/** The target's top-level properties that a mapping sets, in a fixed order. */
export function mappedKeys(mapping: Mapping): readonly string[] {
  return [...new Set(mapping.properties.map((property) => property.target[0] ?? ''))].sort();
}
