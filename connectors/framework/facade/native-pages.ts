import { LAST_PAGE, OPTION, mapChunks, type Chunks, type ConnectorObject, type OperationOptions, type SearchResult } from '../../../protocol/model/index.js';
import type { SearchRequest } from '../spi.js';
import { matching } from './matching.js';
import { stuck } from './page-chain.js';
import type { PagePosition } from './paging-cookie.js';
import type { ResultChunks, SearchPlan } from './search-plan.js';

/** Native pages asked for to fill up one page from which the facade filtered objects away. */
const MOST_ROUNDS = 10;
/** Empty native pages in one of ours; a target that gives more of them is not going to finish. */
const MOST_EMPTY = 1_000;
/** Objects asked for at once where the target's cookies last, so that what was read in vain can be read again. */
const BLOCK = 500;

/** What one native page brought. */
export interface Passed<End> {
  readonly end: End;
  readonly skipped: number;
  readonly given: number;
}

/** Lets all but the first `toSkip` objects through. */
export async function* pass<End>(page: Chunks<ConnectorObject, End>, toSkip: number): Chunks<ConnectorObject, Passed<End>> {
  let skipped = 0;
  let given = 0;
  try {
    for (;;) {
      const step = await page.next();
      if (step.done === true) return { end: step.value, skipped, given };
      const passed = skipped < toSkip ? step.value.slice(toSkip - skipped) : step.value;
      skipped += step.value.length - passed.length;
      given += passed.length;
      if (passed.length > 0) yield passed;
    }
  } finally {
    await page.return(undefined as never);
  }
}

function nativeOptions(plan: SearchPlan, pageSize: number, cookie: string | undefined, offset: number): OperationOptions {
  let options = plan.options.with(OPTION.pageSize, pageSize);
  if (cookie !== undefined) options = options.with(OPTION.pagedResultsCookie, cookie);
  return offset > 0 ? options.with(OPTION.pagedResultsOffset, offset) : options;
}

type Search = (request: SearchRequest) => ResultChunks;
interface Source {
  readonly search: Search;
  /** Of the connector, for messages. */
  readonly name: string;
}

/** The page, and how many objects it has brought so far. */
function tallied(page: ResultChunks): { readonly objects: ResultChunks; count(): number } {
  let count = 0;
  const objects = mapChunks(page, (object) => {
    count++;
    return object;
  });
  return { objects, count: () => count };
}

function nativePage(plan: SearchPlan, search: Search, pageSize: number, cookie: string | undefined, offset: number): ResultChunks {
  return search({ objectClass: plan.objectClass, filter: plan.split.native, options: nativeOptions(plan, pageSize, cookie, offset), besides: plan.besides });
}

/** Where the next page starts; undefined when there is none. */
export type NativePosition = Extract<PagePosition, { kind: 'native' }>;
export interface NativeEnd {
  readonly end: SearchResult;
  readonly next: NativePosition | undefined;
}
type Page = Chunks<ConnectorObject, NativeEnd>;

function after(cookie: string | null | undefined): NativePosition | undefined {
  return typeof cookie === 'string' && cookie !== '' ? { kind: 'native', cookie } : undefined;
}

/** What one round of a filtered page brought: how the native page ended, and how many objects of the target it had. */
interface Round {
  readonly end: SearchResult | undefined;
  readonly read: number;
}

/** The matches of a native page. There may be more of them than `room`: then `read` is up to the last that fits. */
async function readBlock(plan: SearchPlan, page: ResultChunks, room: number): Promise<Round & { readonly matches: readonly ConnectorObject[]; readonly fits: boolean }> {
  const matches: ConnectorObject[] = [];
  let read = 0;
  let upToLast = 0;
  try {
    for (;;) {
      const step = await page.next();
      if (step.done === true) return { matches, end: step.value, read, fits: true };
      for (const object of step.value) {
        read++;
        if (!plan.accepts(object)) continue;
        if (matches.length === room) return { matches, end: undefined, read: upToLast, fits: false };
        matches.push(object);
        upToLast = read;
      }
    }
  } finally {
    await page.return(undefined);
  }
}

/**
 * At most `room` matches behind a cookie, with the target's own cookie for what follows them. Counting objects into a page of the
 * target would not do as a place: the count is wrong once one of them has gone. So a block that holds too many matches is asked
 * for again, as far as the last that fits; and should it have changed meanwhile, one of `room` objects holds no more than that.
 */
async function* round(plan: SearchPlan, search: Search, cookie: string | undefined, room: number): Chunks<ConnectorObject, Round> {
  let size = plan.lastingCookies ? BLOCK : 0;
  for (let attempt = 1; attempt <= 2 && size > room; attempt++) {
    const { matches, fits, ...block } = await readBlock(plan, nativePage(plan, search, size, cookie, 0), room);
    if (fits) {
      if (matches.length > 0) yield matches;
      return block;
    }
    size = block.read;
  }
  const page = tallied(nativePage(plan, search, room, cookie, 0));
  const end = yield* matching(plan, page.objects);
  return { end, read: page.count() };
}

/**
 * One page the facade filters. It ends where a page of the target ends, so that the target's own cookie can point there. After
 * some rounds a short page will do.
 */
async function* filteredPage(plan: SearchPlan, { search, name }: Source, from: NativePosition | undefined): Page {
  let next = from;
  let toSkip = plan.offset;
  let missing = plan.pageSize;
  let empty = 0;
  for (let rounds = 1; ; rounds++) {
    const asked = next?.cookie;
    const { end: { end, read }, skipped, given } = yield* pass(round(plan, search, asked, missing + toSkip), toSkip);
    toSkip -= skipped;
    missing -= given;
    next = after(end?.pagedResultsCookie);
    if (read === 0 && next !== undefined && (next.cookie === asked || ++empty >= MOST_EMPTY)) throw stuck(name);
    const enough = missing <= 0 || (missing < plan.pageSize && rounds >= MOST_ROUNDS);
    if (next === undefined || enough) return { end: LAST_PAGE, next };
  }
}

/** The target's own page, or the next one that is not empty: an empty page would be taken for the end. */
async function* wholePage(plan: SearchPlan, { search, name }: Source, from: NativePosition | undefined): Page {
  let cookie = from?.cookie;
  for (let round = 1; ; round++) {
    const { end, given } = yield* pass(nativePage(plan, search, plan.pageSize, cookie, round === 1 ? plan.offset : 0), 0);
    const next = after(end?.pagedResultsCookie);
    if (given > 0 || next === undefined) return { end: end ?? LAST_PAGE, next };
    if (next.cookie === cookie || round >= MOST_EMPTY) throw stuck(name);
    ({ cookie } = next);
  }
}

/** One page of a target that has pages. */
export async function* nativePages(plan: SearchPlan, source: Source, from: NativePosition | undefined): Page {
  return yield* plan.split.residual === undefined ? wholePage(plan, source, from) : filteredPage(plan, source, from);
}
