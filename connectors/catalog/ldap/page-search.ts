import { createHash } from 'node:crypto';
import { ConnectorError, itemsOf, type ConnectorObject, type CountPolicy, type OperationOptions, type SearchResult } from '../../../protocol/model/index.js';
import { cannotSort, isEmptyResult, sortedHere } from './all-objects.js';
import type { LdapSession } from './connection.js';
import type { DirectorySearch, DirectorySearchEnd, Entry } from './directory/contract.js';
import { NO_ATTRIBUTES } from './find-entry.js';
import { FIRST_PLACE, readCookie, writeCookie, type PagePlace } from './page-cookie.js';
import { parkedSearches, type ParkedSearch } from './parked-searches.js';
import type { LdapSearchPlan } from './search-plan.js';

/** Entries of one request when many are passed over. */
const SKIP_BLOCK = 1000;

type Page = AsyncGenerator<ConnectorObject, PagePlace | undefined, void>;
/** What the server said about the whole result on the way. */
interface Told { estimate: number | undefined }

/** One page of a search: `pageSize` objects after those of the cookie and `offset` more. */
export async function* searchPage(session: LdapSession, plan: LdapSearchPlan, options: OperationOptions, signal: AbortSignal): AsyncGenerator<ConnectorObject, SearchResult, void> {
  const { pagedResultsCookie: cookie, pageSize = 0, pagedResultsOffset = 0 } = options;
  const start = cookie === undefined ? FIRST_PLACE : readCookie(cookie);
  const told: Told = { estimate: undefined };
  const reader = new PageReader(session, plan, signal, told);
  const next = plan.sortKeys.length > 0 && plan.serverSort === undefined
    ? yield* reader.sortedPage(start, pageSize, Math.max(0, pagedResultsOffset))
    : yield* reader.page(start, pageSize, Math.max(0, pagedResultsOffset));
  return { pagedResultsCookie: next === undefined ? null : writeCookie(next), remainingPagedResults: -1, ...await total(session, plan, options.totalPagedResultsPolicy, told, signal) };
}

async function total(session: LdapSession, plan: LdapSearchPlan, policy: CountPolicy, told: Told, signal: AbortSignal): Promise<Pick<SearchResult, 'totalPagedResults' | 'totalPagedResultsPolicy'>> {
  if (policy === 'ESTIMATE' && told.estimate !== undefined && plan.bases.length === 1) return { totalPagedResultsPolicy: 'ESTIMATE', totalPagedResults: told.estimate };
  if (policy !== 'EXACT' || plan.filteredHere) return { totalPagedResultsPolicy: 'NONE', totalPagedResults: -1 };
  let count = 0;
  for (const base of plan.bases) {
    const pageSize = plan.pageBlocks === 'none' ? undefined : SKIP_BLOCK;
    for await (const entry of session.directory.search({ base, scope: plan.scope, filter: plan.filter, attributes: NO_ATTRIBUTES, pageSize }, signal)) if (entry.dn !== '') count++;
  }
  return { totalPagedResultsPolicy: 'EXACT', totalPagedResults: count };
}

/** Objects still to be passed over and given out. */
interface Want { skip: number; give: number; given: number }

class PageReader {
  readonly #session: LdapSession;
  readonly #plan: LdapSearchPlan;
  readonly #signal: AbortSignal;
  readonly #told: Told;

  constructor(session: LdapSession, plan: LdapSearchPlan, signal: AbortSignal, told: Told) {
    this.#session = session;
    this.#plan = plan;
    this.#signal = signal;
    this.#told = told;
  }

  /** Sorted by the agent: the page is cut out of the first so many objects in order. */
  async* sortedPage(start: PagePlace, pageSize: number, offset: number): Page {
    const skip = start.taken + offset;
    const until = skip + pageSize;
    let index = 0;
    let anchor: string | undefined;
    for await (const object of itemsOf(sortedHere(this.#session, { ...this.#plan, serverSort: undefined }, this.#signal, until + 1))) {
      if (index >= until) return { base: 0, taken: index, ticket: undefined, anchor };
      index++;
      anchor = anchorAt(start, index, until, object.name.value) ?? anchor;
      if (index > skip) yield object;
    }
    afterLast(start, index);
    return undefined;
  }

  /** Base after base, each entry given out once; `offset` matching objects are passed over first. */
  async* page(start: PagePlace, pageSize: number, offset: number): Page {
    const want: Want = { skip: offset, give: pageSize, given: 0 };
    try {
      return yield* this.#serverPage(start, want);
    } catch (error) {
      if (want.given > 0 || this.#plan.sortKeys.length === 0 || !cannotSort(error)) throw error;
    }
    return yield* this.sortedPage(start, pageSize, offset);
  }

  async* #serverPage(start: PagePlace, want: Want): Page {
    const { bases, filteredHere, pageBlocks } = this.#plan;
    let place = start;
    if (pageBlocks === 'windows' && !filteredHere && bases.length === 1) {
      place = { ...start, taken: start.taken + want.skip, anchor: want.skip === 0 ? start.anchor : undefined };
      want.skip = 0;
    }
    while (place.base < bases.length && want.give > 0) place = yield* this.#objects(place, want);
    return place.base < bases.length ? place : undefined;
  }

  /** The next block of entries as objects. Never reads entries that would have to be given back. */
  async* #objects(place: PagePlace, want: Want): AsyncGenerator<ConnectorObject, PagePlace, void> {
    const entries = this.#entries(place, Math.min(want.skip + want.give, Math.max(SKIP_BLOCK, want.give)));
    try {
      for (;;) {
        const step = await entries.next();
        if (step.done === true) return step.value;
        const object = await this.#plan.mapper.map(step.value, this.#signal);
        if (!this.#plan.accepts(object)) continue;
        if (want.skip > 0) want.skip--;
        else {
          want.give--;
          want.given++;
          yield object;
        }
      }
    } finally {
      await entries.return(undefined as never);
    }
  }

  /** At most `most` entries from `place` on; answers where the next ones are. */
  async* #entries(place: PagePlace, most: number): AsyncGenerator<Entry, PagePlace, void> {
    try {
      if (this.#plan.pageBlocks === 'windows') return yield* this.#window(place, most);
      if (this.#plan.pageBlocks === 'paged') return yield* this.#block(place, most);
      return yield* this.#skipping(place, most, {});
    } catch (error) {
      if (!isEmptyResult(this.#plan, error)) throw error;
      return nextBase(place);
    }
  }

  #search(place: PagePlace): DirectorySearch {
    const { scope, filter, mapper, serverSort, bases, whole } = this.#plan;
    return { base: bases[place.base] ?? '', scope, filter, attributes: mapper.attributes, sortKeys: serverSort, whole };
  }

  /**
   * Windows have positions, so the next one can be had on any connection. It begins with the last entry of the one before: where
   * that is at another position now, so are all others.
   */
  async* #window(place: PagePlace, most: number): AsyncGenerator<Entry, PagePlace, void> {
    const back = place.anchor === undefined ? 0 : 1;
    const entries = this.#run({ ...this.#search(place), sortKeys: this.#plan.windowSort, window: { size: most + back, offset: place.taken + 1 - back }, onePage: true });
    let index = place.taken - back;
    let last: string | undefined;
    let step = await entries.next();
    try {
      for (; step.done !== true; step = await entries.next()) {
        index++;
        last = step.value.dn;
        requireSame(place, index, last);
        if (index > place.taken) yield step.value;
      }
    } finally {
      await entries.return(undefined as never);
    }
    const { nextOffset } = step.value;
    if (nextOffset === undefined) return afterLast(place, index);
    return { base: place.base, taken: nextOffset - 1, ticket: undefined, anchor: last === undefined ? undefined : anchorOf(last) };
  }

  async* #block(place: PagePlace, most: number): AsyncGenerator<Entry, PagePlace, void> {
    const parked = place.ticket === undefined ? undefined : parkedSearches.take(place.ticket);
    if (parked === undefined) return yield* this.#skipping(place, most, { pageSize: Math.max(1, Math.min(place.taken + most, SKIP_BLOCK)) });
    return yield* this.#resumed(place, most, parked);
  }

  async* #resumed(place: PagePlace, most: number, parked: ParkedSearch): AsyncGenerator<Entry, PagePlace, void> {
    let { taken } = place;
    let last: Entry | undefined;
    let standing = true;
    try {
      const entries = this.#run({ ...this.#search(place), pageSize: most, onePage: true, cookie: parked.cookie, lane: parked.lane });
      let step = await entries.next();
      try {
        for (; step.done !== true; step = await entries.next()) {
          taken++;
          last = step.value;
          yield step.value;
        }
      } finally {
        await entries.return(undefined as never);
      }
      standing = false;
      return this.#placeAfter({ ...place, anchor: last === undefined ? place.anchor : anchorOf(last.dn) }, taken, step.value);
    } finally {
      if (standing) await parked.lane.close();
    }
  }

  /** From the start of the base, passing over what was given out before: the way without a parked search. */
  async* #skipping(place: PagePlace, most: number, block: { readonly pageSize?: number }): AsyncGenerator<Entry, PagePlace, void> {
    let index = 0;
    let anchor: string | undefined;
    let resume: ParkedSearch | undefined;
    const until = place.taken + most;
    for (;;) {
      const paged = block.pageSize === undefined ? { limit: undefined } : { pageSize: Math.min(block.pageSize, until - index), onePage: true, cookie: resume?.cookie, lane: resume?.lane };
      const entries = this.#run({ ...this.#search(place), ...paged });
      let step = await entries.next();
      try {
        for (; step.done !== true; step = await entries.next()) {
          // Without pages the search is left when one entry more than the page proves that there is a next one.
          if (index >= until) return { base: place.base, taken: index, ticket: undefined, anchor };
          index++;
          anchor = anchorAt(place, index, until, step.value.dn) ?? anchor;
          if (index > place.taken) yield step.value;
        }
      } finally {
        await entries.return(undefined as never);
      }
      const { cookie, lane } = step.value;
      if (cookie === undefined || lane === undefined) return afterLast(place, index);
      resume = { cookie, lane };
      if (index >= until) return this.#placeAfter({ ...place, anchor }, index, step.value);
    }
  }

  #placeAfter(place: PagePlace, taken: number, { cookie, lane }: DirectorySearchEnd): PagePlace {
    if (cookie === undefined || lane === undefined) return nextBase(place);
    return { base: place.base, taken, ticket: parkedSearches.park({ cookie, lane }), anchor: place.anchor };
  }

  async* #run(search: DirectorySearch): AsyncGenerator<Entry, DirectorySearchEnd, void> {
    const end = yield* this.#session.directory.search(search, this.#signal);
    this.#told.estimate ??= end.estimate;
    return end;
  }
}

function anchorOf(dn: string): string {
  return createHash('sha256').update(dn).digest('base64url').slice(0, 12);
}

/** The entries before a page were counted off; when another one is at the last place now, the count leads somewhere else. */
function requireSame({ taken, anchor }: PagePlace, index: number, dn: string): void {
  if (index === taken && anchor !== undefined && anchor !== anchorOf(dn)) throw movedOn();
}

/** Checks the place before the page, and gives that of its end. */
function anchorAt(place: PagePlace, index: number, until: number, dn: string): string | undefined {
  requireSame(place, index, dn);
  return index === until ? anchorOf(dn) : undefined;
}

/** The base has no more entries than were counted off. */
function afterLast(place: PagePlace, index: number): PagePlace {
  if (index < place.taken) throw movedOn();
  return nextBase(place);
}

function movedOn(): ConnectorError {
  return new ConnectorError('connectorIo', 'The next page cannot be told: the place of the search at the server is gone, and entries before it have come or gone since. Start again without a cookie.');
}

function nextBase(place: PagePlace): PagePlace {
  return { base: place.base + 1, taken: 0, ticket: undefined };
}
