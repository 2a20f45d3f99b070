import {
  LAST_PAGE, OPTION, chunksOf, itemsOf, type Chunks, type ConnectorObject, type OperationOptions, type SearchResult,
} from '../../../protocol/model/index.js';
import type { Results, SearchRequest } from '../spi.js';
import { matching } from './matching.js';
import type { PagePosition } from './paging-cookie.js';
import type { ResultChunks, SearchPlan } from './search-plan.js';

/** Native pages asked for to fill up one page from which the facade filtered objects away. */
const MOST_ROUNDS = 10;
/** Objects asked for at once where a place within a native page can be found again. */
const BLOCK = 500;

/** What one native page brought. */
export interface Passed {
  readonly end: SearchResult | undefined;
  readonly skipped: number;
  readonly given: number;
}

/** Lets all but the first `toSkip` objects through. */
export async function* pass(page: ResultChunks, toSkip: number): Chunks<ConnectorObject, Passed> {
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
    await page.return(undefined);
  }
}

function nativeOptions(plan: SearchPlan, pageSize: number, cookie: string | undefined, offset: number): OperationOptions {
  let options = plan.options.with(OPTION.pageSize, pageSize);
  if (cookie !== undefined) options = options.with(OPTION.pagedResultsCookie, cookie);
  return offset > 0 ? options.with(OPTION.pagedResultsOffset, offset) : options;
}

type Search = (request: SearchRequest) => ResultChunks;

function nativePage(plan: SearchPlan, search: Search, pageSize: number, cookie: string | undefined, offset: number): ResultChunks {
  return search({ objectClass: plan.objectClass, filter: plan.split.native, options: nativeOptions(plan, pageSize, cookie, offset) });
}

/** Where the next page starts; undefined when there is none. */
export type NativePosition = Extract<PagePosition, { kind: 'native' }>;
export interface NativeEnd {
  readonly end: SearchResult;
  readonly next: NativePosition | undefined;
}
type Page = Chunks<ConnectorObject, NativeEnd>;

function after(cookie: string | null | undefined): NativePosition | undefined {
  return typeof cookie === 'string' ? { kind: 'native', cookie, skip: 0 } : undefined;
}

/**
 * One page the facade filters, of a target whose cookies are good once: it asks for further native pages, each just as
 * large as what is still missing, so that no object is fetched and then thrown away with a cookie that cannot point at
 * it. After some rounds a short page will do.
 */
async function* exactPages(plan: SearchPlan, search: Search, from: NativePosition | undefined): Page {
  let next = from;
  let toSkip = plan.offset;
  let missing = plan.pageSize;
  for (let round = 1; ; round++) {
    const page = nativePage(plan, search, missing + toSkip, next?.cookie, 0);
    const { end, skipped, given } = yield* pass(matching(plan, page), toSkip);
    toSkip -= skipped;
    missing -= given;
    next = after(end?.pagedResultsCookie);
    const enough = missing <= 0 || (missing < plan.pageSize && round >= MOST_ROUNDS);
    if (next === undefined || enough) return { end: LAST_PAGE, next };
  }
}

/** Walks large native blocks and remembers where in which block it stands. */
class BlockWalk {
  readonly #plan: SearchPlan;
  readonly #search: Search;
  #block: NativePosition | undefined;
  #skip: number;
  #dealtWith = 0;
  #results: Results | undefined;

  constructor(plan: SearchPlan, search: Search, from: NativePosition | undefined) {
    this.#plan = plan;
    this.#search = search;
    this.#block = from;
    this.#skip = from?.skip ?? 0;
  }

  /** Points at the object given last. */
  get position(): NativePosition {
    return { kind: 'native', cookie: this.#block?.cookie, skip: this.#dealtWith - 1 };
  }

  /** The next object that matches; undefined at the end. */
  async next(): Promise<ConnectorObject | undefined> {
    for (;;) {
      this.#results ??= itemsOf(nativePage(this.#plan, this.#search, Math.max(BLOCK, this.#plan.pageSize) + this.#skip, this.#block?.cookie, 0));
      const step = await this.#results.next();
      if (step.done === true) {
        this.#block = after(step.value?.pagedResultsCookie);
        if (this.#block === undefined) return undefined;
        this.#results = undefined;
        this.#skip = 0;
        this.#dealtWith = 0;
      } else if (++this.#dealtWith > this.#skip && this.#plan.accepts(step.value)) return step.value;
    }
  }

  async close(): Promise<void> {
    await this.#results?.return(undefined);
  }
}

/** One page the facade filters, of a target whose cookies last: large native blocks, and a place within one. */
async function* blockPages(plan: SearchPlan, search: Search, from: NativePosition | undefined): AsyncGenerator<ConnectorObject, NativeEnd, void> {
  const walk = new BlockWalk(plan, search, from);
  let toSkip = plan.offset;
  let given = 0;
  try {
    for (let object = await walk.next(); object !== undefined; object = await walk.next()) {
      if (toSkip > 0) toSkip--;
      else if (given === plan.pageSize) return { end: LAST_PAGE, next: walk.position };
      else {
        given++;
        yield object;
      }
    }
    return { end: LAST_PAGE, next: undefined };
  } finally {
    await walk.close();
  }
}

/** One page of a target that has pages. */
export async function* nativePages(plan: SearchPlan, search: Search, from: NativePosition | undefined): Page {
  if (plan.split.residual !== undefined) return yield* plan.lastingCookies ? chunksOf(blockPages(plan, search, from)) : exactPages(plan, search, from);
  const { end } = yield* pass(nativePage(plan, search, plan.pageSize, from?.cookie, plan.offset), 0);
  return { end: end ?? LAST_PAGE, next: after(end?.pagedResultsCookie) };
}
