import { setTimeout as delay } from 'node:timers/promises';
import { ConnectorError } from '../../../../protocol/model/index.js';
import { LdapResultError, resultError } from '../errors.js';
import type { DirectorySearch, DirectorySearchEnd, Entry } from './contract.js';
import { parseFilter } from './filter-encoding.js';
import { pagedResultsControl, searchRequest, sortControl, windowControl, type LdapRequest, type RequestControl } from './request.js';
import { pagedResults, sortResult, windowResult, type WindowResult } from './response-controls.js';
import type { LdapResponse } from './response.js';
import type { DoneResponse, LdapWire } from './wire.js';

/** A server that answers with so many empty pages in a row is not going to finish. */
const MAX_EMPTY_PAGES = 10_000;
/** … nor one that gives nothing but the cookie it was given. */
const MAX_REPEATED_COOKIES = 10;
/** Referrals kept for chasing. */
const MAX_REFERENCES = 1000;
const SIZE_LIMIT_EXCEEDED = 4;
const REFERRAL = 10;
const BUSY = 51;
const MAX_BUSY_RETRIES = 7;
/** Of the draft, and as OpenLDAP numbers it. */
const OFFSET_RANGE_ERRORS: ReadonlySet<number> = new Set([61, 77]);
const COMPLETE: DirectorySearchEnd = { cookie: undefined, estimate: undefined };

/** What one search needs besides its text. */
export interface SearchContext {
  readonly wire: LdapWire;
  readonly signal: AbortSignal;
  /** Sent with every request of the search. */
  readonly controls: readonly RequestControl[];
  /** Takes the URLs of a continuation reference: part of the result is there. */
  onReference(urls: readonly string[]): void;
  /** Takes the URLs of a referral result: the whole of it is there. */
  onReferral(urls: readonly string[]): void;
}

/** Entries as they arrive together. */
export type EntryBatches = AsyncGenerator<readonly Entry[], DirectorySearchEnd, void>;
interface Round { readonly done: DoneResponse; readonly entries: number }

/** Collects at most so many references; more is an error, since leaving some out would hide entries. */
export function referenceCollector(into: (readonly string[])[], server: string): (urls: readonly string[]) => void {
  return (urls) => {
    if (into.length >= MAX_REFERENCES) throw new ConnectorError('connector', `The server ${server} answered a search with more than ${MAX_REFERENCES} referrals.`);
    into.push(urls);
  };
}

/** The search on one connection: page after page, window after window, or all at once. */
export async function* runSearch(search: DirectorySearch, context: SearchContext): EntryBatches {
  if (search.limit !== undefined && search.limit <= 0) return COMPLETE;
  if (search.window !== undefined) return yield* windows(search, search.window, context);
  if (search.pageSize !== undefined) return yield* pages(search, search.pageSize, context);
  const { done, entries } = yield* round(search, [], context, search.limit ?? 0, search.limit ?? Infinity);
  // The limit that was exceeded is ours only if we got that much.
  if (done.result.code === SIZE_LIMIT_EXCEEDED && entries === search.limit) return COMPLETE;
  checkResult(done, search, context);
  return { ...COMPLETE, controls: done.controls };
}

/** A server that does not know the control answers the whole search at once; later pages it cannot have then. */
function endWithoutPaging(cookie: Uint8Array, { wire }: SearchContext): DirectorySearchEnd {
  if (cookie.length === 0) return COMPLETE;
  throw new ConnectorError('connector', `The server ${wire.url} answered a page after the first without paging: what it sent is not the next page. Run the search again.`);
}

async function* pages(search: DirectorySearch, pageSize: number, context: SearchContext): EntryBatches {
  let cookie = search.cookie ?? new Uint8Array(0);
  let left = search.limit ?? Infinity;
  const progress = new Progress(search, context);
  for (;;) {
    const { done, entries } = yield* round(search, [pagedResultsControl(Math.min(pageSize, left), cookie)], context, 0, left);
    left -= entries;
    checkResult(done, search, context);
    const answer = pagedResults(done.controls);
    if (answer === undefined) return endWithoutPaging(cookie, context);
    if (answer.cookie.length === 0) return COMPLETE;
    const end: DirectorySearchEnd = { cookie: answer.cookie, estimate: answer.estimate > 0 ? answer.estimate : undefined };
    if (left <= 0 || (search.onePage === true && entries > 0)) return end;
    progress.note(entries, cookie, answer.cookie);
    cookie = answer.cookie;
  }
}

/** An empty page with a cookie is not the end: Active Directory sends such pages. But not for ever. */
class Progress {
  readonly #search: DirectorySearch;
  readonly #context: SearchContext;
  #emptyPages = 0;
  #repeats = 0;

  constructor(search: DirectorySearch, context: SearchContext) {
    this.#search = search;
    this.#context = context;
  }

  note(entries: number, asked: Uint8Array, given: Uint8Array): void {
    this.#emptyPages = entries === 0 ? this.#emptyPages + 1 : 0;
    this.#repeats = entries === 0 && Buffer.compare(given, asked) === 0 ? this.#repeats + 1 : 0;
    if (this.#emptyPages <= MAX_EMPTY_PAGES && this.#repeats <= MAX_REPEATED_COOKIES) return;
    throw new ConnectorError('connector', `The server ${this.#context.wire.url} goes on sending empty pages for the search below "${this.#search.base}".`);
  }
}

async function* windows(search: DirectorySearch, window: { size: number; offset: number }, context: SearchContext): EntryBatches {
  let offset = window.offset;
  let left = search.limit ?? Infinity;
  let last: WindowResult | undefined;
  for (;;) {
    const { done, entries } = yield* windowRound(search, windowControl(Math.min(window.size, left), offset, last?.count ?? 0, last?.context), context, left);
    left -= entries;
    const answer = windowResult(done.controls);
    // A position after the last entry: there is nothing (more) to see.
    if (isPastEnd(answer, done)) return COMPLETE;
    last = checkWindow(answer, done, search, context);
    // A server may have moved a position past the end to the last entry.
    const next = Math.min(offset, Math.max(last.position, 1)) + entries;
    if (entries === 0 || next > last.count) return { ...COMPLETE, estimate: last.count };
    if (left <= 0 || search.onePage === true) return { cookie: undefined, nextOffset: next, estimate: last.count };
    offset = next;
  }
}

function isPastEnd(window: WindowResult | undefined, done: DoneResponse): boolean {
  return OFFSET_RANGE_ERRORS.has(window?.code ?? 0) || OFFSET_RANGE_ERRORS.has(done.result.code);
}

function checkWindow(window: WindowResult | undefined, done: DoneResponse, search: DirectorySearch, context: SearchContext): WindowResult {
  if (window !== undefined && window.code !== 0) throw failure(new LdapResultError(window.code, '', 'virtual list view'), search, context);
  checkResult(done, search, context);
  if (window === undefined) throw new ConnectorError('connector', `The server ${context.wire.url} did not answer the virtual list view request. Set usePagedResultControl.`);
  return window;
}

/** OpenLDAP may still be putting the last window away when the request for the next one arrives: it says busy then. */
async function* windowRound(search: DirectorySearch, control: RequestControl, context: SearchContext, most: number): AsyncGenerator<readonly Entry[], Round, void> {
  for (let retries = 0; ; retries++) {
    const result = yield* round(search, [control], context, 0, most);
    if (result.done.result.code !== BUSY || result.entries > 0 || retries >= MAX_BUSY_RETRIES) return result;
    await delay(10 * 2 ** retries, undefined, { signal: context.signal }).catch(() => undefined);
  }
}

/** One request: its entries (at most `most`), then its final response. */
async function* round(search: DirectorySearch, controls: readonly RequestControl[], context: SearchContext, sizeLimit: number, most: number): AsyncGenerator<readonly Entry[], Round, void> {
  const request = toRequest(search, sizeLimit);
  const sorting = search.sortKeys === undefined || search.sortKeys.length === 0 ? [] : [sortControl(search.sortKeys)];
  const responses = context.wire.responses(request, [...context.controls, ...sorting, ...controls], context.signal);
  let entries = 0;
  try {
    for (;;) {
      const step = await responses.next();
      if (step.done === true) return { done: step.value, entries };
      const batch = entriesIn(step.value, context).slice(0, most - entries);
      entries += batch.length;
      if (batch.length > 0) yield batch;
    }
  } finally {
    await responses.return(undefined as never);
  }
}

function entriesIn(responses: readonly LdapResponse[], context: SearchContext): Entry[] {
  const entries: Entry[] = [];
  for (const response of responses) {
    if (response.kind === 'entry') entries.push(response.entry);
    else if (response.kind === 'reference') context.onReference(response.urls);
  }
  return entries;
}

/** Samba leaves out of an answer what it sorts by, unless that is asked for by name. */
function askedFor({ attributes, sortKeys = [] }: DirectorySearch): readonly string[] | undefined {
  if (sortKeys.length === 0 || (attributes !== undefined && !attributes.includes('*'))) return attributes;
  return [...new Set([...attributes ?? ['*'], ...sortKeys.map(({ attribute }) => attribute)])];
}

function toRequest(search: DirectorySearch, sizeLimit: number): LdapRequest {
  return searchRequest({
    base: search.base, scope: search.scope, filter: parseFilter(search.filter), filterSize: search.filter.length,
    attributes: askedFor(search), sizeLimit, derefAliases: search.derefAliases === true,
  });
}

function failure(result: LdapResultError, search: DirectorySearch, context: SearchContext): ConnectorError {
  return resultError(result, { operation: 'search', dn: search.base, server: context.wire.url, kinds: { 32: 'connector', 34: 'illegalArgument' } });
}

function checkResult(done: DoneResponse, search: DirectorySearch, context: SearchContext): void {
  const { code, matchedDn, diagnostic, referrals } = done.result;
  if (code === REFERRAL) return context.onReferral(referrals);
  const sorted = sortResult(done.controls);
  if (code === 0 && sorted !== undefined && sorted !== 0) throw failure(new LdapResultError(sorted, '', 'server-side sort'), search, context);
  if (code !== 0) throw failure(new LdapResultError(code, matchedDn, diagnostic), search, context);
}
