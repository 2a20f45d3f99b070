import { CausewayError, plainMessage } from './client-error.js';
import type { QueryAnswer } from './api-types.js';
import { ResultRows } from './result-rows.js';
import type { CallOptions, Transport } from './transport.js';

/** A filter, or the name of a query. */
export type QueryBy = { readonly filter: string } | { readonly id: string };

export interface QueryOptions extends CallOptions {
  /** Properties to answer. */
  readonly fields?: readonly string[] | undefined;
  /** `-name` downwards. */
  readonly sortKeys?: readonly string[] | undefined;
}

export interface PageOptions extends QueryOptions {
  readonly pageSize: number;
  /** Of the page before. */
  readonly cookie?: string | undefined;
  readonly total?: 'NONE' | 'ESTIMATE' | 'EXACT' | undefined;
}

export interface Page<Row> {
  readonly result: readonly Row[];
  readonly resultCount: QueryAnswer['resultCount'];
  /** Null: this is the last page. */
  readonly pagedResultsCookie: QueryAnswer['pagedResultsCookie'];
  readonly totalPagedResultsPolicy: QueryAnswer['totalPagedResultsPolicy'];
  /** -1: not known. */
  readonly totalPagedResults: QueryAnswer['totalPagedResults'];
  readonly remainingPagedResults: QueryAnswer['remainingPagedResults'];
}

export class Queries<Row> {
  readonly #transport: Transport;
  readonly #path: readonly string[];

  constructor(transport: Transport, path: readonly string[]) {
    this.#transport = transport;
    this.#path = path;
  }

  page(by: QueryBy, options: PageOptions): Promise<Page<Row>> {
    const { pageSize, cookie, total } = options;
    return this.#transport.json({ ...this.#request(by, options), parameters: { ...parametersOf(by, options), _pageSize: pageSize, _pagedResultsCookie: cookie, _totalPagedResultsPolicy: total } });
  }

  /** Rows, page after page by the cookies of the controller; the next page is asked for when the rows of the one before are taken. */
  async* paged(by: QueryBy, options: PageOptions): AsyncGenerator<Row, void, void> {
    for (let { cookie } = options; ;) {
      const page = await this.page(by, { ...options, cookie });
      yield* page.result;
      const next = page.pagedResultsCookie ?? undefined;
      if (next === undefined || next === '') return;
      if (next === cookie) throw new CausewayError('unreadable', 'The controller answered the cookie it was sent; the pages would never end', { isRepeatable: false });
      cookie = next;
    }
  }

  /** Rows of one answer as they come over the wire; nothing is gathered. One that was not complete ends with an error. */
  async* stream(by: QueryBy, options: QueryOptions = {}): AsyncGenerator<Row, void, void> {
    const rows = new ResultRows();
    for await (const chunk of this.#transport.chunks(this.#request(by, options))) yield* rows.push(chunk) as Iterable<Row>;
    const { error } = rows.end();
    if (error === undefined) return;
    throw new CausewayError('refused', plainMessage(typeof error['message'] === 'string' ? error['message'] : 'The query failed midway'), { isRepeatable: true, status: Number(error['code']), detail: error['detail'] });
  }

  #request(by: QueryBy, options: QueryOptions) {
    return { method: 'GET', path: this.#path, parameters: parametersOf(by, options), signal: options.signal, timeout: options.timeout } as const;
  }
}

function parametersOf(by: QueryBy, { fields, sortKeys }: QueryOptions): Record<string, string | undefined> {
  return { ...('filter' in by ? { _queryFilter: by.filter } : { _queryId: by.id }), _fields: fields?.join(','), _sortKeys: sortKeys?.join(',') };
}
