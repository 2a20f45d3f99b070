import { LAST_PAGE, chunksOf, itemsOf, type Chunks, type ConnectorObject, type SearchResult } from '../../../protocol/model/index.js';
import type { Call, Results, SearchRequest } from '../../framework/spi.js';
import { matchingObjects } from './all-objects.js';
import type { LdapSession } from './connection.js';
import { searchPage } from './page-search.js';
import { planSearch } from './search-plan.js';
import { sessionAs } from './user-session.js';

/** Every entry below the base contexts that matches; one page of them when a page size is asked for. */
export function search(session: LdapSession, request: SearchRequest, call: Call): Results {
  return itemsOf(searchChunks(session, request, call));
}

async function* searchChunks(session: LdapSession, request: SearchRequest, call: Call): Chunks<ConnectorObject, SearchResult> {
  const user = await sessionAs(session, request.options, call.signal);
  try {
    const plan = await planSearch(user.session, request, call.signal);
    if ((request.options.pageSize ?? 0) > 0) return yield* chunksOf(searchPage(user.session, plan, request.options, call.signal));
    yield* matchingObjects(user.session, plan, call.signal);
    return LAST_PAGE;
  } finally {
    await user.close();
  }
}
