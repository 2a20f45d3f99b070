import { ConnectorError, itemsOf } from '../../../protocol/model/index.js';
import { keysetSearch } from '../../engines/sql/keyset.js';
import type { SqlText } from '../../engines/sql/sql-text.js';
import type { Call, Results, SearchRequest } from '../../framework/spi.js';
import { blockSize } from './config.js';
import type { HanaSession } from './connection.js';
import { conditionOf } from './filter.js';
import { listingOf, type Listing } from './listings.js';

/** Objects in the order of their uids; see {@link keysetSearch} for what a page is. */
export function search(session: HanaSession, request: SearchRequest, { signal }: Call): Results {
  const listing = listingOf(request.objectClass);
  const { pagedResultsCookie, pagedResultsOffset, pageSize, attributesToGet } = request.options;
  const query = { selection: listing.selection(session), keys: [listing.key], condition: nativeCondition(request, listing) };
  const page = { pageSize, cookie: pagedResultsCookie, offset: pagedResultsOffset, blockSize: blockSize(session.config) };
  return itemsOf(keysetSearch(session.connection, query, page, signal, (rows) => listing.objects(session, rows, attributesToGet, signal)));
}

function nativeCondition({ filter }: SearchRequest, listing: Listing): SqlText | undefined {
  if (filter === undefined) return undefined;
  const condition = conditionOf(filter, listing);
  if (condition === undefined) throw new ConnectorError('illegalArgument', 'The SAP HANA connector searches by uid and name only; other filters are applied to its results.');
  return condition;
}
