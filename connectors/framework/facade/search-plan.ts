import {
  OPTION, OperationOptions, type Chunks, type ConnectorObject, type CountPolicy, type Filter, type SearchResult, type SortKey,
} from '../../../protocol/model/index.js';
import { canonicalFilter, canonicalValue, digestOf } from '../canonical.js';
import type { AnyConnector } from '../define-connector.js';
import { attributesOfFilter, evaluateFilter, filterShape } from '../filter-evaluation.js';
import type { FilterSplit, NativeSearch } from '../spi.js';
import { givenOnRequest, projectionOf, type Projection } from './projection.js';
import type { Borrowed, Runner } from './runner.js';

/** Objects on their way through the facade, and how the search ended. */
export type ResultChunks = Chunks<ConnectorObject, SearchResult | undefined>;

/** Who does what in one search. */
export interface SearchPlan {
  readonly objectClass: string;
  readonly split: FilterSplit;
  /** The connector's options, without those the facade takes care of. */
  readonly options: OperationOptions;
  /** As {@link Projection.besides}. */
  readonly besides: Projection['besides'];
  readonly accepts: (object: ConnectorObject) => boolean;
  /** Undefined when objects go to the caller as they are. */
  readonly project: Projection['project'];
  /** Sorting left to the facade; empty when there is none or the target sorts. */
  readonly sortKeys: readonly SortKey[];
  /** `native`: the target's pages; `counted`: the facade counts; `none`: no page size asked for. */
  readonly paging: 'native' | 'counted' | 'none';
  /** The target's cookies may be used again. */
  readonly lastingCookies: boolean;
  readonly pageSize: number;
  readonly offset: number;
  readonly cookie: string | undefined;
  readonly countPolicy: CountPolicy;
  /** Names the query for its cookies. */
  readonly queryDigest: string;
}

const NOTHING_NATIVE: NativeSearch = { paging: false, sorting: false, projection: false };

async function splitOf(connector: AnyConnector, { session, config, call }: Borrowed, { objectClass, filter }: Question): Promise<FilterSplit> {
  const { splitFilter } = connector.operations;
  if (filter === undefined) return { native: undefined, residual: undefined };
  if (splitFilter !== undefined) return splitFilter(session, { objectClass, filter }, call);
  return connector.nativeFilter?.(filter, objectClass, config) ?? { native: undefined, residual: filter };
}

/** Options that may differ from page to page of one query. */
const PER_PAGE: ReadonlySet<string> = new Set([
  OPTION.pageSize, OPTION.pagedResultsCookie, OPTION.pagedResultsOffset, OPTION.totalPagedResultsPolicy, OPTION.attributesToGet, OPTION.runWithPassword,
]);

/**
 * All that decides which objects come in which order, a connector's own options included; and what the target filters by, where that
 * is the target's to say: a place in one list is none in another.
 */
function digestQuery({ operations }: AnyConnector, { objectClass, filter, options }: Question, { native }: FilterSplit): string {
  const deciding = new Map([...options.entries].filter(([key]) => !PER_PAGE.has(key)));
  const told = operations.splitFilter === undefined || native === undefined ? [] : [canonicalFilter(native)];
  return digestOf([objectClass, filter === undefined ? null : canonicalFilter(filter), canonicalValue(deciding), ...told]);
}

function without(options: OperationOptions, keys: readonly string[]): OperationOptions {
  if (!keys.some((key) => options.entries.has(key))) return options;
  return new OperationOptions(new Map([...options.entries].filter(([key]) => !keys.includes(key))));
}

const positive = (value: number | undefined): number => (value !== undefined && value > 0 ? value : 0);

interface Question {
  readonly objectClass: string;
  readonly filter: Filter | undefined;
  readonly options: OperationOptions;
}

/** Attributes the facade itself has to see. */
function neededAttributes(residual: Filter | undefined, sortKeys: readonly SortKey[]): Set<string> {
  const needed = residual === undefined ? new Set<string>() : attributesOfFilter(residual);
  for (const { field } of sortKeys) needed.add(field);
  return needed;
}

function pagingOf(pageSize: number, native: NativeSearch, facadeSorts: boolean): SearchPlan['paging'] {
  if (pageSize === 0) return 'none';
  return native.paging && !facadeSorts ? 'native' : 'counted';
}

/** Options the facade answers for, which a connector must not see. */
function handledOptions(paging: SearchPlan['paging'], residual: Filter | undefined, facadeSorts: boolean): string[] {
  const handled: string[] = [OPTION.pageSize, OPTION.pagedResultsCookie, OPTION.pagedResultsOffset];
  if (facadeSorts) handled.push(OPTION.sortKeys);
  // A target's count is the caller's count only if the target sees the whole filter.
  if (paging !== 'native' || residual !== undefined) handled.push(OPTION.totalPagedResultsPolicy);
  return handled;
}

/** Who does what in this search; the connector says what of the filter is its own. */
export async function planSearch({ connector, api }: Pick<Runner, 'connector' | 'api'>, borrowed: Borrowed, question: Question): Promise<SearchPlan> {
  const { objectClass, options } = question;
  const native = connector.nativeSearch?.(borrowed.config) ?? connector.search ?? NOTHING_NATIVE;
  const split = await splitOf(connector, borrowed, question);
  const { residual } = split;
  const sortKeys = native.sorting ? [] : options.sortKeys;
  const projection = projectionOf(options, neededAttributes(residual, sortKeys), api.resultsHandler.enableAttributesToGetSearchResultsHandler, givenOnRequest(connector.objectClasses, objectClass));
  const comparison = { ignoreCase: api.resultsHandler.enableCaseInsensitiveFilter };
  const pageSize = positive(options.pageSize);
  const paging = pagingOf(pageSize, native, sortKeys.length > 0);
  return {
    objectClass, split, paging, pageSize, sortKeys,
    options: without(projection.options, handledOptions(paging, residual, sortKeys.length > 0)),
    accepts: residual === undefined ? () => true : (object) => evaluateFilter(residual, object, comparison) === true,
    besides: projection.besides, project: projection.project,
    lastingCookies: native.lastingCookies ?? false,
    offset: positive(options.pagedResultsOffset),
    cookie: options.pagedResultsCookie === '' ? undefined : options.pagedResultsCookie,
    countPolicy: options.totalPagedResultsPolicy,
    queryDigest: digestQuery(connector, question, split),
  };
}

/** What ran where, for debug logs; attribute names only. */
export function explainPlan(plan: SearchPlan): object {
  return {
    objectClass: plan.objectClass, nativeFilter: filterShape(plan.split.native), facadeFilter: filterShape(plan.split.residual),
    paging: plan.paging, pageSize: plan.pageSize, facadeSort: plan.sortKeys.map(({ field }) => field),
  };
}
