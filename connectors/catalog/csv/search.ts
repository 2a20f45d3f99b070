import { ConnectorError, LAST_PAGE, itemsOf, type Chunks, type ConnectorObject, type SearchResult } from '../../../protocol/model/index.js';
import type { Call, Results, SearchRequest } from '../../framework/spi.js';
import { cookieKey, readCookie, trailBehind, writeCookie, type PageState } from './cookie.js';
import { digestOf } from './lookup/digest-table.js';
import { duplicateUid } from './errors.js';
import { askedUid } from './filter.js';
import { requireSameRows } from './foreign-page.js';
import { findRow } from './lookup/find-row.js';
import { CHUNK_BYTES, SMALL_CHUNK_BYTES } from './limits.js';
import { linesOf } from './lookup/row-lookup.js';
import { ObjectMapper } from './mapping.js';
import { dataFile, requireAccount, type CsvSession } from './session.js';
import type { Table } from './format/table.js';
import { UniqueCheck } from './lookup/unique-check.js';

/**
 * Rows in file order; the file is closed when the caller stops. The read is consistent or fails, see
 * `SteadyFile`. A complete search without paging also notices duplicate uids; single pages cannot.
 */
export function search(session: CsvSession, request: SearchRequest, call: Call): Results {
  const uid = askedUid(request.filter);
  return uid === undefined ? itemsOf(searchAll(session, request, call)) : searchOne(session, request, uid, call);
}

async function* searchOne(session: CsvSession, request: SearchRequest, uid: string, call: Call): Results {
  requireAccount(request.objectClass);
  const { attributesToGet, pagedResultsOffset = 0 } = request.options;
  const file = await dataFile(session);
  const found = await findRow(file, session.layout, uid, call.signal, (row, { columns }) => row && new ObjectMapper(columns, attributesToGet).object(row));
  if (found !== undefined && pagedResultsOffset <= 0) yield found;
  const total = found === undefined ? 0 : 1;
  return request.options.totalPagedResultsPolicy === 'NONE' ? LAST_PAGE : { ...LAST_PAGE, totalPagedResultsPolicy: 'EXACT', totalPagedResults: total, remainingPagedResults: 0 };
}

async function* searchAll(session: CsvSession, request: SearchRequest, call: Call): Chunks<ConnectorObject, SearchResult> {
  requireAccount(request.objectClass);
  if (request.filter !== undefined) throw new ConnectorError('illegalArgument', 'The CSV file connector searches by uid only; other filters are applied to its results.');
  const table = await (await dataFile(session)).open(session.layout);
  try {
    const mapper = new ObjectMapper(table.columns, request.options.attributesToGet);
    const page = await pageOf(table, session, request, call);
    let { seen, trail } = page.from;
    for await (const rows of table.batches(call.signal, page.from, page.chunk)) {
      let objects: ConnectorObject[] = [];
      for (const row of rows) {
        const isBeyond = seen === page.end;
        if (isBeyond || page.unique?.mayBeRepeated(row.uid) === true) {
          if (objects.length > 0) yield objects;
          objects = [];
          if (isBeyond) return await pageEnd(table, session, { offset: row.offset, line: row.line, seen, total: page.from.total, trail });
          await requireUnique(table, row.uid, call.signal);
        }
        seen++;
        if (page.end !== NO_END) trail = trailBehind(trail, row.uid);
        if (seen > page.first) objects.push(mapper.object(row));
      }
      if (objects.length > 0) yield objects;
    }
    return lastPage(page.from.total, seen);
  } finally {
    await table.close();
  }
}

async function requireUnique(table: Table, uid: string, signal: AbortSignal): Promise<void> {
  const lines = await linesOf(table, uid, signal);
  if (lines.length > 1) throw duplicateUid(table.path, uid, lines);
}

const NO_END = Number.MAX_SAFE_INTEGER;

interface Page {
  readonly from: PageState;
  /** Rows before this one are skipped, and this many rows are seen when the page is full; both count from the first row. */
  readonly first: number;
  readonly end: number;
  /** Bytes to read at once. */
  readonly chunk: number;
  readonly unique: UniqueCheck | undefined;
}

async function pageOf(table: Table, session: CsvSession, request: SearchRequest, call: Call): Promise<Page> {
  const { pagedResultsCookie, pagedResultsOffset, pageSize } = request.options;
  const from = await startOf(table, session, request, call);
  const first = from.seen + (pagedResultsCookie === undefined ? Math.max(0, pagedResultsOffset ?? 0) : 0);
  if (pageSize === undefined || pageSize <= 0) {
    return { from, first, end: NO_END, chunk: CHUNK_BYTES, unique: pagedResultsCookie === undefined ? new UniqueCheck() : undefined };
  }
  return { from, first, end: first + pageSize, chunk: Math.min(CHUNK_BYTES, Math.max(SMALL_CHUNK_BYTES, pageSize * 256)), unique: undefined };
}

/** Where this page starts. Rows are counted once, for the first page, and only on request. */
async function startOf(table: Table, session: CsvSession, { options }: SearchRequest, call: Call): Promise<PageState> {
  if (options.pagedResultsCookie !== undefined) {
    const key = await cookieKey(await session.stateDirectory());
    const found = readCookie(options.pagedResultsCookie, table.path, table.file.identity, queryOf(table, session), key);
    if (!found.isOurs) await requireSameRows(table, found, call);
    return found;
  }
  let total = -1;
  if (options.totalPagedResultsPolicy !== 'NONE') {
    total = 0;
    for await (const rows of table.batches(call.signal)) {
      total += rows.length;
      call.progress?.();
    }
  }
  return { ...table.start, seen: 0, total, trail: '' };
}

/** By the path of the configuration, which agents of a group share, wherever it leads. */
function queryOf(table: Table, { config }: CsvSession): string {
  const { a, b, c } = digestOf(JSON.stringify([config.csvFile, table.layout.key]));
  return [a, b, c].join('.');
}

async function pageEnd(table: Table, session: CsvSession, state: PageState): Promise<SearchResult> {
  const key = await cookieKey(await session.stateDirectory());
  return { ...lastPage(state.total, state.seen), pagedResultsCookie: writeCookie(state, table.file.identity, queryOf(table, session), key) };
}

function lastPage(total: number, seen: number): SearchResult {
  if (total < 0) return LAST_PAGE;
  return { pagedResultsCookie: null, totalPagedResultsPolicy: 'EXACT', totalPagedResults: total, remainingPagedResults: Math.max(0, total - seen) };
}
