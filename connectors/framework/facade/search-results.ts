import { ConnectorError, LAST_PAGE, chunksOf, mapChunks, type Chunks, type ConnectorObject, type SearchResult } from '../../../protocol/model/index.js';
import type { SearchRequest } from '../spi.js';
import { matching } from './matching.js';
import { nativePages, pass } from './native-pages.js';
import { ChainCheck } from './page-chain.js';
import { countedPage } from './page-results.js';
import type { PagePosition, PagingCookies } from './paging-cookie.js';
import type { ResultChunks, SearchPlan } from './search-plan.js';
import { sortResults, type SortLimits } from './sort-results.js';

export interface SearchSource {
  /** Of the connector, for messages. */
  readonly name: string;
  /** The connector's search in the borrowed session. */
  readonly search: (request: SearchRequest) => ResultChunks;
  readonly cookies: PagingCookies;
  readonly sortLimits: SortLimits;
}

function everything(plan: SearchPlan, source: SearchSource): ResultChunks {
  return matching(plan, source.search({ objectClass: plan.objectClass, filter: plan.split.native, options: plan.options, besides: plan.besides }));
}

/** The position in the caller's cookie. Throws when it was given by another way of paging, or is of another query. */
function positionOf<K extends PagePosition['kind']>(plan: SearchPlan, source: SearchSource, kind: K): Extract<PagePosition, { kind: K }> | undefined {
  if (plan.cookie === undefined) return undefined;
  const position = source.cookies.open(plan.queryDigest, plan.cookie);
  if (position.kind === kind) return position as Extract<PagePosition, { kind: K }>;
  throw new ConnectorError('invalidAttributeValue', 'The paged results cookie belongs to another way of paging. Start again without a cookie.');
}

async function* checked<End>(page: Chunks<ConnectorObject, End>, check: ChainCheck): Chunks<ConnectorObject, End> {
  try {
    for (;;) {
      const step = await page.next();
      if (step.done === true) return step.value;
      check.take(step.value);
      yield step.value;
    }
  } finally {
    await page.return(undefined as never);
  }
}

async function* targetPages(plan: SearchPlan, source: SearchSource): Chunks<ConnectorObject, SearchResult> {
  const from = positionOf(plan, source, 'native');
  const check = new ChainCheck(source.name, from?.chain);
  const { end, next } = yield* checked(nativePages(plan, source, from), check);
  const chain = check.end(end, next === undefined, plan.split.residual === undefined && plan.offset === 0);
  return { ...end, pagedResultsCookie: next === undefined ? null : source.cookies.seal(plan.queryDigest, { ...next, chain }) };
}

async function* countedPages(plan: SearchPlan, source: SearchSource): Chunks<ConnectorObject, SearchResult> {
  const from = positionOf(plan, source, 'counted');
  // One object more than the page, to know whether there is a next one.
  const keep = (from?.count ?? 0) + plan.offset + plan.pageSize + 1;
  const all = everything(plan, source);
  const results = plan.sortKeys.length === 0 ? all : sortResults(all, plan.sortKeys, keep, source.sortLimits);
  return yield* chunksOf(countedPage(results, {
    pageSize: plan.pageSize, offset: plan.offset, from, count: plan.countPolicy === 'EXACT',
    seal: (position) => source.cookies.seal(plan.queryDigest, position),
  }));
}

/** A search without pages ends with the connector's own word, unless the facade changed the result. */
function unpagedEnd(plan: SearchPlan, end: SearchResult | undefined): SearchResult | undefined {
  if (end === undefined) return undefined;
  if (plan.split.residual !== undefined || plan.sortKeys.length > 0 || plan.offset > 0) return LAST_PAGE;
  return { ...end, pagedResultsCookie: null };
}

/** A target that names the number of its results has to give as many. */
function requireAll({ split }: SearchPlan, { name }: SearchSource, end: SearchResult | undefined, seen: number): void {
  if (end?.totalPagedResultsPolicy !== 'EXACT' || split.residual !== undefined || end.totalPagedResults <= seen) return;
  throw new ConnectorError('connectorIo', `The search is incomplete: ${name} counts ${end.totalPagedResults} objects and gave ${seen}. Run it again.`);
}

/** The connector ends with a cookie although no pages were asked for: there is more than it gave. */
function refuseCookie({ name }: SearchSource, end: SearchResult | undefined): void {
  if (end === undefined || end.pagedResultsCookie === null || end.pagedResultsCookie === '') return;
  throw new ConnectorError('connectorIo', `The search is incomplete: ${name} ended its answer with a cookie for more, although no pages were asked for.`);
}

/** No pages asked for: everything after the offset. */
async function* unpaged(plan: SearchPlan, source: SearchSource): ResultChunks {
  const all = everything(plan, source);
  const results = plan.sortKeys.length === 0 ? all : sortResults(all, plan.sortKeys, Infinity, source.sortLimits);
  const { end, skipped, given } = yield* pass(results, plan.offset);
  refuseCookie(source, end);
  requireAll(plan, source, end, skipped + given);
  return unpagedEnd(plan, end);
}

/** Attributes-to-get; nothing to do where the plan asks for nothing of the kind. */
function projected(plan: SearchPlan, results: ResultChunks): ResultChunks {
  return plan.project === undefined ? results : mapChunks(results, plan.project);
}

/** The whole search: rest of the filter, sorting, pages, attributes-to-get. */
export function searchResults(plan: SearchPlan, source: SearchSource): ResultChunks {
  if (plan.paging === 'native') return projected(plan, targetPages(plan, source));
  if (plan.paging === 'counted') return projected(plan, countedPages(plan, source));
  if (plan.cookie !== undefined) throw new ConnectorError('invalidAttributeValue', 'A paged results cookie needs a page size (PAGE_SIZE).');
  return projected(plan, unpaged(plan, source));
}
