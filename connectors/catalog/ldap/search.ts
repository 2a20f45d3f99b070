import { LAST_PAGE } from '../../../protocol/model/index.js';
import type { Call, Results, SearchRequest } from '../../framework/spi.js';
import { matchingObjects } from './all-objects.js';
import type { LdapSession } from './connection.js';
import { searchPage } from './page-search.js';
import { planSearch } from './search-plan.js';
import { sessionAs } from './user-session.js';

/** Every entry below the base contexts that matches; one page of them when a page size is asked for. */
export async function* search(session: LdapSession, request: SearchRequest, call: Call): Results {
  const user = await sessionAs(session, request.options, call.signal);
  try {
    const plan = await planSearch(user.session, request, call.signal);
    if ((request.options.pageSize ?? 0) > 0) return yield* searchPage(user.session, plan, request.options, call.signal);
    const objects = matchingObjects(user.session, plan, call.signal);
    try {
      for (let step = await objects.next(); step.done !== true; step = await objects.next()) yield step.value;
    } finally {
      await objects.return();
    }
    return LAST_PAGE;
  } finally {
    await user.close();
  }
}
