import type { Document, FindCursor } from 'mongodb';
import { LAST_PAGE, itemsOf, type Chunks, type ConnectorObject, type CountPolicy, type Filter, type SearchResult } from '../../../../protocol/model/index.js';
import { evaluateFilter } from '../../../framework/filter-evaluation.js';
import type { Call, Results, SearchRequest } from '../../../framework/spi.js';
import { abortable } from '../../../framework/abortable.js';
import { documentBatches } from '../connection/document-batches.js';
import { collectionOf, storedValues, type DatabaseSession } from '../connection/mongo-session.js';
import { CODE, serverCode } from '../errors.js';
import { documentObject } from './document-object.js';
import { Fields, ID } from './fields.js';
import { FilterQuery } from './filter-query.js';
import { afterId, readPageCookie, writePageCookie, type PagePosition } from './page-position.js';

/** Documents asked for at once: at most, and at least where a filter may drop some. */
const BATCH = 500;
const SMALL_BATCH = 100;

interface Plan {
  readonly collection: string;
  readonly filter: Filter | undefined;
  /** Finds what the filter may mean, and perhaps more; undefined: everything. */
  readonly query: () => Document | undefined;
  readonly from: PagePosition | undefined;
  readonly offset: number;
  /** 0: no pages. */
  readonly pageSize: number;
  /** By `_id`, so that a place is found again. */
  readonly sorted: boolean;
  readonly countPolicy: CountPolicy;
}

async function planOf(session: DatabaseSession, collection: string, { filter, options }: SearchRequest, signal: AbortSignal): Promise<Plan> {
  const filterQuery = filter === undefined ? undefined : new FilterQuery(session, await Fields.of(session, collection, signal));
  const query = (): Document | undefined => (filter === undefined ? undefined : filterQuery?.of(filter));
  const pageSize = Math.max(0, options.pageSize ?? 0);
  const from = options.pagedResultsCookie === undefined ? undefined : readPageCookie(session.driver, options.pagedResultsCookie);
  return {
    collection, filter, query, from, pageSize, offset: from === undefined ? Math.max(0, options.pagedResultsOffset ?? 0) : 0,
    sorted: pageSize > 0 || from !== undefined || query() === undefined, countPolicy: options.totalPagedResultsPolicy,
  };
}

/** What the server need not send: nothing of it while the filter may drop documents. */
function window({ filter, pageSize, offset }: Plan, isFirst: boolean, taken: number) {
  if (filter !== undefined) return { batchSize: pageSize > 0 ? Math.min(BATCH, Math.max(SMALL_BATCH, pageSize + 1)) : BATCH };
  return {
    batchSize: pageSize > 0 ? Math.min(BATCH, pageSize + 1) : BATCH,
    ...(offset > 0 && isFirst ? { skip: offset } : {}),
    // One more than asked for tells whether there is a next page.
    ...(pageSize > 0 ? { limit: pageSize + 1 - taken } : {}),
  };
}

function find(session: DatabaseSession, plan: Plan, after: { readonly id: unknown } | undefined, taken: number, signal: AbortSignal): FindCursor<Document> {
  const conditions = [plan.query(), after === undefined ? undefined : afterId(after.id, session.types)].filter((condition) => condition !== undefined);
  return storedValues(session, plan.collection).find(conditions.length > 1 ? { $and: conditions } : conditions[0] ?? {}, { signal, ...window(plan, after === undefined, taken), ...(plan.sorted ? { sort: { [ID]: 1 } } : {}) });
}

/** Documents by the handful. A cursor the server has forgotten is opened again behind the last document, where there is an order. */
async function* documentsOf(session: DatabaseSession, plan: Plan, call: Call): AsyncGenerator<Document[], void, void> {
  let last: { readonly id: unknown } | undefined = plan.from;
  let taken = 0;
  for (;;) {
    const from = last;
    try {
      for await (const documents of documentBatches((signal) => find(session, plan, from, taken, signal), call.signal)) {
        taken += documents.length;
        last = { id: documents.at(-1)?.[ID] };
        yield documents;
      }
      return;
    } catch (error) {
      const isLost = serverCode(error) === CODE.cursorNotFound && plan.sorted;
      if (!isLost && !session.types.learn(error)) throw error;
    }
  }
}

/** An object, and the `_id` it has in the database. */
interface Found { readonly object: ConnectorObject; readonly id: unknown }

/** What the filter means, by the handful; whoever looks at many documents in vain says so. */
async function* foundBy(session: DatabaseSession, plan: Plan, objectClass: string, call: Call): AsyncGenerator<Found[], void, void> {
  const { filter } = plan;
  let toSkip = filter === undefined ? 0 : plan.offset;
  for await (const documents of documentsOf(session, plan, call)) {
    const all = documents.map((document): Found => ({ object: documentObject(session, objectClass, document), id: document[ID] }));
    const meant = filter === undefined ? all : all.filter(({ object }) => evaluateFilter(filter, object) === true);
    const found = toSkip === 0 ? meant : meant.slice(toSkip);
    toSkip -= meant.length - found.length;
    if (found.length > 0) yield found;
    else call.progress?.();
  }
}

/** How many there are in all, where the server can count them: only it alone knows what a filter means. */
async function endOf(session: DatabaseSession, plan: Plan, seen: number, cookie: string | null, signal: AbortSignal): Promise<SearchResult> {
  const { countPolicy: totalPagedResultsPolicy, filter, collection } = plan;
  if (totalPagedResultsPolicy === 'NONE' || filter !== undefined) return { ...LAST_PAGE, pagedResultsCookie: cookie };
  const documents = collectionOf(session, collection);
  const count = () => (totalPagedResultsPolicy === 'ESTIMATE' ? abortable(documents.estimatedDocumentCount(), signal) : documents.countDocuments({}, { signal }));
  // Where everything was read nobody need be asked, and others may have changed it by now.
  const totalPagedResults = cookie === null && plan.offset === 0 ? seen : await count();
  return { pagedResultsCookie: cookie, totalPagedResultsPolicy, totalPagedResults, remainingPagedResults: Math.max(0, totalPagedResults - seen) };
}

/**
 * The documents of a collection. The server is asked for what the filter may mean, and what it means is decided here, so that a page
 * ends with an `_id`: its cookie is good anywhere and at any time, whatever is added or deleted before it.
 */
export function searchDocuments(session: DatabaseSession, collection: string, request: SearchRequest, call: Call): Results {
  return itemsOf(chunks(session, collection, request, call));
}

async function* chunks(session: DatabaseSession, collection: string, request: SearchRequest, call: Call): Chunks<ConnectorObject, SearchResult> {
  const plan = await planOf(session, collection, request, call.signal);
  let seen = (plan.from?.seen ?? 0) + plan.offset;
  let room = plan.pageSize > 0 ? plan.pageSize : Number.MAX_SAFE_INTEGER;
  let last: unknown;
  for await (const found of foundBy(session, plan, request.objectClass, call)) {
    const fitting = found.length > room ? found.slice(0, room) : found;
    room -= fitting.length;
    seen += fitting.length;
    last = fitting.at(-1)?.id ?? last;
    if (fitting.length > 0) yield fitting.map(({ object }) => object);
    if (fitting.length < found.length) return endOf(session, plan, seen, writePageCookie(session.driver, { id: last, seen }), call.signal);
  }
  return endOf(session, plan, seen, null, call.signal);
}
