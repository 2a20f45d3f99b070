import { ConnectorError, type Chunks, type ConnectorObject, type IcfValue, type SearchResult, type SortKey } from '../../../protocol/model/index.js';
import { approximateSize } from '../approximate-size.js';
import { compareValues } from '../value-comparison.js';
import type { ResultChunks } from './search-plan.js';

export interface SortLimits {
  readonly objects: number;
  readonly bytes: number;
}

/** Objects handed out at once. */
const CHUNK = 100;

export const DEFAULT_SORT_LIMITS: SortLimits = { objects: 100_000, bytes: 64 * 1024 * 1024 };

function firstValue(object: ConnectorObject, field: string): IcfValue {
  return object.get(field)?.values?.[0] ?? null;
}

/** Without regard to case first, as directories and people order names; then exactly. Missing values come last. */
function compareFields(a: IcfValue, b: IcfValue): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  return compareValues(a, b, { ignoreCase: true }) || compareValues(a, b, { ignoreCase: false }) || 0;
}

/** Equal objects keep an order of their own (by uid), so that pages of the same query fit together. */
export function compareObjects(keys: readonly SortKey[]): (a: ConnectorObject, b: ConnectorObject) => number {
  return (a, b) => {
    for (const { field, isAscending } of keys) {
      const order = compareFields(firstValue(a, field), firstValue(b, field));
      if (order !== 0) return isAscending ? order : -order;
    }
    return a.uid.value < b.uid.value ? -1 : a.uid.value > b.uid.value ? 1 : 0;
  };
}

function tooMuch(kept: number, limits: SortLimits): never {
  throw new ConnectorError('illegalArgument', `Sorting needs more than ${kept} objects in memory, over the limit of ${limits.objects} objects or ${limits.bytes} bytes: this target cannot sort by itself. Narrow the filter, ask for fewer attributes, or leave _sortKeys out.`);
}

/**
 * Sorts what the target cannot: reads everything and holds at most twice `keep` objects, within the limits. Ends with the
 * exact number of objects read. Throws `illegalArgument` beyond the limits.
 */
export async function* sortResults(results: ResultChunks, keys: readonly SortKey[], keep: number, limits: SortLimits): Chunks<ConnectorObject, SearchResult> {
  const compare = compareObjects(keys);
  let held: ConnectorObject[] = [];
  let bytes = 0;
  let total = 0;
  for await (const chunk of results) {
    for (const object of chunk) {
      total++;
      held.push(object);
      bytes += approximateSize(object);
      if (held.length >= 2 * keep) {
        held = held.sort(compare).slice(0, keep);
        bytes = held.reduce((sum, kept) => sum + approximateSize(kept), 0);
      }
      if (held.length > limits.objects || bytes > limits.bytes) tooMuch(held.length - 1, limits);
    }
  }
  const sorted = held.sort(compare).slice(0, keep);
  for (let at = 0; at < sorted.length; at += CHUNK) yield sorted.slice(at, at + CHUNK);
  return { pagedResultsCookie: null, totalPagedResultsPolicy: 'EXACT', totalPagedResults: total, remainingPagedResults: -1 };
}
