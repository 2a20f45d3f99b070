import { ConnectorError } from '../../../protocol/model/index.js';
import type { Clock } from '../clock.js';
import { GivenResults } from './given-results.js';
import type { PagePosition } from './paging-cookie.js';
import type { ResultChunks, SearchPlan } from './search-plan.js';
import { searchResults, type SearchSource } from './search-results.js';

/** A bookmark after so many results, or earlier when the last one is older than this (milliseconds). */
const RESULTS = 512;
const INTERVAL = 1_000;

type Bookmark = Extract<PagePosition, { kind: 'bookmark' }>;

export interface BookmarkTeller {
  /** See `CallContext.onBookmark`. Undefined: nobody wants to know. */
  readonly tell: ((cookie: string) => void) | undefined;
  readonly clock: Clock;
}

/**
 * A search that can go on at any agent with the same connector and configuration. A bookmark says how many objects were given
 * and, by a digest, which ones in which order. Whoever goes on from it runs the whole search and leaves out as many, once they
 * are proven to be the same: so the result is that of one complete run, and a target that answers in another order, or has
 * changed before that place, ends it with an error, never with a gap or a repetition. No cursor of a target has to outlive its
 * connection for that.
 */
export function resumableSearch(plan: SearchPlan, source: SearchSource, teller: BookmarkTeller): ResultChunks {
  const from = bookmarkOf(plan, source);
  const search = from === undefined ? plan : { ...plan, cookie: from.cookie };
  const tell = isRepeatable(search) ? teller.tell : undefined;
  if (from === undefined && tell === undefined) return searchResults(search, source);
  const given = new GivenResults();
  const results = from === undefined ? searchResults(search, source) : behind(searchResults(search, source), from, given, source.name);
  if (tell === undefined) return results;
  const seal = (): string => source.cookies.seal(plan.queryDigest, { kind: 'bookmark', count: given.count, digest: given.digest, cookie: search.cookie });
  return marked(results, given, { from: from?.count ?? 0, clock: teller.clock, mark: () => tell(seal()) });
}

function bookmarkOf(plan: SearchPlan, source: SearchSource): Bookmark | undefined {
  if (plan.cookie === undefined) return undefined;
  const position = source.cookies.open(plan.queryDigest, plan.cookie);
  return position.kind === 'bookmark' ? position : undefined;
}

/** What the facade sorts is held as a whole, and a page may begin at a cookie that is good once and in one connection only. */
function isRepeatable({ sortKeys, paging, cookie, lastingCookies }: SearchPlan): boolean {
  return sortKeys.length === 0 && (paging !== 'native' || cookie === undefined || lastingCookies);
}

async function* marked(results: ResultChunks, given: GivenResults, { from, clock, mark }: { readonly from: number; readonly clock: Clock; readonly mark: () => void }): ResultChunks {
  let last = from;
  let lastTime: number | undefined;
  try {
    for (;;) {
      const step = await results.next();
      if (step.done === true) return step.value;
      given.takeObjects(step.value);
      lastTime ??= clock.now();
      yield step.value;
      // Asked for more: what was given so far has been taken.
      const count = given.count - last;
      if (count < RESULTS && clock.now() - lastTime < INTERVAL) continue;
      mark();
      last = given.count;
      lastTime = clock.now();
    }
  } finally {
    await results.return(undefined);
  }
}

/** Leaves out what was given before the bookmark; nothing is given until all of that has come again. */
async function* behind(results: ResultChunks, { count, digest }: Bookmark, given: GivenResults, name: string): ResultChunks {
  try {
    for (;;) {
      const missing = count - given.count;
      const step = await results.next();
      if (step.done === true) {
        if (missing > 0) throw notTheSame(name, count);
        return step.value;
      }
      if (missing <= 0) {
        yield step.value;
        continue;
      }
      given.takeObjects(step.value.slice(0, missing));
      if (step.value.length < missing) continue;
      if (given.digest !== digest) throw notTheSame(name, count);
      if (step.value.length > missing) yield step.value.slice(missing);
    }
  } finally {
    await results.return(undefined);
  }
}

function notTheSame(name: string, count: number): ConnectorError {
  return new ConnectorError('connectorIo', `The search cannot go on where it was interrupted: the first ${count} objects of ${name} are not the ones it had given, or not in the same order. Run it again.`);
}
