import { matchesFilter } from '../crest/evaluate-query-filter.js';
import type { JsonPointer } from '../crest/json-pointer.js';
import type { JsonObject, JsonValue } from '../crest/json.js';
import { parseQueryFilter } from '../crest/parse-query-filter.js';
import type { QueryFilter } from '../crest/query-filter.js';
import { isScript, scriptOf, type MappingScript } from './mapping-script.js';
import type { ScriptFiles } from './script-files.js';

/** What has to hold: a filter, or a script that answers true. */
export type Condition = { readonly kind: 'filter'; readonly filter: QueryFilter } | { readonly kind: 'script'; readonly script: MappingScript };

/** Undefined: it always holds. Throws a TypeError that names the slot. */
export function conditionOf(slot: string, value: JsonValue | undefined, files: ScriptFiles | undefined): Condition | undefined {
  if (isScript(value)) {
    const script = scriptOf(slot, value, files);
    return script === undefined ? undefined : { kind: 'script', script };
  }
  const filter = filterOf(slot, value);
  return filter === undefined ? undefined : { kind: 'filter', filter };
}

export function filterOf(slot: string, value: JsonValue | undefined): QueryFilter | undefined {
  if (value === undefined || value === null || value === true) return undefined;
  if (value === false) return { kind: 'literal', value: false };
  if (typeof value !== 'string') throw new TypeError(`${slot} must be a query filter or a script`);
  try {
    return parseQueryFilter(value);
  } catch (error) {
    throw new TypeError(`${slot}: ${error instanceof Error ? error.message : 'no query filter'}`, { cause: error });
  }
}

/** Of a condition that is no script; true without one. */
export function filterHolds(condition: Condition | undefined, view: JsonObject): boolean {
  return condition?.kind !== 'filter' || matchesFilter(condition.filter, view);
}

/** What a filter looks at; nothing of a script. */
export function pointersIn(condition: Condition | undefined): JsonPointer[] {
  return condition?.kind === 'filter' ? pointersInFilter(condition.filter) : [];
}

function pointersInFilter(filter: QueryFilter): JsonPointer[] {
  switch (filter.kind) {
    case 'literal': return [];
    case 'and': case 'or': return filter.operands.flatMap(pointersInFilter);
    case 'not': return pointersInFilter(filter.operand);
    default: return [filter.pointer];
  }
}
