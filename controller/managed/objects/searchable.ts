import type { JsonPointer } from '../../crest/json-pointer.js';
import type { QueryFilter } from '../../crest/query-filter.js';
import type { SortField } from '../../crest/request.js';
import { ResourceError } from '../../crest/resource-error.js';
import type { ManagedType } from '../configuration/managed-type.js';

/** Throws 403 for what a filter or an order would tell of private or protected values, question by question. */
export function requireSearchable(type: ManagedType, filter: QueryFilter | undefined, sortKeys: readonly SortField[]): void {
  const pointers = [...(filter === undefined ? [] : pointersOf(filter)), ...sortKeys.map(({ pointer }) => pointer)];
  for (const [first = ''] of pointers) {
    const property = type.properties.get(first);
    if (property !== undefined && (property.isPrivate || property.protection !== undefined)) throw new ResourceError(403, `The property ${first} is private or protected; it cannot be searched or sorted by`);
  }
}

function pointersOf(filter: QueryFilter): readonly JsonPointer[] {
  switch (filter.kind) {
    case 'and': case 'or': return filter.operands.flatMap(pointersOf);
    case 'not': return pointersOf(filter.operand);
    case 'literal': return [];
    default: return [filter.pointer];
  }
}
