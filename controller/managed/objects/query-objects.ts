import type { QueryFilter } from '../../crest/query-filter.js';
import type { QueryEnd, SortField } from '../../crest/request.js';
import type { CountPolicy } from '../../../protocol/model/index.js';
import type { ManagedType } from '../configuration/managed-type.js';
import type { ManagedPage, ManagedStore, StoredObject } from '../store/managed-store.js';
import { writeCookie } from '../store/page-cookie.js';

/** Rows read at a time. */
const BATCH = 500;

export interface ObjectQuery {
  readonly filter: QueryFilter | undefined;
  readonly sortKeys: readonly SortField[];
  /** 0: everything. */
  readonly pageSize: number;
  readonly cookie: string | undefined;
  readonly offset: number;
  readonly countPolicy: CountPolicy;
}

export const EVERYTHING: ObjectQuery = { filter: undefined, sortKeys: [], pageSize: 0, cookie: undefined, offset: 0, countPolicy: 'NONE' };

/**
 * Objects of a type, a batch at a time, each batch from where the last one ended: nothing is held in the database while the caller reads.
 * Without sort keys every object that is there all the time comes exactly once.
 */
export async function* queryObjects(store: ManagedStore, { name }: ManagedType, query: ObjectQuery, signal: AbortSignal): AsyncGenerator<StoredObject, QueryEnd, void> {
  const total = query.countPolicy === 'NONE' ? -1 : await store.count(name, query.filter);
  const { pageSize } = query;
  let given = 0;
  let next = firstBatch(name, query);
  for (;;) {
    signal.throwIfAborted();
    const size = next.limit;
    // One more than is wanted tells whether there is a next page.
    const rows = await store.page({ ...next, limit: size + 1 });
    yield* rows.slice(0, size);
    given += Math.min(rows.length, size);
    const last = rows.length > size ? rows[size - 1] : undefined;
    if (last === undefined) return ending(null, total);
    if (given === pageSize) return ending(writeCookie(last.place), total);
    next = { ...next, after: { place: last.place }, offset: 0, limit: batchSize(pageSize, given) };
  }
}

function firstBatch(type: string, { filter, sortKeys, pageSize, cookie, offset }: ObjectQuery): ManagedPage {
  return { type, filter, sortKeys, after: cookie === undefined || cookie === '' ? undefined : { cookie }, offset, limit: batchSize(pageSize, 0) };
}

function batchSize(pageSize: number, given: number): number {
  return pageSize === 0 ? BATCH : Math.min(BATCH, pageSize - given);
}

function ending(pagedResultsCookie: string | null, total: number): QueryEnd {
  return { pagedResultsCookie, totalPagedResultsPolicy: total < 0 ? 'NONE' : 'EXACT', totalPagedResults: total, remainingPagedResults: -1 };
}
