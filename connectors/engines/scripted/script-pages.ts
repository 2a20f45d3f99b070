import { ConnectorError, LAST_PAGE, OPTION, OperationOptions, chunksOf, type Chunks, type ConnectorObject, type IcfValue, type SearchResult } from '../../../protocol/model/index.js';
import { countedPage } from '../../framework/facade/page-results.js';
import type { PagePosition } from '../../framework/facade/paging-cookie.js';
import { searchResultOf } from './result-values.js';

/** One run of the search script with these options. */
export type RunSearch = (options: OperationOptions) => Chunks<ConnectorObject, IcfValue>;
type Counted = Extract<PagePosition, { kind: 'counted' }>;
type Page = Chunks<ConnectorObject, SearchResult>;

const OWN_COOKIE = 'script:';
const COUNTED_COOKIE = 'counted:';

/**
 * Pages whether the script knows of them or not. It is asked for a page and may end with a cookie; where it gives more objects
 * than the page has, it knows nothing of pages: then pages are cut out of all it gives, which has to be in the same order each time.
 */
export function pagedSearch(options: OperationOptions, run: RunSearch): Chunks<ConnectorObject, SearchResult> {
  const { pageSize = 0, pagedResultsCookie: cookie, pagedResultsOffset: offset = 0 } = options;
  if (pageSize <= 0) return ended(run(options), (end) => end);
  if (cookie?.startsWith(COUNTED_COOKIE) === true) return counted(options, run, positionOf(cookie));
  if (cookie?.startsWith(OWN_COOKIE) === true) return ended(run(options.with(OPTION.pagedResultsCookie, cookie.slice(OWN_COOKIE.length))), sealed);
  // Where a script that knows no pages would begin with the first object all the same.
  return offset > 0 ? counted(options, run, undefined) : firstPage(options, run, pageSize);
}

/** The script's own word, its cookie marked as such. */
function sealed(end: SearchResult): SearchResult {
  return end.pagedResultsCookie === null ? end : { ...end, pagedResultsCookie: `${OWN_COOKIE}${end.pagedResultsCookie}` };
}

async function* ended(results: Chunks<ConnectorObject, IcfValue>, asEnd: (end: SearchResult) => SearchResult): Page {
  return asEnd(searchResultOf(yield* results));
}

async function* firstPage(options: OperationOptions, run: RunSearch, pageSize: number): Page {
  let own: SearchResult = LAST_PAGE;
  const results = ended(run(options), (end) => own = { ...end });
  const { pagedResultsCookie } = yield* chunksOf(countedPage(results, { pageSize, offset: 0, from: undefined, count: false, seal }));
  return pagedResultsCookie === null || own.pagedResultsCookie !== null ? sealed(own) : { ...LAST_PAGE, pagedResultsCookie };
}

async function* counted(options: OperationOptions, run: RunSearch, from: Counted | undefined): Page {
  const { pageSize = 0, pagedResultsOffset: offset = 0, totalPagedResultsPolicy } = options;
  const handled: string[] = [OPTION.pageSize, OPTION.pagedResultsCookie, OPTION.pagedResultsOffset, OPTION.totalPagedResultsPolicy];
  const everything = new OperationOptions(new Map([...options.entries].filter(([key]) => !handled.includes(key))));
  return yield* chunksOf(countedPage(ended(run(everything), (end) => end), { pageSize, offset, from, count: totalPagedResultsPolicy === 'EXACT', seal }));
}

function seal(position: PagePosition): string {
  const { count, anchor } = position as Counted;
  return `${COUNTED_COOKIE}${count}:${anchor}`;
}

function positionOf(cookie: string): Counted {
  const [, count, anchor] = cookie.split(':');
  if (count === undefined || anchor === undefined) throw new ConnectorError('invalidAttributeValue', 'The paged results cookie is none of this connector. Start again without a cookie.');
  return { kind: 'counted', count: Number(count), anchor };
}
