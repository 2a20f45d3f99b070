import { createHash } from 'node:crypto';
import { ConnectorError, LAST_PAGE, itemsOf, type ConnectorObject, type SearchResult } from '../../../protocol/model/index.js';
import type { PagePosition } from './paging-cookie.js';
import type { ResultChunks } from './search-plan.js';

export interface CountedPage {
  readonly pageSize: number;
  /** Objects to skip, counted from where the cookie points. */
  readonly offset: number;
  readonly from: Extract<PagePosition, { kind: 'counted' }> | undefined;
  /** Read to the end of the results to know the exact total. */
  readonly count: boolean;
  readonly seal: (position: PagePosition) => string;
}

function anchorOf(object: ConnectorObject): string {
  return createHash('sha256').update(object.uid.value).digest('base64url').slice(0, 12);
}

/** Where the reader of a counted page stands in the stream of all matching objects. */
class PageReader {
  readonly #page: CountedPage;
  #index = 0;
  #start: number | undefined;
  #given = 0;
  #last: ConnectorObject | undefined;
  next: string | null = null;

  constructor(page: CountedPage) {
    this.#page = page;
  }

  get read(): number {
    return this.#index;
  }

  /** Objects up to the end of this page, those of the pages before included. */
  get behind(): number {
    return (this.#start ?? 0) + this.#page.offset + this.#given;
  }

  /** Everything has been read; `total` objects were there, of which the stream may have given fewer. */
  ended(total: number): void {
    if (this.#start === undefined && this.#page.from !== undefined) {
      throw new ConnectorError('connectorIo', 'The search in pages cannot be completed: the object the page before ended with is gone, so that nobody can tell where this one begins. Start it again without a cookie.');
    }
    if (total > this.#index && this.#given > 0) this.#sealAfterLast();
  }

  /** True when the object belongs to the page. One object beyond the page proves that there is a next one. */
  take(object: ConnectorObject): boolean {
    const belongs = !this.#isBefore(object) && this.#given < this.#page.pageSize;
    if (belongs) {
      this.#given++;
      this.#last = object;
    } else if (this.#given === this.#page.pageSize) {
      this.#sealAfterLast();
    }
    this.#index++;
    return belongs;
  }

  #sealAfterLast(): void {
    this.next ??= this.#page.seal({ kind: 'counted', count: this.behind, anchor: this.#last === undefined ? '' : anchorOf(this.#last) });
  }

  /**
   * A page starts after the last object of the page before, wherever that is now: objects before it may have come or gone. So
   * a change between two pages skips nobody and repeats nobody.
   */
  #isBefore(object: ConnectorObject): boolean {
    const { from, offset } = this.#page;
    if (this.#start === undefined) {
      if (from === undefined) this.#start = this.#index;
      else if (anchorOf(object) === from.anchor) this.#start = this.#index + 1;
    }
    return this.#start === undefined || this.#index < this.#start + offset;
  }
}

/** Cuts one page out of a stream of everything, by counting; the target has no pages of its own. */
export async function* countedPage(all: ResultChunks, page: CountedPage): AsyncGenerator<ConnectorObject, SearchResult, void> {
  const reader = new PageReader(page);
  const results = itemsOf(all);
  let total = -1;
  try {
    while (total < 0 && (reader.next === null || page.count)) {
      const step = await results.next();
      if (step.done === true) {
        total = Math.max(reader.read, step.value?.totalPagedResults ?? -1);
        reader.ended(total);
      } else if (reader.take(step.value)) yield step.value;
    }
  } finally {
    await results.return(undefined);
  }
  const pagedResultsCookie = reader.next;
  if (!page.count) return { ...LAST_PAGE, pagedResultsCookie };
  return { pagedResultsCookie, totalPagedResultsPolicy: 'EXACT', totalPagedResults: total, remainingPagedResults: Math.max(0, total - reader.behind) };
}
