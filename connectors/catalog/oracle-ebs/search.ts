import { ConnectorError, itemsOf, type Chunks, type ConnectorObject, type SearchResult } from '../../../protocol/model/index.js';
import { keysetSearch } from '../../engines/sql/keyset.js';
import type { Call, Results, SearchRequest } from '../../framework/spi.js';
import { blockSize } from './config.js';
import type { EbsSession } from './connection.js';
import { conditionOf } from './filter.js';
import { listingOf } from './listings.js';

/** Objects in the order of their numbers; see {@link keysetSearch} for what a page is. */
export function search(session: EbsSession, request: SearchRequest, { signal }: Call): Results {
  return itemsOf(blocks(session, request, signal));
}

async function* blocks(session: EbsSession, { objectClass, filter, options }: SearchRequest, signal: AbortSignal): Chunks<ConnectorObject, SearchResult> {
  const listing = listingOf(objectClass);
  const condition = filter === undefined ? undefined : conditionOf(filter, listing);
  if (filter !== undefined && condition === undefined) throw new ConnectorError('illegalArgument', 'Oracle EBS: the database cannot decide this filter; it is applied to the results.');
  const { attributesToGet, pageSize, pagedResultsCookie, pagedResultsOffset } = options;
  const query = { selection: await listing.selection(session, attributesToGet, signal), keys: listing.keys, condition };
  const page = { pageSize, cookie: pagedResultsCookie, offset: pagedResultsOffset, blockSize: blockSize(session.config) };
  return yield* keysetSearch(session.connection, query, page, signal, (rows) => listing.objects(session, rows, attributesToGet, signal));
}
